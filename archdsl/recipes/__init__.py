"""Recipes: how a network is trained and tested, read from specs and checked with the network."""
