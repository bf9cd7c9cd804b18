"""Which choices of a network can bear on its places, found from its text.

A place is a block or an operation of the network's body: what is inside a block is none. So of all
choices only these matter: what is called there and how often, conditions and loops, and whatever
such an expression reads. Where one reads a tensor, any choice can matter.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain

from archdsl.plan.plan import Plan
from archdsl.plan.rows import BLOCK, NUMBER, Stage
from archdsl.program.program import names_in
from archdsl.program.stages import STAGE
from archdsl.source import Span
from archdsl.syntax import tree

_OF_PLACES = frozenset({BLOCK, NUMBER, STAGE})
"""The columns of a table that say which blocks there are."""

_READS_TENSOR = "in"


@dataclass(frozen=True)
class Bearing:
    """The texts whose choices bear on places: anywhere, and in single stages of tables.

    What a stage is made of moves no block of another one by more than its name. So stages can be
    looked at one after the other. If a condition depends on a tensor, `everywhere` is None.
    """

    everywhere: frozenset[Span] | None
    stages: Mapping[Stage, frozenset[Span]]

    @staticmethod
    def of(plan: Plan) -> Bearing:
        return _Reading(plan).found()


@dataclass
class _Reading:
    """A walk over the body of a network, and over what its expressions read."""

    plan: Plan
    spans: set[Span] = field(default_factory=set)
    stages: dict[Stage, set[Span]] = field(default_factory=dict)
    waiting: list[tree.Node] = field(default_factory=list)

    def found(self) -> Bearing:
        plan = self.plan
        defaults = [p.default for p in plan.network.parameters if p.default is not None]
        given = [node for _, node in plan.open.values()]
        for expression in (*defaults, *given):
            self._expression(expression)
        self._body(plan.network.body)
        is_known = self._follow()
        stages = {stage: frozenset(spans) for stage, spans in self.stages.items()}
        return Bearing(frozenset(self.spans) if is_known else None, stages)

    def _body(self, body: Iterable[tree.Statement]) -> None:
        for statement in body:
            match statement:
                case tree.Table():
                    self._table(statement)
                case tree.If():
                    self.waiting.append(statement.test)
                    self._body((*statement.body, *statement.otherwise))
                case tree.For():
                    self.waiting.append(statement.values)
                    self._body(statement.body)
                case _:
                    self._expression(statement)

    def _table(self, table: tree.Table) -> None:
        for row in self.plan.rows_in(table):
            for column, cell in row.cells.items():
                if column in _OF_PLACES:
                    self.stages.setdefault(row.stage, set()).add(cell.span)
                    # The cell itself counts for its stage alone, but not what it reads.
                    self.waiting += [n for n in tree.walk([cell]) if isinstance(n, tree.Name)]

    def _expression(self, node: tree.Node) -> None:
        """An expression of the body: what it calls, and whether it does, but no numbers."""
        for part in tree.walk([node]):
            if isinstance(part, tree.Conditional):
                self.waiting.append(part.test)
            elif isinstance(part, tree.Choice) and not all(map(_is_literal, part.options)):
                self.waiting.append(part)
            elif isinstance(part, tree.Name):
                self._definition(part.name)

    def _definition(self, name: str) -> None:
        """What a name of the file is, if it is a choice of blocks or derived from one."""
        definition = self.plan.unit.names.get(name)
        match definition and definition.node:
            case tree.BlockChoice() as chosen:
                self.waiting.append(chosen)
            case tree.Derived() as derived:
                self.waiting.append(tree.split_call(derived.base)[0])

    def _follow(self) -> bool:
        """Take in all that the texts found read, and return whether none reads a tensor."""
        sources, seen = self._sources(), set[str]()
        while self.waiting:
            node = self.waiting.pop()
            self.spans.add(node.span)
            for name in sorted(names_in(node) - seen):
                seen.add(name)
                self._definition(name)
                if name == _READS_TENSOR or any(n is None for n in sources.get(name, ())):
                    return False
                self.waiting += [n for n in sources.get(name, ()) if n is not None]
        return True

    def _sources(self) -> Mapping[str, Sequence[tree.Node | None]]:
        """The texts that names of the body get their values from; None if that is a tensor."""
        found: dict[str, list[tree.Node | None]] = {}
        parameters = self.plan.network.parameters
        written = ((p.name, p.default) for p in parameters if p.default is not None)
        given = ((name, node) for name, (_, node) in self.plan.open.items())
        for name, node in chain(written, given, _assigned(self.plan.network.body)):
            found.setdefault(name, []).append(node)
        return found


def _assigned(body: Sequence[tree.Statement]) -> Iterator[tuple[str, tree.Node | None]]:
    for node in tree.walk(body):
        match node:
            case tree.Assign():
                yield from ((name, node.value) for name in node.targets)
            case tree.For():
                yield from ((name, node.values) for name in node.targets)
            case tree.Share():
                yield node.name, node.block
            case tree.Input():
                yield node.name, None


def _is_literal(node: tree.Node) -> bool:
    """Whether an option is numbers, texts or constants, which are no part of a network's body."""
    if isinstance(node, tree.Tuple | tree.Unary):
        return all(map(_is_literal, tree.below(node)))
    return isinstance(node, tree.Number | tree.Constant | tree.Text | tree.Steps | tree.Dash)
