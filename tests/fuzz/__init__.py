"""Mutated scenarios and geodata: what the door lets in runs, what it does not is told with its place."""
