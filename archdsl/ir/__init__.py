"""The graph, its types and its checks. Knows networkx behind one typed door; of syntax only spans."""
