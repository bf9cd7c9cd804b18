"""What can be said of a name to who reads or writes it: a signature, and what it does."""
