"""Tests of the bot's own code; they run in the bot's environment."""
