"""Sends real conversations through the whole running stack and counts what became of them."""
