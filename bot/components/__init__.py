"""Rasa graph components of jieli, named in config.yml by their module paths."""
