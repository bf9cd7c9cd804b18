"""Text to syntax tree and back. Nothing here knows what a name refers to, or the graph."""
