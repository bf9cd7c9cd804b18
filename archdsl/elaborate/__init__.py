"""Tree to graph: blocks, tables and derivations become operations. Never costs, never Python code."""
