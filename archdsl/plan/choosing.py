"""`choose(...)`: a space with some of its decisions made, or with fewer options left for them.

The names of decisions are not in the text, so they are found by building: the space as it is
first, and then with other options, for what is only decided where these are taken.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import islice

from archdsl.build.alternatives import option_text, option_texts
from archdsl.build.context import Frame
from archdsl.build.machine import build
from archdsl.build.request import Budget, Fault, Request
from archdsl.diagnostics import Label, counted, suggestion, warning
from archdsl.plan.decisions import Decision, Narrowed, picked
from archdsl.plan.plan import Plan
from archdsl.source import Span
from archdsl.syntax import tree

_ENDS = {"first": 0, "last": -1}
"""Words for an option by its place; an option that is called so comes before."""

_SHOWN = 8
"""Options that a message lists at most."""

_BUILDS = 100
"""Members that are built at most, to find a decision."""

_MORE = 20
"""Members that are built at most, to find an option of one that is known."""


def choose(frame: Frame, plan: Plan, call: tree.Call) -> Plan:
    """The plan with the options that a call leaves.

    Raises:
        Fault: there is no such decision, or it does not have these options.
    """
    faults = frame.findings.faults
    named = {each.name: option_text(each.value) for each in call.arguments if each.name}
    looks = _looks(frame, plan, call.span, named)
    known = _known(looks, call)
    if not known:
        message = "this network has no choices, so there is nothing to decide"
        raise frame.fault("choice", message, call.span)
    chosen: dict[str, Narrowed] = {}
    for argument in call.arguments:
        try:
            name, options = _read(frame, argument, known)
            _check_first(frame, argument, chosen.get(name))
            chosen[name] = Narrowed(options, argument.span)
        except Fault as fault:
            frame.findings.report(fault)
    if frame.findings.faults > faults:
        raise Fault
    # Options can hang on other decisions: in another member there may be more to choose from.
    if _is_all(chosen, known) and all(_is_all(chosen, others) for others in islice(looks, _MORE)):
        frame.findings.add(warning("choice", "this decides nothing", call.span))
    narrowed = {**plan.narrowed, **chosen}
    return replace(plan, narrowed=narrowed, before=plan, changed_by=call.span)


def _check_first(frame: Frame, argument: tree.Argument, earlier: Narrowed | None) -> None:
    """Check that a call does not decide the same twice."""
    if earlier is not None:
        message, also = f"`{argument.name}` is decided twice", (Label(earlier.span, "before"),)
        raise frame.fault("choice", message, argument.span, also=also)


def _read(
    frame: Frame, argument: tree.Argument, known: Mapping[str, Decision]
) -> tuple[str, tuple[str, ...]]:
    """The name of a decision, and the options that are left of it."""
    name = argument.name
    if name is None:
        hint = "write `NAME = OPTION`; `archdsl check` lists the decisions of a space"
        raise frame.fault("choice", "a choice must name a decision", argument.span, help=hint)
    if name not in known:
        raise _unknown(frame, argument, name, known)
    return name, tuple(_options(frame, argument, known[name]))


def _unknown(
    frame: Frame, argument: tree.Argument, name: str, known: Mapping[str, Decision]
) -> Fault:
    start, hint = argument.span.start, suggestion(name, known)
    place = Span(argument.span.source, start, start + len(name))
    return frame.fault("choice", f"no decision is called `{name}`", place, help=hint)


def _options(frame: Frame, argument: tree.Argument, decision: Decision) -> Iterator[str]:
    """The options that are named, as the decision spells them."""
    whole = option_text(argument.value)
    # An option can be a choice itself: `{{4, 5}, 6}`.
    texts = (whole,) if whole in decision.options else _texts(frame, argument.value)
    for text in texts:
        if text in decision.options:
            index = decision.options.index(text)
        elif text in _ENDS:
            index = decision.allowed[_ENDS[text]]
        else:
            raise _no_option(frame, argument, decision, text)
        if index not in decision.allowed:
            message = f"`{text}` is no option of `{decision.name}` any more"
            raise frame.fault("choice", message, argument.value.span, help=_left(decision))
        yield decision.options[index]


def _texts(frame: Frame, value: tree.Expression) -> tuple[str, ...]:
    """The texts of the options that an expression names: one, or several in braces."""
    if isinstance(value, tree.Choice) and value.amount is None:
        return option_texts(frame, value)
    return (option_text(value),)


def _no_option(frame: Frame, argument: tree.Argument, decision: Decision, text: str) -> Fault:
    message = f"`{decision.name}` has no option `{text}`"
    return frame.fault("choice", message, argument.value.span, help=_left(decision))


def _left(decision: Decision) -> str:
    left = [f"`{decision.options[index]}`" for index in decision.allowed]
    more = ", ..." if len(left) > _SHOWN else ""
    kind = counted(len(left), "option")
    return f"it has {kind}: {', '.join(left[:_SHOWN])}{more}"


def _is_all(chosen: Mapping[str, Narrowed], known: Mapping[str, Decision]) -> bool:
    """Whether a call leaves every option of the decisions that it names."""
    return all(len(left.options) == len(known[name].allowed) for name, left in chosen.items())


def _known(looks: Iterator[Mapping[str, Decision]], call: tree.Call) -> Mapping[str, Decision]:
    """The decisions of a space, as far as it takes to know those that a call names."""
    wanted = {each.name: each.value for each in call.arguments if each.name}
    known: Mapping[str, Decision] = {}
    left = _MORE
    for known in looks:
        if wanted.keys() <= known.keys():
            left -= 1
            if not left or all(_has(known[name], value) for name, value in wanted.items()):
                break
    return known


def _has(decision: Decision, value: tree.Expression) -> bool:
    """Whether a decision has the options that a call names."""
    several = value.options if isinstance(value, tree.Choice) else (value,)
    texts = [option_text(each) for each in several if not isinstance(each, tree.Steps)]
    whole = option_text(value) in decision.options
    return whole or all(text in decision.options or text in _ENDS for text in texts)


def _looks(
    frame: Frame, plan: Plan, span: Span, named: Mapping[str, str]
) -> Iterator[Mapping[str, Decision]]:
    """The decisions of a space by name, with the options that they have in some member.

    More become known with each member that is built, up to a limit.
    """
    found: dict[str, Decision] = {}
    # What the call decides comes first: some decisions are only there with these options.
    waiting: deque[Mapping[str, str]] = deque([named, {}])
    for _ in range(_BUILDS):
        if not waiting:
            return
        taken = waiting.popleft()
        request = Request.of(frame.program, frame.graph.name, plan, pick=picked(taken))
        built = build(request, Budget())
        frame.step(span, built.steps)
        for decided in built.decisions:
            new = decided.decision
            known = found.get(new.name)
            found[new.name] = new if known is None else _joined(known, new)
            others = [new.options[index] for index in new.allowed if index != decided.index]
            before = known.options if known else ()
            waiting += [{**taken, new.name: each} for each in others if each not in before]
        yield found


def _joined(one: Decision, other: Decision) -> Decision:
    """A decision with the options that it has in two members."""
    options = tuple(dict.fromkeys((*one.options, *other.options)))
    left = {each.options[index] for each in (one, other) for index in each.allowed}
    allowed = tuple([index for index, option in enumerate(options) if option in left])
    return Decision(one.name, options, allowed, one.span)
