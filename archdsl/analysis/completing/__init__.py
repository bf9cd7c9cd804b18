"""What can be written at an offset, and how."""
