"""Places of a text in a later one: what was known of it stays at its lines while somebody types.

Two texts are compared by what they begin and end with. Between these is what has changed.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from archdsl.source import Source, Span


@dataclass(frozen=True)
class Shift:
    """The way from a text to a later one."""

    before: Source
    after: Source

    @cached_property
    def _head(self) -> int:
        """How many characters both begin with."""
        return _common(self.before.text, self.after.text)

    @cached_property
    def _tail(self) -> int:
        """How many characters both end with, beside those that they begin with."""
        most = min(len(self.before.text), len(self.after.text)) - self._head
        texts = self.before.text, self.after.text
        ends = (text[len(text) - most :][::-1] for text in texts)
        return _common(*ends)

    def span(self, span: Span) -> Span | None:
        """The same place in the later text; None where it has changed."""
        if self.before.text == self.after.text or span.end <= self._head:
            return Span(self.after, span.start, span.end)
        if span.start < len(self.before.text) - self._tail:
            return None
        by = len(self.after.text) - len(self.before.text)
        return Span(self.after, span.start + by, span.end + by)


def _common(one: str, other: str) -> int:
    """How many characters two texts begin with, found by halves: Python compares fast."""
    known, most = 0, min(len(one), len(other))
    while known < most:
        middle = (known + most + 1) // 2
        if one[known:middle] == other[known:middle]:
            known = middle
        else:
            most = middle - 1
    return known
