"""The questions of a page, and where each is answered."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from importlib import import_module

from archdsl.diagnostics import CompileError
from archdsl.studio.asked import Body
from archdsl.studio.desk import Desk
from archdsl.studio.gate import Refusal
from archdsl.studio.told import Told, tell_diagnostic

_ANSWERS = {
    "analyse": "analysing",
    "judge": "judging",
    "complete": "words",
    "explain": "words",
    "module": "emitting",
    "diff": "differing",
    "source": "texts",
    "format": "texts",
    "save": "writing",
    "write": "writing",
}
"""The questions, each with the file of `answers` that has a function of its name."""

_FACTS = {"file": "texts", "state": "texts"}
"""What can be asked without a body: it changes nothing, and takes no time."""


def answer(desk: Desk, question: str, body: Body) -> Told:
    """The answer to a question; `mistakes` are why there is none.

    Raises:
        Refusal: there is no such question, or the body has not what it needs.
    """
    if question not in _ANSWERS:
        raise Refusal(HTTPStatus.NOT_FOUND, f"there is no question `{question}`")
    return _told(_ANSWERS[question], question, desk, body)


def fact(desk: Desk, name: str) -> Told | None:
    """What can be asked without a body; None where there is no such thing."""
    return _told(_FACTS[name], name, desk) if name in _FACTS else None


def _told(module: str, name: str, *given: Desk | Body) -> Told:
    tells: Callable[..., Told] = getattr(import_module(f"archdsl.studio.answers.{module}"), name)
    try:
        return tells(*given)
    except CompileError as failure:
        return {"mistakes": list(map(tell_diagnostic, failure.diagnostics))}
