"""What differs between two networks, as data."""
