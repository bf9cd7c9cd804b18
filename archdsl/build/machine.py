"""From plan to typed graph: the one file that knows all rules of the language, and joins them.

A build does not raise for a user's mistake. It returns the graph as far as it was built, together
with the diagnostics.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from archdsl import limits
from archdsl.build import (
    blocks,
    calls,
    choices,
    declarations,
    expressions,
    operations,
    parameters,
    relaxing,
    sharing,
    statements,
)
from archdsl.build.connections import Connection, Weighing
from archdsl.build.context import Frame
from archdsl.build.memberless import without_members
from archdsl.build.outcome import check_initialisations, check_result, forwarded_parameters
from archdsl.build.provenance import NameHistory
from archdsl.build.request import (
    Budget,
    Built,
    Context,
    Ending,
    Fault,
    Findings,
    NoMember,
    Request,
    Rules,
)
from archdsl.build.tables import rows
from archdsl.build.values import (
    BlockValue,
    FunctionValue,
    OperationValue,
    SharedBlock,
    holds_tensor,
    tensors_in,
)
from archdsl.diagnostics import CompileError, Diagnostic
from archdsl.ir.builder import Builder
from archdsl.ir.graph import Graph
from archdsl.plan.decisions import Decisions, first, next_pick
from archdsl.program.outline import outline
from archdsl.program.program import Program, Unit, name_span
from archdsl.syntax import tree

RULES = Rules(
    expressions={**expressions.RULES, **choices.RULES},
    statements={
        **statements.RULES,
        **declarations.RULES,
        tree.Table: rows.run_table,
        tree.Share: sharing.share,
        tree.Require: choices.require,
    },
    callees={
        BlockValue: blocks.apply_block,
        OperationValue: operations.apply_operation,
        SharedBlock: sharing.apply_shared,
        FunctionValue: calls.call_function,
    },
    infix=operations.apply_infix,
    add=operations.add,
    run=statements.run,
)


def build(request: Request, budget: Budget) -> Built:
    """Build the network of a plan, as far as it can be built.

    Of a space for which nothing else is picked, it is the first member that meets all of `require`.
    """
    built = _build_once(request, budget)
    if request.pick is not first:
        return built
    causes: list[Diagnostic] = []
    while built.ending is Ending.REFUSED:
        causes.append(built.diagnostics[-1])
        pick = next_pick(built.decisions)
        if pick is None or len(causes) == limits.MEMBERS:
            return without_members(request.name, built, causes, is_all=pick is None)
        built = _build_once(replace(request, pick=pick), budget)
    return built


def relax(
    request: Request, weighing: Weighing, budget: Budget
) -> tuple[Built, tuple[Connection, ...]]:
    """Build the network in which every open choice is a weighted sum of all its options.

    Returns it with the connections that these choices have become.
    """
    rule = relaxing.Relaxing(weighing, choices.RULES[tree.Choice])
    rules = replace(RULES, expressions={**RULES.expressions, tree.Choice: rule})
    built = _build_once(request, budget, rules)
    return built, tuple(rule.connections.values())


def _build_once(request: Request, budget: Budget, rules: Rules = RULES) -> Built:
    graph = Builder(request.name)
    findings = Findings(graph)
    inserted, reuse = request.plan.inserted, request.reuse
    rules = reuse.rules(rules) if reuse else rules
    context = Context(request.program, graph, budget, findings, rules, request, inserted, reuse)
    decisions = Decisions(request.plan.narrowed, request.pick)
    context = replace(context, decisions=decisions)
    ending, whole, steps = Ending.GIVEN_UP, None, budget.steps
    # It is raised where the budget is spent or mistakes are too many: both are findings already.
    with suppress(CompileError):
        ending, whole = _build_network(request, context)
    return Built(
        graph.finish() if whole is None else whole,
        tuple(context.rows),
        tuple(findings.entries),
        ending,
        budget.steps - steps,
        tuple(decisions.made.values()),
        frozenset(context.offered),
    )


def _build_network(request: Request, context: Context) -> tuple[Ending, Graph | None]:
    """How the build ends, and the graph if it is whole."""
    try:
        return Ending.WHOLE, run_network(request, context)
    except Fault as fault:
        context.findings.report(fault)
        return Ending.BROKEN, None
    except NoMember:
        return Ending.REFUSED, None


def top_level_frame(
    program: Program,
    unit: Unit,
    budget: Budget,
    findings: Findings | None = None,
    graph: Builder | None = None,
) -> Frame:
    """A frame for expressions outside of networks: arguments of derivations, claims, recipes.

    `graph` is the builder whose name and scopes findings refer to; by default an empty one.
    """
    graph = Builder("") if graph is None else graph
    findings = Findings(graph) if findings is None else findings
    return Frame(Context(program, graph, budget, findings, RULES), unit)


def run_network(request: Request, context: Context) -> Graph:
    """Evaluate the body of a network, and return its graph.

    Raises:
        Fault: the body has no value. Mistakes on the way have been reported.
        CompileError: the budget is spent, or there are too many mistakes.
    """
    plan, graph, network = request.plan, context.graph, request.plan.network
    summary, span = outline(network), name_span(network)
    scope = graph.open("network", (graph.name,), network.name, None, (), span, summary.definition)
    names = frozenset(parameter.name for parameter in network.parameters)
    # Sums never ask for the origin of a value, and recording it takes a quarter of their time.
    history = None if context.reuse else NameHistory(scope, names)
    frame = Frame(context, plan.unit, None, scope, assigned=summary.assigned, history=history)
    given = parameters.reopened(frame, plan.given, plan.open)
    parameters.bind_parameters(frame, network, parameters.check_arguments(frame, network, given))
    result = frame.run(network)
    check_result(frame, network, result)
    check_initialisations(frame, network)
    bindings = {n: v for n, v in frame.names.items() if not holds_tensor(v)}
    bound, conditions = dict(frame.given), tuple(frame.conditions)
    outputs, main = tensors_in(result), request.program.main
    graph.close(scope, bindings, dict(graph.inputs), outputs, bound, conditions)
    # The comment at the top of a file describes the network that the file is named after.
    doc = plan.doc or (main.file.doc if request.name == main.path.stem else None)
    return graph.finish(outputs, doc, () if context.reuse else forwarded_parameters(network))
