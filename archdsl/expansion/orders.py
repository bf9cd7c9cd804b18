"""Orders of axes as they are written: `bottleneck = 2.25, fast, spatial = 160`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from archdsl.build.values import describe
from archdsl.diagnostics import CompileError, error
from archdsl.expansion.steps import named
from archdsl.plan.transforms.axes import Axis
from archdsl.plan.transforms.base import Transform
from archdsl.source import Source, Span
from archdsl.spec import Spec
from archdsl.syntax.parser import parse_argument


@dataclass(frozen=True)
class Order:
    """An axis to expand along; `transform` says how far where that is given."""

    axis: Axis
    transform: Transform | None


def read(spec: Spec, text: str) -> Iterator[Order]:
    """The axes of a text, parted by commas, each perhaps with a value as the language writes it.

    Sizes and frames are those to come to, all others factors.

    Raises:
        CompileError: there is no such axis, or it does not take such a value.
    """
    for piece in text.split(","):
        axis = named(piece.partition("=")[0].strip())
        yield Order(axis, _transform(spec, axis, piece) if "=" in piece else None)


def _transform(spec: Spec, axis: Axis, piece: str) -> Transform:
    """The transform of `spatial = 160`."""
    source = Source("--follow", piece.strip())
    (given,) = spec.arguments([parse_argument(source)]).values()
    if not axis.kind.accepts(given.value):
        message = f"`{axis.name}` takes {axis.kind.expects}, not {describe(given.value)}"
        span = Span(source, 0, len(source.text))
        raise CompileError([error("expand", message, span)])
    return axis.to(given.value)
