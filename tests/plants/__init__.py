"""Faults that are planted on purpose: for every invariant one, and a command that shows its test turn red."""
