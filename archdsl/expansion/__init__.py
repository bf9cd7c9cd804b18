"""Expansion as in X3D: a network is grown along one axis at a time, to a given cost.

Only training shows which candidate is best. This room finds the candidates and their costs, and
what follows from accuracies that it is given.
"""
