"""The claims of a network on a page: what the paper prints, beside what is measured."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from archdsl.claims.figures import ClaimResult, Verdict
from archdsl.page.texts import Texts
from archdsl.page.words import Prose, prose
from archdsl.report.text import in_a_line
from archdsl.source import Span
from archdsl.syntax import tree

_MARKS = {
    Verdict.MET: "✓",
    Verdict.NOT_MET: "✗",
    Verdict.DISPUTED: "≠",
    Verdict.DISPUTED_BUT_MET: "✓",
    Verdict.STATED: "",
}


@dataclass(frozen=True)
class ClaimLine:
    """A figure or a property of a claim, its verdict as a mark and a word, and its line."""

    metric: str
    claimed: str
    measured: str
    residual: str
    mark: str
    verdict: str
    remark: Prose
    link: str


@dataclass(frozen=True)
class ClaimView:
    """A claim: the network with its parameters, what is claimed, and notes on all of it."""

    setting: str
    lines: tuple[ClaimLine, ...]
    notes: tuple[Prose, ...]


def claims_about(
    network: str, claims: Sequence[tree.Claim], results: Sequence[ClaimResult], texts: Texts
) -> tuple[ClaimView, ...]:
    """The claims about a network, in their order."""
    known = {result.item.span: result for result in results}
    return tuple(
        _view(claim, known, texts)
        for claim in claims
        if tree.split_call(claim.network)[0].name == network
    )


def _view(claim: tree.Claim, known: Mapping[Span, ClaimResult], texts: Texts) -> ClaimView:
    notes = (each.text for each in claim.items if isinstance(each, tree.Remark))
    lines = tuple(_lines(claim, known, texts))
    setting = " ".join(claim.network.span.text.split())
    return ClaimView(in_a_line(setting), lines, tuple(map(prose, notes)))


def _lines(
    claim: tree.Claim, known: Mapping[Span, ClaimResult], texts: Texts
) -> Iterator[ClaimLine]:
    for item in claim.items:
        if isinstance(item, tree.Remark):
            continue
        link, remark = texts.link(item.span), prose(item.remark or "")
        checked = known.get(item.span)
        if checked is None:  # the network could not be built, or nothing is measured as this
            name = item.metric if isinstance(item, tree.Figure) else item.name
            claimed = in_a_line(item.value.span.text)
            yield ClaimLine(name, claimed, "", "", "", "not measured", remark, link)
            continue
        measured, residual = "", ""
        if checked.measured is not None:
            measured, residual = checked.measured.text, checked.measured.residual
        verdict = checked.verdict
        yield ClaimLine(
            checked.metric,
            checked.claimed,
            measured,
            residual,
            _MARKS[verdict],
            verdict.value,
            remark,
            link,
        )
