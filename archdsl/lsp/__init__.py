"""The language server: what `archdsl.analysis` knows, in the types of the protocol."""
