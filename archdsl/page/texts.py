"""The files of a spec on a page: each line has a place, to which what is written there links."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from archdsl import limits
from archdsl.program.program import Program
from archdsl.report.text import in_a_line
from archdsl.source import Source, Span


@dataclass(frozen=True)
class Line:
    """A line of a text, and the name of its place in the page."""

    place: str
    number: int
    text: str


@dataclass(frozen=True)
class Text:
    """A file: as much of it as there is room for, and how many lines are left out."""

    name: str
    digest: str
    lines: tuple[Line, ...]
    left_out: int


@dataclass(frozen=True)
class Texts:
    """The files of a program: the spec itself, then those that it uses, the nearest first."""

    program: Program

    @cached_property
    def sources(self) -> tuple[Source, ...]:
        # Each unit comes before those that use it.
        return tuple(unit.file.source for unit in reversed(self.program.units))

    @cached_property
    def shown(self) -> tuple[Text, ...]:
        """The texts, of all of which only so many lines are shown."""
        return tuple(self._texts())

    def _texts(self) -> Iterator[Text]:
        room = limits.REPORTED_LINES
        for file, source in enumerate(self.sources):
            texts = source.text.removesuffix("\n").split("\n")
            lines = (
                Line(_place(file, number), number, in_a_line(text.rstrip("\r")))
                for number, text in enumerate(texts[:room], start=1)
            )
            yield Text(source.name, source.digest, tuple(lines), max(0, len(texts) - room))
            room = max(0, room - len(texts))

    def link(self, span: Span) -> str:
        """The address of a line in the page; "" for text that is in none of the files."""
        return self.link_to(span.source.name, span.line)

    def short(self, span: Span) -> str:
        """The line of a span, with its file where that is not the spec itself."""
        is_own = span.source == self.sources[0]
        return str(span.line) if is_own else f"{Path(span.source.name).stem}:{span.line}"

    def link_to(self, name: str, line: int) -> str:
        """The address of a line of a file; "" where the page has no such line."""
        file = self._numbers.get(name)
        is_shown = file is not None and line <= len(self.shown[file].lines)
        return f"#{_place(file, line)}" if file is not None and is_shown else ""

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {source.name: number for number, source in enumerate(self.sources)}


def _place(file: int, line: int) -> str:
    return f"t{file}-{line}"
