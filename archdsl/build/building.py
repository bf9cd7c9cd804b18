"""The body of a network to its graph."""

from __future__ import annotations

from archdsl.build import parameters, statements
from archdsl.build.provenance import Names
from archdsl.build.session import Frame, Session
from archdsl.build.values import Value, describe, holds_tensor, tensors_in
from archdsl.plan.plan import Plan
from archdsl.program.mentions import handed_on
from archdsl.program.outlines import outline
from archdsl.program.program import name_span
from archdsl.syntax import tree


def build(session: Session, plan: Plan) -> None:
    """Build a network into its session's graph, what derivations insert in its places.

    Raises:
        Fault: its body has no value; mistakes on the way have been reported.
    """
    session.plan, session.insertions = plan, plan.inserted
    session.as_declared, session.is_rewritten = plan.is_declared, plan.is_rewritten
    session.changed_by = plan.changed_by
    graph, network = session.graph, plan.network
    known, span = outline(network), name_span(network)
    scope = graph.open("network", (graph.name,), network.name, None, (), span, known.definition)
    graph.open_parameters = () if session.reuse else handed_on(network)
    meant = Names(scope, frozenset(parameter.name for parameter in network.parameters))
    frame = Frame(session, plan.unit, scope, assigned=known.assigned, meant=meant)
    parameters.fill(frame, network, parameters.checked(frame, network, plan.given))
    result = statements.run_body(frame, network)
    _check_ends(session, network, result)
    graph.outputs = tensors_in(result)
    bindings = {n: v for n, v in frame.names.items() if not holds_tensor(v)}
    given, tests = dict(frame.given), tuple(frame.tests)
    graph.close(scope, bindings, dict(graph.inputs), graph.outputs, given, tests)


def _check_ends(session: Session, network: tree.Network, result: Value) -> None:
    """A network has inputs, and gives nothing but tensors."""
    graph, span = session.graph, name_span(network)
    if not graph.inputs:
        message = f"network `{network.name}` has no input"
        hint = "declare one: `input video: 3 x 16 x 224^2`"
        session.diagnostics.add(session.error("network", message, span, help=hint))
    elif not _is_tensors(result):
        message = f"network `{network.name}` gives {describe(result)}, not a tensor"
        hint = "end with a call, a table, or `return` and tensors"
        session.diagnostics.add(session.error("network", message, span, help=hint))
    elif any(graph.type(value).samples > 1 for value in tensors_in(result)):
        message = f"network `{network.name}` gives {describe(result)}: groups of one sample"
        hint = "bring them together: `y -> ungroup(x)`"
        session.diagnostics.add(session.error("network", message, span, help=hint))


def _is_tensors(value: Value) -> bool:
    if isinstance(value, tuple):
        return bool(value) and all(map(_is_tensors, value))
    return holds_tensor(value)
