"""What tells graphs apart whatever they are called: canonical names, and counts of their parts."""
