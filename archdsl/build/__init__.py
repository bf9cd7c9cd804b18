"""Bodies in order: statements, expressions, calls; what they apply becomes operations."""
