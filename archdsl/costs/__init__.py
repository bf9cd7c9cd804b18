"""What a network costs: per operation, block, row, stage and in all, by a named convention."""
