"""The gate: what a candidate model has to show before it may serve; pure."""
