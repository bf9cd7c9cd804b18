"""The body of `forward`: short chains of calls on one line, every other value in a variable.

The writer goes through the members in order and holds each result back, in `pending`. If the next
line reads it once, it is nested there; otherwise it gets a line of its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain

from archdsl.emit.branches import if_statement, targets
from archdsl.emit.locals import with_locals
from archdsl.emit.members import Slot
from archdsl.emit.parts import Fork, Part, Stage
from archdsl.emit.python import (
    Assign,
    Atom,
    Attribute,
    Call,
    For,
    Python,
    Return,
    Statement,
    Tuple,
    literal,
    names_in,
)
from archdsl.emit.reads import branch_reads, joins, named, on_the_way, reads
from archdsl.emit.references import FromInput, Joined, Reference
from archdsl.emit.tensors import annotated, is_tensor
from archdsl.emit.variables import Variables, fresh
from archdsl.frozen import Frozen
from archdsl.ops.forms import Held, Weight

_LINE = 3
"""The most calls on one line."""

_WRAPPED = 36
"""The most characters of an operand inside of a function with arguments of its own."""


class _Pending(Frozen):
    """An expression that has no line yet; `reads` are the variables in it.

    These must keep their values until the expression is written.
    """

    expression: Python
    calls: int
    reads: frozenset[str]
    heavy: bool


def body(
    parts: Sequence[Part],
    inputs: Mapping[Reference, str],
    outputs: tuple[Reference, ...],
    taken: Collection[str] = (),
) -> tuple[Statement, ...]:
    """The statements that compute `outputs` from the variables of `inputs`.

    The names that are `taken` are those of other variables.
    """
    names = named(parts, chain.from_iterable(joins(parts, outputs).values()))
    tensors = {one.name: name for one, name in inputs.items() if isinstance(one, FromInput)}
    parts, numbers = with_locals(parts, tensors, {*taken, *inputs.values(), *names.values()})
    own = {name for statement in numbers for name in names_in(statement.target)}
    joined = joins(parts, outputs)
    read = Counter(reads(parts, outputs))
    passing = on_the_way(parts, read, names)
    variables = Variables(dict(inputs), read, names, passing, frozenset({*taken, *own}))
    writer = _Writer(variables, outputs, joined, frozenset(inputs.values()))
    writer.lines += numbers
    for part in parts:
        writer.part(part)
    return writer.finish(outputs)


@dataclass
class _Writer:
    """Writes the statements in order. `joined` has the values after each fork, by its number."""

    variables: Variables
    outputs: tuple[Reference, ...]
    joined: Mapping[int, Sequence[Joined]]
    declared: frozenset[str]
    """The variables that are declared as tensors: the inputs."""
    pending: dict[Reference, _Pending] = field(default_factory=dict)
    lines: list[Statement] = field(default_factory=list)
    weights: dict[Reference, _Pending] = field(default_factory=dict)
    """The parameters, which are read as attributes wherever they are needed."""
    learned: set[Reference] = field(default_factory=set)
    """The parameters, the buffers, and the views of them."""
    types: dict[str, bool] = field(default_factory=dict)
    """Whether a type checker knows that a variable is a tensor."""

    def __post_init__(self) -> None:
        self.types |= dict.fromkeys(self.declared, True)

    def part(self, part: Part) -> None:
        if isinstance(part, Stage):
            self._stage(part)
        elif isinstance(part, Fork):
            self._fork(part)
        else:
            self._slot(part)

    def _slot(self, slot: Slot) -> None:
        self._make_room(slot)
        operands = [self._operand(reference) for reference in slot.operands]
        expression = slot.apply([operand.expression for operand in operands])
        calls = slot.calls + sum(operand.calls for operand in operands)
        reads = frozenset[str]().union(*(operand.reads for operand in operands))
        heavy = (slot.member.heavy and bool(operands)) or any(operand.heavy for operand in operands)
        written = _Pending(expression, calls, reads, heavy)
        results = list(slot.results)
        is_weight = isinstance(slot.member.form, Weight | Held) or slot.buffer is not None
        if is_weight and not slot.operands:
            self.learned |= {*results}
            self.weights[results[0]] = written
            return
        if is_weight or (slot.member.is_view and self.learned.issuperset(slot.planned.operands)):
            self.learned |= {*results}
        # What the spec names gets a line with that name, unless it is only returned.
        is_returned = all(result in self.outputs for result in results)
        if slot.targets and not is_returned:
            self._assign(results, written)
        else:
            self._hold(results, written)

    def _hold(self, results: Sequence[Reference], written: _Pending) -> None:
        """Hold back a result that is read once; give any other a line now."""
        if len(results) == 1 and self.variables.remaining[results[0]] == 1:
            self.pending[results[0]] = written
        else:
            self._assign(results, written)

    def _make_room(self, slot: Slot) -> None:
        """Give pending operands a line of their own if this line would have too many calls.

        The same holds for a long operand of a function, one that appears twice in a template, and
        for two layers with multiply-adds, which read better on two lines.
        """
        room = _LINE - min(slot.calls, 1)
        for place, reference in enumerate(slot.operands):
            held = self.pending.get(reference)
            if held is None:
                continue
            dense = slot.member.heavy and (held.heavy or held.calls > 1)
            is_long = slot.wraps and len(str(held.expression)) > _WRAPPED
            if held.calls > room or dense or is_long or slot.mentions(place) > 1:
                self._assign([reference], self.pending.pop(reference))
            else:
                room -= held.calls

    def _operand(self, reference: Reference) -> _Pending:
        if reference in self.pending:
            self.variables.remaining[reference] -= 1
            return self.pending.pop(reference)
        if reference in self.weights:
            return self.weights[reference]
        name = self.variables.read(reference)
        return _Pending(Atom(name), 0, frozenset({name}), heavy=False)

    def _assign(self, results: Sequence[Reference], written: _Pending) -> None:
        for reference in results:
            if self.variables.remaining[reference]:
                name = self.variables.choose(reference, written.reads, self._busy())
                self.variables.of[reference] = name
        targets = tuple(Atom(self.variables.of.get(reference, "_")) for reference in results)
        target = targets[0] if len(targets) == 1 else Tuple(targets)
        self._line(target, written.expression)

    def _line(self, target: Python, value: Python) -> None:
        known = is_tensor(value, self.types)
        self.types |= {name: known or name in self.declared for name in names_in(target)}
        self.lines.append(Assign(target, value))

    def _busy(self) -> set[str]:
        """Variables that later statements or pending expressions still read."""
        return self.variables.busy.union(*(written.reads for written in self.pending.values()))

    # Forks

    def _fork(self, fork: Fork) -> None:
        """`if`, with variables that have their values after the one branch or the other."""
        for reference in list(self.pending):
            self._assign([reference], self.pending.pop(reference))
        joined = self.joined.get(fork.number, ())
        first, second = branch_reads(fork, self.joined)
        after = Counter(self.variables.remaining)
        after.subtract(first + second)
        ends = [fork.sides(one) for one in joined]
        names = targets(joined, ends, self.variables, after)
        one = self._branch(fork.first, [end[0] for end in ends], names, _sum(after, first))
        two = self._branch(fork.second, [end[1] for end in ends], names, _sum(after, second))
        self.types |= {n: one.types.get(n, False) and two.types.get(n, False) for n in names}
        self.lines += if_statement(fork.test, one.lines, two.lines)
        self.variables.remaining = after
        self.variables.of |= dict(zip(joined, names, strict=True))

    def _branch(
        self,
        parts: Sequence[Part],
        results: Sequence[Reference],
        names: Sequence[str],
        remaining: Counter[Reference],
    ) -> _Writer:
        """A writer that has written the parts of a branch, which leaves results in variables."""
        variables = self.variables.copy(remaining)
        variables.named |= zip(results, names, strict=True)
        own = _Writer(variables, (), self.joined, self.declared, types=dict(self.types))
        own.learned |= self.learned
        own.weights |= self.weights
        for part in parts:
            own.part(part)
        own._leave(results, names)
        return own

    def _leave(self, results: Sequence[Reference], names: Sequence[str]) -> None:
        """Give results to their variables, unless they are there already."""
        held = dict(zip(names, map(self._operand, results), strict=True))
        moved = {n: value for n, value in held.items() if value.expression != Atom(n)}
        read = frozenset[str]().union(*(value.reads for value in moved.values()))
        if len(moved) > 1 and read & moved.keys():
            names, values = zip(*((Atom(n), v.expression) for n, v in moved.items()), strict=True)
            self._line(Tuple(names), Tuple(values))
            return
        for name, value in moved.items():
            self._line(Atom(name), value.expression)

    # Stages

    def _stage(self, stage: Stage) -> None:
        # A loop assigns to its operands, so they must be variables and no expressions.
        for reference in stage.operands:
            held = self.pending.pop(reference, None) or self.weights.get(reference)
            if held is not None:
                self._assign([reference], held)
        names = [self.variables.read(reference) for reference in stage.operands]
        last = list(stage.last.results)
        if stage.is_repeated:
            self._repeat(stage, names, last)
        elif stage.is_sequential:
            call = Call(stage.module, (Atom(names[0]),))
            self._hold(last, _Pending(call, 1, frozenset(names), heavy=True))
        else:
            self._loop(stage, names, last)

    def _repeat(self, stage: Stage, names: list[str], last: Sequence[Reference]) -> None:
        """`for _ in range(12): x = self.layer(x)`."""
        values = tuple(map(Atom, self._loop_variables(names, last)))
        step = Assign(values[0] if len(values) == 1 else Tuple(values), Call(stage.module, values))
        rounds = Call(Atom("range"), (literal(len(stage.slots)),))
        self.lines.append(For(Atom("_"), rounds, (step,)))

    def _loop(self, stage: Stage, names: list[str], last: Sequence[Reference]) -> None:
        """`for block in self.stage: x, y = block(x, y)`."""
        values = tuple(map(Atom, self._loop_variables(names, last)))
        step = Assign(Tuple(values), Call(Atom("block"), values))
        self.lines.append(For(Atom("block"), stage.module, (step,)))

    def _loop_variables(self, names: list[str], last: Sequence[Reference]) -> list[str]:
        """The variables that a loop overwrites; values that are read again later are copied."""
        found: list[str] = []
        for name in names:
            taken = self._busy() | {*found}
            own = name
            if own in taken or "." in own:
                own = next(n for n in fresh() if n not in taken | {*names})
                self.lines.append(Assign(Atom(own), Atom(name)))
            found.append(own)
        kept = zip(last, found, strict=True)
        self.variables.of |= {r: n for r, n in kept if self.variables.remaining[r]}
        return found

    # The end

    def finish(self, outputs: tuple[Reference, ...]) -> tuple[Statement, ...]:
        """All statements, with the `return` at the end."""
        values = [self._output(reference) for reference in outputs]
        if len(values) > 1:
            return (*self.lines, Return(Tuple(tuple(values))))
        if not is_tensor(values[0], self.types):
            values = [self._as_tensor(values[0])]
        return (*self.lines, Return(values[0]))

    def _output(self, reference: Reference) -> Python:
        """A result; a view of a parameter or a buffer is copied, since it is the module's own.

        Where a module returns one under `no_grad`, torch's FlopCounterMode fails, which asks every
        result that requires a gradient for its function.
        """
        held = self.pending.get(reference) or self.weights.get(reference)
        value = Atom(self.variables.of[reference]) if held is None else held.expression
        return Call(Attribute(value, "clone"), ()) if reference in self.learned else value

    def _as_tensor(self, value: Python) -> Python:
        """A variable annotated as `Tensor`, since returning `Any` fails `mypy --strict`."""
        result = value if isinstance(value, Atom) else Atom("x")
        if result != value:
            self._line(result, value)
        if not self.types[result.text]:
            self.lines = annotated(self.lines, result) or self.lines
        return result


def _sum(a: Counter[Reference], b: Counter[Reference]) -> Counter[Reference]:
    # `a + b` would leave out values that are read no more, but may have been.
    whole = Counter(a)
    whole.update(b)
    return whole
