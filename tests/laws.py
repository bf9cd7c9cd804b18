"""Laws that hypothesis tries to break: with few examples in every run, with many in the slow one.

The profile of the suite (conftest.py) draws the same examples each time, and knows no clock.
"""

from __future__ import annotations

from collections.abc import Callable
from inspect import Parameter, Signature, signature
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis.strategies import SearchStrategy

Test = Callable[..., None]


def law(
    *drawn: SearchStrategy[Any], few: int, many: int, **named: SearchStrategy[Any]
) -> Callable[[Test], Test]:
    """Like `hypothesis.given`; parameters that are not drawn are those of pytest."""

    def decorate(check: Test) -> Test:
        names = list(signature(check).parameters)
        strategies = {**dict(zip(names[len(names) - len(drawn) :], drawn, strict=True)), **named}

        def test(examples: int, **others: Any) -> None:
            settings(max_examples=examples)(given(**strategies)(check))(**others)

        others = [name for name in names if name not in strategies]
        shown = [Parameter(name, Parameter.KEYWORD_ONLY) for name in ("examples", *others)]
        vars(test)["__signature__"] = Signature(shown)
        test.__doc__ = check.__doc__
        slow = pytest.param(many, id="many", marks=pytest.mark.slow)
        return pytest.mark.parametrize("examples", [pytest.param(few, id="few"), slow])(test)

    return decorate
