"""A day of a shop on a virtual clock: the desk's own rules, beside two plainer ones."""
