"""What a network costs: each operation, block, row and stage, and the whole, by a convention."""
