"""Searches: what is wanted of a space and how it is looked for, read from specs."""
