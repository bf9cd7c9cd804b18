"""What can be trained: members of a space, or networks that an expansion grows."""
