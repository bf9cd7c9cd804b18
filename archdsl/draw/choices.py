"""Where the decisions of a space are shown: in the box of the row or operation that they belong to.

A decision is known by its name, which begins with its place. What belongs to no box, as a parameter
does, is a fact of the whole network or cell.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from archdsl.draw.outline import Outline
from archdsl.draw.picture import Chips
from archdsl.draw.style import clean, shorten
from archdsl.ir.cells import Cell
from archdsl.source import Span

_LONGEST, _ROOM, _MOST = 20, 44, 6
"""Characters of an option, those of all options of a decision, and decisions of a box."""


@dataclass(frozen=True)
class Decisions:
    """The open decisions of a network by name: the options of each, the one that is drawn first.

    `spans` are those of the choices, and `place` gives the name of the row of a table at a span.
    After a search, `shares` has how likely each option is, in the same order, and `taken` how many
    of them are drawn; `searched` says which search that is.
    """

    options: Mapping[str, Sequence[str]] = field(default_factory=dict)
    spans: Mapping[str, Span] = field(default_factory=dict)
    place: Callable[[Span], str] = lambda _: ""
    shares: Mapping[str, Sequence[float]] = field(default_factory=dict)
    taken: Mapping[str, int] = field(default_factory=dict)
    searched: str = ""

    @property
    def facts(self) -> tuple[str, ...]:
        if self.searched or not self.options:
            return (self.searched,) if self.searched else ()
        count, those = len(self.options), "each" if len(self.options) > 1 else "it"
        decisions = f"{count} decisions are" if count > 1 else "1 decision is"
        return (f"{decisions} open, and of {those} the first option is drawn",)

    def without(self, taken: Iterable[str]) -> Decisions:
        left = {name: self.options[name] for name in self.options.keys() - set(taken)}
        ordered = {name: left[name] for name in self.options if name in left}
        return replace(self, options=ordered)

    def below(self, *places: str) -> dict[str, str]:
        """The decisions at one of some places, each with what its name says beyond the place."""
        found = {}
        for name in self.options:
            place = next((p for p in places if p and f"{name}.".startswith(f"{p}.")), None)
            if place is not None:
                found[name] = name[len(place) + 1 :]
        return found

    def chips(self, names: Mapping[str, str]) -> tuple[Chips, ...]:
        """Decisions as a box shows them, under shorter names. Those beyond `_MOST` are counted."""
        shown = [self._chips(name, short) for name, short in [*names.items()][:_MOST]]
        more = len(names) - len(shown)
        return (*shown, Chips(f"… {more} more decisions", ())) if more else tuple(shown)

    def _chips(self, name: str, short: str) -> Chips:
        options = [shorten(clean(option), _LONGEST) for option in self.options[name]]
        room, shown = _ROOM, list[str]()
        for option in options:
            room -= len(option) + 2
            if room < 0 and len(shown) > 1:
                break
            shown.append(option)
        shares = tuple(self.shares.get(name, ())[: len(shown)])
        more, taken = len(options) - len(shown), self.taken.get(name, 1)
        return Chips(shorten(clean(short), _LONGEST), tuple(shown), more, shares, taken)

    def lines(self, names: Iterable[str]) -> tuple[str, ...]:
        """Decisions of a whole network or cell, one a line."""
        return tuple([each.text for each in self.chips({name: name for name in names})])


NONE = Decisions()


def cell_places(cell: Cell) -> tuple[str, str]:
    """What the names of a cell's decisions begin with: at its place alone, or for all places."""
    return (f"{cell.after}.{cell.name}" if cell.after else ""), cell.name


def by_box(outline: Outline, decisions: Decisions) -> Mapping[int, Mapping[str, str]]:
    """The decisions of each box, by its key, each with the rest of its name."""
    rows = dict(_rows(outline, decisions))
    calls = list(_calls(outline))
    found: dict[int, dict[str, str]] = defaultdict(dict)
    for name in decisions.options:
        # The longest place that is a row: `stage1.row0` of `stage1.row0.block.kernel`.
        places = (place for place in rows if f"{name}.".startswith(f"{place}."))
        place = max(places, key=len, default=None)
        if place is not None:
            found[rows[place]][name] = name[len(place) + 1 :]
            continue
        key = _smallest(calls, decisions.spans[name])
        if key is not None:
            found[key][name] = _last(name)
    return found


def _rows(outline: Outline, decisions: Decisions) -> Iterator[tuple[str, int]]:
    """The name of each row of a table, and its first box."""
    for scope in outline.graph.scopes:
        place = decisions.place(scope.span) if scope.kind == "row" else ""
        around = outline.graph.enclosing
        keys = [key for index, key in outline.scopes.items() if place and scope in around(index)]
        if keys:
            yield place, min(keys)


def _calls(outline: Outline) -> Iterator[tuple[Span, int]]:
    """The text of each call, and its box, in the order of execution."""
    for node in outline.graph:
        yield node.span, outline.box(node.index)
    for scope in outline.graph.scopes:
        if scope.kind == "block" and scope.index in outline.scopes:
            yield scope.span, outline.scopes[scope.index]


def _smallest(calls: Iterable[tuple[Span, int]], choice: Span) -> int | None:
    """The box of the innermost call around a choice in the text."""
    around = [(span.end - span.start, key) for span, key in calls if span.holds(choice)]
    return min(around, default=(0, None))[1]


def _last(name: str) -> str:
    """The last part of a name, without the number that tells it from others."""
    return [part for part in name.split(".") if not part.isdecimal()][-1]
