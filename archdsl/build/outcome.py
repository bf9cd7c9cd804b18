"""What is reported of a network after its body was run: a bad result, unused calls, breaks.

A network whose build broke off is still drawn, as a sketch that shows where it broke.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Set
from contextlib import suppress
from dataclasses import dataclass, replace

from archdsl.build.context import Frame
from archdsl.build.request import Finding
from archdsl.build.values import Value, describe, holds_tensor, tensors_in
from archdsl.diagnostics import CompileError, Diagnostic, Diagnostics, counted, warning
from archdsl.ir.graph import Graph, Node, Scope
from archdsl.ir.pruning import needed
from archdsl.ir.types import TensorType
from archdsl.ops.sources import Input
from archdsl.program.program import name_span
from archdsl.source import Span
from archdsl.syntax import tree


def check_result(frame: Frame, network: tree.Network, result: Value) -> None:
    """Report a network without inputs, or whose result is not one or more tensors."""
    if frame.graph.inputs:
        check_returned(frame, network, result)
        return
    message, hint = (
        f"network `{network.name}` has no input",
        "declare one: `input video: 3 x 16 x 224^2`",
    )
    frame.findings.add(frame.error("network", message, name_span(network), help=hint))


def check_returned(frame: Frame, network: tree.Network, result: Value) -> None:
    """Report a network whose result is not one or more tensors."""
    graph = frame.graph
    if not _is_tensors(result):
        message = f"network `{network.name}` must return tensors, but this is {describe(result)}"
        hint = "end with a call, a table, or `return` and tensors"
    elif any(graph.type(value).samples > 1 for value in tensors_in(result)):
        returned = f"network `{network.name}` returns {describe(result)}"
        message = f"{returned}: groups that `group` made of one sample"
        hint = "put them together: `y -> ungroup(x)`"
    elif any(_is_condition(graph.type(value)) for value in tensors_in(result)):
        message = f"network `{network.name}` must return numbers, but this is {describe(result)}"
        hint = "choose them: `y -> where(1, 0)`"
    else:
        return
    frame.findings.add(frame.error("network", message, _result_span(network), help=hint))


def _is_condition(type_: TensorType) -> bool:
    return type_.integers is not None and type_.integers.is_truth


def check_initialisations(frame: Frame, network: tree.Network) -> None:
    """Warn of schemes for operations that the network does not have."""
    declared = [node for node in network.body if isinstance(node, tree.Initialise)]
    had = {node.operation.name for node in frame.graph} if declared else set()
    for statement in declared:
        if statement.kind not in had:
            message = f"this network has no `{statement.kind}` to initialise"
            frame.findings.add(warning("unused", message, statement.span))


def _result_span(network: tree.Network) -> Span:
    """The only `return` of a network; its name where it has none or several."""
    returns = [node.span for node in tree.walk(network.body) if isinstance(node, tree.Return)]
    return returns[0] if len(returns) == 1 else name_span(network)


def _is_tensors(value: Value) -> bool:
    if isinstance(value, tuple):
        return bool(value) and all(map(_is_tensors, value))
    return holds_tensor(value)


def unread(graph: Graph, offered: Set[int] = frozenset()) -> Iterator[Diagnostic]:
    """A warning for each operation that nothing reads, at the outermost call that ends with it.

    What only such an operation reads is left out with it, and has no warning of its own. Those
    that are `offered` have none either: in another member of the space they are read.
    """
    kept = needed(graph, graph.outputs)
    read = {operand.node for operands in graph.reads for operand in operands}
    inputs = {value.node for value in graph.inputs.values()}
    silent = (read - inputs) | offered
    unused = {n.index: n for n in graph if n.index not in kept and n.index not in silent}
    ends = set(_ends(graph, unused.keys())) if unused else set()
    for node in unused.values():
        if isinstance(node.operation, Input):
            yield warning("unused", f"nothing uses the input `{node.name}`", node.span)
            continue
        call = _outermost(graph, node, ends)
        if not _is_reported(graph, call):
            message = "nothing uses the result of this, so it is left out of the network"
            yield warning("unused", message, call.span)


def _ends(graph: Graph, unread: Set[int]) -> Iterator[tuple[int, int]]:
    """Each scope whose outputs nothing reads, with each node that these outputs are results of."""
    for scope in graph.scopes:
        results = {value.node for value in scope.outputs}
        if results <= unread:
            yield from ((scope.index, node) for node in results)


def _outermost(graph: Graph, node: Node, ends: Set[tuple[int, int]]) -> Node | Scope:
    """The outermost call that returns a node's results, and nothing that is read."""
    call: Node | Scope = node
    for scope in graph.enclosing(node.scope):
        if (scope.index, node.index) not in ends:
            break
        call = scope
    return call


def _is_reported(graph: Graph, call: Node | Scope) -> bool:
    """Whether a call is an operation of a cell: the check of cells reports an unused one."""
    around = call.scope if isinstance(call, Node) else call.parent
    block = graph.scopes[around].block if around is not None else None
    return block is not None and block.cell is not None and call.name in block.cell.inputs


@dataclass(frozen=True)
class Break:
    """Where a build broke off: in a scope, when the graph had so many scopes and nodes."""

    diagnostic: Diagnostic
    scope: int
    scopes: int
    nodes: int


@dataclass(frozen=True)
class Sketch:
    """The graph as far as it was built. A scope that was open at a break has no outputs."""

    graph: Graph
    breaks: tuple[Break, ...]
    diagnostics: tuple[Diagnostic, ...]

    def __repr__(self) -> str:
        return f"<Sketch of {self.graph!r}, {counted(len(self.breaks), 'mistake')}>"

    @property
    def broke_off(self) -> bool:
        """Whether the build began, and broke off."""
        return bool(self.graph.scopes and self.breaks)


def sketch(graph: Graph, findings: Iterable[Finding]) -> Sketch:
    """A graph with its findings, before, during and after the build; each counts once."""
    diagnostics = Diagnostics()
    first: dict[Diagnostic, Finding] = {}
    with suppress(CompileError):
        for finding in findings:
            first.setdefault(finding.diagnostic, finding)
            diagnostics.add(finding.diagnostic)
    errors = (first[diagnostic] for diagnostic in diagnostics if diagnostic.is_error)
    breaks = tuple(_break(graph, finding) for finding in errors)
    return Sketch(graph, breaks, tuple(diagnostics))


def _break(graph: Graph, finding: Finding) -> Break:
    """Where a finding broke the build: the innermost open scope whose text has the mistake.

    A scope that broke earlier never closes, so it counts as open. The text tells them apart.
    """
    diagnostic = finding.diagnostic
    around = (scope for scope in finding.open_scopes if _holds(graph.scopes[scope], diagnostic))
    broken = Break(diagnostic, next(around, 0), finding.scopes, finding.nodes)
    return _in_stage(graph, broken)


def _holds(scope: Scope, diagnostic: Diagnostic) -> bool:
    """Whether the text of a scope has the span of a diagnostic; a stage is taken by its file."""
    if not diagnostic.labels:
        return scope.parent is None
    place, around = diagnostic.labels[0].span, scope.block.span if scope.block else scope.span
    if scope.kind == "stage":
        return place.source is around.source
    return place.source is around.source and around.start <= place.start <= around.end


def _in_stage(graph: Graph, broken: Break) -> Break:
    """A break inside a stage, where the mistake is in its text.

    A table evaluates the counts of a stage's rows before it opens the stage, so such a mistake is
    found one scope further out than a reader of the picture expects.
    """
    following = graph.scopes[broken.scopes : broken.scopes + 1]
    if not broken.diagnostic.labels or not following or following[0].kind != "stage":
        return broken
    stage, place = following[0], broken.diagnostic.labels[0].span
    if place.source is not stage.span.source or place.start < stage.span.start:
        return broken
    inside = [node.index for node in graph if stage in graph.enclosing(node.scope)]
    return replace(broken, scope=stage.index, nodes=max(inside, default=broken.nodes - 1) + 1)


def forwarded_parameters(network: tree.Network) -> tuple[str, ...]:
    """The parameters that the body reads only as whole arguments of calls: `head(classes)`.

    The emitted network can take these as arguments of its constructor. Any other use, such as
    `2 * width` or a test, could change the network's structure.
    """
    nodes = list(tree.walk(network.body))
    uses = Counter(node.name for node in nodes if isinstance(node, tree.Name))
    calls = [node for node in nodes if isinstance(node, tree.Call)]
    uses.subtract(call.function.name for call in calls if isinstance(call.function, tree.Name))
    values = (argument.value for call in calls for argument in call.arguments)
    bare = Counter(value.name for value in values if isinstance(value, tree.Name))
    # A parameter qualifies if every use of it is such an argument.
    names = [parameter.name for parameter in network.parameters]
    return tuple(name for name in names if uses[name] and uses[name] == bare[name])
