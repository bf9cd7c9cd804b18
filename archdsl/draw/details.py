"""What boxes and frames stand for: where each is written, what it puts out, what it costs.

Sums are over operations and not over what the text repeats, so shared weights count once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from archdsl.costs.figures import Figures
from archdsl.draw import captions, words
from archdsl.draw.opening import below_tables, path_of
from archdsl.draw.outline import Outline
from archdsl.draw.picture import Details, Group, Item
from archdsl.ir.graph import Node, Scope
from archdsl.ir.members import Member

_LIBRARY = "library"
"""The folder of files that come with archdsl, which are named with it."""


def figures_by_box(outline: Outline) -> Mapping[int, Figures]:
    """What the operations in each box cost, by its key, in all repeats that it stands for."""
    figures: dict[int, Figures] = {}
    for node, cost in zip(outline.graph, outline.view.costs.nodes, strict=True):
        key = outline.box(node.index)
        figures[key] = figures.get(key, Figures()) + cost
    return figures


def with_details(outline: Outline, figures: Mapping[int, Figures]) -> tuple[Item, ...]:
    """The items of an outline with their details, and the share of the whole that each costs."""
    members = (member for each in outline.members.values() for member in each[:1])
    names = short_names(member.span.source.name for member in members)
    below, facts = below_tables(outline.graph), captions.facts_by_box(outline)
    return _Detailed(outline, figures, names, below, facts).items(outline.items)


def short_names(paths: Iterable[str]) -> Mapping[str, str]:
    """For each path, as few of its last parts as tell it from the others."""
    parts = {path: path.replace("\\", "/").split("/") for path in paths}
    return {
        path: path if path.startswith(_LIBRARY) else _short(own, parts)
        for path, own in parts.items()
    }


def _short(own: Sequence[str], parts: Mapping[str, Sequence[str]]) -> str:
    others = [other for other in parts.values() if other != own]
    counts = range(1, len(own))
    enough = (n for n in counts if all(other[-n:] != own[-n:] for other in others))
    return "/".join(own[-next(enough, len(own)) :])


@dataclass(frozen=True)
class _Detailed:
    outline: Outline
    figures: Mapping[int, Figures]
    names: Mapping[str, str]
    below: Mapping[int, Sequence[Scope]]
    facts: Mapping[int, Sequence[str]]

    def items(self, items: Iterable[Item]) -> tuple[Item, ...]:
        return tuple(map(self._item, items))

    def _item(self, item: Item) -> Item:
        convention, figures = self.outline.view.convention, self._figures(item)
        whole = self.outline.view.costs.total
        share = words.share(figures.total(convention), whole.total(convention))
        details = self._details(item.key, figures)
        if isinstance(item, Group):
            costs, items = words.params(figures), self.items(item.items)
            return replace(item, items=items, share=share, costs=costs, details=details)
        costs, lines = words.costs(figures, convention), captions.lines(details.facts)
        return replace(item, lines=lines, share=share, costs=costs, details=details)

    def _figures(self, item: Item) -> Figures:
        if isinstance(item, Group):
            return sum(map(self._figures, item.items), Figures())
        return self.figures.get(item.key, Figures())

    def _details(self, key: int, figures: Figures) -> Details:
        outline, members = self.outline, self.outline.members[key]
        span, last = members[0].span, self._last_line(members[0])
        file, shape = self.names[span.source.name], self._shape(members[-1])
        path, is_open = path_of(outline.naming, members), outline.is_open.get(key)
        figure, facts = (figures.params, figures.macs), tuple(self.facts.get(key, ()))
        source = span.source.name
        return Details(file, span.line, last, shape, *figure, path, source, is_open, facts)

    def _last_line(self, member: Member) -> int:
        """The line of a member, or that of the last row of a stage."""
        rows = self.below.get(member.index, ()) if isinstance(member, Scope) else ()
        return max((row.span.line for row in rows), default=member.span.line)

    def _shape(self, member: Member) -> str:
        """The shapes of what a member puts out, as the language writes them."""
        results = (
            member.results if isinstance(member, Node) else self.outline.graph.types(member.outputs)
        )
        return ", ".join(map(str, results))
