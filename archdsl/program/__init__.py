"""Specs and what they use: found, parsed, every name in them known."""
