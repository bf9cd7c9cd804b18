"""The network that a page looks at: one of the text, perhaps changed, or at another input."""

from __future__ import annotations

from dataclasses import dataclass

from archdsl.analysis.analysis import Analysis, NetworkFacts
from archdsl.costs.figures import Costs
from archdsl.diagnostics import CompileError, error
from archdsl.draw.choices import NONE
from archdsl.draw.outline import View
from archdsl.draw.picture import Picture
from archdsl.drawing import draw_graph, draw_sketch, open_decisions
from archdsl.ir.graph import Graph
from archdsl.network import Network
from archdsl.report.rows import CostTable
from archdsl.sizes import shapes
from archdsl.spec import Spec
from archdsl.studio.asked import Asked


@dataclass(frozen=True)
class Look:
    """A network of a text as it is asked for.

    Most are known from the analysis. One that is changed, resized, or a space is built.
    """

    facts: NetworkFacts
    asked: Asked
    network: Network | None

    @property
    def graph(self) -> Graph:
        return self.network.graph if self.network else self.facts.graph

    @property
    def costs(self) -> Costs:
        return self.network.costs if self.network else self.facts.costs

    @property
    def table(self) -> CostTable:
        return CostTable(self.graph, self.costs, self.asked.convention, self.asked.by)

    @property
    def picture(self) -> Picture:
        """The picture; of a network with mistakes up to these."""
        view = View(self.costs, self.asked.convention, turned=self.asked.turned)
        if self.facts.sketch is not None:
            return draw_sketch(self.facts.sketch, view).picture
        network = self.network
        decisions = open_decisions(network.decisions, network.program.place) if network else NONE
        return draw_graph(self.graph, view, decisions).picture


def look(analysis: Analysis, asked: Asked) -> Look | None:
    """The network that is asked for; None where the text has none that could be begun.

    Raises:
        CompileError: it cannot be changed in that way, or has no such input.
    """
    if not analysis.networks:
        return None
    facts = analysis.networks[chosen(analysis, asked.network)]
    is_known = not (asked.changes or asked.input or facts.is_space)
    network = asked_for(analysis, asked) if facts.is_whole and not is_known else None
    return Look(facts, asked, network)


def chosen(analysis: Analysis, name: str | None) -> str:
    """The network of a name, or the one named like the file, or the first that was begun.

    Raises:
        CompileError: the text has none.
    """
    known = analysis.networks if analysis.program else {}
    if not known:
        raise CompileError(analysis.diagnostics or [error("network", "the text has no network")])
    wanted = (name or "", analysis.path.stem, *known)
    return next(each for each in wanted if each in known)


def asked_for(analysis: Analysis, asked: Asked) -> Network:
    """The network that is asked for, built with its changes and at its input.

    Raises:
        CompileError: it has mistakes, cannot be changed in that way, or has no such input.
    """
    spec, name = changed(analysis, chosen(analysis, asked.network), asked.changes)
    network = spec.build(name, {})
    texts = [text for text in asked.input.split(";") if text.strip()]
    return network.at(**shapes(network.inputs, texts)) if texts else network


def changed(
    analysis: Analysis, base: str, changes: tuple[str, ...], name: str | None = None
) -> tuple[Spec, str]:
    """The spec with a changed network, and what that is called; as it is without changes.

    Raises:
        CompileError: the text has mistakes, or a change does.
    """
    if analysis.program is None:
        raise CompileError(analysis.diagnostics)
    spec = Spec(analysis.program).without_mistakes()
    if name is not None:
        return spec.derive(name, base, *changes), name
    if not changes:
        return spec, base
    fresh = f"{base}_changed"
    while fresh in analysis.program.main.names:
        fresh += "_"
    return spec.derive(fresh, base, *changes), fresh
