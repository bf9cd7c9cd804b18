"""The state of one elaboration, and of one block while its body is evaluated."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, fields

from archdsl import limits
from archdsl.diagnostics import Diagnostic, Diagnostics, Label, error
from archdsl.elaborate.formulas import formulas
from archdsl.elaborate.program import Program, Unit
from archdsl.elaborate.values import Tensor, Value
from archdsl.ir.graph import Definition, Graph, Site
from archdsl.ops import OPERATIONS
from archdsl.ir.types import AXIS_NAMES
from archdsl.ops.parameters import POSITIONS, Choice, Either, Kind, Maybe, Several, kind_of
from archdsl.source import Span
from archdsl.syntax import tree


class Fault(Exception):
    """An expression has no value. Without a diagnostic, the cause was reported before."""

    def __init__(self, diagnostic: Diagnostic | None = None) -> None:
        super().__init__()
        self.diagnostic = diagnostic


@dataclass
class Frame:
    """One body under evaluation.

    `running` is the value that bare calls and tables take and replace; `rounds` counts the
    loops around a statement; `naming` is a call whose result the statement gives a name.
    """

    unit: Unit
    scope: int
    names: dict[str, Value]
    running: tuple[Value, ...] = ()
    rounds: tuple[int, ...] = ()
    assigned: Counter[str] = field(default_factory=Counter)
    naming: tuple[tree.Node, str] | None = None

    def site(self, span: Span) -> Site:
        return (span.start, span.end, *self.rounds)

    def name_of(self, call: tree.Node) -> str:
        """The name that the statement gives to a call's result, if any."""
        return self.naming[1] if self.naming and self.naming[0] is call else ""


class Session:
    """What all frames of one elaboration share.

    `as_declared` says that the network has its own parameters, so that bare numbers in a
    table's expectations hold for it.
    """

    def __init__(
        self, program: Program, graph: Graph, diagnostics: Diagnostics, *, as_declared: bool
    ) -> None:
        self.program = program
        self.graph = graph
        self.as_declared = as_declared
        self.diagnostics = diagnostics
        self.words = program.words() | _operation_words()
        self.calls: list[tuple[tree.Block, Span]] = []
        self._definitions: dict[int, Definition] = {}
        self._steps = 0
        self._depth = 0

    def enter(self, span: Span) -> None:
        """One more expression or block is open.

        Raises:
            Fault: too many are.
        """
        self._depth += 1
        if self._depth > limits.CALL_DEPTH:
            message = f"blocks and expressions are nested more than {limits.CALL_DEPTH} deep"
            raise Fault(self.error("nesting", message, span))

    def leave(self) -> None:
        self._depth -= 1

    def step(self, span: Span) -> None:
        """One more statement is evaluated.

        Raises:
            CompileError: the network asks for more than the machine should give.
        """
        self._steps += 1
        if self._steps > limits.STEPS:
            self._exhausted(f"this network takes more than {limits.STEPS:,} steps to build", span)
        if len(self.graph) > limits.OPERATIONS:
            self._exhausted(f"this network has more than {limits.OPERATIONS:,} operations", span)

    def _exhausted(self, message: str, span: Span) -> None:
        self.diagnostics.add(self.error("size", message, span))
        self.diagnostics.stop_on_errors()

    def error(
        self,
        code: str,
        message: str,
        span: Span,
        label: str = "",
        *,
        also: tuple[Label, ...] = (),
        help: str | None = None,
    ) -> Diagnostic:
        """An error that also shows the calls through which evaluation came here."""
        return error(code, message, span, label, also=(*also, *self._trail(span)), help=help)

    def _trail(self, span: Span) -> list[Label]:
        calls = [Label(call, f"in `{block.name}`, called here") for block, call in self.calls]
        calls = [label for label in reversed(calls) if label.span != span]
        return calls if len(calls) <= 2 else [calls[0], calls[-1]]

    def definition(self, block: tree.Block | tree.Network) -> Definition:
        """What the graph keeps of a block, made once."""
        if id(block) not in self._definitions:
            self._definitions[id(block)] = _definition(block)
        return self._definitions[id(block)]

    def report(self, fault: Fault) -> None:
        if fault.diagnostic:
            self.diagnostics.add(fault.diagnostic)

    def origin(self, tensor: Tensor) -> Label:
        """Where a tensor comes from, with its shape."""
        return Label(self.graph.node(tensor.value.node).span, f"{tensor.type}")


def _operation_words() -> set[str]:
    """The words that parameters of operations list, and the names of axes."""
    kinds = (kind_of(f) for operation in OPERATIONS.values() for f in fields(operation))
    return {word for kind in kinds for word in _words(kind)} | {*AXIS_NAMES, POSITIONS}


def _words(kind: Kind) -> tuple[str, ...]:
    if isinstance(kind, Maybe | Several):
        return _words(kind.kind)
    if isinstance(kind, Either):
        return _words(kind.first) + _words(kind.second)
    return kind.words if isinstance(kind, Choice) else ()


def _definition(block: tree.Block | tree.Network) -> Definition:
    names = tuple(parameter.name for parameter in block.parameters)
    literals = {p.name: _literal(p.default) for p in block.parameters if p.default is not None}
    defaults = {name: value for name, value in literals.items() if value is not ...}
    return Definition(block.name, block.doc, names, defaults, formulas(block), block.span)


def _literal(node: tree.Expression) -> object:
    """The value of a literal; an ellipsis for any other expression."""
    if isinstance(node, tree.Number | tree.Constant):
        return node.value
    if isinstance(node, tree.Tuple):
        items = tuple(map(_literal, node.items))
        return ... if ... in items else items
    return ...
