"""From the settings in a spec to values, with every mistake."""
