"""Scripts: what trains and tests a network, beside its module."""
