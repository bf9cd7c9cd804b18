"""Each part of a space run by itself, in every way in which it can come out."""
