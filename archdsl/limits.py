"""What a spec may ask of the machine. A spec is untrusted: each bound ends in a diagnostic."""

from __future__ import annotations

SOURCE_BYTES = 8 * 2**20
"""Size of one file."""

TOKENS = 1_000_000
"""Words and signs of one file."""

NESTING = 100
"""Levels of brackets, operators and statements inside each other."""

CALL_DEPTH = 150
"""Levels of expressions, blocks and statements open at once while a network is built."""

DERIVATIONS = 50
"""Networks or blocks that are each derived from the next."""

DIGITS = 30
"""Digits of one number as written."""

MAGNITUDE = 2**63
"""Largest numerator or denominator of a computed number."""

OPERATIONS = 110_000
"""Operations of one network, and blocks inside its blocks."""

STEPS = 1_350_000
"""Statements, rounds and expressions evaluated while a network is built: microseconds each."""

CALCULATION = 3
"""Steps beyond its own that a sum, a product or a comparison counts for: fractions take longer."""

ADDITION = 8
"""Steps that an operation or a block counts for, which is how long it takes beside others."""

ELEMENTS = 2**53
"""Elements of one tensor."""

FILES = 200
"""Files that one spec may use, directly or not."""

MISTAKES = 50
"""Mistakes that one run tells of: nobody reads the hundredth."""

EPOCHS = 100_000
"""Epochs of one training."""

BATCH = 100_000
"""Clips of one step, and steps that statistics are taken over."""

FRAMES = 100_000
"""Frames of one clip, views of one video, and frames from one that is taken to the next."""

SIDE = 8_192
"""Pixels of one side of a video."""

CLIP = 2**31
"""Elements of one clip, a byte each."""

DRAWN = 2_000
"""Boxes and frames of one picture."""

DRAWN_LENGTH = 30_000
"""Boxes that the wires of one picture pass, all together."""

DRAWN_LEVELS = 30
"""Frames inside each other in a picture."""
