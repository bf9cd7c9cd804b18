"""From the searches of a spec to values: evaluated, and checked with their spaces."""
