"""Keeps router, bot and action server running on one machine."""
