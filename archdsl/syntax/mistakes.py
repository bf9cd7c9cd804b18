"""A token that cannot stand where it stands, told as a reader of the language would tell it."""

from __future__ import annotations

from collections.abc import Callable

from lark import Token

from archdsl.diagnostics import Diagnostic, did_you_mean, error
from archdsl.source import Span
from archdsl.syntax import clauses
from archdsl.syntax.fault import Place

_DEFINITIONS = ("block", "cell", "claim", "network", "use")
_STATEMENTS = ("disputed", "else", "for", "if", "init", "input", "note", "return", "table")
_ENDS = {"_SEP": "the end of the line", "RBRACE": "`}`", "$END": "the end of the file"}


def explain(place: Place) -> Diagnostic:
    """The first of the rules below that knows this mistake."""
    told = (rule(place) for rule in _RULES)
    return next(filter(None, told), None) or _unexpected(place)


def keyword(token: Token) -> str | None:
    """The word of the language that a token is, or that its writer will have meant."""
    if token.type != "NAME":
        return str(token)
    suggestion = did_you_mean(str(token), _DEFINITIONS + _STATEMENTS)
    return suggestion.split("`")[1] if suggestion else None


def _is_word(token: Token) -> bool:
    return token.type != "NAME" and token.isidentifier()


def _decimal(place: Place) -> Diagnostic | None:
    """`.5` or `5.`."""
    found, following = place.found, place.token(place.at + 1)
    if found.type == "DOT" and following.type == "NUMBER" and found.end_pos == following.start_pos:
        span, help = place.span(found, following), f"write `0.{following}`"
        return error("syntax", "a number begins with a digit", span, help=help)
    number, dot = place.token(place.at - 2), place.before
    if dot and dot.type == "DOT" and number.type == "NUMBER" and number.end_pos == dot.start_pos:
        span, help = place.span(number, dot), f"write `{number}.0` or `{number}`"
        return error("syntax", "a number ends with a digit", span, help=help)
    return None


def _reserved(place: Place) -> Diagnostic | None:
    """A word of the language where a name stands."""
    token, following = place.found, place.token(place.at + 1)
    if token.type == "EQUAL" and place.at == place.first + 1:
        token = place.token(place.first)
    elif "NAME" not in place.accepted or (place.at == place.first and following.type != "EQUAL"):
        return None
    if not _is_word(token):
        return None
    message = f"`{token}` is a word of the language and cannot be a name"
    return error("syntax", message, place.span(token))


def _misspelt(place: Place) -> Diagnostic | None:
    """A line that begins with a word much like one of the language."""
    first = place.token(place.first)
    is_definition = "NETWORK" in place.accepted
    # In a claim two names may follow each other.
    is_after_names = place.token(place.first + 1).type == "NAME"
    begins_it = place.at - place.first <= 1 + is_after_names and place.found.type not in _ENDS
    if first.type != "NAME" or not (begins_it or place.found.type == "LBRACE"):
        return None
    help = did_you_mean(str(first), _DEFINITIONS if is_definition else _STATEMENTS)
    if not help:
        return None
    kind = "definition" if is_definition else "statement"
    return error("syntax", f"`{first}` begins no {kind}", place.span(first), help=help)


def _misplaced(place: Place) -> Diagnostic | None:
    """A word of the language at the head of a line where it may not stand."""
    if place.at != place.first or not _is_word(place.found):
        return None
    is_else = place.found.type == "ELSE"
    message = "this `else` follows no `if`" if is_else else f"`{place.found}` cannot stand here"
    return error("syntax", message, place.span(place.found), place.expected)


def _missing(place: Place) -> Diagnostic | None:
    """An end where something still had to come: told after the last word, not at what follows."""
    end = _ENDS.get(place.found.type)
    if not end or place.before is None:
        return None
    offset = place.before.end_pos or 0
    if place.found == ";":
        end = "`;`"
    elif place.found.type == "$END" and place.source.text[offset:].strip():
        end = _ENDS["_SEP"]  # of this definition: others follow
    message = f"{place.expected or 'expected more'} before {end}"
    is_arrow = place.before.type == "ARROW"
    help = "a chain goes on with `->` at the head of the next line" if is_arrow else None
    return error("syntax", message, Span(place.source, offset, offset), help=help)


def _rowless(place: Place) -> Diagnostic | None:
    """A table that ends with its header."""
    if place.found.type != "RBRACE" or "RBRACE" in place.accepted or "_SEP" not in place.accepted:
        return None
    return error("syntax", "this table has no rows", place.span(place.found), "expected a row")


def _equals(place: Place) -> Diagnostic | None:
    """`if a = b`, or `f(x) = y`."""
    if place.found.type != "EQUAL" or "COMPARE" not in place.accepted:
        return None
    earlier = {token.type for token in place.tokens[place.first : place.at]}
    compares = earlier & {"IF", "EQUAL", "RETURN"}
    help = "to compare two values, write `==`" if compares else "only a name can be given a value"
    return error("syntax", "unexpected `=`", place.span(place.found), place.expected, help=help)


def _unexpected(place: Place) -> Diagnostic:
    shown = _shorten(str(place.found).splitlines()[0]) if place.found else "end of the file"
    return error("syntax", f"unexpected `{shown}`", place.span(place.found), place.expected)


def _shorten(text: str, most: int = 40) -> str:
    return text if len(text) <= most else text[: most - 3] + "..."


_RULES: tuple[Callable[[Place], Diagnostic | None], ...] = (
    _decimal,
    *clauses.RULES,
    _reserved,
    _misspelt,
    _misplaced,
    _rowless,
    _missing,
    _equals,
)
