"""A network by name and parameters, to its graph."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from archdsl import limits
from archdsl.diagnostics import CompileError, Diagnostic, Diagnostics, did_you_mean, error
from archdsl.elaborate import expressions, statements
from archdsl.elaborate.blocks import bind_parameters
from archdsl.elaborate.program import Named, Program, Unit, name_span
from archdsl.elaborate.session import Fault, Frame, Session
from archdsl.elaborate.values import Given, holds_tensor, tensors_in
from archdsl.ir.graph import Graph
from archdsl.syntax import tree


@dataclass(frozen=True)
class _Resolved:
    """The network that a name finally means, with the parameters collected on the way."""

    network: tree.Network
    unit: Unit
    given: Mapping[str, Given]
    doc: str | None


def choose(program: Program, name: str | None) -> str:
    """The network asked for: by name, or the one named like the file, or the only one.

    Raises:
        CompileError: there is none such.
    """
    names = program.networks()
    if name is not None:
        if name in program.main.names:
            return name
        hint = did_you_mean(name, names) or (f"there is {', '.join(names)}" if names else None)
        raise CompileError([error("network", f"no network is called `{name}`", help=hint)])
    stem = program.main.path.stem
    if stem in names or len(names) == 1:
        return stem if stem in names else names[0]
    shown = program.main.file.source.name
    if not names:
        raise CompileError([error("network", f"{shown} defines no network")])
    message = f"{shown} has several networks and none is called `{stem}`"
    raise CompileError([error("network", message, help=f"choose one: {', '.join(names)}")])


def elaborate(
    program: Program,
    name: str,
    given: Mapping[str, Given],
    diagnostics: Diagnostics,
) -> Graph:
    """The typed graph of a network with these parameters in place of its own.

    Raises:
        CompileError: the network is at fault; `diagnostics` holds warnings and notes too.
    """
    definition, unit = program.main.names[name]
    graph = Graph(name)
    resolver = Session(program, graph, diagnostics, as_declared=True)
    try:
        resolved = _resolve(resolver, definition, unit, given, ())
        _check_names(resolver, resolved)
    except Fault as fault:
        resolver.report(fault)
        raise CompileError(diagnostics) from None
    graph.doc = resolved.doc or program.main.file.doc
    session = Session(program, graph, diagnostics, as_declared=not resolved.given)
    _build(session, resolved)
    diagnostics.stop_on_errors()
    return graph


def _resolve(
    session: Session,
    definition: Named,
    unit: Unit,
    given: Mapping[str, Given],
    seen: tuple[str, ...],
) -> _Resolved:
    if isinstance(definition, tree.Network):
        return _Resolved(definition, unit, given, definition.doc)
    if definition.name in seen:
        path = " -> ".join([*seen[seen.index(definition.name) :], definition.name])
        message = f"networks are derived from each other in a circle: {path}"
        raise Fault(session.error("recursion", message, definition.base.span))
    if len(seen) == limits.DERIVATIONS:
        message = f"`{seen[0]}` is derived through more than {limits.DERIVATIONS} networks"
        raise Fault(session.error("nesting", message, definition.base.span))
    if isinstance(definition, tree.Block) or definition.kind == "block":
        message = f"`{definition.name}` is a block, not a network"
        raise Fault(session.error("network", message, name_span(definition)))
    call = definition.base if isinstance(definition.base, tree.Call) else None
    base = call.function if call else definition.base
    assert isinstance(base, tree.Name)
    found = unit.names.get(base.name)
    if found is None:
        hint = did_you_mean(base.name, unit.names)
        message = f"no network is called `{base.name}`"
        raise Fault(session.error("network", message, base.span, help=hint))
    here = arguments(session, unit, call)
    below = _resolve(session, *found, {**here, **given}, (*seen, definition.name))
    return _Resolved(below.network, below.unit, below.given, definition.doc or below.doc)


def missing_parameters(program: Program, name: str) -> list[str]:
    """The parameters that a network has no default for, so that it cannot be built by itself."""
    session = Session(program, Graph(""), Diagnostics(), as_declared=True)
    try:
        resolved = _resolve(session, *program.main.names[name], {}, ())
    except Fault:
        return []
    needed = [p.name for p in resolved.network.parameters if p.default is None]
    return [parameter for parameter in needed if parameter not in resolved.given]


def evaluate_arguments(program: Program, written: tuple[tree.Argument, ...]) -> dict[str, Given]:
    """Parameters of a network that are written outside of any: in a claim, or with `--set`.

    Raises:
        CompileError: one of them has no value or no name.
    """
    if not written:
        return {}
    diagnostics = Diagnostics()
    session = Session(program, Graph(""), diagnostics, as_declared=True)
    span = written[0].span
    call = tree.Call(tree.Name("", span=span), written, span=span)
    try:
        return arguments(session, program.main, call)
    except Fault as fault:
        session.report(fault)
        raise CompileError(diagnostics) from None


def arguments(session: Session, unit: Unit, call: tree.Call | None) -> dict[str, Given]:
    """The parameters that a derivation or a claim gives, all by name."""
    written = expressions.written(session, Frame(unit, 0, {}), call)
    if written.positional:
        message = "parameters of a network are given by name"
        raise Fault(session.error("argument", message, written.positional[0].span))
    return dict(written.named)


def _check_names(session: Session, resolved: _Resolved) -> None:
    names = [parameter.name for parameter in resolved.network.parameters]
    for name, given in resolved.given.items():
        if name not in names:
            message = f"network `{resolved.network.name}` has no parameter `{name}`"
            hint = did_you_mean(name, names) or f"it has {', '.join(names)}"
            raise Fault(session.error("argument", message, given.span, help=hint))
    for parameter in resolved.network.parameters:
        if parameter.default is None and parameter.name not in resolved.given:
            message = f"`{parameter.name}` has no default and is not given"
            hint = f"give it: `--set {parameter.name}=...`"
            raise Fault(session.error("argument", message, parameter.span, help=hint))


def _build(session: Session, resolved: _Resolved) -> None:
    graph, network = session.graph, resolved.network
    definition = session.definition(network)
    span = name_span(network)
    scope = graph.open("network", graph.name, network.name, None, (), span, definition)
    graph.open_parameters = _handed_on(network)
    frame = Frame(resolved.unit, scope, {})
    try:
        bind_parameters(session, frame, network.name, network.parameters, resolved.given)
        result = statements.run_body(session, frame, network.body, network.span)
    except Fault as fault:
        session.report(fault)
        session.diagnostics.stop_on_errors()
        raise CompileError([_no_result(network)]) from None
    graph.outputs = tensors_in(result)
    if not graph.inputs or not graph.outputs:
        session.diagnostics.add(_no_result(network))
    bindings = {n: v for n, v in frame.names.items() if not holds_tensor(v)}
    graph.close(scope, bindings, dict(graph.inputs), graph.outputs)


def _no_result(network: tree.Network) -> Diagnostic:
    message = f"network `{network.name}` has no input or no result"
    hint = "declare `input video: 3 x 16 x 224^2`, and end with a call, a table or `return`"
    return error("network", message, name_span(network), help=hint)


def _handed_on(network: tree.Network) -> tuple[str, ...]:
    """The parameters that the body mentions, and only as arguments of calls, as they stand."""
    uses = Counter(_names(network.body))
    arguments = Counter(_bare_arguments(network.body))
    names = [parameter.name for parameter in network.parameters]
    return tuple(name for name in names if uses[name] and uses[name] == arguments[name])


def _walk(nodes: Iterable[tree.Node]) -> Iterator[tree.Node]:
    for node in nodes:
        yield node
        yield from _walk(tree.children(node))


def _names(body: tuple[tree.Statement, ...]) -> Iterator[str]:
    return (node.name for node in _walk(body) if isinstance(node, tree.Name))


def _bare_arguments(body: tuple[tree.Statement, ...]) -> Iterator[str]:
    for node in _walk(body):
        if isinstance(node, tree.Call):
            values = (argument.value for argument in node.arguments)
            yield from (value.name for value in values if isinstance(value, tree.Name))
