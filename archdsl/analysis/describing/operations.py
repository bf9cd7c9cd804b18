"""An operation as documentation shows it: its signature, what it does, what its parameters take."""

from __future__ import annotations

import re
from dataclasses import MISSING, Field, fields
from typing import Any

from archdsl.analysis.describing.attributes import docstring
from archdsl.build.values import show
from archdsl.ops.base import Operation
from archdsl.params.kinds import AxisName, kind_of

_EXAMPLE = re.compile(r"^Example: `(.+)`$", re.MULTILINE)


def signature(kind: type[Operation]) -> str:
    """`conv(x, channels, kernel = 1, ...)`."""
    return f"{kind.name}({', '.join([*operands(kind), *map(declared, parameters(kind))])})"


def operands(kind: type[Operation]) -> list[str]:
    """What the tensors are called that it is applied to."""
    least, most = kind.arity
    if most is None:
        return ["x", "..."]
    takes_constant = any(field.name == "constant" for field in fields(kind))
    count = most if takes_constant else least
    return ["query", "key", "value"] if count == 3 else ["x", "y"][:count]


def parameters(kind: type[Operation]) -> list[Field[Any]]:
    """An operator's constant is written as its operand."""
    return [field for field in fields(kind) if not field.name.startswith("constant")]


def declared(field: Field[Any]) -> str:
    """`kernel = 1`, or the name alone of one that must be given."""
    return field.name if field.default is MISSING else f"{field.name} = {show(field.default)}"


def expects(field: Field[Any]) -> str:
    """What values a parameter takes."""
    return kind_of(field).expects.replace(AxisName.expects, "an axis")


def example(kind: type[Operation]) -> str | None:
    """The example in its docstring."""
    found = _EXAMPLE.search(docstring(kind))
    return found[1] if found else None


def words(kind: type[Operation]) -> str:
    """What it does, without the example."""
    return _EXAMPLE.sub("", docstring(kind)).strip()
