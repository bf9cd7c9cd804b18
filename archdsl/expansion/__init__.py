"""Expansion as X3D does it: a network grown along one axis at a time, its cost the measure.

Which candidate is best only training tells; here are the candidates, and what they cost.
"""
