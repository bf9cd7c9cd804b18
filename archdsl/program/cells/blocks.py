"""The block that a cell is short for.

A cell is sugar. Turned into a block, it needs no rule of its own in any later phase: its input
goes through `prepare`, its operations follow in order, and `combine` joins their outputs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import reduce
from typing import cast

from archdsl.ir.cells import ENTRY
from archdsl.ir.graph import Wiring
from archdsl.program.cells.parts import INPUT, SETTINGS, Operation, Parts
from archdsl.syntax import tree


class Offered(tree.Argument):
    """An argument that a cell gives to each of its operations, for those with such a parameter."""


class CellBlock(tree.Block):
    """A block that was written as a cell. A `faulty` one was reported, and is never run."""

    wiring: Wiring
    faulty: bool


def as_block(cell: tree.Cell, parts: Parts, faulty: bool) -> CellBlock:
    """The block of a cell. That of a faulty one is empty, so that nothing is reported twice."""
    entry = tree.Parameter(INPUT, (), None, span=cell.span)
    body = () if faulty else tuple(_statements(cell, parts))
    parameters = (entry, *cell.parameters)
    wiring = parts.wiring
    return CellBlock(cell.name, parameters, body, cell.doc, wiring, faulty, span=cell.span)


def _statements(cell: tree.Cell, parts: Parts) -> Iterator[tree.Statement]:
    entering = tree.Name(INPUT, span=cell.span)
    prepared: tree.Expression = entering
    if parts.prepare is not None:
        prepared = _call_with(parts.prepare, [entering], parts.prepare.arguments)
    yield tree.Assign((ENTRY,), prepared, span=prepared.span)
    context = _context(cell, parts)
    if not isinstance(context, tree.Name | None):
        yield parts.settings[SETTINGS[0]]
    for operation in parts.operations:
        yield _statement(operation, context)
    if parts.combine is not None:
        outputs = _outputs(parts.combine, [output.value for output in parts.outputs])
        options = [argument for argument in parts.combine.arguments if argument.name]
        sink = _call_with(parts.combine, [entering, outputs], options)
        yield tree.Return((sink,), span=parts.combine.span)


def _context(cell: tree.Cell, parts: Parts) -> tree.Expression | None:
    """What operations are offered as `context`: the prepared input if `keys_values = cell`."""
    entry = tree.Name(ENTRY, span=cell.span)
    if parts.keys_values:
        return entry if parts.keys_values == "cell" else None
    asked, word = (tree.Name(name, span=cell.span) for name in (SETTINGS[0], "cell"))
    test = tree.Binary("==", asked, word, span=cell.span)
    return tree.Conditional(entry, test, tree.Constant(None, span=cell.span), span=cell.span)


def _outputs(combine: tree.Call, values: Sequence[tree.Expression]) -> tree.Expression:
    """What `combine` joins: a tuple of the outputs, joined with those that choices give."""
    span, several = combine.span, [_tuples(value) for value in values]
    joined = [more or tree.Tuple((v,), span=span) for v, more in zip(values, several, strict=True)]
    if not any(several):
        return tree.Tuple(tuple(values), span=span)
    return reduce(lambda left, right: tree.Binary("+", left, right, span=span), joined)


def _tuples(node: tree.Expression) -> tree.Expression | None:
    """A choice of tuples, with options that are none made so; None for all else."""
    if isinstance(node, tree.Each):
        inner = _tuples(node.value)
        return replace(node, value=cast("tree.Choice", inner)) if inner else None
    if not isinstance(node, tree.Choice):
        return node if isinstance(node, tree.Tuple) else None
    if node.amount is not None:
        return node
    if not any(isinstance(option, tree.Tuple) for option in node.options):
        return None
    return replace(node, options=tuple([_as_tuple(option) for option in node.options]))


def _as_tuple(option: tree.Node) -> tree.Tuple:
    if isinstance(option, tree.Tuple):
        return option
    return tree.Tuple((cast("tree.Expression", option),), span=option.span)


def _statement(operation: Operation, context: tree.Expression | None) -> tree.Assign:
    """An operation as a statement of the block.

    Several inputs become a weighted sum. An operation that takes a `context` gets the cell's,
    unless it names one itself.
    """
    read, options = operation.input, [*operation.options]
    several = _tuples(read)
    if several is not None:
        added = tree.Name("weighted_sum", span=read.span)
        # The call has the span of the tuple: a diagnostic of the block points at what the author
        # wrote.
        read = tree.Call(added, (tree.Argument(None, several, span=read.span),), span=read.span)
    if context is not None and operation.option("context") is None:
        span = operation.call.function.span
        options.append(Offered("context", replace(context, span=span), span=span))
    return operation.calling(_call_with(operation.call, [read], options))


def _call_with(
    call: tree.Call, operands: Iterable[tree.Expression], options: Iterable[tree.Argument]
) -> tree.Call:
    """A call with operands before its options."""
    leading = [tree.Argument(None, operand, span=operand.span) for operand in operands]
    return replace(call, arguments=(*leading, *options))
