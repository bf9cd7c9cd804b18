"""Files of weights: read, inspected, and imported from other libraries into a network."""
