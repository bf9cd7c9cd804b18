"""Mistakes on a page, as the command line prints them, each with a link to its line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from archdsl.diagnostics import Diagnostic
from archdsl.page.texts import Texts
from archdsl.page.words import Prose, prose
from archdsl.report.diagnostics import excerpt, most_important

_COLUMNS = 96
"""Columns for a line of a spec, which is cut around its mistake."""


@dataclass(frozen=True)
class Excerpt:
    """A diagnostic: its severity in a word, what it says, and the text that it is about."""

    severity: str
    title: str
    message: Prose
    text: str
    link: str


def excerpts(diagnostics: Iterable[Diagnostic], texts: Texts) -> Iterator[Excerpt]:
    """All errors, and the first of the warnings and notes, in their order."""
    for each in most_important(diagnostics):
        title = f"{each.severity.value}[{each.code}]"
        link = texts.link(each.labels[0].span) if each.labels else ""
        yield Excerpt(
            each.severity.value, title, prose(each.message), excerpt(each, _COLUMNS), link
        )
