"""jieli 接力: the router that relays shop chats between bot and people."""
