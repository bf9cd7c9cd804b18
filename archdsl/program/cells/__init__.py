"""Attention cells: the blocks that they are short for, and what is checked in their text."""
