"""What workers share: trials in a storage, who is alive, and whose turn it is."""
