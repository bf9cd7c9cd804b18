"""The members of a class in Python: an attribute and how to construct it, or an expression.

Members that differ between instances are written once, with arguments for what differs.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, replace

from archdsl.emit.arguments import Arguments
from archdsl.emit.attributes import Attributes
from archdsl.emit.branches import opposite
from archdsl.emit.classes import BlockClass, Classes
from archdsl.emit.columns import Columns
from archdsl.emit.expressions import Expressions
from archdsl.emit.initialise import first_value
from archdsl.emit.keys import Key
from archdsl.emit.leaves import is_always, reads_counter
from archdsl.emit.members import (
    Signature,
    Slot,
    argument_value,
    weight_shape,
    weight_size,
)
from archdsl.emit.names import variable
from archdsl.emit.parts import Fork
from archdsl.emit.plans import Item, PlannedFork, PlannedMember, members_in
from archdsl.emit.python import Atom, Call, Keyword, Python
from archdsl.emit.references import FromInput, Guard
from archdsl.emit.sizes import Sizes
from archdsl.emit.stored import Stored
from archdsl.emit.structure import Member
from archdsl.emit.variants import Step
from archdsl.ir.written import Parameter
from archdsl.ops.forms import Expression, Held, Layer, Required, Weight

_POSITIONAL = ("in_channels", "in_features", "channels", "features", "out_channels", "out_features")
"""The arguments that calls pass without a keyword, as torch's layers are called."""


@dataclass
class Slots:
    """Writes the slots of one class, and collects what its constructor stores for `forward`."""

    owner: BlockClass
    classes: Classes
    signatures: Mapping[BlockClass, Signature]
    arguments: Arguments
    resets: bool
    """Whether `reset_parameters` gives weights their first values, and not the constructor."""
    sizes: Sizes
    on_device: set[BlockClass]

    def __post_init__(self) -> None:
        self.columns = Columns(self.owner, self.classes, self.sizes)
        self.names = Attributes(self.columns).names()
        self.stored = Stored(self.arguments, frozenset(self.names.values()))
        self.expressions = Expressions(
            *(self.owner, self.classes, self.signatures, self.arguments),
            *(self.columns, self.stored, self.on_device),
        )
        self._written: dict[Key, Slot] = {}

    def write(self) -> list[Slot | Fork]:
        """A slot for every member of the plan, in order; those behind a condition are in forks."""
        return list(self._sequence(self.owner.plan.body, range(len(self.owner.instances))))

    def _sequence(self, items: Iterable[Item], places: Collection[int]) -> Iterator[Slot | Fork]:
        """What the instances at some places have of a plan."""
        for item in items:
            if isinstance(item, PlannedFork):
                yield self._fork(item, places)
                continue
            _, member = next(self.owner.members_under(item.key))
            if isinstance(member.form, Held):
                held = f"self.{self.names[item.key]}.{member.form.name}"
                slot = Slot(item, member, template=held)
            elif member.module is None:
                slot = self._slot(item, self.names[item.key], places)
            else:
                slot = replace(self._written[member.module], planned=item, member=member)
            self._written[item.key] = slot
            yield slot

    def _fork(self, fork: PlannedFork, places: Collection[int]) -> Fork:
        """A fork; the branch that comes first has members."""
        holds = bool(fork.then)
        first, second = (fork.then, fork.other) if holds else (fork.other, fork.then)
        own = {i for one in members_in(first) for i, _ in self.owner.members_under(one.key)}
        guard = self._guard(Step(fork.place, holds), members_in((*first, *second)))
        name = self._fork_name(first)
        term = guard and self.arguments.condition(guard, {i: i in own for i in places})
        if term is None:
            written = self.arguments.switch(f"with_{name}", {i: i in own for i in places}, guard)
            test = self.stored.flag(written, f"with_{name}")
        else:
            written = self.arguments.written(term)
            test = self.stored.test(term, name)
        with self.arguments.remainders.within(written):
            then = tuple(self._sequence(first, [i for i in places if i in own]))
        with self.arguments.remainders.within(opposite(written)):
            other = tuple(self._sequence(second, [i for i in places if i not in own]))
        return Fork(fork.number, holds, test, written, then, other)

    def _fork_name(self, items: Iterable[Item]) -> str:
        """The name of a condition that is too long to be written twice: of what it leads to."""
        first = next(iter(members_in(items)))
        _, member = next(self.owner.members_under(first.key))
        if member.operation == "add" and any(isinstance(o, FromInput) for o in first.operands):
            return "is_residual"
        return f"has_{self.names[first.key]}"

    def _guard(self, step: Step, members: Iterable[PlannedMember]) -> Guard | None:
        """The condition at the place of a step, as one of the members has it."""
        for planned in members:
            for _, member in self.owner.members_under(planned.key):
                for guard in member.guards:
                    if guard.place == step.place:
                        return guard._replace(holds=step.holds)
        return None

    def _slot(self, planned: PlannedMember, name: str, places: Collection[int]) -> Slot:
        # Any of them will do: the members of one key differ in values only.
        _, member = next(self.owner.members_under(planned.key))
        flag = self._flag(planned, name, places) if planned.step else None
        with self.arguments.remainders.within(flag) if flag is not None else nullcontext():
            return self._made(planned, member, name, flag)

    def _made(self, planned: PlannedMember, member: Member, name: str, flag: Python | None) -> Slot:
        match member.form:
            case None if member.is_stateless:
                slot = self.expressions.call(planned, member, name)
            case None:
                build, indexed = self._construct(planned.key, name)
                slot = Slot(planned, member, name, build, indexed, flag=flag)
            case Layer() as layer:
                build = self._layer(planned.key, layer, name)
                slot = Slot(planned, member, name, build, zero=layer.zero, flag=flag)
            case Weight() as weight:
                slot = self._weight(planned, member, weight, name)
            case Expression() as expression:
                slot = self.expressions.operation(planned, member, expression, name)
        return self.expressions.with_casts(slot, planned.operands)

    def _flag(self, planned: PlannedMember, name: str, places: Collection[int]) -> Python:
        """The condition under which an optional member exists."""
        present = dict(self.owner.members_under(planned.key))
        holders = {i: i in present for i in places}
        guard = planned.step and self._guard(planned.step, [planned])
        term = guard and self.arguments.condition(guard, holders)
        if term is None:
            return self.arguments.switch(f"with_{name}", holders, guard)
        return self.arguments.written(term)

    def _layer(self, key: Key, layer: Layer, name: str) -> Python:
        written = []
        for given in layer.arguments:
            column = self.columns.fixed(key, argument_value(given.name), given.name)
            is_plain = self.arguments.is_plain(column, given.uniform)
            if is_always(column, given.default) and is_plain:
                continue
            value = self.arguments.write(given.name, column, name, uniform=given.uniform)
            written.append(value if given.positional else Keyword(given.name, value))
        return Call(Atom(layer.constructor), tuple(written))

    def _construct(self, key: Key, name: str) -> tuple[Python, Python]:
        """The call of a block's class: once with numbers of blocks as literals, once with `i`."""
        _, first = next(self.owner.members_under(key))
        assert first.child is not None
        signature = self.signatures[self.classes.of[first.child]]
        literal: list[Python] = []
        indexed: list[Python] = []
        in_order = True
        for argument in signature.arguments:
            column = self.columns.fix(self.columns.passed(key, argument), key, argument.name)
            default = signature.defaults.get(argument.name, Required.REQUIRED)
            is_default = is_always(column, default)
            if is_default and self.arguments.is_plain(column):
                in_order = False
                continue
            self.arguments.check_quotients(column)
            value, value_of_i = self.arguments.write_both(
                argument.name, column, name, real=argument.is_real
            )
            keyword = variable(argument.name)
            in_order &= argument.name in _POSITIONAL or str(value) == keyword
            # `se=i % 2 == 0` is the default in every second block, but a loop must write it.
            if is_default and reads_counter(column):
                in_order = False
            else:
                literal.append(value if in_order else Keyword(keyword, value))
            indexed.append(value_of_i if in_order else Keyword(keyword, value_of_i))
        function = Atom(signature.name)
        return Call(function, tuple(literal)), Call(function, tuple(indexed))

    def _weight(self, planned: PlannedMember, member: Member, weight: Weight, name: str) -> Slot:
        sizes = self._weight_sizes(planned.key, weight, name)
        options: dict[str, Python] = {}
        for option in weight.options:
            column = self.columns.fixed(planned.key, argument_value(option.name))
            if not (is_always(column, option.default) and self.arguments.is_plain(column)):
                options[option.name] = self.arguments.write(option.name, column, name)
        if self.resets:
            options = {name: self.stored.read(one, name) for name, one in options.items()}
        empty = Call(Atom("torch.empty"), sizes)
        initial = empty if self.resets else first_value(weight, sizes, options)
        build = Call(Atom("nn.Parameter"), (initial,))
        axes = ", ".join(["-1"] * len(weight.shape))
        repeated = f".expand({{0}}.shape[0], {axes})" if weight.expanded else ""
        template = f"self.{name}{repeated}"
        return Slot(planned, member, name, build, template=template, values=options)

    def _weight_sizes(self, key: Key, weight: Weight, name: str) -> tuple[Python, ...]:
        """The shape of a weight, as arguments of a function: `1, channels`."""
        whole = self.columns.fixed(key, weight_shape)
        if isinstance(self.arguments.reading.expression(whole), Parameter):
            return (self.arguments.write("shape", whole, name),)
        columns = (self.columns.fixed(key, weight_size(axis)) for axis in range(len(weight.shape)))
        return tuple(self.arguments.write("size", column, name) for column in columns)
