"""The rules of the house: pure values and decisions, no I/O, no clock, no chance."""
