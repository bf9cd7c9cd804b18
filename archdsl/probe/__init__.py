"""How fast this machine is: single operations, compiled as those of networks are, and timed."""
