"""Random networks with choices put into their text: the walk is what building all members gives."""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from archdsl.build.request import Request
from archdsl.costs.metrics import total
from archdsl.diagnostics import CompileError
from archdsl.space.quantities import ADDED
from archdsl.space.reading import Unsuited
from archdsl.space.space import walk
from tests.networks.strategies import NAME, networks
from tests.space.spaces import Broken, members, request_of

_VALUE = re.compile(r"(?<![\w.{])(?:[1-6]|relu|true|false|v[0-9])(?![\w.}]|\s*=)")
"""A value that can become a choice: a number, an activation, a truth, a tensor."""

_OTHERS = {"relu": "silu", "true": "false", "false": "true"}


@st.composite
def spaces(draw: Callable[..., object]) -> str:
    """The text of a random network, in which up to three values are choices."""
    text = draw(networks())
    assert isinstance(text, str)
    start = text.index("{", text.index("network "))
    places = [
        match for match in _VALUE.finditer(text) if match.start() > start or draw(st.booleans())
    ]
    assume(places)
    chosen = draw(st.lists(st.sampled_from(places), min_size=1, max_size=3, unique=True))
    assert isinstance(chosen, list)
    for match in sorted(chosen, key=lambda each: -each.start()):
        each = "each " if draw(st.booleans()) else ""
        choice = f"{each}{{{match[0]}, {_other(match[0])}}}"
        text = text[: match.start()] + choice + text[match.end() :]
    return text


def _other(value: str) -> str:
    if value.startswith("v"):
        return "x0"
    return _OTHERS.get(value) or str(int(value) + 1)


def _check(text: str) -> None:
    try:
        request = request_of(text, NAME)
    except CompileError:
        assume(False)
    try:
        found = [*members(request)]
    except Broken:
        _check_is_refused(request)
        return
    try:
        walked = walk(request)
    except Unsuited:
        assume(False)
    assert walked.members == len(found)
    for metric in ADDED:
        costs = [total(metric, figures) for _, figures in found]
        assert walked.mean(metric) == Fraction(sum(costs), len(costs))
        for extreme, best in ((walked.least(metric), min), (walked.greatest(metric), max)):
            assert extreme is not None
            assert extreme.cost == best(costs)


def _check_is_refused(request: Request) -> None:
    """A space with a member that has a mistake is not said to be valid."""
    with pytest.raises((CompileError, Unsuited)):
        walk(request)


_PHASES = (Phase.explicit, Phase.reuse, Phase.generate)
"""Texts are not made smaller, which would take much longer than to find one."""

_SLOW = [HealthCheck.too_slow, HealthCheck.filter_too_much]


@given(spaces())
@settings(
    max_examples=15, deadline=None, suppress_health_check=_SLOW, phases=_PHASES, derandomize=True
)
def test_random_spaces(text: str) -> None:
    _check(text)


@pytest.mark.slow
@given(spaces())
@settings(max_examples=2500, deadline=None, suppress_health_check=_SLOW, phases=_PHASES)
def test_many_random_spaces(text: str) -> None:
    _check(text)
