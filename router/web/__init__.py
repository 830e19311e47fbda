"""The edge: one file an actor; a frame or body becomes one move, an error one answer."""
