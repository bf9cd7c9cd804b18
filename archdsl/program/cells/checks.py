"""What a cell must be: settings, a preparation, operations and a sink, each as it is written.

Its operations stand in order, each reading what stands before it, and read by something.
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
from archdsl.program.program import name_span, names_in
from archdsl.syntax import tree

_SHOWN = 8
"""Operations of a circle, or names that there are, that a message lists."""


def mistakes(cell: tree.Cell, found: Parts, known: Container[str]) -> Iterator[Diagnostic]:
    """The mistakes of a cell that its text shows, where these names are known; warnings last."""
    checker = _Checker(cell, found)
    yield from checker.library(known)
    yield from map(checker.misplaced, found.others)
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
    cell: tree.Cell
    found: Parts

    def library(self, known: Container[str]) -> Iterator[Diagnostic]:
        """What a cell calls of the library is told once for each file that is not used."""
        missing: dict[str, list[str]] = defaultdict(list)
        own = {parameter.name for parameter in self.cell.parameters}
        for name in dict.fromkeys(call.function.name for call in self.found.calls):
            file = library_file_of(name) if name not in known and name not in own else None
            if file is not None:
                missing[file].append(f"`{name}`")
        for file, names in missing.items():
            calls = f"cell `{self.cell.name}` calls {', '.join(names)}"
            hint = f"`use {file}` brings {'it' if len(names) == 1 else 'them'}"
            message = f"{calls}, which nothing here defines"
            yield error("name", message, name_span(self.cell), help=hint)

    def frame(self) -> Iterator[Diagnostic]:
        """A cell has operations and a sink. Where some are no operations, that is told."""
        place = name_span(self.cell)
        if not self.found.operations:
            if not self.found.others and self.found.settings.keys() <= set(SETTINGS):
                hint = "write one: `op1 = attend(f0, over = spatial)`"
                yield error("cell", f"cell `{self.cell.name}` has no operation", place, help=hint)
        elif not self.found.outputs:
            hint = f"end with `combine({self.found.operations[-1].name})`"
            message = f"cell `{self.cell.name}` combines nothing, so nothing comes out of it"
            span = self.found.combine.span if self.found.combine else place
            yield error("cell", message, span, help=hint)

    def misplaced(self, statement: tree.Statement) -> Diagnostic:
        """A statement that a cell has no room for, or not a second time."""
        if isinstance(statement, tree.Assign):
            return self._assigned(statement)
        call = statement.call if isinstance(statement, tree.Apply) else None
        name = call.function if isinstance(call, tree.Call) else call
        if not isinstance(name, tree.Name):
            message = (
                "a cell holds settings, `prepare`, operations and `combine`, no other statement"
            )
            return error("cell", message, statement.span, help="a `block` may hold anything")
        first = {PREPARE: self.found.prepare, COMBINE: self.found.combine}.get(name.name)
        if first is not None:
            also = [Label(first.span, "the first one")]
            return error("cell", f"a cell has one `{name.name}`", name.span, also=also)
        message = f"`{name.name}` stands alone, so that no operation can read what it gives"
        near = did_you_mean(name.name, (PREPARE, COMBINE))
        hint = near or f"give it a name and what it reads: `op1 = {name.name}(f0)`"
        return error("cell", message, statement.span, help=hint)

    def _assigned(self, statement: tree.Assign) -> Diagnostic:
        name = statement.targets[0]
        if len(statement.targets) > 1:
            message = "an operation of a cell has one name, and one result"
            return error("cell", message, statement.span, help="a `block` may have several")
        also = [Label(self.found.settings[name].span, "the first time")]
        return error("cell", f"`{name}` is set twice", target_span(statement), also=also)

    def settings(self) -> Iterator[Diagnostic]:
        for name, statement in self.found.settings.items():
            value = statement.value
            if name not in SETTINGS:
                yield self._no_setting(name, statement)
            elif name in LIMITS and not is_count(value):
                message = f"`{name}` counts {LIMITS[name]}s: an integer of at least 1"
                yield error("cell", f"{message}, not {value.span.text}", value.span)
            elif name == "keys_values" and not (
                isinstance(value, tree.Name) and value.name in KEYS_VALUES
            ):
                message = "keys and values come from each `operation`'s input or from the `cell`'s"
                near = did_you_mean(value.span.text, KEYS_VALUES)
                hint = near or " or ".join(f"`keys_values = {word}`" for word in KEYS_VALUES)
                yield error("cell", message, value.span, help=hint)

    def _no_setting(self, name: str, statement: tree.Assign) -> Diagnostic:
        """A name for what is no operation: a misspelt setting, or a call that lacks something."""
        value, place = statement.value, target_span(statement)
        example = f"`{name} = attend(f0, over = spatial)`"
        if isinstance(value, tree.Call):
            message = f"`{name}` is not told what it reads: `f0`, or operations before it"
            return error("cell", message, value.span, help=f"name that first: {example}")
        if isinstance(value, tree.Chain):
            message = f"`{name}` is to be one call that is given what it reads"
            hint = f"give each step a name, or write a `block` of all: {example}"
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
        return {operation.name: operation for operation in reversed(self.found.operations)}

    @cached_property
    def outside(self) -> frozenset[str]:
        """The names that no operation may have."""
        return frozenset({INPUT, ENTRY, *(parameter.name for parameter in self.cell.parameters)})

    @cached_property
    def outputs(self) -> tuple[tree.Expression, ...]:
        return tuple(output.value for output in self.found.outputs)

    def names(self) -> Iterator[Diagnostic]:
        """Operations have names of their own."""
        for operation in self.found.operations:
            name, place = operation.name, target_span(operation.node)
            first = self.operations[name]
            if name in self.outside:
                yield error("name", f"`{name}` has a meaning in this cell already", place)
            elif first is not operation:
                also = [Label(target_span(first.node), "the first one")]
                yield error("name", f"there is an operation `{name}` already", place, also=also)

    def terms(self) -> Iterator[Diagnostic]:
        """What is read and combined are names; several make a weighted sum."""
        for operation in self.found.operations:
            if not operation.inputs:
                message = f"`{operation.name}` reads nothing"
                hint = f"`{ENTRY}` is what `prepare` gives"
                yield error("cell", message, operation.input.span, help=hint)
            hint = f"a sum of several, weighed by what is learned, is `({ENTRY}, op1)`"
            message = (
                f"`{operation.name}` reads operations by their names, and nothing made of them"
            )
            for term in operation.inputs:
                if not isinstance(term, tree.Name):
                    yield error("cell", message, term.span, help=hint)
            for option in operation.options:
                if option.name is None and self._is_operation(option.value):
                    yield self._second(operation, option)
        for output in self.outputs:
            if not isinstance(output, tree.Name):
                message = "`combine` takes operations by their names, one after another"
                yield error("cell", message, output.span, help="`combine(op1, op2)`")

    def _is_operation(self, value: tree.Expression) -> bool:
        name = value.name if isinstance(value, tree.Name) else ""
        return name == ENTRY or name in self.operations

    def _second(self, operation: Operation, option: tree.Argument) -> Diagnostic:
        message = f"what `{operation.name}` reads stands in one place"
        read = ", ".join([*(term.span.text for term in operation.inputs), option.span.text])
        return error("cell", message, option.span, help=f"for a weighted sum, write `({read})`")

    def reads(self) -> Iterator[Diagnostic]:
        """What is read stands before, and without a circle."""
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
            message = f"`{INPUT}` is what enters the cell, and is read by `prepare` alone"
            return error("cell", message, read.span, help=f"`{ENTRY}` is what `prepare` gives")
        known = [ENTRY, *self.operations]
        listed = ", ".join(f"`{name}`" for name in known[:_SHOWN])
        listed += ", ..." if len(known) > _SHOWN else ""
        hint = did_you_mean(read.name, known[:1000]) or f"there are {listed}"
        message = f"no operation of this cell is called `{read.name}`"
        return error("name", message, read.span, help=hint)

    def _later(self, operation: Operation, read: tree.Name) -> Diagnostic:
        """An operation that reads one at or after its own place, or one that there is not."""
        if read.name not in self.operations:
            return self._unknown(read)
        if read.name == operation.name:
            message = f"`{operation.name}` reads itself; a cell has no circles"
            return error("cell", message, read.span)
        around = self._path(read.name, operation.name)
        if around:
            circle = [operation.name, *around]
            shown = circle if len(circle) <= _SHOWN else [*circle[:4], "...", *circle[-2:]]
            return error("cell", f"a cell has no circles: {' -> '.join(shown)}", read.span)
        message = f"`{operation.name}` reads `{read.name}`, which stands after it"
        also = [Label(target_span(self.operations[read.name].node), "it stands here")]
        hint = f"operations stand in the order in which they run: move `{operation.name}` down"
        return error("cell", message, read.span, also=also, help=hint)

    def _path(self, start: str, goal: str) -> list[str]:
        """From an operation to what it reads, and so on to `goal`; nothing where none leads."""
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
        """No more inputs than beta, no more outputs than alpha."""
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
        message = f"{does} {counted(len(values), LIMITS[name])}; `{name}` allows {most.text}"
        also = [Label(setting.span, "set here")]
        yield error("cell", message, values[int(most.value)].span, also=also)

    def sizes(self) -> Iterator[Diagnostic]:
        """Map-based attention has weights for each position, whose number must be fixed."""
        missing = [f"{name} = ..." for name in ("size", "frames") if self._is_open(name)]
        for operation in self.found.operations if missing else ():
            by = operation.option("by")
            if by is not None and isinstance(by.value, tree.Name) and by.value.name == "map":
                message = "attention by map has weights for each position: fix how many there are"
                hint = f"say so in `prepare({', '.join(missing)})`"
                yield error("cell", message, by.span, also=self._left_open(), help=hint)

    def _is_open(self, name: str) -> bool:
        """Whether the preparation leaves a size as it comes."""
        if self.found.prepare is None:
            return True
        given = next((a.value for a in self.found.prepare.arguments if a.name == name), None)
        return isinstance(given, tree.Constant) and given.value is None

    def _left_open(self) -> Iterator[Label]:
        for argument in self.found.prepare.arguments if self.found.prepare else ():
            if argument.name in ("size", "frames") and self._is_open(argument.name):
                yield Label(argument.span, "left as it comes")

    def unread(self) -> Iterator[Diagnostic]:
        """Operations whose result goes nowhere; a name that is unknown may be any of theirs."""
        terms = [term for operation in self.found.operations for term in operation.inputs]
        options = [o.value for operation in self.found.operations for o in operation.options]
        wired = names_in(*terms, *self.outputs)
        if not self.outputs or not wired <= self.operations.keys() | self.outside:
            return
        read = wired | names_in(*options)
        for operation in self.found.operations:
            if operation.name not in read | self.outside:
                message = f"nothing reads `{operation.name}`: no operation, and not `combine`"
                yield warning("unused", message, target_span(operation.node))
