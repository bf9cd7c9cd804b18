"""`report.html`: a spec on one page that needs no other file, holds no script and asks for nothing.

It is made to be mailed, and to lie beside a paper. A spec with mistakes has a page too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from archdsl import files, limits
from archdsl.analysis.judging import judge_spec
from archdsl.claims.figures import SpecReport
from archdsl.diagnostics import CompileError, Diagnostic, Diagnostics, Severity
from archdsl.emit.pages import page
from archdsl.page.claims import claims_about
from archdsl.page.excerpts import Excerpt, excerpts
from archdsl.page.network import NetworkView, Viewer
from archdsl.page.texts import Text, Texts
from archdsl.page.words import Prose, paragraphs
from archdsl.program.program import is_network
from archdsl.report.diagnostics import summary
from archdsl.spec import Spec
from archdsl.syntax import tree
from archdsl.version import __version__

_NOTE = Severity.NOTE.value


@dataclass(frozen=True)
class ReportView:
    """What the template asks for."""

    title: str
    file: str
    doc: tuple[Prose, ...]
    mistakes: tuple[Excerpt, ...]
    notes: tuple[Excerpt, ...]
    summary: str
    networks: tuple[NetworkView, ...]
    left_out: int
    texts: tuple[Text, ...]
    digest: str
    version: str = __version__


@dataclass(frozen=True)
class Report:
    """The page, and everything that was found in the spec."""

    html: str
    diagnostics: tuple[Diagnostic, ...]

    @property
    def has_errors(self) -> bool:
        """Whether the spec has mistakes, or a claim is not met."""
        return any(each.is_error for each in self.diagnostics)


def report(spec: Spec) -> Report:
    """The report of a spec, sealed, so that a page that somebody edited is known.

    Raises:
        CompileError: the spec defines nothing.
    """
    found = Diagnostics()
    name = spec.program.main.file.source.name
    judged: SpecReport | None = None
    try:
        judged = judge_spec(spec, name, found)
    except CompileError as failure:
        found.collect(failure)
        if not spec.program.main.file.definitions:
            raise
    view = _view(spec, judged, tuple(found))
    return Report(files.sealed(page("report.html.j2", report=view), files.XML), tuple(found))


def _view(spec: Spec, judged: SpecReport | None, found: tuple[Diagnostic, ...]) -> ReportView:
    program, texts = spec.program, Texts(spec.program)
    shown = [*excerpts(found, texts)]
    return ReportView(
        title=program.main.path.stem,
        file=program.main.file.source.name,
        doc=paragraphs(program.main.file.doc),
        mistakes=tuple(each for each in shown if each.severity != _NOTE),
        notes=tuple(each for each in shown if each.severity == _NOTE),
        summary=summary(each for each in found if each.severity.value != _NOTE),
        networks=tuple(_networks(spec, judged, texts)),
        left_out=max(0, len(_named(spec)) - limits.REPORTED),
        texts=texts.shown,
        digest=program.digest,
    )


def _networks(spec: Spec, judged: SpecReport | None, texts: Texts) -> Iterator[NetworkView]:
    viewer = Viewer(spec, spec.without_mistakes(), texts)
    claims, results = [*spec.program.main.claims()], judged.claims if judged else ()
    for number, name in enumerate(_named(spec)[: limits.REPORTED]):
        yield viewer.view(name, f"n{number}", claims_about(name, claims, results, texts))


def _named(spec: Spec) -> Sequence[str]:
    """The networks of a spec, and those of other files that it makes claims about."""
    main = spec.program.main
    claimed = (tree.split_call(claim.network)[0].name for claim in main.claims())
    others = (name for name in claimed if name in main.names and is_network(main.names[name].node))
    return [*dict.fromkeys((*spec.networks, *others))]
