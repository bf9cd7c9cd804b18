"""Options of a call, by name, evaluated and checked: of transforms, and of what recipes set."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from archdsl.build.arguments import listed
from archdsl.build.context import Frame
from archdsl.build.request import Fault
from archdsl.build.values import Value, describe
from archdsl.diagnostics import did_you_mean
from archdsl.params.kinds import Kind, kind_of
from archdsl.params.options import Optioned
from archdsl.source import Span
from archdsl.syntax import tree


@dataclass(frozen=True)
class Read:
    """The values of options, and where each was written."""

    values: Mapping[str, Any]
    spans: Mapping[str, Span]


class Reader:
    """Reads the options of one call; subclasses say what an expression means as an option."""

    code: ClassVar[str]
    """The code of mistakes."""

    def __init__(self, frame: Frame, kind: type[Optioned]) -> None:
        self.frame = frame
        self.kind = kind
        self.options = {option.name: option for option in dataclasses.fields(kind)}

    def read(self, arguments: Sequence[tree.Argument], span: Span) -> Read:
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
        return Read(values, {name: argument.span for name, argument in written.items()})

    def value(self, name: str, argument: tree.Argument) -> object:
        """An option's value, as the option takes it.

        Raises:
            Fault: it does not.
        """
        kind = kind_of(self.options[name])
        value = self.evaluated(argument.value, kind)
        if not kind.accepts(value):
            message = f"`{name}` of `{self.kind.name}` is {kind.expects}, not {describe(value)}"
            raise self.fault(message, argument.span)
        return value

    def evaluated(self, node: tree.Expression, kind: Kind) -> Value:
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
                hint = did_you_mean(name, self.options) or listed(tuple(self.options))
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
