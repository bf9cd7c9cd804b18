"""`--run`: what a search by a supernet prefers, as its log.jsonl says after each epoch."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from archdsl.diagnostics import CompileError, error
from archdsl.draw.choices import Decisions
from archdsl.network import Network

_LOG = "log.jsonl"

Shares = Mapping[str, Mapping[str, float]]
"""By the names of decisions: how likely each option is, or each item of which some are taken."""


@dataclass(frozen=True)
class Preferred:
    """How likely each option was after an `epoch`, and the options that a member would have."""

    log: Path
    epoch: int
    shares: Shares
    taken: Mapping[str, str]

    @property
    def fact(self) -> str:
        return f"decided as the search preferred after epoch {self.epoch}, the likeliest first"

    def check(self, space: str, options: Mapping[str, Collection[str]]) -> None:
        """That these are the decisions of the space, each with its options.

        Raises:
            CompileError: the run searches another space.
        """
        if not options:
            raise CompileError([error("run", f"`{space}` has no choices, so it was not searched")])
        for name, own in options.items():
            if name not in self.shares:
                raise _other_space(self.log, f"it says nothing of `{name}`")
            known = {*self.shares[name]}
            # Of `2 of {a, b, c}` the options are tuples, and the log has their items.
            if known != {*own} and self.taken.get(name) not in own:
                there = ", ".join(self.shares[name])
                raise _other_space(self.log, f"`{name}` is one of {there} there")

    def decisions(self, member: Network) -> Decisions:
        """The decisions of the member that is preferred, with all options, the likeliest first."""
        spans = {each.name: each.decision.span for each in member.decisions}
        shares = {
            name: sorted(self.shares[name].items(), key=lambda item: -item[1])
            for name in spans
            if name in self.shares
        }
        return Decisions(
            {name: [option for option, _ in each] for name, each in shares.items()},
            spans,
            member.program.place,
            {name: [share for _, share in each] for name, each in shares.items()},
            {name: self._count(name) for name in shares},
            self.fact,
        )

    def _count(self, name: str) -> int:
        """How many items of a decision are taken: one, or those that make the tuple taken."""
        items = self.shares[name]
        heaviest = sorted(items, key=lambda item: -items[item])
        for count in range(2, len(items) + 1):
            taken = ", ".join(item for item in items if item in heaviest[:count])
            if f"({taken})" == self.taken.get(name):
                return count
        return 1


def preferred(run: Path) -> Preferred:
    """What the search prefers by now whose run is in a folder, or the one in `archdsl search`'s.

    Raises:
        CompileError: there is no such run, or there are several, or no epoch has ended.
    """
    log = _log_of(run)
    last: Mapping[str, Any] | None = None
    for record in _records(log):
        if "probabilities" in record:
            last = record
    if last is None:
        message = f"{log} has no probabilities: no epoch of a search has ended there"
        raise CompileError([error("run", message)])
    taken = last["likeliest" if "likeliest" in last else "decided"]
    return Preferred(log, last["epoch"], last["probabilities"], taken)


def _log_of(run: Path) -> Path:
    if (run / _LOG).is_file():
        return run / _LOG
    found = sorted(run.glob(f"search/runs/*/{_LOG}"))
    if len(found) == 1:
        return found[0]
    if found:
        folders = ", ".join(str(path.parent) for path in found)
        raise CompileError(
            [error("run", f"{run} has several searches", help=f"name one: {folders}")]
        )
    message = f"{run} is no run of a search: it has no {_LOG}"
    raise CompileError([error("run", message, help="name the folder that search.py writes")])


def _records(log: Path) -> Iterator[Mapping[str, Any]]:
    """The records of a log; a line that is cut off is none."""
    try:
        lines = log.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as fault:
        raise CompileError([error("run", f"{log} cannot be read: {fault}")]) from None
    for line in lines:
        with suppress(ValueError):
            record = json.loads(line)
            if isinstance(record, dict):
                yield record


def _other_space(log: Path, what: str) -> CompileError:
    return CompileError([error("run", f"{log} is of another space: {what}")])
