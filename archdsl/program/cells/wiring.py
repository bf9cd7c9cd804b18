"""The mistakes in how the operations of a cell read each other.

They form a directed acyclic graph, written in an order of execution: each reads what is defined
before it, and is read by another operation or by `combine`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from archdsl.diagnostics import Diagnostic, Label, counted, did_you_mean, error, warning
from archdsl.ir.cells import ENTRY
from archdsl.program.cells.parts import (
    INPUT,
    LIMITS,
    Operation,
    Parts,
    is_count,
    outputs_of,
    target_span,
)
from archdsl.program.hints import CANDIDATES
from archdsl.program.program import names_in
from archdsl.syntax import tree

_SHOWN = 8
"""Operations of a cycle, or known names, that a message lists at most."""


def wiring_mistakes(cell: tree.Cell, parts: Parts) -> Iterator[Diagnostic]:
    """The mistakes in the reads of operations, warnings last."""
    wiring = _Wiring(cell, parts)
    yield from wiring.names()
    yield from wiring.terms()
    yield from wiring.reads()
    yield from wiring.limits()
    yield from wiring.unread()


@dataclass(frozen=True)
class _Wiring:
    """The operations of one cell; each method gives the mistakes of one kind."""

    cell: tree.Cell
    parts: Parts

    @cached_property
    def operations(self) -> dict[str, Operation]:
        """The operations by name, the first of each."""
        # Reversed, so that the first of several with one name stays.
        return {operation.name: operation for operation in reversed(self.parts.operations)}

    @cached_property
    def outside(self) -> frozenset[str]:
        """The names that no operation can have."""
        return frozenset({INPUT, ENTRY, *(parameter.name for parameter in self.cell.parameters)})

    @cached_property
    def outputs(self) -> tuple[tree.Expression, ...]:
        values = [output.value for output in self.parts.outputs]
        return tuple([term for value in values for term in outputs_of(value)])

    def names(self) -> Iterator[Diagnostic]:
        """The names of operations must differ from each other, and from those of the cell."""
        for operation in self.parts.operations:
            name, place = operation.name, target_span(operation.node)
            first = self.operations[name]
            if name in self.outside:
                yield error("name", f"`{name}` already has a meaning in this cell", place)
            elif first is not operation:
                also = [Label(target_span(first.node), "the first one")]
                yield error("name", f"there is already an operation `{name}`", place, also=also)

    def terms(self) -> Iterator[Diagnostic]:
        """Operations and `combine` must read operations by name."""
        for operation in self.parts.operations:
            if not operation.inputs:
                message = f"`{operation.name}` reads nothing"
                hint = f"`{ENTRY}` is the result of `prepare`"
                yield error("cell", message, operation.input.span, help=hint)
            hint = f"for a sum of several with learned weights, write `({ENTRY}, op1)`"
            message = f"`{operation.name}` must read operations by name"
            for term in operation.inputs:
                if not isinstance(term, tree.Name):
                    text = f"{message}, but this is `{term.span.text}`"
                    yield error("cell", text, term.span, help=hint)
            for option in operation.options:
                if option.name is None and self._is_operation(option.value):
                    yield self._second(operation, option)
        for output in self.outputs:
            if not isinstance(output, tree.Name):
                message = (
                    f"`combine` must read operations by name, but this is `{output.span.text}`"
                )
                yield error("cell", message, output.span, help="write `combine(op1, op2)`")

    def _is_operation(self, value: tree.Expression) -> bool:
        name = value.name if isinstance(value, tree.Name) else ""
        return name == ENTRY or name in self.operations

    def _second(self, operation: Operation, option: tree.Argument) -> Diagnostic:
        message = f"`{operation.name}` must read everything in its first argument"
        read = ", ".join([*(term.span.text for term in operation.inputs), option.span.text])
        return error("cell", message, option.span, help=f"for a weighted sum, write `({read})`")

    def reads(self) -> Iterator[Diagnostic]:
        """Operations must read what is defined before them, so that there is no cycle."""
        before = {*self.outside, *self.parts.settings} - {INPUT}
        for operation in self.parts.operations:
            for term in operation.inputs:
                if isinstance(term, tree.Name) and term.name not in before:
                    yield self._later(operation, term)
            before.add(operation.name)
        for output in self.outputs:
            if isinstance(output, tree.Name) and output.name not in before:
                yield self._unknown(output)

    def _unknown(self, read: tree.Name) -> Diagnostic:
        if read.name == INPUT:
            message = f"only `prepare` can read `{INPUT}`, the input of the cell"
            return error(
                "cell", message, read.span, help=f"read `{ENTRY}`, the result of `prepare`"
            )
        known = [ENTRY, *self.operations]
        listed = ", ".join(f"`{name}`" for name in known[:_SHOWN])
        listed += ", ..." if len(known) > _SHOWN else ""
        hint = did_you_mean(read.name, known[:CANDIDATES]) or f"there are {listed}"
        message = f"no operation of this cell is called `{read.name}`"
        return error("name", message, read.span, help=hint)

    def _later(self, operation: Operation, read: tree.Name) -> Diagnostic:
        """An operation that reads itself, a later one, or one that does not exist."""
        if read.name not in self.operations:
            return self._unknown(read)
        if read.name == operation.name:
            message = f"`{operation.name}` reads itself, but a cell cannot have a cycle"
            return error("cell", message, read.span)
        # A read of a later operation is a cycle only if that one depends on this one.
        around = self._path(read.name, operation.name)
        if around:
            cycle = [operation.name, *around]
            shown = cycle if len(cycle) <= _SHOWN else [*cycle[:4], "...", *cycle[-2:]]
            message = f"a cell cannot have a cycle: {' -> '.join(shown)}"
            return error("cell", message, read.span)
        message = f"`{operation.name}` reads `{read.name}`, which is defined after it"
        also = [Label(target_span(self.operations[read.name].node), "defined here")]
        hint = f"operations run in the order of the text: move `{operation.name}` down"
        return error("cell", message, read.span, also=also, help=hint)

    def _path(self, start: str, goal: str) -> list[str]:
        """The shortest path of reads from one operation to another; empty where there is none."""
        # Breadth first and with a queue: a cell can be longer than the stack is deep.
        came: dict[str, str | None] = {start: None}
        waiting = deque([start])
        while waiting and goal not in came:
            name = waiting.popleft()
            for read in self.operations[name].read if name in self.operations else ():
                if read not in came:
                    came[read] = name
                    waiting.append(read)
        path: list[str] = []
        step = goal if goal in came else None
        while step is not None:
            path.append(step)
            step = came[step]
        return path[::-1]

    def limits(self) -> Iterator[Diagnostic]:
        """No operation can have more inputs than `beta`, nor the cell more outputs than `alpha`."""
        for operation in self.parts.operations:
            # Of a choice, these are the options, and not what one member reads.
            if operation.is_decided:
                yield from self._limit("beta", operation.inputs, f"`{operation.name}` reads")
        if self.parts.wiring.outputs is not None:
            yield from self._limit("alpha", self.outputs, "this cell combines")

    def _limit(
        self, name: str, values: Sequence[tree.Expression], does: str
    ) -> Iterator[Diagnostic]:
        setting = self.parts.settings.get(name)
        most = setting.value if setting else None
        if setting is None or not is_count(most) or len(values) <= most.value:
            return
        message = f"{does} {counted(len(values), LIMITS[name])}, but `{name}` allows {most.text}"
        also = [Label(setting.span, "set here")]
        yield error("cell", message, values[int(most.value)].span, also=also)

    def unread(self) -> Iterator[Diagnostic]:
        """Warnings for operations whose result is not used.

        There are none where a name is unknown: it is likely to be one of these, misspelt.
        """
        terms = [term for operation in self.parts.operations for term in operation.inputs]
        options = [o.value for operation in self.parts.operations for o in operation.options]
        wired = names_in(*terms, *self.outputs)
        if not self.outputs or not wired <= self.operations.keys() | self.outside:
            return
        # An operation can be used as an option, such as the `context` of another one.
        read = wired | names_in(*options)
        for operation in self.parts.operations:
            if operation.name not in read | self.outside:
                message = f"neither an operation nor `combine` reads `{operation.name}`"
                yield warning("unused", message, target_span(operation.node))
