"""How fast a build folder's network runs on this machine: each way in a process of its own."""
