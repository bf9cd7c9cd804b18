"""The command line: one small module for each command. Data to stdout, diagnostics to stderr."""

import gc

# Before anything else is imported: a tenth of a command's time goes into looking for cycles
# that neither imports nor compilation make by the thousand.
gc.set_threshold(100_000)
