"""The networks of a published spec, each measured as it is written.

The spec says all of it: its text cites the paper, and its claims state the accuracy.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from archdsl.ir.types import show_shape
from archdsl.shown import table
from archdsl.spec import Spec
from archdsl.syntax import tree

_CITATION = re.compile(r"\(([^()]*[a-z.], [A-Z]\w+ \d{4})\)")
"""`(Feichtenhofer, CVPR 2020)`."""

_STATED = "top1"


@dataclass(frozen=True)
class Entry:
    """A published network, at its own parameters and for one view of one sample.

    `spec` is the name of the spec that defines it, and `paper` the citation in its text. `inputs`
    are shapes by name. `params` and `macs` are None for a space of networks. `top1` is in percent
    as the source prints it, and `top1_at` the parameters for which it is stated.
    """

    name: str
    spec: str
    paper: str | None
    about: str
    inputs: Mapping[str, tuple[int, ...]]
    params: int | None
    macs: int | None
    top1: str | None = None
    top1_at: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_space(self) -> bool:
        """Whether it leaves choices open, and so is many networks."""
        return self.params is None


class Entries(tuple[Entry, ...]):
    """Published networks, which a notebook shows as a table."""

    def _repr_html_(self) -> str:
        columns = ("network", "input", "params", "MACs", "top1", "paper")
        return table(columns, map(_cells, self), ("params", "MACs", "top1"))


def _cells(entry: Entry) -> tuple[str, ...]:
    inputs = ", ".join(map(show_shape, entry.inputs.values()))
    params, macs = (f"{n:,}" if n is not None else "a space" for n in (entry.params, entry.macs))
    return entry.name, inputs, params, macs, entry.top1 or "", entry.paper or ""


def entries_of(spec: Spec) -> Iterator[Entry]:
    """The networks of a spec in its order, without those that only others are derived from.

    Raises:
        CompileError: one of them has mistakes.
    """
    file = spec.program.main.file
    for name in spec.networks:
        if not spec.missing_parameters(name):
            yield _entry(spec, name, file.doc or "")


def _entry(spec: Spec, name: str, doc: str) -> Entry:
    network = spec.build(name, {})
    main = spec.program.main
    own = main.names[name].node.doc or (doc if name == main.path.stem else "")
    cited = _CITATION.search(own) or _CITATION.search(doc)
    paper = " ".join(cited[1].split()) if cited else None
    about, inputs = _first_line(own), network.inputs
    if network.open_decisions:
        return Entry(name, main.path.stem, paper, about, inputs, None, None)
    total, (top1, at) = network.costs.total, _stated(spec, name)
    stem = main.path.stem
    return Entry(name, stem, paper, about, inputs, total.params, total.macs, top1, at)


def _first_line(doc: str) -> str:
    return next(iter(doc.strip().splitlines()), "")


def _stated(spec: Spec, name: str) -> tuple[str | None, Mapping[str, str]]:
    """The first accuracy that a claim states of a network, and the parameters that it has then."""
    for claim in spec.program.main.claims():
        called, arguments = tree.split_call(claim.network)
        for item in claim.items if called.name == name else ():
            if isinstance(item, tree.Figure) and item.metric == _STATED:
                at = {each.name: each.value.span.text for each in arguments if each.name}
                return item.value.text, at
    return None, {}
