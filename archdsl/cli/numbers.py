"""Arguments that are counts."""

from __future__ import annotations

import argparse

_MOST = 1_000_000


def count(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= _MOST:
        raise argparse.ArgumentTypeError(f"must be an integer of at least 1, but this is {text!r}")
    return int(text)


def natural(text: str) -> int:
    return 0 if text == "0" else count(text)
