"""What a cell must be: its operations in order, each read, none beyond the limits it sets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from archdsl.diagnostics import Diagnostic, Label, counted, did_you_mean, error, warning
from archdsl.elaborate.cells import (
    COMBINE,
    INPUT,
    KEYS_VALUES,
    LIMITS,
    PREPARE,
    SETTINGS,
    Operation,
    Parts,
)
from archdsl.elaborate.mentions import names_in
from archdsl.elaborate.program import name_span
from archdsl.ir.cells import ENTRY
from archdsl.source import Span
from archdsl.syntax import tree


def mistakes(cell: tree.Cell, found: Parts) -> Iterator[Diagnostic]:
    """The mistakes of a cell that its text shows."""
    checker = _Checker(cell, found)
    yield from checker.frame()
    yield from checker.settings()
    yield from checker.order()
    yield from checker.limits()
    yield from checker.sizes()
    yield from checker.unread()


def _target_span(statement: tree.Assign) -> Span:
    start = statement.span.start
    return Span(statement.span.source, start, start + len(statement.targets[0]))


@dataclass(frozen=True)
class _Checker:
    cell: tree.Cell
    found: Parts

    @property
    def names(self) -> list[str]:
        return [operation.name for operation in self.found.operations]

    def frame(self) -> Iterator[Diagnostic]:
        """A cell has operations and a sink, and nothing that is neither."""
        for statement in self.found.others:
            yield self._misplaced(statement)
        place = name_span(self.cell)
        if not self.found.operations:
            hint = "write one: `op1 = attend(f0, over = spatial)`"
            yield error("cell", f"cell `{self.cell.name}` has no operation", place, help=hint)
        elif not self.found.outputs:
            hint = f"end with `combine({', '.join(self.names)})`"
            message = f"cell `{self.cell.name}` combines nothing, so nothing comes out of it"
            span = self.found.combine.span if self.found.combine else place
            yield error("cell", message, span, help=hint)

    def _misplaced(self, statement: tree.Statement) -> Diagnostic:
        message = "a cell holds settings, `prepare`, operations such as `attend`, and `combine`"
        help = "a `block` may hold anything"
        if isinstance(statement, tree.Assign):
            message = "an operation of a cell is a call that is given what it reads"
            help = f"`{statement.targets[0]} = attend(f0, over = spatial)`"
            if statement.targets[0] in SETTINGS:
                message = f"`{statement.targets[0]}` is set already"
                return error("cell", message, statement.span)
        elif isinstance(statement, tree.Apply) and isinstance(statement.call, tree.Call):
            called = statement.call.function
            if called.name in (PREPARE, COMBINE):
                return error("cell", f"a cell has one `{called.name}`", called.span)
            help = did_you_mean(called.name, (PREPARE, COMBINE)) or help
        return error("cell", message, statement.span, help=help)

    def settings(self) -> Iterator[Diagnostic]:
        for name, statement in self.found.settings.items():
            value = statement.value
            if name not in SETTINGS:
                hint = did_you_mean(name, SETTINGS) or f"there are {', '.join(SETTINGS)}"
                message = f"`{name}` is neither an operation nor a setting of a cell"
                yield error("cell", message, _target_span(statement), help=hint)
            elif name in LIMITS and not (isinstance(value, tree.Number) and value.value in _COUNTS):
                yield error("cell", f"`{name}` counts {LIMITS[name]}: 1 or more", value.span)
            elif name == "keys_values" and not (
                isinstance(value, tree.Name) and value.name in KEYS_VALUES
            ):
                words = "` or `".join(KEYS_VALUES)
                yield error("cell", f"`keys_values` is `{words}`", value.span)

    def order(self) -> Iterator[Diagnostic]:
        """Operations have names of their own, and read what stands before them."""
        before: dict[str, Operation] = {}
        for operation in self.found.operations:
            name, place = operation.name, _target_span(operation.node)
            if name in (INPUT, ENTRY, *(p.name for p in self.cell.parameters)):
                yield error("name", f"`{name}` has a meaning in this cell already", place)
            elif name in before:
                also = [Label(_target_span(before[name].node), "the first one")]
                yield error("name", f"there is an operation `{name}` already", place, also=also)
            for term in tree.walk(operation.inputs):
                if isinstance(term, tree.Name) and term.name not in before:
                    yield from self._later(operation, term)
            before.setdefault(name, operation)

    def _later(self, operation: Operation, read: tree.Name) -> Iterator[Diagnostic]:
        """An operation that reads one at or after its own place."""
        if read.name not in self.names:
            return
        around = self._path(read.name, operation.name)
        if around:
            circle = " -> ".join([operation.name, *around])
            yield error("cell", f"a cell has no circles: {circle}", read.span)
        else:
            message = f"`{operation.name}` reads `{read.name}`, which stands after it"
            hint = "operations stand in the order in which they run"
            yield error("cell", message, read.span, help=hint)

    def _path(self, start: str, goal: str) -> list[str]:
        """From an operation to what it reads, and so on to `goal`; nothing where none leads."""
        reads = {operation.name: operation.read for operation in self.found.operations}
        paths, seen = [[start]], {start}
        while paths:
            path = paths.pop(0)
            if path[-1] == goal:
                return path
            for name in reads.get(path[-1], ()):
                if name not in seen:
                    seen.add(name)
                    paths.append([*path, name])
        return []

    def limits(self) -> Iterator[Diagnostic]:
        """No more inputs than beta, no more outputs than alpha."""
        for operation in self.found.operations:
            yield from self._limit("beta", operation.inputs, f"`{operation.name}` reads")
        outputs = [output.value for output in self.found.outputs]
        yield from self._limit("alpha", outputs, "this cell combines")

    def _limit(
        self, name: str, values: tuple[tree.Expression, ...] | list[tree.Expression], does: str
    ) -> Iterator[Diagnostic]:
        setting = self.found.settings.get(name)
        most = setting.value if setting else None
        if setting is None or not isinstance(most, tree.Number) or len(values) <= most.value:
            return
        message = f"{does} {counted(len(values), LIMITS[name][:-1])}, more than `{name}` allows"
        also = [Label(setting.span, "set here")]
        yield error("cell", message, values[int(most.value)].span, also=also)

    def sizes(self) -> Iterator[Diagnostic]:
        """Map-based attention has weights for each position, whose number must be fixed."""
        missing = [f"`{name} = ...`" for name in ("size", "frames") if self._is_open(name)]
        for operation in self.found.operations if missing else ():
            by = operation.option("by")
            if by is not None and isinstance(by.value, tree.Name) and by.value.name == "map":
                message = "attention by map has weights for each position: fix how many there are"
                hint = f"give `prepare` {' and '.join(missing)}"
                yield error("cell", message, by.span, help=hint)

    def _is_open(self, name: str) -> bool:
        """Whether the preparation leaves a size as it comes."""
        if self.found.prepare is None:
            return True
        given = next((a.value for a in self.found.prepare.arguments if a.name == name), None)
        return isinstance(given, tree.Constant) and given.value is None

    def unread(self) -> Iterator[Diagnostic]:
        """Operations whose result goes nowhere."""
        read = {name for operation in self.found.operations for name in operation.read}
        read |= {name for output in self.found.outputs for name in names_in(output.value)}
        for operation in self.found.operations if self.found.outputs else ():
            if operation.name not in read:
                message = f"nothing reads `{operation.name}`: no operation, and not `combine`"
                yield warning("unused", message, _target_span(operation.node))


_COUNTS = range(1, 1000)
