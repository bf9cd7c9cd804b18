"""Attention cells: what they must be, and the blocks that they stand for."""
