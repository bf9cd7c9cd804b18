"""From graph to graph, one pass a file. A pass also says how the weights change."""
