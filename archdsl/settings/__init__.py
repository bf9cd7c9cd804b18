"""Settings of recipes and searches: how they are written, and how they are read from specs."""
