"""The command line: a module for each few commands that are alike. Diagnostics go to stderr."""
