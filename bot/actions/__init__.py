"""The action server of jieli: looks up orders and starts returns over the router's internal API."""

import os

# The action server trusts the shopper named in a call, so it listens on loopback unless told.
os.environ.setdefault("SANIC_HOST", "127.0.0.1")
