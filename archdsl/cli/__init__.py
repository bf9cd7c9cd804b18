"""The command line: one small module for each command. Data to stdout, diagnostics to stderr."""
