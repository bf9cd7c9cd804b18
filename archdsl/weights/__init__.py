"""Files of weights: read, shown, and brought into a network from other people's."""
