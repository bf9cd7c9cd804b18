"""What the names of a text mean: found at an offset, followed across files, renamed, described."""
