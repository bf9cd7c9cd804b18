"""The published networks as a table: what each is, costs, and is said to reach."""
