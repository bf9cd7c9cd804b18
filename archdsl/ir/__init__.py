"""The graph, its types and its checks: networkx behind one typed door, of syntax only spans."""
