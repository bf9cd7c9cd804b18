"""Where comments and braces stand in a file's text, for the formatter to keep them in place."""

from __future__ import annotations

import re
from bisect import bisect_left

from archdsl.syntax import tree

_TOKEN = re.compile(r'"""[\s\S]*?"""|"(?:\\.|[^"\\\n])*"|#[^\n]*|[{}]')
_BLANK_LINE = re.compile(r"\n[ \t\f\r;]*\n")
_SAME_LINE = re.compile(r"[ \t\f\r;|]*")


class Places:
    """Gives out a file's comments in order; knows its braces and blank lines."""

    def __init__(self, file: tree.File) -> None:
        self._text = file.source.text
        self._comments = sorted(file.comments, key=lambda comment: comment.span.start)
        self._starts = [comment.span.start for comment in self._comments]
        self._taken = 0
        self._braces: dict[str, list[int]] = {"{": [], "}": []}
        self.doc = (0, 0)
        for token in _TOKEN.finditer(self._text):
            if token[0] in self._braces:
                self._braces[token[0]].append(token.start())
            elif token[0].startswith('"""') and self.doc == (0, 0):
                self.doc = token.span()

    def brace(self, which: str, after: int) -> int:
        """The first brace from an offset on, outside of texts and comments."""
        places = self._braces[which]
        position = bisect_left(places, after)
        return places[position] if position < len(places) else after

    def comments_before(self, offset: int) -> list[tree.Comment]:
        """Takes the comments up to an offset."""
        first, self._taken = self._taken, max(self._taken, bisect_left(self._starts, offset))
        return self._comments[first : self._taken]

    def comment_beside(self, offset: int) -> tree.Comment | None:
        """Takes the comment on the line of what ends at an offset."""
        if self._taken == len(self._comments):
            return None
        start = self._starts[self._taken]
        if not _SAME_LINE.fullmatch(self._text, offset, max(offset, start)):
            return None
        self._taken += 1
        return self._comments[self._taken - 1]

    def has_comment(self, start: int, end: int) -> bool:
        return bisect_left(self._starts, start) < bisect_left(self._starts, end)

    def has_newline(self, start: int, end: int) -> bool:
        return self._text.find("\n", start, end) >= 0

    def has_blank_line(self, start: int, end: int) -> bool:
        return bool(_BLANK_LINE.search(self._text, start, end))
