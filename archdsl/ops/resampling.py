"""Resampling: tensors at another size, or read at the places that a grid names."""

from __future__ import annotations

from math import floor

from archdsl.ir.types import AXES, TensorType
from archdsl.ops.base import Cost, Mismatch, Operation, Reordered, Types
from archdsl.ops.forms import Expression, PyValue
from archdsl.ops.order import by_channel
from archdsl.ops.shapes import check_spatial, per_axis
from archdsl.params.kinds import Boolean, Choice, Maybe, NewSizes, Real, Several, number, parameter
from archdsl.params.numbers import Number

MODES = ("nearest", "nearest_exact", "linear", "cubic", "area")
LINEAR = {1: "linear", 2: "bilinear", 3: "trilinear"}


def check_mode(op: Interpolate | ResizeLike, x: TensorType, name: str) -> None:
    """Check the mode against the axes, and the options against the mode, as F.interpolate does.

    Raises:
        Mismatch: torch would raise.
    """
    check_spatial(x, name)
    axes = len(x.extents)
    if op.mode == "cubic" and axes != 2:
        takes = "`cubic` takes channels, height and width"
        raise Mismatch(f"{takes}, but this is {x}", parameter="mode")
    if op.align_corners and op.mode not in ("linear", "cubic"):
        must = "`align_corners` is for the modes `linear` and `cubic`"
        raise Mismatch(f"{must}, but this is `{op.mode}`", parameter="align_corners")
    if op.antialias and (op.mode not in ("linear", "cubic") or axes != 2):
        must = "`antialias` is for the modes `linear` and `cubic` over height and width"
        raise Mismatch(f"{must}, but this is `{op.mode}` on {x}", parameter="antialias")


def torch_mode(op: Interpolate | ResizeLike, axes: int) -> str:
    """The mode as torch writes it, which depends on the number of axes."""
    special = {"linear": LINEAR[axes], "cubic": "bicubic", "nearest_exact": "nearest-exact"}
    return special.get(op.mode, op.mode)


def resampling_cost(op: Interpolate | ResizeLike, operands: Types, results: Types) -> Cost:
    """What fvcore counts for F.interpolate.

    Over height and width, that is the elements read: four for each output (`linear`), one
    (`nearest`), or each element of the operand (`area`, which torch runs as an adaptive pool). Over
    other axes it is nothing.
    """
    x, (y,) = operands[0], results
    # With `antialias`, torch runs another kernel, which fvcore does not know.
    if len(x.extents) != 2 or op.antialias:
        return Cost()
    counts = {"linear": 4 * y.elements, "nearest": y.elements, "area": x.elements}
    return Cost(fvcore=counts.get(op.mode, 0))


def resampling_options(op: Interpolate | ResizeLike) -> str:
    """The options of F.interpolate that are not torch's defaults."""
    corners = ", align_corners=True" if op.align_corners else ""
    return corners + (", antialias=True" if op.antialias else "")


class Interpolate(Operation):
    """C x (L | H x W | T x H x W) at another `size`, or `scale` times as large, rounded down.

    An axis whose size is `none` keeps its own, which is read when the model runs. `linear` is
    torch's linear, bilinear or trilinear, and `cubic` its bicubic.

    Example: `64 x 8 x 14^2 -> interpolate((none, 28, 28), mode = linear)`
    """

    name = "interpolate"
    needs_batch = True
    size: int | tuple[int | None, ...] | None = parameter(Maybe(NewSizes()), None)
    scale: Number | tuple[Number, ...] | None = parameter(Maybe(Several(Real(0))), None)
    mode: str = parameter(Choice(MODES), "nearest")
    align_corners: bool = parameter(Boolean(), False)
    antialias: bool = parameter(Boolean(), False)

    def infer(self, x: TensorType) -> Types:
        check_mode(self, x, self.name)
        if (self.size is None) == (self.scale is None):
            raise Mismatch("`interpolate` takes either `size` or `scale`", parameter="scale")
        return (TensorType((x.channels, *self._extents(x))),)

    def reordered(self, axes: Reordered, operands: Types) -> int | None:
        return by_channel(axes)

    def cost(self, operands: Types, results: Types) -> Cost:
        return resampling_cost(self, operands, results)

    def emit(self, operands: Types, results: Types) -> Expression:
        name, template, values = self._target(operands[0])
        values["mode"] = torch_mode(self, len(operands[0].extents))
        options = f"mode={{mode}}{resampling_options(self)}"
        return Expression(f"F.interpolate({{0}}, {name}={template}, {options})", values)

    def _target(self, x: TensorType) -> tuple[str, str, dict[str, PyValue]]:
        """The argument for the new size: its name, its template and the values in that."""
        axes = len(x.extents)
        if self.size is None:
            return "scale_factor", "{scale_factor}", {"scale_factor": self._scales(axes)}
        sizes: tuple[int | None, ...] = per_axis(self.size, axes, "size")
        if None not in sizes:
            return "size", "{size}", {"size": sizes}
        named = list(zip(AXES[x.rank][1:], sizes, strict=True))
        written = [
            f"{{0}}.shape[{axis}]" if size is None else f"{{{name}}}"
            for axis, (name, size) in enumerate(named, start=2)
        ]
        return "size", f"({', '.join(written)})", {n: s for n, s in named if s is not None}

    def _scales(self, axes: int) -> tuple[int | float, ...]:
        scale = 1 if self.scale is None else self.scale
        scales: tuple[Number, ...] = per_axis(scale, axes, "scale")
        return tuple(map(number, scales))

    def _extents(self, x: TensorType) -> tuple[int, ...]:
        axes = len(x.extents)
        if self.size is not None:
            sizes: tuple[int | None, ...] = per_axis(self.size, axes, "size")
            pairs = zip(sizes, x.extents, strict=True)
            return tuple(own if size is None else size for size, own in pairs)
        scales = self._scales(axes)
        # In floating point, as torch does: an axis of 100 at the scale 0.29 becomes 28.
        extents = tuple(floor(size * float(s)) for size, s in zip(x.extents, scales, strict=True))
        if 0 in extents:
            message = f"this scale leaves an axis of {x} without elements"
            raise Mismatch(message, parameter="scale")
        return extents


class ResizeLike(Operation):
    """x at the size that y has after its channels, which is read when the model runs.

    Example: `resize_like(64 x 7^2, 32 x 28^2, mode = linear)`
    """

    name = "resize_like"
    arity = (2, 2)
    needs_batch = True
    mode: str = parameter(Choice(MODES), "nearest")
    align_corners: bool = parameter(Boolean(), False)
    antialias: bool = parameter(Boolean(), False)

    def infer(self, x: TensorType, like: TensorType) -> Types:
        check_mode(self, x, self.name)
        if like.rank != x.rank:
            must = f"the second tensor of `resize_like` must have rank {x.rank}, as {x}"
            raise Mismatch(f"{must}, but this is {like}", operand=1)
        return (TensorType((x.channels, *like.extents)),)

    def reordered(self, axes: Reordered, operands: Types) -> int | None:
        return by_channel(axes)

    def cost(self, operands: Types, results: Types) -> Cost:
        return resampling_cost(self, operands, results)

    def emit(self, operands: Types, results: Types) -> Expression:
        options = resampling_options(self)
        call = f"F.interpolate({{0}}, size={{1}}.shape[2:], mode={{mode}}{options})"
        return Expression(call, {"mode": torch_mode(self, len(operands[0].extents))})


class GridSample(Operation):
    """x read at the places that a grid names: C x H x W and H' x W' x 2 give C x H' x W'.

    A grid for C x T x H x W ends in 3. Places are from -1 to 1, width first, as in torch.

    Example: `grid_sample(64 x 28^2, 14 x 14 x 2)`
    """

    name = "grid_sample"
    arity = (2, 2)
    joins_samples = True
    needs_batch = True
    mode: str = parameter(Choice(("linear", "nearest", "cubic")), "linear")
    padding: str = parameter(Choice(("zeros", "border", "reflection")), "zeros")
    align_corners: bool = parameter(Boolean(), False)

    def infer(self, x: TensorType, grid: TensorType) -> Types:
        axes = len(x.extents)
        if axes not in (2, 3):
            takes = "`grid_sample` takes channels and two or three more axes"
            raise Mismatch(f"{takes}, but this is {x}", operand=0)
        if grid.rank != x.rank or grid.shape[-1] != axes:
            must = f"a grid for {x} must have {axes} axes of positions, then {axes} coordinates"
            raise Mismatch(f"{must}, but this is {grid}", operand=1)
        if self.mode == "cubic" and axes != 2:
            takes = "`cubic` takes channels, height and width"
            raise Mismatch(f"{takes}, but this is {x}", parameter="mode")
        return (TensorType((x.channels, *grid.shape[:-1])),)

    def cost(self, operands: Types, results: Types) -> Cost:
        return Cost(fvcore=4 * results[0].elements)

    def emit(self, operands: Types, results: Types) -> Expression:
        mode = {"linear": "bilinear", "cubic": "bicubic"}.get(self.mode, self.mode)
        values: dict[str, PyValue] = {} if mode == "bilinear" else {"mode": mode}
        if self.padding != "zeros":
            values["padding_mode"] = self.padding
        # Written even where it is the default: without it, torch warns that the default changed.
        values["align_corners"] = self.align_corners
        options = ", ".join(f"{name}={{{name}}}" for name in values)
        return Expression(f"F.grid_sample({{0}}, {{1}}, {options})", values)


class AffineGrid(Operation):
    """The grid of places to which a 2 x 3 matrix x moves those of y, C x H x W.

    A 3 x 4 matrix moves those of C x T x H x W. The result is for `grid_sample`.

    Example: `affine_grid(2 x 3, 3 x 28^2)`
    """

    name = "affine_grid"
    arity = (2, 2)
    needs_batch = True
    align_corners: bool = parameter(Boolean(), False)

    def infer(self, matrix: TensorType, like: TensorType) -> Types:
        axes = len(like.extents)
        if axes not in (2, 3) or matrix.shape != (axes, axes + 1):
            message = f"a matrix of {matrix} cannot move the positions of {like}"
            help = "2 x 3 is for height and width, 3 x 4 for frames, height and width"
            raise Mismatch(message, operand=0, help=help)
        return (TensorType((*like.extents, axes)),)

    def emit(self, operands: Types, results: Types) -> Expression:
        call = "F.affine_grid({0}, {1}.shape, align_corners={align_corners})"
        return Expression(call, {"align_corners": self.align_corners})
