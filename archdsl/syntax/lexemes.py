"""What single words of a text mean: numbers, texts, places; and what stands beside the grammar.

Comments belong to no rule, and what means nothing in the language is told without the parser.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator
from fractions import Fraction

from lark import Token

from archdsl import limits
from archdsl.diagnostics import Diagnostic, error
from archdsl.source import Source, Span
from archdsl.syntax import tree

SUFFIXES = {"k": 10**3, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}
"""What a letter behind a number multiplies it by."""

_ESCAPE = re.compile(r"\\(.)")
_ESCAPES = {'"': '"', "\\": "\\", "n": "\n", "t": "\t"}


def parse_number(text: str) -> int | Fraction | None:
    """The value of `2.25`, `1e-4` or `3.8M`; None where it has too many digits."""
    if len(text) <= limits.DIGITS and text.isdecimal():
        return int(text)
    digits = text.rstrip("".join(SUFFIXES))
    mantissa, _, exponent = digits.lower().partition("e")
    power = exponent.lstrip("+-0")
    if len(mantissa) > limits.DIGITS or len(power) > 3 or int(power or 0) > limits.DIGITS:
        return None
    value = Fraction(digits) * SUFFIXES.get(text[-1], 1)
    return value.numerator if value.denominator == 1 else value


def unquoted(text: str) -> str:
    """What stands between the quotes; an unknown escape stands for nothing."""
    return _ESCAPE.sub(lambda escape: _ESCAPES.get(escape[1], ""), text[1:-1])


def unknown_escapes(text: str) -> Iterator[tuple[int, str]]:
    """Where a text holds escapes that mean nothing, and which."""
    for escape in _ESCAPE.finditer(text, 1, len(text) - 1):
        if escape[1] not in _ESCAPES:
            yield escape.start(), escape[0]


def description(text: str) -> str:
    """A doc string without the indentation and the blanks that only its place gave it."""
    lines = textwrap.dedent(text[3:-3]).split("\n")
    return "\n".join(line.rstrip() for line in lines).strip()


_LABEL = re.compile(r"[\w*]+(?:\.[\w*]+)*", re.ASCII)
_STARS = re.compile(r"\*{2,}")
_DOTS = re.compile(r"\.{2,}")
_FORMS = "a place is a label as `res3.1`, one with wildcards as `res4.*`, or a range as `b..f`"


def mistaken(place: str) -> tuple[str, str] | None:
    """What is wrong with a place, and what helps; nothing where it can be read."""
    labels = _DOTS.split(place)
    if len(labels) > 2 or not all(map(_LABEL.fullmatch, labels)):
        return f"`{place}` is no place", _FORMS
    if "..." in place:
        return "a range has two dots", f"write `{'..'.join(labels)}`"
    if len(labels) == 2 and "*" in place:
        return "a range goes from one label to another, without `*`", f"write `{labels[0]}` alone"
    if "**" in place:
        single = _STARS.sub("*", place)
        return "a `*` stands for any part of a name, and never for levels", f"write `{single}`"
    return None


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
