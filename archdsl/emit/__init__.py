"""Graph to Python: instances of blocks become classes, differences become their arguments.

graph -> structure (what stands in each block) -> classes (instances brought together)
      -> arguments (what differs) -> forward and constructor as trees of Python -> template
"""
