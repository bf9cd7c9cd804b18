"""What may stand at a place, in the language's words."""

from __future__ import annotations

from collections.abc import Collection, Mapping

_DEFINITIONS = {"BLOCK", "CELL", "NETWORK", "CLAIM", "RECIPE", "USE", "DOC", "$END"}
_VALUES = {"NUMBER", "NAME", "LPAR", "MINUS", "NOT", "CONSTANT", "NONE", "IN", "CELL", "AT_MOST"}
_STATEMENTS = {"INPUT", "INIT", "IF", "FOR", "RETURN", "TABLE"} | _VALUES
_OPERATORS = {"PLUS", "MINUS", "TIMES", "COMPARE", "AT_MOST", "_BY", "AND", "OR", "ARROW", "IF"}
_OPERATORS |= {"DOT", "LSQB", "LPAR", "CIRCUMFLEX"}

# Where all leaders may stand, the words stand for every member.
_GROUPS = (
    (
        {"NETWORK", "USE"},
        _DEFINITIONS,
        "a definition (`block`, `cell`, `network`, `recipe`, `claim` or `use`)",
    ),
    ({"RETURN"}, _STATEMENTS, "a statement"),
    ({"VBAR", "RULE"}, {"VBAR", "RULE"}, "a row"),
    ({"NUMBER", "LPAR"}, _VALUES, "a value"),
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


def describe(accepted: Collection[str], spelling: Mapping[str, str]) -> str:
    """`a value or `)``; nothing where the list would be longer than a help."""
    rest, words = set(accepted), []
    for leaders, members, group in _GROUPS:
        if leaders <= rest:
            rest -= members
            words.append(group)
    # Almost anything may go on with an operator: only what could end it is news.
    rest = rest - _OPERATORS or rest & {"ARROW"}
    if "_SEP" in rest:
        rest -= {"RBRACE", "$END"}
    words += sorted(_WORDS[name] for name in rest if name in _WORDS)
    words += sorted(f"`{spelling[name]}`" for name in rest if name not in _WORDS)
    return _join(words) if len(words) <= _MOST else ""


def _join(words: list[str]) -> str:
    return " or ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))
