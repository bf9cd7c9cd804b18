"""Values as Python writes them."""

from __future__ import annotations

from typing import TypeAlias

from archdsl.emit.python.expressions import Atom, Call, Python, Tuple
from archdsl.emit.python.operators import Prefix

Value: TypeAlias = "int | float | bool | str | tuple[Value, ...] | None"


def literal(value: Value) -> Python:
    """A value as Python writes it; text never becomes code."""
    if isinstance(value, tuple):
        return Tuple(tuple(literal(item) for item in value))
    if isinstance(value, str):
        return Atom(quoted(value))
    text = repr(value).replace("e+", "e")
    if isinstance(value, float) and text.strip("-") in ("inf", "nan"):
        return Call(Atom("float"), (Atom(f'"{text}"'),))
    return Prefix("-", Atom(text[1:])) if text.startswith("-") else Atom(text)


def quoted(text: str) -> str:
    """A string literal in ASCII, in double quotes unless single ones spare backslashes."""
    quote = "'" if text.count('"') > text.count("'") else '"'
    escaped = text.encode("unicode_escape").decode("ascii")
    return quote + escaped.replace(quote, "\\" + quote) + quote
