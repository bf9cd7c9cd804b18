"""A token that the grammar does not accept, with its neighbours and the tokens that it expected."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from lark import Token

from archdsl.diagnostics import Diagnostic, alternatives, error
from archdsl.source import Source, Span
from archdsl.syntax.separators import CLOSE, OPEN

_DEFINITIONS = {"BLOCK", "CELL", "NETWORK", "CLAIM", "RECIPE", "SEARCH", "USE", "DOC"}
_DEFINITIONS |= {"$END"}
_VALUES = {"NUMBER", "NAME", "LPAR", "MINUS", "NOT", "CONSTANT", "NONE", "IN", "CELL", "AT_MOST"}
_VALUES |= {"LCHOICE", "EACH"}
_STATEMENTS = {"INPUT", "INIT", "IF", "FOR", "REQUIRE", "RETURN", "SHARE", "TABLE"} | _VALUES
_OPERATORS = {"PLUS", "MINUS", "TIMES", "COMPARE", "AT_MOST", "_BY", "AND", "OR", "ARROW", "IF"}
_OPERATORS |= {"DOT", "LSQB", "LPAR", "CIRCUMFLEX", "OF"}

# A list of all accepted tokens would be unreadable. Where the first set of a group is accepted, the
# group's words replace every token of the second set.
_GROUPS = (
    (
        {"NETWORK", "USE"},
        _DEFINITIONS,
        "a definition (`block`, `cell`, `network`, `recipe`, `search`, `claim` or `use`)",
    ),
    ({"RETURN"}, _STATEMENTS, "a statement"),
    ({"VBAR", "RULE"}, {"VBAR", "RULE"}, "a row"),
    ({"NUMBER", "LPAR"}, _VALUES, "a value"),
    ({"NAME", "EACH"}, {"NAME", "EACH"}, "a name"),
)
_WORDS = {
    "NAME": "a name",
    "NUMBER": "a number",
    "PLACE": "a place",
    "TEXT": "a text in quotes",
    "DOC": "a doc string",
    "_SEP": "the end of the line",
    "RULE": "a rule line",
    "CONSTANT": "`true` or `false`",
    "$END": "the end of the file",
}
_MOST = 4
_SHOWN = 40


def describe(accepted: Collection[str], spelling: Mapping[str, str]) -> str:
    """`a value or `)``; empty where the list would be too long to help."""
    rest, words = set(accepted), []
    for leaders, members, group in _GROUPS:
        if leaders <= rest:
            rest -= members
            words.append(group)
    # After an operand every operator is accepted. They are left out unless nothing else is:
    # the reader needs to know what can end the expression.
    rest = rest - _OPERATORS or rest & {"ARROW"}
    if "_SEP" in rest:
        rest -= {"RBRACE", "$END"}
    words += sorted(_WORDS[name] for name in rest if name in _WORDS)
    words += sorted(f"`{spelling[name]}`" for name in rest if name not in _WORDS)
    return alternatives(words) if 0 < len(words) <= _MOST else ""


@dataclass(frozen=True)
class Fault:
    """The token at position `at`, which the grammar does not accept there.

    `first` is the position where the statement around it begins. `accepted` are the types of the
    tokens that the grammar accepts there, and `spelling` says how each type is written.
    """

    source: Source
    tokens: Sequence[Token]
    first: int
    at: int
    accepted: frozenset[str]
    spelling: Mapping[str, str]

    def token(self, position: int) -> Token:
        """The token at a position; outside of the statement's tokens, the end of the text."""
        inside = 0 <= position < len(self.tokens)
        end = len(self.source.text)
        return self.tokens[position] if inside else Token("$END", "", end, end_pos=end)

    @property
    def found(self) -> Token:
        return self.token(self.at)

    @property
    def in_choice(self) -> bool:
        """Whether the token is between the braces of a choice, and in no bracket inside it."""
        depth = 0
        for token in reversed(self.tokens[self.first : self.at]):
            depth += (token.type in CLOSE) - (token.type in OPEN)
            if depth < 0:
                return token.type == "LCHOICE"
        return False

    @property
    def shown(self) -> str:
        """The token as a message shows it: its first line, cut where it is long."""
        line = str(self.found).splitlines()[0] if self.found else "end of the file"
        return line if len(line) <= _SHOWN else line[: _SHOWN - 3] + "..."

    @property
    def before(self) -> Token | None:
        return self.tokens[self.at - 1] if self.at else None

    @property
    def expected(self) -> str:
        words = describe(self.accepted, self.spelling)
        return f"expected {words}" if words else ""

    def span(self, first: Token, last: Token | None = None) -> Span:
        end = (last or first).end_pos
        return Span(self.source, first.start_pos or 0, end if end is not None else 0)

    def unexpected(self, help: str | None = None) -> Diagnostic:
        """The error at the token that was found, with what was expected; most rules give it."""
        message = f"unexpected `{self.shown}`"
        return error("syntax", message, self.span(self.found), self.expected, help=help)
