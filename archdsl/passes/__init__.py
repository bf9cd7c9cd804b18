"""Graph to graph, one pass a file; each says how the weights change. None knows how it prints."""
