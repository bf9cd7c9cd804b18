"""A model of ONNX that refuses the sizes for which it was not made, and says why.

ONNX has no operation that fails, and a runtime gives some result where a module would raise: of a
picture of 8 rows that is halved four times nothing is left, but it may yet be resized. So the shape
of an input goes through a look-up that is out of range if a size is. The name of the look-up says
what is wrong, and runtimes print it. The input is only reshaped to its own shape, without a copy.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from archdsl.export.axes import Place
from archdsl.export.ranges import Range, Spread


def add_refusals(model: Any, ranges: Iterable[Range]) -> None:
    """Let a model refuse sizes of its dynamic axes that are outside of their ranges."""
    bounded: dict[str, list[tuple[Place, Spread]]] = {}
    for found in ranges:
        if str(found.spread) != "any":
            first = found.axis.places[0]
            bounded.setdefault(first.input, []).append((first, found.spread))
    checks: list[Any] = []
    for entering in model.graph.input:
        own = [pair for pair in bounded.get(entering.name, ()) if _is_dynamic(entering, pair[0])]
        if own:
            _rename_reads(model, entering.name, f"{entering.name}_checked")
            checks += _check(entering.name, own)
    nodes = [*checks, *model.graph.node]
    del model.graph.node[:]
    model.graph.node.extend(nodes)


def _is_dynamic(entering: Any, place: Place) -> bool:
    """Whether the size of an axis is a name. Sizes that are numbers the runtime compares itself."""
    return bool(entering.type.tensor_type.shape.dim[place.position].dim_param)


def _rename_reads(model: Any, old: str, new: str) -> None:
    for node in model.graph.node:
        for place, name in enumerate(node.input):
            node.input[place] = new if name == old else name


def _check(name: str, bounded: list[tuple[Place, Spread]]) -> Iterator[Any]:
    """Nodes that reshape an input to its own shape, by way of a look-up for each axis."""
    from onnx.helper import make_node

    shape = f"{name}_shape"
    yield make_node("Shape", [name], [shape])
    for place, spread in bounded:
        size, wrong, checked = (f"{shape}_{place.position}_{part}" for part in ("is", "no", "ok"))
        yield from _constant(f"{size}_at", [place.position])
        yield make_node("Gather", [shape, f"{size}_at"], [size])
        yield from _outside(size, spread, wrong)
        # One entry, 0, to look up: that a size is wrong is the entry 1, which is not there.
        yield from _constant(f"{checked}_zero", [0])
        must = f"{name}: {place.kind} must be {spread}"
        yield make_node("Gather", [f"{checked}_zero", wrong], [f"{checked}_added"], name=must)
        yield make_node("Add", [shape, f"{checked}_added"], [checked])
        shape = checked
    yield make_node("Reshape", [name, shape], [f"{name}_checked"])


def _outside(size: str, spread: Spread, result: str) -> Iterator[Any]:
    """Nodes that give 1 if a size is outside of a spread, else 0."""
    from onnx import TensorProto
    from onnx.helper import make_node

    yield from _constant(f"{result}_low", [spread.low])
    yield make_node("Less", [size, f"{result}_low"], [f"{result}_is_low"])
    wrong = f"{result}_is_low"
    if spread.high is not None:
        yield from _constant(f"{result}_high", [spread.high])
        yield make_node("Greater", [size, f"{result}_high"], [f"{result}_is_high"])
        yield make_node("Or", [wrong, f"{result}_is_high"], [f"{result}_is_far"])
        wrong = f"{result}_is_far"
    if spread.step > 1:
        yield from _constant(f"{result}_step", [spread.step])
        yield make_node("Sub", [size, f"{result}_low"], [f"{result}_above"])
        yield make_node("Mod", [f"{result}_above", f"{result}_step"], [f"{result}_rest"])
        yield make_node("Cast", [f"{result}_rest"], [f"{result}_is_between"], to=TensorProto.BOOL)
        yield make_node("Or", [wrong, f"{result}_is_between"], [f"{result}_is_out"])
        wrong = f"{result}_is_out"
    yield make_node("Cast", [wrong], [result], to=TensorProto.INT64)


def _constant(name: str, values: list[int]) -> Iterator[Any]:
    from onnx.helper import make_node

    yield make_node("Constant", [], [name], value_ints=values)
