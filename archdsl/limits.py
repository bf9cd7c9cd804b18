"""Bounds on what a spec may ask of the machine.

A spec is untrusted. Beyond each bound it gets a diagnostic, and no run takes all memory or hours.
The bounds count things, never seconds, so that a spec ends the same way on every machine.
"""

from __future__ import annotations

SOURCE_BYTES = 8 * 2**20
"""Bytes of one file."""

TOKENS = 1_000_000
"""Tokens of one file."""

NESTING = 100
"""Levels of nested brackets, operators and statements: later phases recurse over them."""

CALL_DEPTH = 150
"""Levels of expressions, blocks and statements that are open at once while a network is built.

Each level takes several frames of Python's stack, which is limited to 1,000.
"""

DERIVATIONS = 50
"""Networks, blocks or recipes in a row that are each derived from the next."""

OPTIONS = 10_000
"""Options of one choice, each step of a range counted."""

DIGITS = 30
"""Digits of one number as it is written."""

MAGNITUDE = 2**63
"""The largest numerator or denominator of a computed number. Integers of torch have 64 bits."""

MEMBERS = 1_000
"""Members of a space that are tried, to find one that meets every `require`."""

OPERATIONS = 110_000
"""Operations of one network, and likewise its blocks."""

STEPS = 1_350_000
"""Statements, iterations and expressions that a build evaluates, each in microseconds."""

CALCULATION = 3
"""Extra steps that a sum, a product or a comparison counts for: fractions are slow."""

ADDITION = 8
"""Steps that an operation or a block counts for, since it takes that much longer."""

ELEMENTS = 2**53
"""Elements of one tensor: up to here a float counts exactly."""

FILES = 200
"""Files that one spec uses, directly or not."""

MISTAKES = 50
"""Errors that one run reports: nobody reads the hundredth."""

EPOCHS = 100_000
"""Epochs of one training."""

TRIALS = 100_000
"""Trials of one search, and trainings of each."""

BATCH = 100_000
"""Clips of one step, and steps that statistics are computed over."""

FRAMES = 100_000
"""Frames of one clip, views of one video, and frames between two that are sampled."""

SIDE = 8_192
"""Pixels of one side of a frame."""

CLIP = 2**31
"""Elements of one clip, at one byte each."""

DRAWN = 2_000
"""Boxes and frames of one picture."""

DRAWN_LENGTH = 30_000
"""Boxes that all wires of one picture pass, in total."""

DRAWN_LEVELS = 30
"""Nested frames of one picture."""

REPORTED = 100
"""Networks of one report. Each has a table and pictures."""

REPORTED_ROWS = 1_000
"""Rows of a network in one report, and likewise its decisions."""

REPORTED_LINES = 20_000
"""Lines of all texts in one report."""
