"""The command line: one module per group of similar commands.

Results go to stdout and diagnostics to stderr, so that a pipe gets results alone.
"""
