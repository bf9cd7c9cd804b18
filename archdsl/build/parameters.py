"""Parameters of blocks and networks: the types they take, and what they are given."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import TypeAlias

from archdsl.build.arguments import refusal, round_hint
from archdsl.build.context import Frame
from archdsl.build.request import Fault
from archdsl.build.values import BlockValue, Given, OperationValue, Value, describe, holds_tensor
from archdsl.diagnostics import did_you_mean
from archdsl.params.numbers import is_integer, is_number
from archdsl.program.names import TYPE_WORDS
from archdsl.source import Source, Span
from archdsl.syntax import tree

Owner: TypeAlias = tree.Block | tree.Network | tree.Recipe
"""Whose parameters they are."""


def checked(frame: Frame, owner: Owner, given: Mapping[str, Given]) -> dict[str, Given]:
    """What is given in the order of the parameters, each of the parameter's type.

    Raises:
        Fault: one of them is not.
    """
    suited: dict[str, Given] = {}
    failed = False
    for parameter in owner.parameters:
        if parameter.name not in given:
            continue
        try:
            suited[parameter.name] = _checked(frame, owner, parameter, given[parameter.name])
        except Fault as fault:
            frame.findings.report(fault)
            failed = True
    if failed:
        raise Fault
    return suited


def fill(frame: Frame, owner: Owner, given: Mapping[str, Given]) -> None:
    """Give every parameter of a body that begins its value, or its default.

    Raises:
        Fault: a default has no value, or is not of the parameter's type.
    """
    for parameter in owner.parameters:
        name, default = parameter.name, parameter.default
        if name in given:
            argument = given[name]
        elif default is not None:
            value = frame.evaluate(default)
            argument = Given(value, default.span, default, frame.now)
            argument = _checked(frame, owner, parameter, argument)
        else:
            continue
        frame.mean(name, argument.value, argument)
        frame.given[name] = argument
    frame.fixed = frozenset(n for n, value in frame.names.items() if not holds_tensor(value))


def _checked(frame: Frame, owner: Owner, parameter: tree.Parameter, given: Given) -> Given:
    types = types_of(parameter)
    if not types:
        return given
    if isinstance(given.written, tree.Name) and given.written.name in types:
        return _word(given, given.written.name)
    if any(_suits(type_, given.value) for type_ in types):
        return given
    what = f"`{parameter.name}` of `{owner.name}`"
    message = f"{what} is {wanted(parameter)}, not {describe(given.value)}"
    raise refusal(frame, "type", message, given, what, help=_hint(parameter, given))


def _word(given: Given, word: str) -> Given:
    """A bare name that the type lists: a word, unless the name is a type's own."""
    return given if word in TYPE_WORDS else replace(given, value=word)


def _hint(parameter: tree.Parameter, given: Given) -> str | None:
    for word in parameter.types:
        near = did_you_mean(word, TYPE_WORDS) if word not in TYPE_WORDS else None
        if near and not isinstance(given.value, str):
            return f"in the type `{word}`, {near}"
    return round_hint(given) if "int" in types_of(parameter) else None


_TYPES: dict[str, Callable[[Value], bool]] = {
    "int": is_integer,
    "number": is_number,
    "bool": lambda value: isinstance(value, bool),
    "tuple": lambda value: isinstance(value, tuple),
    "tensor": holds_tensor,
    "block": lambda value: isinstance(value, BlockValue | OperationValue),
    "none": lambda value: value is None,
}
_ARTICLES = {"int": "an integer", "none": "`none`"}


def _suits(type_: str, value: Value) -> bool:
    return _TYPES[type_](value) if type_ in _TYPES else value == type_


def types_of(parameter: tree.Parameter) -> tuple[str, ...]:
    """The types as written, else those that the default suggests; others take anything."""
    if parameter.types:
        return parameter.types
    default = parameter.default
    if isinstance(default, tree.Number | tree.Tuple | tree.Shape):
        return ("number", "tuple")
    if isinstance(default, tree.Constant) and default.value is not None:
        return ("bool",)
    return ()


def wanted(parameter: tree.Parameter) -> str:
    """What a parameter takes, in words; nothing where it takes anything."""
    types = types_of(parameter)
    return " or ".join(_ARTICLES.get(t, f"a {t}") if t in TYPE_WORDS else f"`{t}`" for t in types)


def given_by_program(name: str, value: object) -> Given:
    """A parameter from outside of the language: floats are taken as the decimals they print.

    Raises:
        TypeError: the language has no such value.
    """
    source = Source("parameter", f"{name} = {value}")
    return Given(_value(value), Span(source, 0, len(source.text)))


def _value(value: object) -> Value:
    if isinstance(value, tuple):
        return tuple(map(_value, value))
    if isinstance(value, float):
        exact = Fraction(repr(value))
        return exact.numerator if exact.denominator == 1 else exact
    if value is None or isinstance(value, bool | int | str | Fraction):
        return value
    raise TypeError(f"a parameter is a number, a bool, a word, a tuple or None, not {value!r}")
