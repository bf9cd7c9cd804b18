"""The parameters of constructors and functions: their order, and their types."""

from __future__ import annotations

from archdsl.emit.arguments import Argument
from archdsl.emit.members import Signature
from archdsl.emit.names import variable
from archdsl.emit.python import Atom, Parameter, literal
from archdsl.ir.written import Entering
from archdsl.ops.forms import PyValue


def parameters(signature: Signature) -> tuple[Parameter, ...]:
    """The parameters of a class's constructor, or of a function, in order."""
    defaults = {name: literal(value) for name, value in signature.defaults.items()}
    return tuple(
        Parameter(variable(one.name), Atom(_annotation(one)), defaults.get(one.name))
        for one in signature.arguments
    )


def rank(argument: Argument, declared: tuple[str, ...]) -> tuple[int, int]:
    """Its place: `in_channels`, the block's parameters as they are `declared`, then all others."""
    if isinstance(argument.leaf, Entering) and argument.name.startswith("in_"):
        return 0, 0
    return (1, declared.index(argument.name)) if argument.name in declared else (2, 0)


def _annotation(argument: Argument) -> str:
    """The type of an argument: `int`, `tuple[int, int, int]`, `float | None`."""
    names = dict.fromkeys(_type_name(cell.value) for cell in argument.column.values())
    # `float` accepts an int as well, in PEP 484, so `int | float` would say the same.
    if "float" in names or (argument.is_real and "int" in names):
        names = {"float": None, **{name: None for name in names if name != "int"}}
    return " | ".join(sorted(names, key=lambda name: name == "None"))


def _type_name(value: PyValue) -> str:
    if value is None:
        return "None"
    if isinstance(value, tuple):
        return f"tuple[{', '.join(map(_type_name, value))}]"
    return type(value).__name__
