"""A space as one module: weights that all its members share, and what each of them is."""
