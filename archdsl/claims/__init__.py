"""What a spec's papers printed, measured: each claim against the network that it is about."""
