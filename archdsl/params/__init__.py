"""Kinds of values, options and numbers: read and printed in the same way everywhere."""
