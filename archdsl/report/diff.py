"""The report of `archdsl diff`, for people and for programs."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass

from archdsl.compare.difference import (
    ADDED,
    ALIKE,
    CHANGED,
    REMOVED,
    RESIZED,
    Change,
    Difference,
    Pair,
)
from archdsl.compare.pieces import Piece
from archdsl.diagnostics import counted
from archdsl.network import Network
from archdsl.report.comparison import comparison_table
from archdsl.report.folding import columns, folded, under_its_head
from archdsl.report.text import as_json, comma_separated, show_inputs

_COUNTED = {
    REMOVED: "only in A",
    ADDED: "only in B",
    CHANGED: "changed",
    RESIZED: "equal at another size",
    ALIKE: "alike",
}


@dataclass(frozen=True)
class DiffReport:
    """A difference, and what the user wrote for each of its networks."""

    difference: Difference
    asked: tuple[str, str]

    def show(self, form: str) -> str:
        """The report as `table`, `json`, `csv` or `markdown`."""
        forms = {"json": self._json, "csv": self._csv, "markdown": self._markdown}
        return forms.get(form, self._text)()

    # For people

    def _text(self) -> str:
        most = columns(sys.stdout)
        table = "" if self._is_short else f"{comparison_table(self.difference, most).text()}\n"
        head = "".join(f"{line}\n" for each in self._heads for line in folded(each, most, "   "))
        verdict = "".join(f"{line}\n" for line in folded(self.verdict, most, "  "))
        facts = "".join(f"{line}\n" for f in self.facts for line in under_its_head(f, most))
        return f"{head}\n{verdict}\n{table}{facts}"

    def _markdown(self) -> str:
        table = "" if self._is_short else f"{comparison_table(self.difference).markdown()}\n"
        head = "".join(f"- {line}\n" for line in self._heads)
        facts = "".join(f"- {line}\n" for line in self.facts)
        return f"**{self.verdict}**\n\n{head}\n{table}{facts}"

    @property
    def _is_short(self) -> bool:
        """Whether there is no part to show."""
        return self.difference.is_equal or self.difference.has_equal_pieces

    @property
    def _heads(self) -> Iterator[str]:
        difference = self.difference
        for letter, network, asked in zip(
            "AB", (difference.a, difference.b), self.asked, strict=True
        ):
            yield f"{letter}  {asked}"  # as the user wrote it; the next line is what it came to
            yield f"   {network.name} at {show_inputs(network.inputs)}"

    @property
    def verdict(self) -> str:
        """Whether the networks are equal, and if not, how many parts of each kind there are."""
        difference = self.difference
        if not difference.is_equal:
            return f"The networks differ: {', '.join(self._counts)}"
        equal = "The networks are equal up to names"
        if difference.has_equal_pieces:
            return f"{equal}: {counted(len(difference.pairs), difference.by)} alike"
        return f"{equal}, but are divided into different {difference.by}s"

    @property
    def _counts(self) -> Iterator[str]:
        for status, words in _COUNTED.items():
            count = self.difference.count(status)
            if count:
                yield f"{counted(count, self.difference.by)} {words}"

    @property
    def facts(self) -> Iterator[str]:
        """What differs outside of all parts, and the totals of both."""
        difference = self.difference
        for change in difference.outside:
            yield f"{change.what:<12}  {change.a or 'nothing'} -> {change.b or 'nothing'}"
        a, b = difference.a.costs.total, difference.b.costs.total
        yield f"parameters    {_both(a.params, b.params)}"
        yield f"MACs          {_both(a.macs, b.macs)}"

    # For programs

    def _json(self) -> str:
        difference = self.difference
        return as_json(
            {
                "same": difference.is_equal,
                "a": _network(difference.a, self.asked[0]),
                "b": _network(difference.b, self.asked[1]),
                "changes": [_change(change) for change in difference.outside],
                "by": difference.by,
                "rows": [_pair(pair) for pair in difference.pairs],
            }
        )

    def _csv(self) -> str:
        parts = ("name", "kind", "output", "params", "macs")
        columns = [f"{side}_{part}" for side in "ab" for part in parts]
        rows = (
            (pair.status, *_cells(pair.a), *_cells(pair.b), "; ".join(map(str, pair.changes)))
            for pair in self.difference.pairs
        )
        return comma_separated(("status", *columns, "changes"), rows)


def _both(a: int, b: int) -> str:
    """`100 -> 150, +50, x 1.5`; one number if both are equal."""
    if a == b:
        return f"{a:,}"
    ratio = f", x {b / a:.4g}" if a else ""
    return f"{a:,} -> {b:,}, {b - a:+,}{ratio}"


def _network(network: Network, asked: str) -> dict[str, object]:
    total = network.costs.total
    return {
        "asked": asked,
        "network": network.name,
        "inputs": {name: list(shape) for name, shape in network.inputs.items()},
        "outputs": [list(shape) for shape in network.outputs],
        "params": total.params,
        "macs": total.macs,
    }


def _pair(pair: Pair) -> dict[str, object]:
    return {
        "status": pair.status,
        "a": _piece(pair.a),
        "b": _piece(pair.b),
        "changes": [_change(change) for change in pair.changes],
    }


def _piece(piece: Piece | None) -> dict[str, object] | None:
    if piece is None:
        return None
    part = piece.part
    return {
        "name": part.name,
        "kind": part.kind,
        "outputs": [list(type_.shape) for type_ in part.outputs],
        "params": part.figures.params,
        "macs": part.figures.macs,
        "cells": dict(piece.cells),
    }


def _change(change: Change) -> dict[str, object]:
    return {"what": change.what, "a": change.a, "b": change.b, "times": change.times}


def _cells(piece: Piece | None) -> tuple[object, ...]:
    if piece is None:
        return ("",) * 5  # the columns of one side
    part = piece.part
    shape = "x".join(map(str, part.outputs[0].shape))
    return (part.name, part.kind, shape, part.figures.params, part.figures.macs)
