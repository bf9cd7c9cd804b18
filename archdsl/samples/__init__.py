"""Sample data: a small set of videos whose classes no single frame tells."""
