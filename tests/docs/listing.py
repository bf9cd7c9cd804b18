"""The list of operations, from the operations themselves."""

from __future__ import annotations

import sys
from dataclasses import MISSING, Field, fields
from typing import Any

from archdsl.build.values import show
from archdsl.ops import FAMILIES
from archdsl.ops.base import Operation

_BEGIN, _END = "<!-- operations: begin -->\n", "<!-- operations: end -->\n"


def listing() -> str:
    """A paragraph for each family: what it is, and its members with their parameters."""
    return "\n".join(map(_family, FAMILIES))


def replaced(page: str) -> str:
    """The page with the list as it should be."""
    before, _, rest = page.partition(_BEGIN)
    _, _, after = rest.partition(_END)
    return f"{before}{_BEGIN}{listing()}{_END}{after}"


def _family(family: tuple[type[Operation], ...]) -> str:
    doc = sys.modules[family[0].__module__].__doc__ or ""
    members = ", ".join(f"`{_signature(kind)}`" for kind in family if kind.name != "input")
    return f"- **{doc.splitlines()[0].rstrip('.')}.** {members}\n"


def _signature(kind: type[Operation]) -> str:
    least, most = kind.arity
    operands = [chr(ord("x") + i) if least < 3 else f"x{i + 1}" for i in range(least)]
    operands = ["x", "..."] if most is None else operands
    infix = any(field.name == "constant" for field in fields(kind))
    operands = ["x", "y"] if infix else operands
    parameters = [] if infix else [_parameter(field) for field in fields(kind)]
    return f"{kind.name}({', '.join([*operands, *parameters])})"


def _parameter(field: Field[Any]) -> str:
    return field.name if field.default is MISSING else f"{field.name} = {show(field.default)}"
