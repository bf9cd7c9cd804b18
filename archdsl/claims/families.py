"""The members of a family of networks: the cost of each, its claims, and the accuracy stated."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TypeAlias

from archdsl.build.values import Value, show
from archdsl.claims.checker import ExaminedClaim, examine_claims
from archdsl.claims.figures import Verdict, show_setting
from archdsl.costs.figures import Figures
from archdsl.diagnostics import CompileError, Diagnostic, Diagnostics, Severity
from archdsl.network import Network
from archdsl.plan.derivations import Lineage
from archdsl.spec import Spec
from archdsl.syntax.lexemes import parse_number

Setting: TypeAlias = tuple[tuple[str, str], ...]
"""The given parameters of a network, each with its name and its text, in the order of names."""

ACCURACY = "top1"
"""The figure that places a member on the accuracy axis."""


@dataclass(frozen=True)
class FamilyMember:
    """A network with its own parameters or those of a claim, and what it costs with them.

    `memory` is the peak of inference in bytes. `stated` is the accuracy as a claim prints it.
    `verdicts` counts the measured claims; each claim counts at one member only.
    """

    spec: str
    network: str
    given: Mapping[str, Value]
    inputs: Mapping[str, tuple[int, ...]]
    figures: Figures
    memory: int
    stated: str | None
    verdicts: Counter[Verdict]
    lineage: Lineage

    @property
    def name(self) -> str:
        """`x3d_s(size = 182)`."""
        return show_setting(self.network, self.given)

    @property
    def top1(self) -> Fraction | None:
        """The stated accuracy in percent."""
        return None if self.stated is None else Fraction(parse_number(self.stated) or 0)


def members(spec: Spec, path: str, diagnostics: Diagnostics) -> list[FamilyMember]:
    """The members of a spec, in its order. Mistakes go to `diagnostics`.

    A network is a member with its own parameters, and once more at each setting for which its
    claims state an accuracy. Claims at other settings count at the first. A network whose
    parameters lack values is a member only at the settings of its claims.
    """
    # Claims come first, since they say which settings are members. Their mistakes are shown last.
    of_claims = Diagnostics()
    collector = _Collector(spec, path, diagnostics, tuple(examine_claims(spec, of_claims)))
    collected = list(collector.members())
    diagnostics.collect(CompileError(_without_notes(of_claims)))
    return collected


@dataclass
class _Collector:
    """Collects the members of one spec from its networks and its claims."""

    spec: Spec
    path: str
    diagnostics: Diagnostics
    examined: Sequence[ExaminedClaim]
    settings: dict[str, dict[Setting, list[ExaminedClaim]]] = field(init=False)

    def __post_init__(self) -> None:
        self.settings = {name: {} for name in self.spec.networks}
        # A claim can also be about a network of another file, which is a member after the others.
        for claim in self.examined:
            of_network = self.settings.setdefault(claim.network.name, {})
            of_network.setdefault(_setting(claim.network), []).append(claim)

    def members(self) -> Iterator[FamilyMember]:
        for name, settings in self.settings.items():
            missing = self.spec.missing_parameters(name)
            if name in self.spec.networks and not missing:
                yield from self._members_of(name, settings)
                continue
            for claims in settings.values():
                yield from self._members_at(claims[0].network, claims)
            if not settings:
                values = ", ".join(f"`{parameter}`" for parameter in missing)
                hint = "write a claim or a derived network that gives them"
                self.diagnostics.add(_left_out(name, f"it needs {values}", hint))

    def _members_of(
        self, name: str, settings: dict[Setting, list[ExaminedClaim]]
    ) -> Iterator[FamilyMember]:
        """A network with its own parameters, and at each setting with a stated accuracy."""
        # The empty setting is the network's own, which is a member in any case.
        own = {setting for setting, claims in settings.items() if setting and _accuracies(claims)}
        others = [claim for s, claims in settings.items() if s not in own for claim in claims]
        network = self._build(name)
        if network:
            yield from self._members_at(network, others, settings.get((), []))
        for setting, claims in settings.items():
            if setting in own:
                yield from self._members_at(claims[0].network, claims)

    def _build(self, name: str) -> Network | None:
        try:
            network = self.spec.build(name, {})
        except CompileError as failure:
            self.diagnostics.collect(failure)
            return None
        if network.open_decisions:
            why = f"it is a space of networks: `{network.open_decisions[0]}` is not decided"
            hint = f"derive a network from it: `network found = {name} + choose(...)`"
            self.diagnostics.add(_left_out(name, why, hint))
            return None
        self.diagnostics.extend(_without_notes(network.diagnostics))
        return network

    def _members_at(
        self,
        network: Network,
        counted: Sequence[ExaminedClaim],
        stating: Sequence[ExaminedClaim] | None = None,
    ) -> Iterator[FamilyMember]:
        """A member for each accuracy that `stating` claims state, or one if they state none.

        The verdicts of the `counted` claims go to the first of them.
        """
        results = [result for claim in counted for result in claim.results]
        verdicts = Counter(r.verdict for r in results if r.measured is not None)
        for stated in _accuracies(counted if stating is None else stating) or [None]:
            yield FamilyMember(
                self.path,
                network.name,
                {key: given.value for key, given in network.given.items()},
                network.inputs,
                network.costs.total,
                network.inference_bytes,
                stated,
                verdicts,
                self.spec.lineage(network.name, network.given),
            )
            verdicts = Counter()


def _setting(network: Network) -> Setting:
    return tuple(sorted((key, show(given.value)) for key, given in network.given.items()))


def _accuracies(claims: Sequence[ExaminedClaim]) -> list[str | None]:
    """The accuracies that claims state, each value once, though it may be printed twice."""
    results = (result for claim in claims for result in claim.results)
    stated = (result.claimed for result in results if result.metric == ACCURACY)
    return list({parse_number(text): text for text in stated}.values())


def _without_notes(diagnostics: Iterable[Diagnostic]) -> Iterator[Diagnostic]:
    """Diagnostics without the notes about places in a spec, which only `check` shows."""
    for diagnostic in diagnostics:
        if diagnostic.severity is not Severity.NOTE or not diagnostic.labels:
            yield diagnostic


def _left_out(name: str, why: str, hint: str) -> Diagnostic:
    message = f"`{name}` is left out, since {why}"
    return Diagnostic(Severity.NOTE, "family", message, help=hint)
