"""Trees to text: expressions, heads of statements, and the wrapping of lines."""
