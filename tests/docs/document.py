"""A page as data: its blocks, with what each asks for and what it shows.

A comment on the line before a block says how it is treated, in phrases parted by `; `:

    <!-- file: first.arch -->     it is written to that file, which a later block names
    <!-- slow -->                 it is run by `pytest -m slow`
    <!-- figures vary -->         the numbers of its output are not compared
    <!-- not run: why -->         it is not run; test_blocks.py counts these
    <!-- ci: setup -->            .ci/run runs it
"""

from __future__ import annotations

import doctest
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

_BLOCK = re.compile(r"(?:^<!-- ([^\n]+) -->\n)?^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_COMMAND = re.compile(r"^\$ ((?:.*\\\n)*.*\n)((?:(?!\$ ).*\n)*)", re.MULTILINE)
_PICTURE = re.compile(r'(?:<!-- not drawn: ([^\n]+) -->\n)?<img src="([^"]+)"')
_NUMBER = re.compile(r" *-?\d[\d,.]*(e[+-]?\d+)?")


@dataclass(frozen=True)
class Exchange:
    """What is asked, and what the page shows for it, from `start` to `end` of the page."""

    asked: str
    shown: str
    start: int
    end: int


@dataclass(frozen=True)
class Block:
    """A fenced block: its language and text, where the text begins, and what its comment says."""

    language: str
    text: str
    start: int
    line: int
    phrases: tuple[str, ...]

    @property
    def is_slow(self) -> bool:
        return "slow" in self.phrases

    @property
    def varies(self) -> bool:
        return "figures vary" in self.phrases

    @property
    def file(self) -> str | None:
        return self._after("file: ")

    @property
    def not_run(self) -> str | None:
        """Why it is not run, where it is not."""
        return ".ci/run runs it" if self._after("ci: ") else self._after("not run: ")

    def exchanges(self) -> Iterator[Exchange]:
        """The commands of a console, or the examples of a Python prompt, in order."""
        return self._examples() if self.language == "pycon" else self._commands()

    def _after(self, word: str) -> str | None:
        found = [phrase.removeprefix(word) for phrase in self.phrases if phrase.startswith(word)]
        return found[0] if found else None

    def _commands(self) -> Iterator[Exchange]:
        for found in _COMMAND.finditer(self.text):
            command = re.sub(r"\\\n\s*", "", found[1]).strip()
            start, end = (self.start + place for place in found.span(2))
            yield Exchange(command, found[2], start, end)

    def _examples(self) -> Iterator[Exchange]:
        lines = self.text.splitlines(keepends=True)
        for example in doctest.DocTestParser().get_examples(self.text):
            first = example.lineno + example.source.count("\n")
            start = self.start + sum(map(len, lines[:first]))
            yield Exchange(example.source, example.want, start, start + len(example.want))


@dataclass(frozen=True)
class Page:
    """A page of the documentation, as it stands."""

    path: Path
    text: str

    @classmethod
    def read(cls, path: Path) -> Page:
        return cls(path, path.read_text())

    @property
    def name(self) -> str:
        return str(self.path.relative_to(ROOT))

    @property
    def blocks(self) -> tuple[Block, ...]:
        return tuple(map(self._block, _BLOCK.finditer(self.text)))

    @property
    def pictures(self) -> tuple[Path, ...]:
        """Those that commands of the page draw."""
        found = _PICTURE.findall(self.prose)
        return tuple(self.path.parent / source for reason, source in found if not reason)

    @property
    def not_drawn(self) -> tuple[str, ...]:
        """Why no command of the page draws some of its pictures."""
        return tuple(reason for reason, _ in _PICTURE.findall(self.prose) if reason)

    @property
    def prose(self) -> str:
        return _BLOCK.sub("", self.text)

    def rewritten(self, edits: Iterable[tuple[Exchange, str]]) -> str:
        """The page, with what was printed in the place of what is shown."""
        text = self.text
        for exchange, printed in sorted(edits, key=lambda edit: -edit[0].start):
            text = f"{text[: exchange.start]}{printed}{text[exchange.end :]}"
        return text

    def _block(self, found: re.Match[str]) -> Block:
        phrases = tuple((found[1] or "").split("; "))
        line = self.text[: found.start(3)].count("\n")
        return Block(found[2], found[3], found.start(3), line, phrases)


PAGES = tuple(
    Page.read(path)
    for path in (
        *sorted(ROOT.glob("*.md")),
        *sorted((ROOT / "docs").rglob("*.md")),
    )
)


def agrees(shown: str, printed: str, varies: bool) -> bool:
    """Whether the one is the other. A line `...` stands for any lines."""
    if varies:
        shown, printed = (_NUMBER.sub(" 0", text) for text in (shown, printed))
    pattern = "".join(
        r"(.*\n)*?" if line == "...\n" else re.escape(line)
        for line in shown.splitlines(keepends=True)
    )
    return re.fullmatch(pattern, printed) is not None
