"""The commands of `jieli`."""
