"""A study is of one space and one search: it is made with what it is of, and refused to any
other."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from time import sleep
from typing import TYPE_CHECKING

from archdsl.diagnostics import CompileError, Diagnostic, error
from archdsl.search.domain import Goal
from archdsl.search.records.storage import Address

if TYPE_CHECKING:
    from optuna.samplers import BaseSampler
    from optuna.storages import BaseStorage
    from optuna.study import Study

IDENTITY = "identity"
ENDED = "ended"
"""The attributes of a study: what it is of, and why its sampler has no more members."""

_WAIT = 30
"""Tenths of a second in which the worker that makes a study says what it is of."""

Identity = Mapping[str, str]
"""What a study depends on, by name: short texts for people, or digests of long ones."""


def digest(text: str) -> str:
    """A short name for a long text."""
    return sha256(text.encode()).hexdigest()[:16]


def open_study(
    address: Address, name: str, identity: Identity, goal: Goal, sampler: BaseSampler
) -> Study:
    """The study of a name, which is made if there is none.

    Raises:
        CompileError: the storage cannot be reached, or the study is of something else.
    """
    storage = address.open()
    try:
        study = _make_or_load(storage, name, identity, goal, sampler)
        there = _identity(study) or dict(identity)
        if IDENTITY not in study.user_attrs:
            study.set_user_attr(IDENTITY, there)
    except Exception as fault:  # of any database
        raise CompileError([address.told(fault)]) from None
    if there != dict(identity):
        raise CompileError([_other(address, name, there, identity)])
    return study


def _make_or_load(
    storage: BaseStorage, name: str, identity: Identity, goal: Goal, sampler: BaseSampler
) -> Study:
    import optuna
    from optuna.exceptions import DuplicatedStudyError
    from optuna.study import StudyDirection

    ways = {True: StudyDirection.MAXIMIZE, False: StudyDirection.MINIMIZE}
    directions = [ways[each.maximise] for each in goal.objectives]
    try:
        # Of several workers that try at once, one makes it.
        study = optuna.create_study(
            storage=storage, study_name=name, directions=directions, sampler=sampler
        )
    except DuplicatedStudyError:
        return optuna.load_study(storage=storage, study_name=name, sampler=sampler)
    study.set_user_attr(IDENTITY, dict(identity))
    return study


def _identity(study: Study) -> dict[str, str]:
    """What the study is of; nothing if the worker that made it ended before it said so."""
    for _ in range(_WAIT):
        if found := study.user_attrs.get(IDENTITY):
            return {str(key): str(value) for key, value in dict(found).items()}
        sleep(0.1)
    return {}


def _other(address: Address, name: str, there: Identity, here: Identity) -> Diagnostic:
    message = f"the study `{name}` in {address.shown} is of another search"
    names = [key for key in {**there, **here} if there.get(key) != here.get(key)]
    notes = [
        f"{key}: {there.get(key, 'nothing')} there, {here.get(key, 'nothing')} here"
        for key in names
    ]
    hint = "give the search another name, or begin in another folder or storage"
    return error("storage", message, notes=notes, help=hint)
