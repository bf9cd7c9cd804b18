"""Kinds of values, options and numbers: one reading and one printing of each."""
