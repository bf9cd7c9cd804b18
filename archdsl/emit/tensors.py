"""Which expressions a type checker knows as tensors: calling a module gives `Any`.

Returning `Any` from a method that promises a tensor fails `mypy --strict`. So the first assignment
of such a variable has an annotation.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from archdsl.emit.python import (
    Assign,
    Atom,
    Attribute,
    Call,
    If,
    Infix,
    Prefix,
    Python,
    Statement,
    Subscript,
)


def is_tensor(value: Python, types: Mapping[str, bool]) -> bool:
    """Whether an expression is known as a tensor, or as several; `types` says it of variables."""
    match value:
        case Atom(text=name):
            return types.get(name, False)
        case Attribute(value=Atom(text="self")):
            return True  # an attribute read without a call is an `nn.Parameter`
        case Infix(operands=operands):
            others = [one for one in operands if not _is_number(one, types)]
            return bool(others) and all(is_tensor(operand, types) for operand in others)
        case Subscript(value=first) | Prefix(value=first):
            return is_tensor(first, types)
        case Call(function=Attribute(value=Atom(text="torch" | "F")) | Atom()):
            return True  # a function of torch, or of the module
        case Call(function=Attribute(value=first)):
            return first != Atom("self") and is_tensor(first, types)
    return False


def _is_number(value: Python, types: Mapping[str, bool]) -> bool:
    """Whether an expression is a number: a literal, or made of variables that hold no tensors."""
    match value:
        case Atom(text=name):
            return name not in types
        case Infix(operands=operands):
            return all(_is_number(operand, types) for operand in operands)
        case Subscript(value=Attribute(name="shape")):
            return True
        case Subscript(value=first) | Prefix(value=first):
            return _is_number(first, types)
    return False


def annotated(lines: Sequence[Statement], target: Python) -> list[Statement] | None:
    """The lines with the first assignment of a variable annotated; None if they have none.

    mypy refuses annotations of later ones.
    """
    for place, line in enumerate(lines):
        found = _annotated_line(line, target)
        if found is not None:
            return [*lines[:place], found, *lines[place + 1 :]]
    return None


def _annotated_line(line: Statement, target: Python) -> Statement | None:
    if isinstance(line, Assign) and line.target == target:
        return replace(line, annotation=Atom("Tensor"))
    if not isinstance(line, If):
        return None
    body = annotated(line.body, target)
    if body is not None:
        return replace(line, body=tuple(body))
    other = annotated(line.other, target)
    return None if other is None else replace(line, other=tuple(other))
