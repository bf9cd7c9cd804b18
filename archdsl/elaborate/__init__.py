"""Tree to graph: blocks, tables and derivations become operations. No costs, no Python code."""
