"""The lines on a box: the parameters of an operation or a block that tell it from others.

A box has room for two short lines, so what a reader can see elsewhere is left out: defaults, the
channels that the shape on the wire shows, and words that are the same in the whole network.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from fractions import Fraction

from archdsl.draw.style import clean, shorten
from archdsl.ir.graph import Graph, Node, Scope
from archdsl.ir.types import TensorType

_LONGEST, _MOST = 36, 2

_IN_SHAPE = ("channels", "features")
"""Parameters that the shape of the result shows too."""

_SIZES = ("kernel", "stride", "padding", "dilation", "shape", "size", "window", "narrow", "patch")
"""Parameters whose tuples are written as products, `1×3×3`."""


def share(part: int, whole: int) -> str:
    """A part of a whole in percent; empty if it is 0."""
    percent = 100 * part / whole if whole else 0
    if not percent:
        return ""
    # Not 0.0 %, which would say that it costs nothing.
    return f"{percent:.1f} %" if percent >= 0.05 else "<0.1 %"


def shape(tensor: TensorType) -> str:
    """`24 × 13 × 80²`."""
    return str(tensor).replace(" x ", " × ").replace("^2", "²")


def node_caption(node: Node) -> tuple[str, ...]:
    """The lines for an operation: the parameters that differ from their defaults."""
    operation = node.operation
    if operation.needs_owner or operation.formula:
        return _lines([operation.formula])
    given = {
        field.name: (getattr(operation, field.name), field.default) for field in fields(operation)
    }
    return _lines(
        _named(name, value)
        for name, (value, default) in given.items()
        if not _is_default(value, default) and name not in _IN_SHAPE
    )


@dataclass(frozen=True)
class BlockCaptions:
    """The lines for blocks.

    `values` has all words that a parameter of a block takes in the network, by block and parameter.
    """

    values: Mapping[tuple[str, str], frozenset[str]]

    def caption(self, *scopes: Scope) -> tuple[str, ...]:
        """The lines for instances of a block that one box stands for.

        These are the parameters that differ from their defaults and are equal in all instances. A
        word, such as the name of an activation, is shown only if the network has several.
        """
        return _lines(self._given(scopes[0], scopes[1:]))

    def _given(self, scope: Scope, others: Sequence[Scope]) -> Iterator[str]:
        block = scope.block
        for name in block.parameters if block else ():
            value = scope.bindings.get(name)
            is_default = block is not None and _is_default(value, block.defaults.get(name, ...))
            if any(other.bindings.get(name) != value for other in others):
                continue  # one box stands for all instances, and cannot say two values
            is_varied = len(self.values.get((scope.definition, name), ())) > 1
            if name not in _IN_SHAPE and not is_default and (is_varied or not _is_word(value)):
                yield _named(name, value)


def block_captions(graph: Graph) -> BlockCaptions:
    found: dict[tuple[str, str], set[str]] = {}
    for scope in graph.scopes:
        for name in scope.block.parameters if scope.block else ():
            value = scope.bindings.get(name)
            if _is_word(value):
                found.setdefault((scope.definition, name), set()).add(_value(value))
    return BlockCaptions({key: frozenset(values) for key, values in found.items()})


def _is_default(value: object, default: object) -> bool:
    """Whether a value is the default; `(1, 1, 1)` is for a default of 1."""
    return value == default or (isinstance(value, tuple) and set(value) == {default})


def _is_word(value: object) -> bool:
    """Whether a value is the name of a choice or a block, or `none`."""
    return not isinstance(value, int | Fraction | tuple)


def _lines(texts: Iterable[str]) -> tuple[str, ...]:
    """Texts put together in lines, as many as there is room for."""
    lines = [""]
    for text in map(clean, filter(None, texts)):
        text, last = shorten(text, _LONGEST), lines[-1]
        if len(last) + 2 + len(text) <= _LONGEST:
            lines[-1] = f"{last}, {text}" if last else text
        elif len(lines) < _MOST:
            lines.append(text)
    return tuple(filter(None, lines))


def _named(name: str, value: object) -> str:
    if value is True:  # `bias`, not `bias true`
        return name
    text = _value(value)
    if name in _SIZES and isinstance(value, tuple):
        text = "×".join(map(_value, value))
    return f"{name} {text}" if text and value is not None and value is not False else ""


def _value(value: object) -> str:
    """A value as the language writes it, fractions as decimals."""
    if isinstance(value, Fraction):
        return f"{float(value):.4g}"
    if isinstance(value, tuple):
        return f"({', '.join(map(_value, value))})"
    if isinstance(value, bool | int | str | None):
        return str(value).lower()
    return str(getattr(value, "name", ""))
