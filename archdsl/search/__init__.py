"""Search by trials: which member is trained next, and by whom."""
