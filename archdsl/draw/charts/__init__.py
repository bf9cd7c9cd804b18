"""Charts of points, as that of a family of networks: what they show, and where it stands."""
