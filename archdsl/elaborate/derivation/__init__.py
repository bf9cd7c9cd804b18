"""Networks derived from others, down to the one with a body, and that body built."""
