"""The graph of a network: its types, its builder, rewriting, names, and the origins of values."""
