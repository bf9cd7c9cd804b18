"""How text looks on a terminal: its width in columns, its colours, nothing that could harm it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TextIO

_TAB = "    "

_CODES = {"red": "1;31", "yellow": "1;33", "cyan": "1;36", "blue": "1;34", "bold": "1"}


@dataclass(frozen=True)
class Paint:
    """Colours text, or leaves it as it is."""

    is_on: bool = False

    def __call__(self, colour: str, text: str) -> str:
        return f"\x1b[{_CODES[colour]}m{text}\x1b[0m" if self.is_on and text else text


def paint_for(stream: TextIO) -> Paint:
    """Colours on a terminal, unless NO_COLOR asks for none (https://no-color.org)."""
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return Paint()
    return Paint(stream.isatty())


def visible(text: str) -> str:
    """The text with what a terminal would obey, such as escape sequences, spelt out."""
    if text.isprintable():
        return text
    return "".join(visible_character(char) if char != "\n" else char for char in text)


def visible_character(char: str) -> str:
    if char == "\t":
        return _TAB
    return char if char.isprintable() else char.encode("unicode_escape").decode()


def width(text: str) -> int:
    """The columns that a text takes: two for a wide character, none for a combining one."""
    if text.isascii():
        return len(text)
    from unicodedata import combining, east_asian_width

    return sum(0 if combining(c) else 1 + (east_asian_width(c) in "WF") for c in text)
