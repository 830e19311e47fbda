"""Measures what the bot understands, what the triggers see and what the router decides."""
