"""Contract tests against the real bot."""
