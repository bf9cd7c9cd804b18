"""The parameters of blocks, with their types, and the options of transforms and recipes.

Both match arguments with names and refuse what does not fit, so both have their messages here.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, TypeAlias

from archdsl.build.arguments import parameter_hint
from archdsl.build.context import Frame
from archdsl.build.origins import round_hint
from archdsl.build.request import Fault
from archdsl.build.uses import Use
from archdsl.build.values import (
    POISON,
    BlockValue,
    Given,
    OperationValue,
    SharedBlock,
    Value,
    describe,
    holds_tensor,
)
from archdsl.diagnostics import alternatives, did_you_mean
from archdsl.params.kinds import Boolean, Kind, kind_of
from archdsl.params.numbers import is_integer, is_number
from archdsl.params.options import Configurable
from archdsl.program.names import TYPE_WORDS
from archdsl.program.program import Unit
from archdsl.source import Source, Span
from archdsl.syntax import tree

Owner: TypeAlias = tree.Block | tree.Network | tree.Recipe | tree.Search
"""A definition with parameters."""

Open: TypeAlias = Mapping[str, tuple[Unit, tree.Expression]]
"""The parameters that are given by a choice, with the file that it is in."""


def check_arguments(frame: Frame, owner: Owner, given: Mapping[str, Given]) -> dict[str, Given]:
    """The arguments in the order of the parameters, after a check of their types.

    All are checked, so a call with two wrong arguments reports both.
    """
    arguments: dict[str, Given] = {}
    failed = False
    for parameter in owner.parameters:
        name = parameter.name
        if name not in given:
            continue
        try:
            arguments[name] = _check_argument(frame, owner, parameter, given[name])
        except Fault as fault:
            frame.findings.report(fault)
            failed = True
    if failed:
        raise Fault
    return arguments


def reopened(frame: Frame, given: Mapping[str, Given], open: Open) -> dict[str, Given]:
    """The given parameters of a network, of which those given by a choice are decided here."""
    decided = dict(given)
    for name, (unit, node) in open.items():
        own = frame.top_level(unit)
        own.use = Use(place=name)
        value = own.evaluate(node)
        decided[name] = Given(value, own.options.place(node), own.taken(node))
    return decided


def bind_parameters(frame: Frame, owner: Owner, given: Mapping[str, Given]) -> None:
    """Bind every parameter of a body to its argument or its default.

    Defaults are evaluated in the body's frame, so one can be computed from parameters before it.
    """
    faults = frame.findings.faults
    for parameter in owner.parameters:
        try:
            argument = given.get(parameter.name) or _default(frame, owner, parameter)
        except Fault as fault:
            frame.findings.report(fault)
            frame.names[parameter.name] = POISON
            continue
        if argument is not None:
            frame.bind(parameter.name, argument.value, argument)
            frame.given[parameter.name] = argument
    if frame.findings.faults > faults:
        raise Fault
    frame.fixed = frozenset(n for n, value in frame.names.items() if not holds_tensor(value))


def _default(frame: Frame, owner: Owner, parameter: tree.Parameter) -> Given | None:
    """The default of a parameter as its argument; None if it has none."""
    if parameter.default is None:
        return None
    argument = frame.as_written(frame.evaluate(parameter.default), parameter.default)
    return _check_argument(frame, owner, parameter, argument)


def _check_argument(frame: Frame, owner: Owner, parameter: tree.Parameter, given: Given) -> Given:
    """An argument of a type that its parameter takes; a bare name that it lists becomes a word."""
    types = parameter_types(parameter)
    if not types:
        return given
    if isinstance(given.written, tree.Name) and given.written.name in types:
        # `kind: map | dot` takes the bare name `map` as a word. But where the types are `int` or
        # `none`, these names stand for all values of the type, not for themselves.
        word = given.written.name
        return given if word in TYPE_WORDS else replace(given, value=word)
    value = given.value
    if any(_TYPES[type_](value) if type_ in _TYPES else value == type_ for type_ in types):
        return given
    what = f"`{parameter.name}` of `{owner.name}`"
    message = f"{what} must be {describe_types(parameter)}, but this is {describe(given.value)}"
    raise frame.refuse("type", message, given, what, help=_hint(parameter, given))


def _hint(parameter: tree.Parameter, given: Given) -> str | None:
    if isinstance(given.value, SharedBlock):
        return "a shared block cannot be passed on: it is used in the body that shares it"
    # Any name can be a word of a type, so `itn` is only noticed when a number does not fit it.
    hint = next(filter(None, map(_type_hint, parameter.types)), None)
    if hint and not isinstance(given.value, str):
        return hint
    return round_hint(given, is_integer) if "int" in parameter_types(parameter) else None


def _type_hint(word: str) -> str | None:
    """What a word of a type should be, if it is likely to be meant for another."""
    from archdsl.foreign.words import type_hint  # tables that only a mistake needs

    if word in TYPE_WORDS:
        return None
    near = did_you_mean(word, TYPE_WORDS)
    return type_hint(word) or (f"in the type `{word}`, {near}" if near else None)


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
    """The types as written, otherwise those that the default suggests; () takes any value."""
    if parameter.types:
        return parameter.types
    default = parameter.default
    if isinstance(default, tree.Number | tree.Tuple | tree.Shape):
        return ("number", "tuple")
    if isinstance(default, tree.Constant) and default.value is not None:
        return ("bool",)
    return ()


def describe_types(parameter: tree.Parameter) -> str:
    """The types of a parameter in words; "" where it takes any value."""
    types = parameter_types(parameter)
    phrases = [_ARTICLES.get(t, f"a {t}") if t in TYPE_WORDS else f"`{t}`" for t in types]
    return alternatives(phrases) if phrases else ""


def given_from_python(name: str, value: object) -> Given:
    """A parameter given from Python. A float becomes the decimal that it prints.

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
    expected = "a parameter must be a number, a bool, a word, a tuple or None"
    raise TypeError(f"{expected}, but this is {value!r}")


@dataclass(frozen=True)
class OptionValues:
    """The values of the options of one call, and the span of each."""

    values: Mapping[str, Any]
    spans: Mapping[str, Span]


class OptionReader:
    """Reads the options of one call. Subclasses evaluate an expression as an option's value."""

    code: str
    """The code of diagnostics."""

    def __init__(self, frame: Frame, kind: type[Configurable]) -> None:
        self.frame = frame
        self.kind = kind
        self.options = {option.name: option for option in dataclasses.fields(kind)}

    def read(self, arguments: Sequence[tree.Argument], span: Span) -> OptionValues:
        """The options of the call at `span`. All values are tried, so two wrong ones are reported.

        Raises:
            Fault: an option is unknown, given twice, of a wrong kind, or missing.
        """
        written = dict(self._by_name(arguments))
        values: dict[str, object] = {}
        for name, argument in written.items():
            try:
                values[name] = self.value(name, argument)
            except Fault as fault:
                self.frame.findings.report(fault)
        if len(values) < len(written):
            raise Fault
        for name, option in self.options.items():
            if option.default is dataclasses.MISSING and name not in values:
                message = f"`{self.kind.name}` needs `{name}`: {kind_of(option).expects}"
                raise self.fault(message, span, f"write `{self.kind.signature()}`")
        return OptionValues(values, {name: argument.span for name, argument in written.items()})

    def value(self, name: str, argument: tree.Argument) -> object:
        """The value of an option.

        Raises:
            Fault: the option does not take it.
        """
        kind = kind_of(self.options[name])
        value = self.evaluate(argument.value, kind)
        if not kind.accepts(value):
            what = f"`{name}` of `{self.kind.name}`"
            message = f"{what} must be {kind.expects}, but this is {describe(value)}"
            raise self.fault(message, argument.span, self.hint(kind, value))
        return value

    def hint(self, kind: Kind, value: Value) -> str | None:
        """The help for a value that an option of this kind does not take."""
        return None

    def evaluate(self, node: tree.Expression, kind: Kind) -> Value:
        """The value of an expression that is given for an option of this kind."""
        return self.frame.evaluate(node)

    def fault(self, message: str, span: Span, hint: str | None = None) -> Fault:
        return self.frame.fault(self.code, message, span, help=hint)

    def _by_name(self, arguments: Sequence[tree.Argument]) -> Iterator[tuple[str, tree.Argument]]:
        """The arguments under the names of options; the first needs no name."""
        given: set[str] = set()
        for index, argument in enumerate(arguments):
            name = argument.name or self._unnamed(argument, index)
            if name not in self.options:
                hint = parameter_hint(name, tuple(self.options))
                message = f"`{self.kind.name}` has no option `{name}`"
                raise self.fault(message, argument.span, hint)
            if name in given:
                raise self.fault(f"`{name}` is given twice", argument.span)
            given.add(name)
            yield name, argument

    def _unnamed(self, argument: tree.Argument, index: int) -> str:
        """The option that an argument without a name is for."""
        if index == 0 and self.kind.leading is not None:
            return self.kind.leading
        if not self.options:
            raise self.fault(f"`{self.kind.name}` has no options", argument.span)
        value = argument.value
        text = argument.span.text.strip("()")
        # `clip(8, 2)` reads as a setting whose value is a tuple.
        names = [] if isinstance(value, tree.Tuple) else self.options
        choices = [f"`{name} = {text}`" for name in names if index == 0 or name == text]
        if text in self.options and isinstance(kind_of(self.options[text]), Boolean):
            choices = [f"`{text} = true`"]
        written = " or ".join(choices[:2]) if choices else f"`{self.kind.signature()}`"
        message = f"this option of `{self.kind.name}` must have a name"
        raise self.fault(message, argument.span, f"write {written}")
