"""Recipes of the language made into recipes: found, read, and checked with their networks."""
