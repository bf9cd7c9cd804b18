"""Offsets in a text, and positions as editors count them: lines, and units of their encoding.

A line ends with a line feed, a carriage return, or both, and with nothing else: Python's
`splitlines` knows more ends, after which all later lines would be off. The unit is one of UTF-16
unless the editor asks for another, so an emoji in a comment is two.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property

from lsprotocol.types import Position, PositionEncodingKind, Range

from archdsl.source import Span

_LINE = re.compile(r"\r\n|\n|\r")
_ASTRAL = 0xFFFF
"""Characters beyond this take two units of UTF-16."""


@dataclass(frozen=True)
class Lines:
    """The lines of a text, for one encoding of positions."""

    text: str
    encoding: PositionEncodingKind | str = PositionEncodingKind.Utf16

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *(found.end() for found in _LINE.finditer(self.text))]

    @cached_property
    def _ends(self) -> list[int]:
        """Where each line ends, without its line break."""
        return [*(found.start() for found in _LINE.finditer(self.text)), len(self.text)]

    @cached_property
    def _is_plain(self) -> bool:
        """Whether every character is one unit, whatever the encoding."""
        return self.text.isascii()

    def position(self, offset: int) -> Position:
        """The position of an offset; of one within a line break, the end of the line."""
        line = bisect_right(self._starts, offset) - 1
        start = self._starts[line]
        before = self.text[start : min(offset, self._ends[line])]
        return Position(line, len(before) if self._is_plain else sum(map(self._units, before)))

    def offset(self, position: Position) -> int:
        """The offset of a position; one that is outside of the text is moved to the nearest."""
        if position.line >= len(self._starts):
            return len(self.text)
        line = max(position.line, 0)
        start, end = self._starts[line], self._ends[line]
        if self._is_plain:
            return min(start + max(position.character, 0), end)
        left = position.character
        for place in range(start, end):
            left -= self._units(self.text[place])
            if left < 0:
                return place
        return end

    def range(self, start: int, end: int) -> Range:
        return Range(self.position(start), self.position(end))

    def of(self, span: Span) -> Range:
        """The range of a span in this text."""
        return self.range(span.start, span.end)

    def _units(self, character: str) -> int:
        if self.encoding == PositionEncodingKind.Utf8:
            return len(character.encode(errors="replace"))
        return 1 + (self.encoding == PositionEncodingKind.Utf16 and ord(character) > _ASTRAL)
