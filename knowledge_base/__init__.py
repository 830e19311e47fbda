"""The questions a shop can answer: entries, their releases, what training and the shop read."""
