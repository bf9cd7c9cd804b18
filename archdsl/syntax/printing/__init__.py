"""Trees to text: the parts of the formatter, from words to lines."""
