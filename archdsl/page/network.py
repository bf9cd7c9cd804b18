"""What a page shows of one network: whole, as a space, or as far as it could be built."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from archdsl.build.outcome import Sketch
from archdsl.costs.figures import CONVENTIONS, measure
from archdsl.diagnostics import CompileError, Diagnostics
from archdsl.draw.outline import View
from archdsl.draw.picture import Details
from archdsl.drawing import Drawing, draw_graph, draw_sketch, open_decisions
from archdsl.network import Network
from archdsl.page.claims import ClaimView
from archdsl.page.costs import RowTable, row_table
from archdsl.page.pictures import Level, Link, level, levels
from archdsl.page.spaces import SpaceView, space_view
from archdsl.page.texts import Texts
from archdsl.page.words import Prose, paragraphs, shapes
from archdsl.program.program import name_span
from archdsl.recipes.recipe import Recipe
from archdsl.report.text import in_a_line
from archdsl.report.totals import Total, totals
from archdsl.searches.search import Search
from archdsl.spec import Spec

_MACS = CONVENTIONS["macs"]

_FACTS = {"params": "Parameters", "macs": "MACs", "memory": "Memory in inference"}


@dataclass(frozen=True)
class Settings:
    """A recipe or a search: its name, its text, and its settings, one a line."""

    name: str
    doc: tuple[Prose, ...]
    lines: tuple[str, ...]


@dataclass(frozen=True)
class NetworkView:
    """A network: its name, its place in the page, its line, and whatever there is to show.

    `facts` are the few that a reader looks for first, each with its name.
    """

    name: str
    place: str
    link: str
    doc: tuple[Prose, ...]
    claims: tuple[ClaimView, ...]
    facts: tuple[tuple[str, str], ...] = ()
    totals: tuple[Total, ...] = ()
    table: RowTable | None = None
    pictures: tuple[Level, ...] = ()
    recipes: tuple[Settings, ...] = ()
    searches: tuple[Settings, ...] = ()
    space: SpaceView | None = None
    is_broken: bool = False

    def fact(self, name: str) -> str:
        """A fact by its name; "" where it is not known."""
        return dict(self.facts).get(name, "")

    @property
    def verdicts(self) -> str:
        """`7 met, 1 disputed`: the verdicts on its claims."""
        counts = Counter(line.verdict for claim in self.claims for line in claim.lines)
        return ", ".join(f"{count} {verdict}" for verdict, count in counts.items())


@dataclass(frozen=True)
class Viewer:
    """Makes the views of a spec's networks, whose parts link to its `texts`.

    A network with mistakes is drawn of the spec as it is; others are built `without_mistakes`.
    """

    spec: Spec
    without_mistakes: Spec
    texts: Texts

    def view(self, name: str, place: str, claims: tuple[ClaimView, ...]) -> NetworkView:
        """A network as far as it can be built."""
        node = self.spec.program.main.names[name].node
        link = self.texts.link(name_span(node))
        bare = NetworkView(name, place, link, paragraphs(node.doc), claims)
        missing = self.without_mistakes.missing_parameters(name)
        if missing:
            return replace(bare, facts=(("Depends on", ", ".join(missing)),))
        try:
            network = self.without_mistakes.build(name, {})
        except CompileError:
            return self._broken(bare, self.spec.sketch(name, {}))
        return self._whole(bare, network)

    def _whole(self, bare: NetworkView, network: Network) -> NetworkView:
        unheard = Diagnostics()  # whoever judges the spec has told of them
        recipes = tuple(map(_settings, network.recipes(unheard)))
        searches = self.without_mistakes.searches_for(network.name, unheard)
        seen = replace(bare, recipes=recipes, searches=tuple(map(_settings, searches)))
        facts = tuple(self._facts(network))
        if network.open_decisions:
            space = space_view(network, self.texts)
            pictures = levels(_drawing(network), self._linking({}))
            return replace(seen, facts=facts + space.facts, pictures=pictures, space=space)
        table = row_table(network.graph, network.costs, bare.place, self.texts)
        pictures = levels(_drawing(network), self._linking(table.places))
        figures = tuple(totals(network.graph, network.costs))
        facts += tuple((_FACTS[each.name], each.text) for each in figures if each.name in _FACTS)
        return replace(seen, facts=facts, pictures=pictures, table=table, totals=figures)

    def _facts(self, network: Network) -> Iterator[tuple[str, str]]:
        base = self.without_mistakes.lineage(network.name, {}).base
        if base != network.name:
            yield "Derives from", base
        named = len(network.inputs) > 1
        inputs = (
            f"{name} {shapes([each])}" if named else shapes([each])
            for name, each in network.inputs.items()
        )
        yield "Input", ", ".join(inputs)
        yield "Output", shapes(network.outputs)

    def _broken(self, bare: NetworkView, sketch: Sketch) -> NetworkView:
        """The part of a network that could be built, and the mistakes that ended it."""
        if not sketch.broke_off:
            return replace(bare, is_broken=True)
        costs = measure(sketch.graph)
        table = row_table(sketch.graph, costs, bare.place, self.texts)
        drawing = draw_sketch(sketch, View(costs, _MACS))
        drawn = level("up to the mistake", drawing, self._linking(table.places))
        return replace(bare, table=table, pictures=(drawn,), is_broken=True)

    def _linking(self, places: Mapping[str, str]) -> Link:
        """Boxes lead to the row of the table that they stand for, others to their line."""

        def link(details: Details) -> str:
            place = places.get(details.path)
            return f"#{place}" if place else self.texts.link_to(details.source, details.line)

        return link


def _settings(each: Recipe | Search) -> Settings:
    return Settings(each.name, paragraphs(each.doc), tuple(map(in_a_line, each.lines)))


def _drawing(network: Network) -> Callable[[frozenset[str]], Drawing]:
    """Draws a network with other parts open, of a space its first member with all decisions."""
    decisions = open_decisions(network.decisions, network.program.place)

    def draw(turned: frozenset[str]) -> Drawing:
        view = View(network.costs, _MACS, turned=turned)
        return draw_graph(network.graph, view, decisions)

    return draw
