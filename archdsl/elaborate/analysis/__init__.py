"""What can be told of bodies from their text, before anything is evaluated."""
