"""Pictures of networks: what to draw, where it stands, and how each format writes it."""
