"""Rules of the grammar to nodes of the tree: each part knows the rules of one kind."""
