"""Networks derived from others, in a file or on the command line.

A derivation is followed to a network with a body, whose parameters and changes are collected on the
way. Nothing is built for that, unless there are changes to apply.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from archdsl.build.arguments import evaluate_arguments, parameter_hint
from archdsl.build.context import Frame
from archdsl.build.derivations import check_derivation_path
from archdsl.build.machine import top_level_frame
from archdsl.build.request import Budget, Fault
from archdsl.build.uses import Use
from archdsl.build.values import Given, show
from archdsl.diagnostics import CompileError, did_you_mean, error
from archdsl.params.numbers import is_number
from archdsl.plan.plan import Plan, plan_of
from archdsl.program.program import Definition, Program, Unit, name_span
from archdsl.source import Source, Span
from archdsl.syntax import tree


@dataclass(frozen=True)
class Resolved:
    """The network with a body that a name refers to in the end, and the changes to make to it.

    Each change comes with the file that it is written in. The innermost is first.
    """

    plan: Plan
    changes: tuple[tuple[Unit, tree.Insert | tree.Call], ...] = ()


def plan_network(frame: Frame, given: Mapping[str, Given]) -> Plan:
    """The plan of the network that the frame's graph is named after, with all changes made.

    Raises:
        Fault: it derives from no network with a body, a parameter is wrong or missing, or a change
            cannot be made.
    """
    found = resolve(frame, frame.unit.names[frame.graph.name], given)
    _check_parameters(frame, found.plan)
    if not found.changes:
        return found.plan
    from archdsl.plan.changes import apply_changes  # few networks are changed

    return apply_changes(frame, found.plan, found.changes)


def resolve(frame: Frame, found: Definition, given: Mapping[str, Given]) -> Resolved:
    """Follow derivations to a network with a body.

    `network b = a(width = 2)` gives a default to `a`: a parameter that is given further out wins.

    Raises:
        Fault: there is none at the end.
    """
    unit = frame.program.main
    open = {name: (unit, each.written) for name, each in given.items() if each.written}
    open = {name: (unit, node) for name, (_, node) in open.items() if unit.decides(node)}
    return _follow(frame, found, given, open, ())


def _follow(
    frame: Frame,
    found: Definition,
    given: Mapping[str, Given],
    open: Mapping[str, tuple[Unit, tree.Expression]],
    seen: tuple[tree.Derived, ...],
) -> Resolved:
    definition, unit = found.node, found.unit
    if isinstance(definition, tree.Network):
        return Resolved(plan_of(definition, unit, given, open))
    frame = frame.top_level(unit)
    if not isinstance(definition, tree.Derived) or definition.kind == "block":
        message = f"`{definition.name}` must be a network, but this is a block"
        raise frame.fault("network", message, name_span(definition))
    check_derivation_path(frame, definition, seen)
    base, written = tree.split_call(definition.base)
    if base.name not in unit.names:
        if unit.may_see(base.name):
            raise Fault  # without a diagnostic: that of the file has been reported
        hint = did_you_mean(base.name, unit.names)
        message = f"no network is called `{base.name}`"
        raise frame.fault("network", message, base.span, help=hint)
    # Evaluated in the file of the derivation, which knows other names than the base.
    collected = {**named_arguments(frame, written), **given}
    own = {a.name: (unit, a.value) for a in written if a.name and unit.decides(a.value)}
    open = {**{name: each for name, each in own.items() if name not in given}, **open}
    below = _follow(frame, unit.names[base.name], collected, open, (*seen, definition))
    changes = (*below.changes, *((unit, change) for change in definition.transforms))
    return Resolved(replace(below.plan, doc=definition.doc), changes)


def named_arguments(frame: Frame, written: tuple[tree.Argument, ...]) -> dict[str, Given]:
    """The values of the parameters that a derivation or a claim gives.

    Raises:
        Fault: one of them has no value or no name.
    """
    # A choice has its value here as long as nobody asks for the network: see `reopened`.
    given = evaluate_arguments(replace(frame, use=Use(place="parameters")), written)
    if given.positional:
        message = "parameters of a network must be given by name"
        raise frame.fault("argument", message, given.positional[0].span)
    # What was taken is no record of what was written, where that is a choice.
    raw = {argument.name: argument.value for argument in written if argument.name}
    return {
        name: replace(each, written=raw.get(name, each.written))
        for name, each in given.named.items()
    }


def _check_parameters(frame: Frame, plan: Plan) -> None:
    """Check that all names given are parameters, and that those without a default are given.

    Raises:
        Fault: they are not; every mistake has been reported.
    """
    findings, network = frame.findings, plan.network
    faults = findings.faults
    known = [parameter.name for parameter in network.parameters]
    for name, given in plan.given.items():
        if name not in known:
            message = f"network `{network.name}` has no parameter `{name}`"
            hint = parameter_hint(name, known)
            findings.report(frame.fault("argument", message, given.span, help=hint))
    for parameter in network.parameters:
        if parameter.name in plan.missing:
            message = f"`{parameter.name}` has no default, so it must be given"
            call = f"{network.name}({parameter.name} = ...)"
            hint = f"write `{call}`, or give `--set {parameter.name}=...`"
            findings.report(frame.fault("argument", message, parameter.span, help=hint))
    if findings.faults > faults:
        raise Fault


def parse_derivation(name: str, base: str, changes: Iterable[str]) -> tree.Derived:
    """The tree of `network NAME = BASE + CHANGE + ...`.

    Parts are parsed one by one, so that a part cannot contain a second definition, and a
    diagnostic shows the part alone.

    Raises:
        CompileError: a part has a mistake of syntax.
    """
    whole = _parse_part("derivation", f"network {name} = ", base)
    base_name, _ = tree.split_call(whole.base)
    # The name alone: a mistake in the arguments of the base was reported for the base.
    before = f"network {name} = {base_name.name} + "
    parts = (_parse_part("derivation", before, change) for change in changes)
    transforms = (transform for part in parts for transform in part.transforms)
    return replace(whole, transforms=(*whole.transforms, *transforms))


def _parse_part(shown: str, before: str, text: str) -> tree.Derived:
    from archdsl.syntax.parser import parse  # a network of a file was parsed before

    source = Source(shown, before + text)
    definitions = parse(source).definitions
    if len(definitions) == 1 and isinstance(definitions[0], tree.Derived):
        return definitions[0]
    span = Span(source, len(before), len(source.text))
    message, hint = "this must derive one network", "write `NETWORK + TRANSFORM(...)`"
    raise CompileError([error("syntax", message, span, help=hint)])


@dataclass(frozen=True)
class Lineage:
    """Where a network derives from: the network with a body, its file, and the `design`.

    The design are all parameters and changes that are no numbers. Networks of equal lineage differ
    in numbers only: they are one design at several scales, and a chart connects them.
    """

    base: str
    file: Path
    design: tuple[str, ...]


def lineage(program: Program, name: str, given: Mapping[str, Given]) -> Lineage:
    """The lineage of a network with these parameters.

    Raises:
        Fault: there is no such network.
    """
    frame = top_level_frame(program, program.main, Budget())
    resolved = resolve(frame, program.main.names[name], given)
    plan = resolved.plan
    # Parameters are sorted, since their order has no meaning. That of changes has.
    design = (*sorted(_design_parameters(plan)), *_design_changes(resolved))
    return Lineage(plan.network.name, plan.unit.path.resolve(), design)


def _design_parameters(plan: Plan) -> Iterator[str]:
    """The parameters that are no numbers and differ from their default."""
    defaults = {
        parameter.name: parameter.default.span.text
        for parameter in plan.network.parameters
        if parameter.default is not None
    }
    for name, given in plan.given.items():
        text = show(given.value)
        if not _is_number(given.value) and text != defaults.get(name):
            yield f"{name} = {text}"


def _is_number(value: object) -> bool:
    if isinstance(value, tuple):
        return all(map(_is_number, value))
    return is_number(value)


def _design_changes(resolved: Resolved) -> Iterator[str]:
    """The changes that name a part of the network. Others scale it as a whole."""
    for _, transform in resolved.changes:
        if isinstance(transform, tree.Insert) or _names_a_part(transform):
            yield " ".join(transform.span.text.split())


def _names_a_part(transform: tree.Call) -> bool:
    values = [argument.value for argument in transform.arguments]
    return any(isinstance(node, tree.Name) for node in tree.walk(values))
