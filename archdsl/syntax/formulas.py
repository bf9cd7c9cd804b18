"""Rules that explain mistakes in expressions: signs, numbers, texts, chains and commas.

Each rule looks at a fault and gives its diagnostic, or None where the fault is none of its kind.
Its docstring shows the text that it is for.
"""

from __future__ import annotations

import re

from archdsl.diagnostics import Diagnostic, error
from archdsl.foreign import names
from archdsl.syntax.fault import Fault
from archdsl.syntax.lexemes import TIMES

_SIGNS = {
    ("|", "|"): "write `or`",
    ("|", ">"): "write `->`",
    ("=", ">"): "write `->`",
    (">", ">"): "write `->`",
    ("-", ">"): "write `->` without a blank",
    ("*", "*"): "write `a * a` of numbers, and `power(x, y)` or `square` of tensors",
    (":", "="): "write `=`",
    ("+", "+"): "write `n = n + 1`",
    ("/", "*"): "a comment begins with `#` and ends with the line",
    ("//", "*"): "a comment begins with `#` and ends with the line",
}
"""What to write for two tokens that are one sign elsewhere."""

_FIGURE = re.compile(r"[0-9]+(\.[0-9]+)?([eE]-?[0-9]+|[kMGT])?")
_ARITHMETIC = {"PLUS", "MINUS", "TIMES", "COMPARE", "AT_MOST", "AND", "OR", "IF"}
_UNITS = {"fps", "px", "ns", "Hz", "GB", "MB", "epochs", "x"}
_ENDS = {"_SEP", "RBRACE", "$END", "VBAR"}


def _unpacked(fault: Fault) -> Diagnostic | None:
    """`conv(*sizes)`."""
    stars = fault.found.type == "TIMES" and "NUMBER" in fault.accepted
    if not stars or fault.before is None or fault.before.type not in ("LPAR", "COMMA"):
        return None
    return fault.unexpected("give each argument by itself")


def _sign(fault: Fault) -> Diagnostic | None:
    """`x ** 2`, `a || b`, `y := x`, `x => relu`."""
    for first in (fault.at - 1, fault.at):
        one, two = fault.token(first), fault.token(first + 1)
        help = _SIGNS.get((str(one), str(two)))
        apart = 1 if (one, two) == ("-", ">") else 0
        if help and (two.start_pos or 0) - (one.end_pos or 0) <= apart:
            span = fault.span(one, two)
            return error("syntax", f"`{span.text}` is not part of the language", span, help=help)
    return None


def _update(fault: Fault) -> Diagnostic | None:
    """`i += 1`."""
    sign = fault.before
    if fault.found.type != "EQUAL" or sign is None or sign.type not in ("PLUS", "MINUS", "TIMES"):
        return None
    name = fault.token(fault.at - 2)
    help = f"write `{name} = {name} {sign} ...`" if name.type == "NAME" else None
    message = f"`{sign}=` is not part of the language"
    return error("syntax", message, fault.span(sign, fault.found), help=help)


def _text(fault: Fault) -> Diagnostic | None:
    """`gelu("tanh")`, `einsum("bhnd,bhmd->bhnm", q, k)`, `f"conv{n}"`."""
    if fault.found.type != "TEXT":
        return None
    inside, function = fault.found[1:-1], fault.token(fault.at - 2)
    is_first = fault.before == "(" and function.type == "NAME"
    help = "only recipes and claims have texts"
    if is_first and names.called(str(function)) is None:
        help = names.hint(str(function)) or help
    if inside.isidentifier() or _FIGURE.fullmatch(inside):
        help = f"words and numbers have no quotes: write `{inside}`"
    return fault.unexpected(help)


def _comment(fault: Fault) -> Diagnostic | None:
    """`y = x -> relu // a remark`, `y = 3 // a remark`."""
    slashes = [token for token in fault.tokens[fault.first : fault.at + 1] if token == "//"]
    if not slashes or (fault.found != "//" and fault.found.type != "NAME"):
        return None
    span, help = fault.span(slashes[-1]), "a comment begins with `#`"
    return error("syntax", "`//` is a division, and rounds down", span, help=help)


def _chained(fault: Fault) -> Diagnostic | None:
    """`x -> conv(8) + x`, `x if deep else x -> relu`, `return -> relu`."""
    statement = fault.tokens[fault.first : fault.at]
    if fault.found.type in _ARITHMETIC and any(token.type == "ARROW" for token in statement):
        help = "put the chain in parentheses: `(x -> f) + y`"
    elif fault.found.type == "ARROW" and "NUMBER" in fault.accepted:
        help = "a chain begins with a value: `x -> f`"
    elif fault.found.type == "ARROW" and any(token.type == "ELSE" for token in statement):
        help = "write `(a if t else b) -> f`, or `a if t else (b -> f)`"
    else:
        return None
    return fault.unexpected(help)


def _step(fault: Fault) -> Diagnostic | None:
    """`conv(8)(x)`, and `x -> (relu if deep else gelu)`."""
    if fault.found.type != "LPAR" or fault.before is None:
        return None
    if fault.before.type == "ARROW":
        help = "a step is a name or a call: give the block a name before, `act = ...`"
    elif fault.before.type == "RPAR":
        help = "pass a tensor through it: `x -> conv(8)`"
    else:
        return None
    return fault.unexpected(help)


def _counted(fault: Fault) -> Diagnostic | None:
    """`for i in 0..3`, `conv(50%)`, `conv(1_000)`, `8L`, `20 ms`."""
    found, before = fault.found, fault.before
    if before is None:
        return None
    if found.type == "RANGE" and fault.token(fault.first).type == "FOR":
        last = fault.token(fault.at + 1)
        return fault.unexpected(f"write `range({before}, {last})`: it ends before {last}")
    number = fault.token(fault.at - 2)
    if before == "%" and number.type == "NUMBER" and number.end_pos == before.start_pos:
        message, span = "`%` is the remainder of a division", fault.span(before)
        return error("syntax", message, span, help=f"write the share as a number, `{number} / 100`")
    if before.type == "NUMBER" and found in TIMES:
        return fault.unexpected(f"write `{before}{found}`")
    if before.type == "NUMBER" and found.type == "NAME" and before.end_pos == found.start_pos:
        span = fault.span(before, found)
        plain = span.text.replace("_", "").rstrip("LlFf")
        is_number = plain.isdecimal() or found in _UNITS
        help = f"write `{plain if plain.isdecimal() else before}`"
        help = help if is_number else f"write `{before} * {found}`"
        return error("syntax", f"`{span.text}` is not a number", span, help=help)
    return None


def _target(fault: Fault) -> Diagnostic | None:
    """`(a, b) = x -> chunk(2)`, and `a = b = x`."""
    if fault.found.type != "EQUAL":
        return None
    statement = fault.tokens[fault.first : fault.at]
    if statement and statement[0].type == "LPAR" and fault.before == ")":
        help = "write the names without parentheses: `a, b = ...`"
    elif len(statement) == 3 and statement[1].type == "EQUAL":
        help = (
            f"write two statements: `{statement[2]} = ...`, and `{statement[0]} = {statement[2]}`"
        )
    else:
        return None
    return error("syntax", "unexpected `=`", fault.span(fault.found), help=help)


def _compared_twice(fault: Fault) -> Diagnostic | None:
    """`a < b < c`."""
    signs = {"COMPARE", "AT_MOST"}
    statement = fault.tokens[fault.first : fault.at]
    if fault.found.type not in signs or not any(token.type in signs for token in statement):
        return None
    return fault.unexpected("write `a < b and b < c`")


def _comma(fault: Fault) -> Diagnostic | None:
    """`relu,`, `y = x,`."""
    if fault.found.type not in _ENDS or fault.before is None or fault.before.type != "COMMA":
        return None
    message, help = "a comma must stand between two values", "leave it out"
    return error("syntax", message, fault.span(fault.before), help=help)


def _product(fault: Fault) -> Diagnostic | None:
    """`3x`, `relu x`: here `x` is the sign of a shape."""
    size, sign = fault.token(fault.at - 2), fault.before
    is_sign = sign is not None and sign.type == "_BY" and fault.found.type in {*_ENDS, "RPAR"}
    if sign is None or not is_sign:
        return None
    message = f"between sizes `{sign}` is the sign of a shape, but no size follows"
    help = f"write `x -> {size}`" if size.type == "NAME" else f"to multiply, write `{size} * x`"
    return error("syntax", message, fault.span(sign), help=help)


RULES = (
    _unpacked,
    _sign,
    _update,
    _comment,
    _text,
    _chained,
    _step,
    _counted,
    _target,
    _compared_twice,
    _comma,
    _product,
)
