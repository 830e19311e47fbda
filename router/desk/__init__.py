"""The moves of each actor: read, decide, store in one transaction, then announce."""
