"""Types with sizes as expressions: what enters a block, and what its text reads of a tensor."""

from __future__ import annotations

from archdsl.emit.terms import fold, to_python
from archdsl.ir.graph import Node
from archdsl.ir.traced import plain, term_of, traced
from archdsl.ir.types import AXES, TensorType
from archdsl.ir.written import Apply, Entering, Expression, Literal, Measured, Opaque, apply, leaves
from archdsl.ops.base import Types

CHANNELS, FEATURES = "channels", "features"


def is_position(leaf: Expression) -> bool:
    """Whether a leaf depends on the size of a clip, which no constructor knows."""
    if isinstance(leaf, Entering):
        return leaf.what not in (CHANNELS, FEATURES)
    return isinstance(leaf, Measured | Opaque)


def input_type(node: Node) -> TensorType:
    """The type of an input of the network.

    Its channels are a constant of the network. The sizes of its positions are traced, since they
    are those of one clip, and the module must take others. Of two axes both may be positions, and
    of integers all are.
    """
    (type_,) = node.results
    if type_.rank == 1 and not type_.integers:
        return type_
    first = 0 if type_.rank == 2 or type_.integers else 1
    names = (Entering(node.name, str(place)) for place in range(first, type_.rank))
    shape = (*type_.shape[:first], *map(traced, type_.shape[first:], names))
    return type_.with_shape(shape)


def entering_type(name: str, outside: TensorType) -> TensorType:
    """The type of an input of a block, each size as an expression that names the input.

    The channels and the features are arguments of its constructor, unless they depend on the size
    of a clip where the block is called.
    """
    shape = [traced(plain(s), Entering(name, str(i))) for i, s in enumerate(outside.shape)]
    # Of a vector both are the same axis: then it is the features, as for linear layers.
    for axis, what in ((0, CHANNELS), (-1, FEATURES)):
        if not any(map(is_position, leaves(term_of(outside.shape[axis])))):
            shape[axis] = traced(plain(outside.shape[axis]), Entering(name, what))
    return outside.with_shape(tuple(shape))


def size_of(type_: TensorType, what: str) -> Expression:
    """A size of a tensor, as written in the language (`x.channels`), in terms of a body."""
    if what == "rank":
        return Literal(type_.rank)
    if what == CHANNELS:
        return term_of(type_.shape[0])
    if what == FEATURES:
        return term_of(type_.shape[-1])
    if what == "shape":
        return Apply("tuple", tuple(map(term_of, type_.shape)))
    if what == "positions":
        return term_of(type_.positions)
    if what == "elements":
        return term_of(type_.elements)
    if what.lstrip("-").isdigit():
        # A leaf of the class; this instance may take a tensor of fewer axes.
        return term_of(type_.shape[int(what)]) if int(what) < type_.rank else Opaque()
    # The name of an axis asks for a size of positions, even where the last axis is also the
    # features: a constructor may be given features, but no sizes of positions.
    place = AXES[type_.rank].index(what)
    return _positional(term_of(type_.shape[place]), place)


def _positional(term: Expression, place: int) -> Expression:
    return Entering(term.name, str(place)) if isinstance(term, Entering) else term


def entry_of(values: Expression, index: Expression) -> Expression:
    """An entry of a tuple. In a shape, one entry may be known though others are opaque."""
    folded = fold(to_python(index), {})
    place = folded.value if isinstance(folded, Literal) else None
    if isinstance(values, Apply) and values.operator == "tuple" and isinstance(place, int):
        known = -len(values.terms) <= place < len(values.terms)
        return values.terms[place] if known else Opaque()
    return apply("[]", values, index)


def clearest(shape: tuple[int, ...], operands: Types) -> tuple[int, ...]:
    """A shape with sizes from the operand that describes them best, if operands have one shape.

    In `x + branch` the branch ends in `channels`, and `x` has its own `in_channels`, which is the
    same number only where there is no projection. The sum should have `channels`.
    """
    alike = [operand.shape for operand in operands if operand.shape == shape]
    if len(alike) < 2:
        return shape
    return tuple(
        next((s for s in sizes if not _enters(s)), sizes[0]) for sizes in zip(*alike, strict=True)
    )


def _enters(size: int) -> bool:
    return any(isinstance(leaf, Entering) for leaf in leaves(term_of(size)))
