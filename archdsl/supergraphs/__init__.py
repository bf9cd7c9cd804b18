"""Spaces searched by gradients: the supergraph of a space, and the folder that searches it."""
