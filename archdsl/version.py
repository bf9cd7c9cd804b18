"""The version, in a file of its own: what says it must not import the package that has it."""

__version__ = "0.1.0"
