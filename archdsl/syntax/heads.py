"""Rules that explain syntax mistakes in the heads of definitions, and in the inputs of networks.

Each rule looks at a fault and gives its diagnostic, or None where the fault is none of its kind.
Its docstring shows the text that it is for.
"""

from __future__ import annotations

from archdsl.diagnostics import Diagnostic, error
from archdsl.syntax.fault import Fault

_NAMED = {"BLOCK", "CELL", "NETWORK"}


def _nameless(fault: Fault) -> Diagnostic | None:
    """`cell {`, or `block (x) {`."""
    first = fault.token(fault.first)
    is_head = fault.at == fault.first + 1 and first.type in _NAMED and "NAME" in fault.accepted
    if not is_head or fault.found.type not in ("LBRACE", "LPAR", "EQUAL"):
        return None
    return error("syntax", f"this {first} has no name", fault.span(first), f"write `{first} NAME`")


def _derived_cell(fault: Fault) -> Diagnostic | None:
    """`cell a = b`."""
    first, name = fault.token(fault.first), fault.token(fault.first + 1)
    if first.type != "CELL" or fault.at != fault.first + 2 or fault.found.type != "EQUAL":
        return None
    message = "a cell cannot be derived: what is derived from a cell is a block"
    return error("syntax", message, fault.span(first), help=f"write `block {name} = ...`")


def _no_parameters(fault: Fault) -> Diagnostic | None:
    """`network a {`, or `block a {`."""
    first, before = fault.token(fault.first), fault.before
    is_head = fault.at == fault.first + 2 and first.type in ("BLOCK", "NETWORK")
    if not is_head or fault.found.type != "LBRACE" or before is None:
        return None
    message = f"this {first} has no list of parameters"
    return error("syntax", message, fault.span(before), help=f"write `{first} {before}() {{`")


def _parameter(fault: Fault) -> Diagnostic | None:
    """`network a(int size = 8) {`, `block b(x, *args) {`."""
    name, type_ = fault.before, fault.token(fault.at - 2)
    if fault.token(fault.first).type not in _NAMED or name is None:
        return None
    opening = fault.token(fault.at - 3).type in ("LPAR", "COMMA")
    if name.type == "NAME" and type_.type == "NAME" and opening and fault.found.type != "NAME":
        message = "the type of a parameter must follow its name"
        return error("syntax", message, fault.span(type_, name), help=f"write `{name}: {type_}`")
    if fault.found.type == "TIMES" and name.type in ("LPAR", "COMMA"):
        message = "every parameter must have a name of its own"
        help = "several values are one tuple: `widths: tuple`"
        return error("syntax", message, fault.span(fault.found), help=help)
    return None


def _body(fault: Fault) -> Diagnostic | None:
    """`block b(x) = x -> relu`, `network a() -> 10 {`, and `{` on a line of its own."""
    first, found = fault.token(fault.first), fault.found
    if first.type not in _NAMED or fault.before is None or fault.before.type != "RPAR":
        return None
    if fault.accepted != {"LBRACE"}:
        return None
    if found.type == "EQUAL":
        help = "a body stands in braces: `{ return x -> relu }`"
    elif found.type == "ARROW":
        help = "a body says what it gives: `{ return y }`"
    elif found.type == "_SEP" and fault.token(fault.at + 1).type == "LBRACE":
        message, help = "the body must begin on the line of its head", "write `{` there"
        return error("syntax", message, fault.span(fault.token(fault.at + 1)), help=help)
    else:
        return None
    return fault.unexpected(help)


def _input(fault: Fault) -> Diagnostic | None:
    """`input: 3 x 8^2`, `input x 3 x 8^2`, `input x: 3, 8, 8`, `input x, y: 8`, `inputs x: 8`."""
    first, name, found = fault.token(fault.first), fault.token(fault.first + 1), fault.found
    if first.type != "INPUT":
        is_several = first == "inputs" and found.type == "COLON"
        help = "write an `input` for each" if is_several else None
    elif found.type == "COLON" and fault.at == fault.first + 1:
        help = "write `input video: 3 x 16 x 224^2`"
    elif fault.at == fault.first + 2 and found.type == "COMMA":
        help = "write an `input` for each"
    elif fault.at == fault.first + 2:
        help = f"write `input {name}: 3 x 16 x 224^2`"
    else:
        help = "write the sizes with `x` between: `3 x 16 x 224^2`" if found == "," else None
    if help is None:
        return None
    return fault.unexpected(help)


def _use(fault: Fault) -> Diagnostic | None:
    """`use a as b`, `use a, b`, `use ./a`, `use folder/a`."""
    found = fault.found
    if fault.token(fault.first).type != "USE" or fault.at == fault.first:
        return None
    if found == "as":
        help = "a file keeps its name: leave this out"
    elif found.type == "COMMA":
        help = "write a `use` for each file"
    elif found.type in ("DOT", "RANGE", "TIMES"):
        help = "write `use folder.name` for `folder/name.arch` beside this file"
    else:
        return None
    return fault.unexpected(help)


RULES = (
    _nameless,
    _no_parameters,
    _derived_cell,
    _parameter,
    _body,
    _input,
    _use,
)
