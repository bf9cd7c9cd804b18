"""What the lexer meets beside the grammar: comments, and what means nothing in the language."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lark import Token

from archdsl import limits
from archdsl.diagnostics import Diagnostic, error
from archdsl.source import Source, Span
from archdsl.syntax import tree

# What a text copied from a paper or a word processor holds in the place of the language's signs.
_LOOKALIKES = {"→": "->", "·": "*", "≤": "<=", "≥": ">=", "≠": "!=", "&": "and", "&&": "and"}
_LOOKALIKES |= dict.fromkeys(("\u2212", "\u2013", "\u2014"), "-")
_LOOKALIKES |= dict.fromkeys(("“", "”", "'"), '"') | {"!": "not"}
_SHOWN = 20


class Margin:
    """What is noted of one text while it is parsed: its comments, and mistakes in its words.

    The builder tells its own mistakes here too.
    """

    def __init__(self, source: Source) -> None:
        self.source = source
        self.comments: list[tree.Comment] = []
        self.mistakes: list[Diagnostic] = []
        self._stray_line: int | None = None
        self._notes = {
            "COMMENT": self._comment,
            "OPEN_DOC": self._open_doc,
            "OPEN_TEXT": self._open_text,
            "STRAY": self._stray,
        }

    def without(self, tokens: Iterable[Token]) -> Iterator[Token]:
        """The tokens that the grammar has a place for; the others are noted."""
        for token in tokens:
            if token.type in self._notes:
                self._notes[token.type](token)
            else:
                yield token

    def _comment(self, token: Token) -> None:
        self.comments.append(tree.Comment(token.rstrip(), span=self._place(token)))

    def _open_doc(self, token: Token) -> None:
        start = token.start_pos or 0
        self.tell("this doc string is never closed", Span(self.source, start, start + 3))

    def _open_text(self, token: Token) -> None:
        self.tell("this text has no closing quote", self._place(token))

    def _stray(self, token: Token) -> None:
        """Tells of the first on its line: the others are likely to belong to it."""
        if token.line == self._stray_line:
            return
        self._stray_line = token.line
        words = token[:_SHOWN]
        shown = f"`{words}`" if words.isprintable() else f"character U+{ord(token[0]):04X}"
        meant = _LOOKALIKES.get(str(token))
        help = f"did you mean `{meant}`?" if meant else None
        self.tell(f"{shown} means nothing here", self._place(token), help)

    def tell(
        self, message: str, span: Span, help: str | None = None, *, code: str = "syntax"
    ) -> None:
        """One mistake more, unless there are as many as anybody reads."""
        if len(self.mistakes) < limits.MISTAKES:
            self.mistakes.append(error(code, message, span, help=help))

    def _place(self, token: Token) -> Span:
        """Where a token stands, without blanks at its end."""
        start = token.start_pos or 0
        return Span(self.source, start, start + len(token.rstrip()))
