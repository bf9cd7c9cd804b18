"""Text to tree and back. Knows text and spans; never the graph."""
