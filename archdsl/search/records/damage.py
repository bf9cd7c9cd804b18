"""What a storage is that holds what no worker has written."""

from __future__ import annotations


class Damaged(Exception):
    """The storage holds what no worker has written; the text says what."""


DAMAGES = (Damaged, AssertionError, LookupError, TypeError)
"""What reading such a storage ends with, here and in Optuna."""
