"""Specs and the files that they use: found, parsed, and their names resolved."""
