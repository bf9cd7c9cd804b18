"""The shapes that a table prints, compared with those that follow."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from archdsl.build.context import Frame
from archdsl.build.request import Expectations
from archdsl.build.values import Tensor, Value
from archdsl.diagnostics import note
from archdsl.ir.types import show_shape
from archdsl.params.numbers import is_integer
from archdsl.plan.rows import EXPECTATIONS, Row
from archdsl.program.mentions import names_in
from archdsl.syntax import tree


@dataclass(frozen=True, slots=True)
class _Size:
    """A size that is expected, or with `bound` the largest that may be."""

    value: Value
    bound: bool

    def fits(self, size: int) -> bool:
        if not is_integer(self.value):
            return False
        return size <= self.value if self.bound else size == self.value


def prints(frame: Frame, row: Row) -> bool:
    """Whether a row prints a shape that is to be compared."""
    return any(True for _ in _printed(frame, row))


def compare(frame: Frame, row: Row) -> None:
    """Compare what a row prints with the running value.

    Raises:
        Fault: the cell is no shape.
    """
    for column, cell in _printed(frame, row):
        _compare_all(frame, cell, column)


def _printed(frame: Frame, row: Row) -> Iterator[tuple[str, tree.Expression]]:
    """The shapes that a row prints, of those that hold.

    Bare numbers state what was printed for the network as declared, and only for that; nothing
    that is printed holds for a table that a transform has rewritten.
    """
    request = frame.context.request
    if request is None or request.expectations is Expectations.NONE:
        return
    are_all = request.expectations is Expectations.ALL
    for column in EXPECTATIONS:
        cell = row.cell(column)
        if cell is not None and (are_all or names_in(cell)):
            yield column, cell


def _compare_all(frame: Frame, cell: tree.Expression, column: str) -> None:
    """A row with several values prints a tuple of shapes."""
    shapes = cell.items if isinstance(cell, tree.Tuple) else (cell,)
    if len(shapes) != len(frame.running):
        message = f"this row has {len(frame.running)} values, and {len(shapes)} shapes stand here"
        hint = "write one for each: `(64 x 8 x 56^2, 8 x 32 x 56^2)`"
        raise frame.fault("table", message, cell.span, help=hint)
    for shape, value in zip(shapes, frame.running, strict=True):
        assert isinstance(value, Tensor)
        _compare(frame, shape, column, value.type.shape)


def _compare(frame: Frame, cell: tree.Expression, column: str, shape: tuple[int, ...]) -> None:
    """A printed shape may leave out the channels."""
    dimensions = cell.dimensions if isinstance(cell, tree.Shape) else (cell,)
    sizes = [size for dimension in dimensions for size in _sizes(frame, dimension)]
    seen = shape[1:] if len(sizes) == len(shape) - 1 else shape
    if len(sizes) == len(seen) and all(map(_Size.fits, sizes, seen)):
        return
    message = f"the shape here is {show_shape(shape)}, not {cell.span.text}"
    if column == "printed":
        frame.findings.add(note("printed", message, cell.span, "as printed"))
    else:
        frame.findings.add(frame.error("expect", message, cell.span))


def _sizes(frame: Frame, dimension: tree.Expression) -> list[_Size]:
    bound = isinstance(dimension, tree.AtMost)
    inner = dimension.value if isinstance(dimension, tree.AtMost) else dimension
    if not isinstance(inner, tree.Repeat):
        return [_Size(frame.evaluate(inner), bound)]
    sizes = frame.evaluate(tree.Shape((inner,), span=inner.span))
    assert isinstance(sizes, tuple)
    return [_Size(size, bound) for size in sizes]
