"""An instance of a block: its members, and what each of them reads.

A block inside another is one member of it, whatever it contains. Instances with the same structure
can become one class.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

from archdsl.emit.bodies import Body
from archdsl.emit.keys import Key
from archdsl.emit.references import FromJoin, Guard, Reference
from archdsl.frozen import Frozen
from archdsl.ir.graph import Definition, Graph, Scope, Value
from archdsl.ir.written import Expression
from archdsl.ops.forms import Expression as Template
from archdsl.ops.forms import Form, Layer, Weight

BlockKey: TypeAlias = tuple[str, int]
"""Identifies a block by the place of its definition: two files may use the same name."""


def block_key(definition: Definition) -> BlockKey:
    return definition.span.source.name, definition.span.start


class Outward(Frozen):
    """Rewrites an expression of the innermost of some nested bodies for the body around them."""

    path: tuple[Body, ...]

    def __call__(self, term: Expression) -> Expression:
        for body in reversed(self.path):
            term = body.outward(term)
        return term


class Member(Frozen):
    """An operation or a block inside a block. Exactly one of `form` and `child` is given.

    `stage` names the stage of the table that contains it, and `hints` are the names that the spec
    gives its results. A `heavy` member has multiply-adds, or is a block: it gets a line of its own
    in `forward`. `guards` are the conditions under which it exists, in terms of this block.
    `outward` rewrites expressions of the child in terms of this block. `share` is the name under
    which the block shares it, and `module` the key of the earlier member whose module computes it.
    `targets` are the variables that the text assigns its results to.
    `operation` is the name of an operation in the language, `is_view` whether it moves no memory.
    `are_real` says which operands have real numbers.
    """

    key: Key
    operands: tuple[Reference, ...]
    are_real: tuple[bool, ...]
    results: int
    hints: tuple[str, ...]
    stage: str | None
    shape: tuple[int, ...]
    heavy: bool
    guards: tuple[Guard, ...]
    form: Form | None = None
    child: Instance | None = None
    outward: Outward | None = None
    share: str = ""
    module: Key | None = None
    operation: str = ""
    is_view: bool = False
    targets: tuple[str, ...] = ()

    @property
    def hint(self) -> str:
        """The name that the spec gives its only result; empty if there is none."""
        return self.hints[0] if len(self.hints) == 1 else ""

    @property
    def series(self) -> object:
        """Members with the same series may form one `nn.Sequential`: a stage, or a loop's calls."""
        if self.share:
            return self.share
        start, end, *rounds = self.key[-1]
        if self.stage:
            return self.stage, self.key[0]
        return (start, end) if rounds else self.key

    @property
    def is_stateless(self) -> bool:
        """Whether a method computes it in place: an expression, or a block of such."""
        return isinstance(self.form, Template) or (
            self.child is not None and self.child.is_function
        )

    @property
    def is_persistent(self) -> bool:
        """Whether a state dict has it, if it is a constant."""
        return isinstance(self.form, Template) and self.form.persistent

    @property
    def can_be_identity(self) -> bool:
        """Whether `nn.Identity` can replace this member in instances that lack it."""
        is_module = not self.is_stateless and not isinstance(self.form, Weight)
        # A use of shared layers cannot be left out by itself: the other uses need the module.
        return is_module and not self.share and len(self.operands) == 1 and self.results == 1

    @property
    def signature(self) -> object:
        """What must agree between instances of one class, apart from operands and children.

        Values of arguments are not part of it: they can differ between the instances of a class.
        """
        if isinstance(self.form, Layer):
            names = tuple(argument.name for argument in self.form.arguments)
            return replace(self.form, arguments=()), names
        if isinstance(self.form, Template):
            return (self.form.template, tuple(self.form.values))
        if isinstance(self.form, Weight):
            names = tuple(option.name for option in self.form.options)
            return (self.form.initial, names, len(self.form.shape), self.form.expanded)
        return None


@dataclass(frozen=True, eq=False)
class Instance:
    """One instance of a block, or the network itself, and what it reads behind conditions."""

    body: Body
    members: tuple[Member, ...]
    outputs: tuple[Reference, ...]
    joins: Mapping[FromJoin, Reference]
    functions: Collection[BlockKey]
    """The blocks that have no state. They are known once all instances are read."""

    @property
    def block(self) -> BlockKey:
        """Identifies its block."""
        return block_key(self.definition)

    @property
    def definition(self) -> Definition:
        assert self.scope.block is not None
        return self.scope.block

    @property
    def is_function(self) -> bool:
        """Whether its block is a function: it has no state."""
        return self.block in self.functions

    @property
    def graph(self) -> Graph:
        return self.body.graph

    @property
    def scope(self) -> Scope:
        return self.body.scope

    @property
    def inputs(self) -> tuple[str, ...]:
        return tuple(self.scope.inputs)

    @property
    def leading(self) -> tuple[int, ...]:
        """For each input how many axes torch has before those of the language."""
        return tuple(self.graph.type(value).leading for value in self.scope.inputs.values())

    @property
    def canonical_inputs(self) -> tuple[str, ...]:
        """For each input the name of the first input with the same value."""
        first: dict[Value, str] = {}
        return tuple(first.setdefault(value, name) for name, value in self.scope.inputs.items())
