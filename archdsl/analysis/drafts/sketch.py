"""The definitions of any text in outline: their heads, and the names that their bodies give.

It is read off the tokens, so it is there for a text that does not parse, and for the definition
that is being typed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from archdsl.analysis.drafts.lexed import DEFINITIONS, end, lexed, start
from archdsl.source import Source, Span
from archdsl.syntax.separators import CLOSE, OPEN
from archdsl.syntax.tokens import Token

_BEFORE_STATEMENT = ("_SEP", "LBRACE", "RBRACE")


@dataclass(frozen=True)
class Sketched:
    """A definition in outline. `base` is what a derivation, a claim or a recipe names first."""

    kind: str
    name: str
    span: Span
    name_span: Span
    parameters: tuple[str, ...] = ()
    assigned: tuple[tuple[str, int], ...] = ()
    base: str | None = None

    def known(self, offset: int) -> list[str]:
        """The names that its text gives before an offset."""
        found = [*self.parameters, *(name for name, place in self.assigned if place < offset)]
        return [*dict.fromkeys(found)]


@lru_cache(maxsize=16)
def sketch(source: Source) -> tuple[Sketched, ...]:
    """The definitions of a text, in order."""
    found = (_sketched(source, tokens) for tokens in lexed(source).definitions)
    return tuple(each for each in found if each is not None)


def around(source: Source, offset: int) -> Sketched | None:
    """The definition around an offset."""
    found = None
    for each in sketch(source):
        if each.span.start > offset:
            break
        found = each
    return found


def _sketched(source: Source, tokens: Sequence[Token]) -> Sketched | None:
    place = next((p for p, token in enumerate(tokens) if _is_keyword(token)), None)
    if place is None:
        return None
    keyword, rest = tokens[place], tokens[place + 1 :]
    name = next(iter(rest), None)
    if name is None or name.type != "NAME":
        return None
    last = next(token for token in reversed(tokens) if token.type != "_SEP")
    span = Span(source, start(tokens[0]), end(last))
    named = Span(source, start(name), end(name))
    kind, text = str(keyword), str(name)
    if kind == "use":
        text = "".join(str(token) for token in rest if token.type in ("NAME", "DOT"))
        return Sketched(kind, text, span, named)
    parameters, body = _parameters(rest[1:])
    base = text if kind == "claim" else _base(body)
    return Sketched(kind, text, span, named, parameters, tuple(_assigned(body)), base)


def _is_keyword(token: Token) -> bool:
    return token.type in DEFINITIONS or token == "search"


def _parameters(tokens: Sequence[Token]) -> tuple[tuple[str, ...], Sequence[Token]]:
    """The names of the parameters in a head, and the tokens after it."""
    if not tokens or tokens[0].type != "LPAR":
        return (), tokens
    names, depth, before = [], 0, ""
    for place, token in enumerate(tokens):
        if token.type == "NAME" and depth == 1 and before in ("LPAR", "COMMA"):
            names.append(str(token))
        depth += (token.type in OPEN) - (token.type in CLOSE)
        before = before if token.type == "_SEP" else token.type
        if depth == 0:
            return tuple(names), tokens[place + 1 :]
        if token.type == "LBRACE" and depth == 2:  # the parenthesis is not closed
            return tuple(names), tokens[place:]
    return tuple(names), ()


def _base(tokens: Sequence[Token]) -> str | None:
    """`b` of `= b(...)`; of `for b {`, the network of a recipe without another recipe."""
    for before, token in pairwise(tokens):
        if before.type == "LBRACE":
            return None
        if before.type == "EQUAL" and token.type == "NAME":
            return str(token)
    return None


def _assigned(tokens: Sequence[Token]) -> Iterator[tuple[str, int]]:
    """The names that statements give, each with its offset. Arguments are in parentheses."""
    depth, before = 0, "_SEP"
    for place, token in enumerate(tokens):
        if before in _BEFORE_STATEMENT and depth == 0:
            yield from _targets(tokens, place)
        if token.type in ("LPAR", "LSQB"):
            depth += 1
        elif token.type in ("RPAR", "RSQB"):
            depth = max(0, depth - 1)
        before = token.type


_ENDS = {"INPUT": "COLON", "SHARE": "EQUAL", "FOR": "IN"}
"""What stands behind the names that a statement gives; after an assignment's, `=` does."""


def _targets(tokens: Sequence[Token], place: int) -> Iterator[tuple[str, int]]:
    """The names that one statement gives: `a, b = ...`, `input a: ...`, `for each a in ...`."""
    ends = _ENDS.get(tokens[place].type, "EQUAL")
    place += tokens[place].type in _ENDS
    words = [str(token) for token in tokens[place : place + 2]]
    place += ends == "IN" and words[:1] == ["each"] and words[1:] not in ([","], ["in"])
    found: list[tuple[str, int]] = []
    for at in range(place, len(tokens)):
        token = tokens[at]
        if token.type == ends:
            yield from found
            return
        if token.type == "NAME":
            found.append((str(token), start(token)))
        elif token.type != "COMMA":
            return
