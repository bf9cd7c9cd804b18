"""Recipes: how networks are trained and tested."""
