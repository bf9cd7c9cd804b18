"""The members of a space that a word names: the smallest, the largest, or one by lot.

The first two are by multiply-adds, and exact: where the costs of members are no sums over parts,
only a member by lot is known.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from random import Random

from archdsl.build.request import Ending, Request
from archdsl.diagnostics import CompileError, Diagnostic, error
from archdsl.space.space import NO_WALK, build_by_lot, members, walk
from archdsl.space.sums.draws import NoneWithin

_WORD = re.compile(r"\s*(smallest|largest|random:([0-9]{1,9}))\s*")

_DRAWS = 1_000
"""Members that are drawn, to find one that meets every `require`."""


def is_word(text: str) -> bool:
    """Whether a text names a member: `smallest`, `largest` or `random:SEED`."""
    return _WORD.fullmatch(text) is not None


def chosen(request: Request, word: str) -> Mapping[str, str]:
    """The options of the member that a word names, by the names of decisions.

    Raises:
        CompileError: a member has a mistake, or it is not known which member it is.
    """
    match = _WORD.fullmatch(word)
    assert match is not None, f"`{word}` names no member"
    if match[2] is not None:
        return _by_lot(request, Random(int(match[2])))
    try:
        found = walk(request)
    except NO_WALK:
        message = f"which member of `{request.name}` is the {match[1]} is not known"
        hint = "write `random:1` for one by lot"
        raise CompileError([error("choice", message, help=hint)]) from None
    extreme = found.least("macs") if match[1] == "smallest" else found.greatest("macs")
    if extreme is None:
        raise CompileError([_none(request)])
    return extreme.taken


def _by_lot(request: Request, random: Random) -> Mapping[str, str]:
    """One of all members, each equally likely, if all are known."""
    try:
        return members(request).draw(random)
    except NO_WALK:
        return _drawn(request, random)
    except NoneWithin:
        raise CompileError([_none(request)]) from None


def _drawn(request: Request, random: Random) -> Mapping[str, str]:
    """A member whose decisions are drawn one by one."""
    for _ in range(_DRAWS):
        built = build_by_lot(request, random)
        if built.ending is not Ending.REFUSED:
            return {each.name: each.option for each in built.decisions}
    raise CompileError([_none(request)])


def _none(request: Request) -> Diagnostic:
    message = f"`{request.name}` has no member that meets every `require`"
    return error("choice", message)
