"""The layout of a diagram: layers, columns and positions, frame by frame."""
