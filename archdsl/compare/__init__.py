"""What differs between two networks, as data.

pieces       a network divided into pieces that can be compared
alignment    two lists aligned by similarity
difference   the aligned pieces, and what changed in each
"""
