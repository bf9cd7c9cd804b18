"""The claims of a spec: what its papers print, compared with what a network has."""
