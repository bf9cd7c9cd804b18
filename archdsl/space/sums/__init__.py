"""Sums over all members of a space, by eliminating variables; they know no network."""
