"""What can be known of a text that does not parse: most texts do not while somebody types."""
