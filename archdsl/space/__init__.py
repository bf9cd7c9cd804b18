"""Spaces of networks: what is decided, what members cost, and how they are drawn; no training."""
