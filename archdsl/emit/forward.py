"""The body of `forward`: short chains of calls on one line, every other value in a variable.

The writer goes through the members in order and holds each result back, in `pending`. If the next
line reads it once, it is nested there; otherwise it gets a line of its own. Variables are reused as
a person would: `x` stays `x` along the main path.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, count

from archdsl.emit.members import Slot
from archdsl.emit.names import variable
from archdsl.emit.python import (
    Assign,
    Atom,
    Attribute,
    Call,
    For,
    Infix,
    Prefix,
    Python,
    Return,
    Statement,
    Subscript,
    Tuple,
    literal,
    names_in,
)
from archdsl.emit.stages import Part, Stage
from archdsl.emit.structure import FromMember, Reference
from archdsl.frozen import Frozen
from archdsl.ops.base import Weight

_LINE = 3
"""The most calls on one line."""

_POOL = ("x", "y", "z", "u", "v", "w")
"""Variables for values without a name in the spec, in the order in which they are taken."""


class _Pending(Frozen):
    """An expression that has no line yet; `reads` are the variables in it.

    These must keep their values until the expression is written.
    """

    expression: Python
    calls: int
    reads: frozenset[str]
    heavy: bool


def body(
    parts: Sequence[Part], inputs: dict[Reference, str], outputs: tuple[Reference, ...]
) -> tuple[Statement, ...]:
    """The statements that compute `outputs` from the variables of `inputs`."""
    writer = _Writer(inputs, outputs, Counter(reads(parts, outputs)))
    writer.reserve(parts)
    for part in parts:
        writer.part(part)
    return writer.finish(outputs)


def reads(parts: Sequence[Part], outputs: tuple[Reference, ...]) -> list[Reference]:
    """The references that the parts and the outputs read, each as often as it is read."""
    operands = [part.operands for part in parts]
    return [reference for group in (*operands, outputs) for reference in group]


@dataclass
class _Writer:
    """Writes the statements in order.

    `variables` holds each live value's variable, and `remaining` how often a value is still read:
    after the last time, its variable is free.
    """

    variables: dict[Reference, str]
    outputs: tuple[Reference, ...]
    remaining: Counter[Reference]
    pending: dict[Reference, _Pending] = field(default_factory=dict)
    lines: list[Statement] = field(default_factory=list)
    named: set[str] = field(default_factory=set)
    hints: dict[Reference, str] = field(default_factory=dict)
    learned: set[Reference] = field(default_factory=set)
    """The parameters, and the views of them."""
    types: dict[str, bool] = field(default_factory=dict)
    """Whether a type checker knows that a variable is a tensor; calling a module gives `Any`."""

    def __post_init__(self) -> None:
        self.declared = frozenset(self.variables.values())
        self.types |= dict.fromkeys(self.declared, True)

    def reserve(self, parts: Sequence[Part]) -> None:
        """Reserve the names that the spec gives to values, so that no other value takes them."""
        for part in parts:
            if not isinstance(part, Slot) or not part.is_named:
                continue
            if len(part.member.hints) == part.member.results:
                hints = list(map(variable, part.member.hints))
                results = (FromMember(part.planned.key, i) for i in range(len(hints)))
                self.hints |= dict(zip(results, hints, strict=True))
                self.named |= set(hints)

    def part(self, part: Part) -> None:
        if isinstance(part, Stage):
            self._stage(part)
        else:
            self._slot(part)

    def _slot(self, slot: Slot) -> None:
        self._make_room(slot)
        operands = [self._operand(reference) for reference in slot.operands]
        expression = slot.apply([operand.expression for operand in operands])
        calls = slot.calls + sum(operand.calls for operand in operands)
        reads = frozenset[str]().union(*(operand.reads for operand in operands))
        heavy = slot.member.heavy or any(operand.heavy for operand in operands)
        written = _Pending(expression, calls, reads, heavy)
        results = [FromMember(slot.planned.key, i) for i in range(slot.member.results)]
        is_weight = isinstance(slot.member.form, Weight)
        if is_weight or (slot.member.is_view and self.learned.issuperset(slot.planned.operands)):
            self.learned |= {*results}
        # A block that the spec names gets a line with that name, unless it is only returned.
        is_returned = all(result in self.outputs for result in results)
        if slot.is_named and slot.member.child is not None and not is_returned:
            self._assign(results, written)
        else:
            self._hold(results, written)

    def _hold(self, results: Sequence[Reference], written: _Pending) -> None:
        """Hold back a result that is read once; give any other a line now."""
        if len(results) == 1 and self.remaining[results[0]] == 1:
            self.pending[results[0]] = written
        else:
            self._assign(results, written)

    def _make_room(self, slot: Slot) -> None:
        """Give pending operands a line of their own if this line would have too many calls.

        The same holds for an operand that appears twice in a template, and for two layers with
        multiply-adds, which read better on two lines.
        """
        room = _LINE - 1
        for place, reference in enumerate(slot.operands):
            held = self.pending.get(reference)
            if held is None:
                continue
            dense = slot.member.heavy and (held.heavy or held.calls > 1)
            if held.calls > room or dense or slot.mentions(place) > 1:
                self._assign([reference], self.pending.pop(reference))
            else:
                room -= held.calls

    def _operand(self, reference: Reference) -> _Pending:
        if reference in self.pending:
            self.remaining[reference] -= 1
            return self.pending.pop(reference)
        name = self._read(reference)
        return _Pending(Atom(name), 0, frozenset({name}), heavy=False)

    def _read(self, reference: Reference) -> str:
        """The variable of a value; it is free for other values after the last read."""
        name = self.variables[reference]
        self.remaining[reference] -= 1
        if not self.remaining[reference]:
            del self.variables[reference]
        return name

    def _assign(self, results: Sequence[Reference], written: _Pending) -> None:
        for reference in results:
            if self.remaining[reference]:
                self.variables[reference] = self._name(reference, written.reads)
        targets = tuple(Atom(self.variables.get(reference, "_")) for reference in results)
        target = targets[0] if len(targets) == 1 else Tuple(targets)
        self._line(target, written.expression)

    def _line(self, target: Python, value: Python) -> None:
        known = _is_tensor(value, self.types)
        self.types |= {name: known or name in self.declared for name in names_in(target)}
        self.lines.append(Assign(target, value))

    def _name(self, reference: Reference, reads: frozenset[str]) -> str:
        """The spec's name, or a variable that this line reads for the last time, or a new one."""
        # Names may repeat in the spec, as in `x = x -> f`; a value that is still read keeps its.
        busy = self._busy()
        hint = self.hints.get(reference)
        if hint and hint not in busy:
            return hint
        passing = (name for name in _POOL if name in reads)
        return next(n for n in chain(passing, _fresh()) if n not in busy and n not in self.named)

    def _busy(self) -> set[str]:
        """Variables that later statements or pending expressions still read."""
        reads = (written.reads for written in self.pending.values())
        return set(self.variables.values()).union(*reads)

    def _stage(self, stage: Stage) -> None:
        # A loop assigns to its operands, so they must be variables and no expressions.
        for reference in stage.operands:
            if reference in self.pending:
                self._assign([reference], self.pending.pop(reference))
        names = [self._read(reference) for reference in stage.operands]
        last = [FromMember(stage.last.planned.key, i) for i in range(stage.last.member.results)]
        if stage.is_repeated:
            self._repeat(stage, names, last)
        elif stage.is_sequential:
            call = Call(stage.module, (Atom(names[0]),))
            self._hold(last, _Pending(call, 1, frozenset(names), heavy=True))
        else:
            self._loop(stage, names, last)

    def _repeat(self, stage: Stage, names: list[str], last: Sequence[Reference]) -> None:
        """`for _ in range(12): x = self.layer(x)`."""
        targets = self._copies(names)
        self.variables |= {r: n for r, n in zip(last, targets, strict=True) if self.remaining[r]}
        values = tuple(map(Atom, targets))
        step = Assign(values[0] if len(values) == 1 else Tuple(values), Call(stage.module, values))
        rounds = Call(Atom("range"), (literal(len(stage.slots)),))
        self.lines.append(For(Atom("_"), rounds, (step,)))

    def _loop(self, stage: Stage, names: list[str], last: Sequence[Reference]) -> None:
        """`for block in self.stage: x, y = block(x, y)`."""
        targets = self._copies(names)
        self.variables |= {r: n for r, n in zip(last, targets, strict=True) if self.remaining[r]}
        values = tuple(map(Atom, targets))
        step = Assign(Tuple(values), Call(Atom("block"), values))
        self.lines.append(For(Atom("block"), stage.module, (step,)))

    def _copies(self, names: list[str]) -> list[str]:
        """The variables that a loop overwrites; values that are read again later are copied."""
        targets: list[str] = []
        for name in names:
            taken = self._busy() | {*targets}
            own = name
            if own in taken:
                own = next(n for n in _fresh() if n not in taken | {*names})
                self.lines.append(Assign(Atom(own), Atom(name)))
            targets.append(own)
        return targets

    def finish(self, outputs: tuple[Reference, ...]) -> tuple[Statement, ...]:
        """All statements, with the `return` at the end."""
        values = [self._output(reference) for reference in outputs]
        if len(values) > 1:
            return (*self.lines, Return(Tuple(tuple(values))))
        if not _is_tensor(values[0], self.types):
            values = [self._as_tensor(values[0])]
        return (*self.lines, Return(values[0]))

    def _output(self, reference: Reference) -> Python:
        """A result; a view of a parameter is copied.

        Where a module returns one under `no_grad`, torch's FlopCounterMode fails, which asks every
        result that requires a gradient for its function.
        """
        held = self.pending.get(reference)
        value = Atom(self.variables[reference]) if held is None else held.expression
        return Call(Attribute(value, "clone"), ()) if reference in self.learned else value

    def _as_tensor(self, value: Python) -> Python:
        """A variable annotated as `Tensor`, since returning `Any` fails `mypy --strict`."""
        result = value if isinstance(value, Atom) else Atom("x")
        if result != value:
            self._line(result, value)
        if not self.types[result.text]:
            self._annotate(result)
        return result

    def _annotate(self, target: Python) -> None:
        """Annotate the first assignment of a variable: mypy refuses annotations of later ones."""
        for place, line in enumerate(self.lines):
            if isinstance(line, Assign) and line.target == target:
                self.lines[place] = replace(line, annotation=Atom("Tensor"))
                return


def _is_tensor(value: Python, types: Mapping[str, bool]) -> bool:
    """Whether a type checker knows an expression as a tensor, or as several."""
    match value:
        case Atom(text=name):
            return types.get(name, False)
        case Attribute(value=Atom(text="self")):
            return True  # an attribute read without a call is an `nn.Parameter`
        case Infix(operands=operands):
            return all(_is_tensor(operand, types) for operand in operands)
        case Subscript(value=first) | Prefix(value=first):
            return _is_tensor(first, types)
        case Call(function=Attribute(value=Atom(text="torch" | "F"))):
            return True
        case Call(function=Attribute(value=first)):
            return first != Atom("self") and _is_tensor(first, types)
    return False


def _fresh() -> Iterator[str]:
    """Variables without end: those of the pool, then `x1`, `x2` and so on."""
    return chain(_POOL, (f"x{i}" for i in count(1)))
