"""What a run has found, as files, pictures, pages and words."""
