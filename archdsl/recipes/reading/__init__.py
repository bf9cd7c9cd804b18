"""From the recipes of a spec to values: found, evaluated, and checked with their networks."""
