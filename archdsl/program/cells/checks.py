"""The mistakes of a cell that its text shows.

A cell has settings, at most one `prepare`, operations and one `combine`. Its operations form a
directed acyclic graph, written in an order of execution. All this is checked before the cell
becomes a block, because afterwards a diagnostic could only speak of the block.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from archdsl.diagnostics import Diagnostic, Label, counted, did_you_mean, error, warning
from archdsl.ir.cells import ENTRY
from archdsl.program.cells.parts import (
    COMBINE,
    INPUT,
    KEYS_VALUES,
    LIMITS,
    PREPARE,
    SETTINGS,
    Operation,
    Parts,
    is_count,
    target_span,
)
from archdsl.program.files import library_file_of
from archdsl.program.names import CANDIDATES
from archdsl.program.program import name_span, names_in
from archdsl.syntax import tree

_SHOWN = 8
"""Operations of a cycle, or known names, that a message lists at most."""


def mistakes(cell: tree.Cell, found: Parts, known: Container[str]) -> Iterator[Diagnostic]:
    """The mistakes of a cell, warnings last. `known` are the names that its file knows."""
    checker = _Checker(cell, found)
    yield from checker.library(known)
    yield from map(checker.misplaced, found.misplaced)
    yield from checker.settings()
    yield from checker.frame()
    yield from checker.names()
    yield from checker.terms()
    yield from checker.reads()
    yield from checker.limits()
    yield from checker.sizes()
    yield from checker.unread()


@dataclass(frozen=True)
class _Checker:
    """The checks of one cell, each a method that gives its mistakes."""

    cell: tree.Cell
    found: Parts

    def library(self, known: Container[str]) -> Iterator[Diagnostic]:
        """Blocks of the library whose file is not used: one mistake for each file.

        `attend` is in most lines of a cell. Each would repeat the same mistake.
        """
        missing: dict[str, list[str]] = defaultdict(list)
        own = {parameter.name for parameter in self.cell.parameters}
        for name in dict.fromkeys(call.function.name for call in self.found.calls):
            file = library_file_of(name) if name not in known and name not in own else None
            if file is not None:
                missing[file].append(f"`{name}`")
        for file, names in missing.items():
            calls = f"cell `{self.cell.name}` calls {', '.join(names)}"
            hint = f"write `use {file}`"
            verb = "is" if len(names) == 1 else "are"
            message = f"{calls}, which {verb} not defined"
            yield error("name", message, name_span(self.cell), help=hint)

    def frame(self) -> Iterator[Diagnostic]:
        """A cell must have operations and a `combine`.

        A statement that is meant as an operation, but is none, is reported by itself.
        """
        place = name_span(self.cell)
        if not self.found.operations:
            # A misplaced statement or an unknown setting is likely to be the missing operation, and
            # is reported.
            if not self.found.misplaced and self.found.settings.keys() <= set(SETTINGS):
                hint = "write one: `op1 = attend(f0, over = spatial)`"
                yield error("cell", f"cell `{self.cell.name}` has no operation", place, help=hint)
        elif not self.found.outputs:
            hint = f"end with `combine({self.found.operations[-1].name})`"
            message = f"cell `{self.cell.name}` combines no operations, so it has no output"
            span = self.found.combine.span if self.found.combine else place
            yield error("cell", message, span, help=hint)

    def misplaced(self, statement: tree.Statement) -> Diagnostic:
        """A statement that cannot be in a cell, or not a second time."""
        if isinstance(statement, tree.Assign):
            return self._assigned(statement)
        call = statement.call if isinstance(statement, tree.Apply) else None
        name = call.function if isinstance(call, tree.Call) else call
        if not isinstance(name, tree.Name):
            message = "a cell can only have settings, `prepare`, operations and `combine`"
            hint = "a `block` can have any statement"
            return error("cell", message, statement.span, help=hint)
        first = {PREPARE: self.found.prepare, COMBINE: self.found.combine}.get(name.name)
        if first is not None:
            also = [Label(first.span, "the first one")]
            message = f"a cell can have only one `{name.name}`"
            return error("cell", message, name.span, also=also)
        message = f"the result of `{name.name}` has no name, so no operation can read it"
        near = did_you_mean(name.name, (PREPARE, COMBINE))
        hint = near or f"name the result, and what it reads: `op1 = {name.name}(f0)`"
        return error("cell", message, statement.span, help=hint)

    def _assigned(self, statement: tree.Assign) -> Diagnostic:
        name = statement.targets[0]
        if len(statement.targets) > 1:
            count = len(statement.targets)
            message = f"an operation of a cell must have one result, but this has {count} names"
            return error("cell", message, statement.span, help="a `block` can have several")
        also = [Label(self.found.settings[name].span, "the first one")]
        return error("cell", f"`{name}` is set twice", target_span(statement), also=also)

    def settings(self) -> Iterator[Diagnostic]:
        for name, statement in self.found.settings.items():
            value = statement.value
            if name not in SETTINGS:
                yield self._no_setting(name, statement)
            elif name in LIMITS and not is_count(value):
                message = f"`{name}` must be an integer of at least 1"
                yield error("cell", f"{message}, but this is `{value.span.text}`", value.span)
            elif name == "keys_values" and not (
                isinstance(value, tree.Name) and value.name in KEYS_VALUES
            ):
                message = f"`{name}` must be `operation` or `cell`, but this is `{value.span.text}`"
                near = did_you_mean(value.span.text, KEYS_VALUES)
                hint = near or "they come from the input of each operation, or from the cell's"
                yield error("cell", message, value.span, help=hint)

    def _no_setting(self, name: str, statement: tree.Assign) -> Diagnostic:
        """A name for what is no operation: a misspelt setting, or an incomplete call."""
        value, place = statement.value, target_span(statement)
        example = f"`{name} = attend(f0, over = spatial)`"
        if isinstance(value, tree.Call):
            message = f"`{name}` must say what it reads: `f0` or operations before it"
            return error("cell", message, value.span, help=f"write that first: {example}")
        if isinstance(value, tree.Chain):
            count = len(value.steps)
            message = f"`{name}` must be one call, but this is a chain of {count}"
            hint = f"name each step, or write a `block` for all: {example}"
            return error("cell", message, value.span, help=hint)
        message = f"`{name}` is neither a setting of a cell nor an operation"
        listed = ", ".join(f"`{setting}`" for setting in SETTINGS)
        near = did_you_mean(name, SETTINGS)
        hint = near or f"settings are {listed}; an operation is a call: {example}"
        return error("cell", message, place, help=hint)

    # How operations are wired

    @cached_property
    def operations(self) -> dict[str, Operation]:
        """The operations by name, the first of each."""
        # Reversed, so that the first of several with one name stays.
        return {operation.name: operation for operation in reversed(self.found.operations)}

    @cached_property
    def outside(self) -> frozenset[str]:
        """The names that no operation can have."""
        return frozenset({INPUT, ENTRY, *(parameter.name for parameter in self.cell.parameters)})

    @cached_property
    def outputs(self) -> tuple[tree.Expression, ...]:
        return tuple(output.value for output in self.found.outputs)

    def names(self) -> Iterator[Diagnostic]:
        """The names of operations must differ from each other, and from those of the cell."""
        for operation in self.found.operations:
            name, place = operation.name, target_span(operation.node)
            first = self.operations[name]
            if name in self.outside:
                yield error("name", f"`{name}` already has a meaning in this cell", place)
            elif first is not operation:
                also = [Label(target_span(first.node), "the first one")]
                yield error("name", f"there is already an operation `{name}`", place, also=also)

    def terms(self) -> Iterator[Diagnostic]:
        """Operations and `combine` must read operations by name."""
        for operation in self.found.operations:
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
        before = {*self.outside, *self.found.settings} - {INPUT}
        for operation in self.found.operations:
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
        for operation in self.found.operations:
            yield from self._limit("beta", operation.inputs, f"`{operation.name}` reads")
        yield from self._limit("alpha", self.outputs, "this cell combines")

    def _limit(
        self, name: str, values: Sequence[tree.Expression], does: str
    ) -> Iterator[Diagnostic]:
        setting = self.found.settings.get(name)
        most = setting.value if setting else None
        if setting is None or not is_count(most) or len(values) <= most.value:
            return
        message = f"{does} {counted(len(values), LIMITS[name])}, but `{name}` allows {most.text}"
        also = [Label(setting.span, "set here")]
        yield error("cell", message, values[int(most.value)].span, also=also)

    def sizes(self) -> Iterator[Diagnostic]:
        """Attention by map has a weight for each position, so `prepare` must fix the sizes."""
        missing = [f"{name} = ..." for name in ("size", "frames") if self._is_open(name)]
        for operation in self.found.operations if missing else ():
            by = operation.option("by")
            if by is not None and isinstance(by.value, tree.Name) and by.value.name == "map":
                message = "attention by map has a weight for each position, so sizes must be fixed"
                hint = f"write `prepare({', '.join(missing)})`"
                yield error("cell", message, by.span, also=self._left_open(), help=hint)

    def _is_open(self, name: str) -> bool:
        """Whether `prepare` leaves a size as it is in the input."""
        # Without `prepare` a cell gets its input as it is.
        if self.found.prepare is None:
            return True
        given = next((a.value for a in self.found.prepare.arguments if a.name == name), None)
        return isinstance(given, tree.Constant) and given.value is None

    def _left_open(self) -> Iterator[Label]:
        for argument in self.found.prepare.arguments if self.found.prepare else ():
            if argument.name in ("size", "frames") and self._is_open(argument.name):
                yield Label(argument.span, "not fixed here")

    def unread(self) -> Iterator[Diagnostic]:
        """Warnings for operations whose result is not used.

        There are none where a name is unknown: it is likely to be one of these, misspelt.
        """
        terms = [term for operation in self.found.operations for term in operation.inputs]
        options = [o.value for operation in self.found.operations for o in operation.options]
        wired = names_in(*terms, *self.outputs)
        if not self.outputs or not wired <= self.operations.keys() | self.outside:
            return
        # An operation can be used as an option, such as the `context` of another one.
        read = wired | names_in(*options)
        for operation in self.found.operations:
            if operation.name not in read | self.outside:
                message = f"neither an operation nor `combine` reads `{operation.name}`"
                yield warning("unused", message, target_span(operation.node))
