"""The values of single tokens (numbers, texts, places), and the tokens that no rule has.

Comments can be anywhere, so no rule has them. Neither has a character that is not in the language:
it is reported here, and parsing goes on without it.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING

from archdsl import limits
from archdsl.diagnostics import Diagnostic, Label, Meant, error
from archdsl.source import Source, Span
from archdsl.syntax import tree

if TYPE_CHECKING:  # most commands need numbers, and no parser
    from lark import Token

COUNTS = {"k": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}
"""The factor of each letter that a count is written with."""

TIMES = {"us": 10**3, "ms": 10**6, "s": 10**9}
"""The factor of each unit of time: a time is a number of nanoseconds."""

SUFFIXES = {**COUNTS, "K": 10**3, **TIMES}
"""The factor of all that may follow a number."""

_LETTERS = "".join(SUFFIXES)
_ESCAPE = re.compile(r"\\(.)")
_ESCAPES = {'"': '"', "\\": "\\", "n": "\n", "t": "\t"}


def parse_number(text: str) -> int | Fraction | None:
    """The value of `2.25`, `1e-4`, `3.8M` or `20ms`; None where it has too many digits.

    Values are exact. The length is checked first: `1e999999999` would fill the memory, and Python
    refuses to read an integer of more than 4,300 digits.
    """
    # A shortcut: most numbers are plain integers, and a Fraction takes much longer.
    if len(text) <= limits.DIGITS and text.isdecimal():
        return int(text)
    digits, suffix = split_number(text)
    mantissa, _, exponent = digits.lower().partition("e")
    # Leading zeros do not make an exponent large: `1e+0005`.
    power = exponent.lstrip("+-0")
    if len(mantissa) > limits.DIGITS or len(power) > 3 or int(power or 0) > limits.DIGITS:
        return None
    value = Fraction(digits) * SUFFIXES.get(suffix, 1)
    return value.numerator if value.denominator == 1 else value


def split_number(text: str) -> tuple[str, str]:
    """The digits of a number and what follows them: `1e-4` and nothing, `3.8` and `M`."""
    digits = text.rstrip(_LETTERS)
    return digits, text[len(digits) :]


def number_text(value: int, units: Mapping[str, int] = COUNTS) -> str:
    """A positive integer, with the suffix of a unit where that is exact: `2.05G`."""
    letters = {factor: letter for letter, factor in units.items()}
    factor = max((factor for factor in letters if factor <= value), default=1)
    digits = f"{value / factor:.12g}"
    return digits + letters.get(factor, "") if Fraction(digits) * factor == value else str(value)


def unquote(text: str) -> str:
    """The text between the quotes, without unknown escapes."""
    return _ESCAPE.sub(lambda escape: _ESCAPES.get(escape[1], ""), text[1:-1])


def unknown_escapes(text: str) -> Iterator[tuple[int, str]]:
    """The offset of each unknown escape in a text, and the escape."""
    for escape in _ESCAPE.finditer(text, 1, len(text) - 1):
        if escape[1] not in _ESCAPES:
            yield escape.start(), escape[0]


def description(text: str) -> str:
    """A doc string without its common indentation and surrounding blanks."""
    # Authors indent the lines of a doc string. The formatter prints them at the margin.
    lines = textwrap.dedent(text[3:-3]).split("\n")
    return "\n".join(line.rstrip() for line in lines).strip()


_LABEL = re.compile(r"[\w*]+(?:\.[\w*]+)*", re.ASCII)
_STARS = re.compile(r"\*{2,}")
_DOTS = re.compile(r"\.{2,}")
_FORMS = "a place is a label like `res3.1`, a pattern like `res4.*`, or a range like `b..f`"


def place_mistake(place: str) -> tuple[str, str] | None:
    """The message and the help for a malformed place, or None where it is well-formed."""
    labels = _DOTS.split(place)
    if len(labels) > 2 or not all(map(_LABEL.fullmatch, labels)):
        return f"`{place}` is not a place", _FORMS
    if "..." in place:
        return "a range must have two dots", f"write `{'..'.join(labels)}`"
    if len(labels) == 2 and "*" in place:
        return "a range must go from label to label, without `*`", f"write `{labels[0]}` alone"
    if "**" in place:
        single = _STARS.sub("*", place)
        return "a `*` matches a part of one name, never several levels", f"write `{single}`"
    return None


_SHOWN = 20


class Margin:
    """Collects the comments of one text, and the mistakes found before and during parsing.

    The actions of the parser report their mistakes here too.
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
        """The tokens that the grammar has rules for. Comments and mistakes are collected."""
        for token in tokens:
            if token.type in self._notes:
                self._notes[token.type](token)
            else:
                yield token

    def _comment(self, token: Token) -> None:
        self.comments.append(tree.Comment(token.rstrip(), span=self._span(token)))

    def _open_doc(self, token: Token) -> None:
        start = token.start_pos or 0
        self.report("this doc string is never closed", Span(self.source, start, start + 3))

    def _open_text(self, token: Token) -> None:
        self.report("this text has no closing quote", self._span(token))

    def _stray(self, token: Token) -> None:
        """Report the first one of a line: more of them are likely to be the same mistake."""
        if token.line == self._stray_line:
            return
        self._stray_line = token.line
        words = token[:_SHOWN]
        shown = f"`{words}`" if words.isprintable() else f"character U+{ord(token[0]):04X}"
        from archdsl.foreign.characters import character_hint, lookalike  # for mistakes alone

        start, text = token.start_pos or 0, self.source.text
        line = text[text.rfind("\n", 0, start) + 1 : start]
        near = lookalike(str(token))
        rest = text[start : start + _SHOWN]
        help = Meant(str(token).rstrip(), near) if near else character_hint(str(token), line, rest)
        self.report(f"{shown} is not part of the language", self._span(token), help)

    def report(
        self,
        message: str,
        span: Span,
        help: str | None = None,
        *,
        code: str = "syntax",
        also: Iterable[Label] = (),
    ) -> None:
        """Add an error, up to `limits.MISTAKES`."""
        if len(self.mistakes) < limits.MISTAKES:
            self.mistakes.append(error(code, message, span, also=also, help=help))

    def _span(self, token: Token) -> Span:
        """The span of a token without blanks at its end."""
        start = token.start_pos or 0
        return Span(self.source, start, start + len(token.rstrip()))
