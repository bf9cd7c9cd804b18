"""What a supernet has to know of a space, read from some of its members: classes and options.

Few members show at once most of what cannot be shared, which is all that a check of a spec needs.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from archdsl.build.request import Request
from archdsl.diagnostics import CompileError, Label, error
from archdsl.emit.module import Definitions, definitions
from archdsl.emit.targets.base import Target
from archdsl.ir.graph import Address, Node
from archdsl.ops.convolution import Convolution, TransposedConvolution
from archdsl.ops.shapes import per_axis
from archdsl.supernet.members import Sample, followed, sample
from archdsl.supernet.options import Ambiguous, Table, options_given

_SAMPLES = (2, 4, 8, 16)
"""How often each option is taken, until it is clear what follows from which decision."""

_FEW = 1
"""How often it is taken where that need not be clear."""


def read(request: Request, target: Target, kernels: str) -> tuple[Sample, Definitions, Table]:
    """Members of a space, their classes, and what each option gives the constructor.

    `kernels` is the setting of that name.

    Raises:
        CompileError: weights of the members cannot be shared.
    """
    for often in _SAMPLES:
        members, found = _members(request, target, often, kernels)
        with suppress(Ambiguous):
            return members, found, options_given(request.name, found, members)
    message = f"it is not clear what follows from which decision of `{request.name}`"
    raise CompileError([error("supernet", message, help="leave fewer decisions open")])


def check_shared(request: Request, target: Target, kernels: str) -> None:
    """Check what `read` does, as far as few members show it.

    Raises:
        CompileError: weights of the members cannot be shared.
    """
    members, found = _members(request, target, _FEW, kernels)
    with suppress(Ambiguous):
        options_given(request.name, found, members)


def _members(
    request: Request, target: Target, often: int, kernels: str
) -> tuple[Sample, Definitions]:
    members = sample(request, target, often)
    if kernels == "cut":
        _check_middles(members)
    found = definitions(members.graph, target)
    _check_one_class(request.name, members, found)
    return members, found


def _check_one_class(network: str, members: Sample, found: Definitions) -> None:
    """Check that one class says all members: what is in none of its arguments is not shared."""
    if len(found.roots) == len(members.taken):
        return
    block, *_ = found.divided
    message = f"weights of the members of `{network}` cannot be shared: `{block.name}` comes out"
    message += " with other layers where it is decided otherwise"
    hint = "a supernet shares channels, kernels, numbers of rows, and blocks that are there or not"
    is_other = [(taken, root in found.roots) for root, taken in members.taken.items()]
    spans = [members.decisions[name].span for name in followed(members.decisions, is_other)]
    also = [Label(spans[0], "decided here")] if len(spans) == 1 else []
    raise CompileError([error("supernet", message, block.span, also=also, help=hint)])


def _check_middles(members: Sample) -> None:
    """Check that of the kernels of a layer each can be the middle of the largest: along an axis,
    all are odd or all are even."""
    graph, first = members.graph, dict[tuple[Address, int], int]()
    for node in graph:
        address = graph.address(node.scope, node.site)
        for axis, size in enumerate(_kernel(node)):
            other = first.setdefault((address, axis), size)
            if (other - size) % 2:
                sizes = " and ".join(map(str, sorted((other, size))))
                message = f"kernels of this convolution have no middle in common: {sizes}"
                hint = "write sizes that are all odd or all even, or `kernels apart` in the search"
                raise CompileError([error("supernet", message, node.span, help=hint)])


def _kernel(node: Node) -> Iterator[int]:
    """The kernel of a convolution, axis by axis; nothing for other operations."""
    operation = node.operation
    if isinstance(operation, Convolution | TransposedConvolution):
        yield from per_axis(operation.kernel, len(node.results[0].extents), "kernel")
