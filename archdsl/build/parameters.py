"""What can be given: parameters of blocks by type, and options of transforms and recipes."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, ClassVar, TypeAlias

from archdsl.build.arguments import names_hint, refusal, round_hint
from archdsl.build.context import Frame
from archdsl.build.request import Fault
from archdsl.build.values import BlockValue, Given, OperationValue, Value, describe, holds_tensor
from archdsl.diagnostics import alternatives, did_you_mean
from archdsl.params.kinds import Kind, kind_of
from archdsl.params.numbers import is_integer, is_number
from archdsl.params.options import Configurable
from archdsl.program.names import TYPE_WORDS
from archdsl.source import Source, Span
from archdsl.syntax import tree

Owner: TypeAlias = tree.Block | tree.Network | tree.Recipe
"""Whose parameters they are."""


def check_arguments(frame: Frame, owner: Owner, given: Mapping[str, Given]) -> dict[str, Given]:
    """What is given in the order of the parameters, each of the parameter's type."""
    suited: dict[str, Given] = {}
    failed = False
    for parameter in owner.parameters:
        if parameter.name not in given:
            continue
        try:
            suited[parameter.name] = _check_argument(frame, owner, parameter, given[parameter.name])
        except Fault as fault:
            frame.findings.report(fault)
            failed = True
    if failed:
        raise Fault
    return suited


def bind_parameters(frame: Frame, owner: Owner, given: Mapping[str, Given]) -> None:
    """Give every parameter of a body that begins its value, or its default."""
    for parameter in owner.parameters:
        name, default = parameter.name, parameter.default
        if name in given:
            argument = given[name]
        elif default is not None:
            argument = frame.as_written(frame.evaluate(default), default)
            argument = _check_argument(frame, owner, parameter, argument)
        else:
            continue
        frame.bind(name, argument.value, argument)
        frame.given[name] = argument
    frame.fixed = frozenset(n for n, value in frame.names.items() if not holds_tensor(value))


def _check_argument(frame: Frame, owner: Owner, parameter: tree.Parameter, given: Given) -> Given:
    types = parameter_types(parameter)
    if not types:
        return given
    if isinstance(given.written, tree.Name) and given.written.name in types:
        # A bare name that the type lists is a word, unless the name is a type's own.
        word = given.written.name
        return given if word in TYPE_WORDS else replace(given, value=word)
    value = given.value
    if any(_TYPES[type_](value) if type_ in _TYPES else value == type_ for type_ in types):
        return given
    what = f"`{parameter.name}` of `{owner.name}`"
    message = f"{what} is {describe_types(parameter)}, not {describe(given.value)}"
    raise refusal(frame, "type", message, given, what, help=_hint(parameter, given))


def _hint(parameter: tree.Parameter, given: Given) -> str | None:
    for word in parameter.types:
        near = did_you_mean(word, TYPE_WORDS) if word not in TYPE_WORDS else None
        if near and not isinstance(given.value, str):
            return f"in the type `{word}`, {near}"
    return round_hint(given) if "int" in parameter_types(parameter) else None


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


def parameter_types(parameter: tree.Parameter) -> tuple[str, ...]:
    """The types as written, else those that the default suggests; others take anything."""
    if parameter.types:
        return parameter.types
    default = parameter.default
    if isinstance(default, tree.Number | tree.Tuple | tree.Shape):
        return ("number", "tuple")
    if isinstance(default, tree.Constant) and default.value is not None:
        return ("bool",)
    return ()


def describe_types(parameter: tree.Parameter) -> str:
    """What a parameter takes, in words; empty where it takes any value."""
    types = parameter_types(parameter)
    phrases = [_ARTICLES.get(t, f"a {t}") if t in TYPE_WORDS else f"`{t}`" for t in types]
    return alternatives(phrases) if phrases else ""


def given_from_python(name: str, value: object) -> Given:
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


@dataclass(frozen=True)
class OptionValues:
    """The values of options, and where each was written."""

    values: Mapping[str, Any]
    spans: Mapping[str, Span]


class OptionReader:
    """Reads the options of one call; subclasses say what an expression means as an option."""

    code: ClassVar[str]
    """The code of mistakes."""

    def __init__(self, frame: Frame, kind: type[Configurable]) -> None:
        self.frame = frame
        self.kind = kind
        self.options = {option.name: option for option in dataclasses.fields(kind)}

    def read(self, arguments: Sequence[tree.Argument], span: Span) -> OptionValues:
        """The options of the call at `span`.

        Raises:
            Fault: there is no such option, it does not take this, or one is missing.
        """
        written = dict(self._by_name(arguments))
        values = {name: self.value(name, argument) for name, argument in written.items()}
        for name, option in self.options.items():
            if option.default is dataclasses.MISSING and name not in values:
                message = f"`{self.kind.name}` needs `{name}`: {kind_of(option).expects}"
                raise self.fault(message, span, f"`{self.kind.signature()}`")
        return OptionValues(values, {name: argument.span for name, argument in written.items()})

    def value(self, name: str, argument: tree.Argument) -> object:
        """An option's value, as the option takes it."""
        kind = kind_of(self.options[name])
        value = self.evaluate(argument.value, kind)
        if not kind.accepts(value):
            message = f"`{name}` of `{self.kind.name}` is {kind.expects}, not {describe(value)}"
            raise self.fault(message, argument.span)
        return value

    def evaluate(self, node: tree.Expression, kind: Kind) -> Value:
        """The value of an expression where an option of this kind stands."""
        return self.frame.evaluate(node)

    def fault(self, message: str, span: Span, hint: str | None = None) -> Fault:
        return self.frame.fault(self.code, message, span, help=hint)

    def _by_name(self, arguments: Sequence[tree.Argument]) -> Iterator[tuple[str, tree.Argument]]:
        """The arguments by name; the first may go without."""
        given: set[str] = set()
        for place, argument in enumerate(arguments):
            name = argument.name or self._leading(argument, place)
            if name not in self.options:
                hint = did_you_mean(name, self.options) or names_hint(tuple(self.options))
                message = f"`{self.kind.name}` has no option `{name}`"
                raise self.fault(message, argument.span, hint)
            if name in given:
                raise self.fault(f"`{name}` is given twice", argument.span)
            given.add(name)
            yield name, argument

    def _leading(self, argument: tree.Argument, place: int) -> str:
        if place == 0 and self.kind.leading is not None:
            return self.kind.leading
        if not self.options:
            raise self.fault(f"`{self.kind.name}` has no options", argument.span)
        text = argument.span.text
        choices = [f"`{name} = {text}`" for name in self.options if place == 0 or name == text]
        hint = f"write {' or '.join(choices[:2])}" if choices else f"`{self.kind.signature()}`"
        raise self.fault(f"an option of `{self.kind.name}` has a name here", argument.span, hint)
