"""Text in as many columns as there are: lines broken where they may be, and tables narrowed.

Widths are those on a terminal, where a character takes two columns, one or none.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import TextIO

from archdsl.report.text import width

_DEFAULT = 80
"""Columns of what is no terminal: a file, a pipe, a page of documentation."""

_LEAST = 40
"""Columns below which nothing is folded any further."""

_NARROWEST = 8
"""Columns that a folded column of a table keeps."""


_BLANK = re.compile(r"(?<!=) (?!=)")
"""Where a line is broken: not around the `=` of an argument."""

_LISTED = 6
"""Blanks before the lines of a paragraph below its head, such as a transform."""


def columns(stream: TextIO) -> int:
    """The columns of the terminal that a stream is, or that COLUMNS says, or 80."""
    said = os.environ.get("COLUMNS", "")
    if said.isascii() and said.isdecimal() and int(said):
        return max(_LEAST, int(said))
    try:
        found = os.get_terminal_size(stream.fileno()).columns if stream.isatty() else 0
    except (OSError, ValueError):  # closed, or one that a program has put in the place of stdout
        found = 0
    return max(_LEAST, found) if found else _DEFAULT


def columns_of_prose(stream: TextIO) -> int:
    """The columns of a terminal; in a file or a pipe prose stays one line, to be searched."""
    return columns(stream) if stream.isatty() else sys.maxsize


def folded(text: str, most: int, indent: str = "") -> Iterator[str]:
    """The lines of a text of one line, each of at most so many columns; all but the first indented.

    A line is broken at a blank if there is one, or else behind a sign such as `.`, or anywhere.
    """
    lead = ""
    while width(lead + text) > most:
        cut = _cut(text, most - width(lead))
        yield (lead + text[:cut]).rstrip()
        text, lead = text[cut:].lstrip(), indent
    yield lead + text


def _cut(text: str, most: int) -> int:
    """How many characters of a text stand in a line of so many columns; one at least."""
    reach, taken = 0, 0
    while reach < len(text) and taken + width(text[reach]) <= most:
        taken += width(text[reach])
        reach += 1
    before = len(text) - len(text.lstrip())
    blanks = [match.start() for match in _BLANK.finditer(text, before, reach + 1)]
    if blanks:
        return blanks[-1]
    signs = (match.end() for match in re.finditer(r"[._,/(-]+", text[:reach]))
    return max((end for end in signs if text[:end].strip("._,/(-")), default=max(1, reach))


def under_its_head(fact: str, most: int) -> Iterator[str]:
    """The lines of a fact such as `memory    at most 2 MiB`, those below it under its text."""
    own = len(fact) - len(fact.lstrip())
    head = re.match(r"\s*\S+( \S+)*  +", fact)
    if head and len(head[0]) <= most // 2:
        indent = len(head[0])
    else:
        indent = own if own >= _LISTED else own + 4
    yield from folded(fact, most, " " * indent)


def filled(page: str, most: int) -> str:
    """A text of paragraphs and indented lists, laid out anew if a line of it has no room."""
    if all(width(line) <= most for line in page.split("\n")):
        return page
    lines: list[str] = []
    for line in page.split("\n"):
        if lines and _goes_on(lines[-1], line):
            lines[-1] = f"{lines[-1]} {line.strip()}"
        else:
            lines.append(line)
    return "\n".join(part for line in lines for part in _laid_out(line, most))


def _goes_on(above: str, line: str) -> bool:
    """Whether a line belongs to the one above it: in a paragraph, or under the text of a list."""
    if not above or not line or above.endswith("\\"):
        return False
    first, second = (len(each) - len(each.lstrip()) for each in (above, line))
    if first == second:
        return first == 0 or first >= _LISTED
    return second > first > 0 and re.search(r"\S  +\S", above) is not None


def _laid_out(line: str, most: int) -> Iterator[str]:
    return under_its_head(line, most) if line.startswith(" ") else folded(line, most)


def narrowed(sizes: Sequence[int], is_text: Sequence[bool], most: int) -> list[int]:
    """The sizes of columns of text made smaller, the widest first, until all have room."""
    narrow = [min(size, most) if text else size for size, text in zip(sizes, is_text, strict=True)]
    while sum(narrow) > most:
        widest = max(
            (place for place, text in enumerate(is_text) if text and narrow[place] > _NARROWEST),
            key=lambda place: narrow[place],
            default=None,
        )
        if widest is None:
            break
        narrow[widest] -= 1
    return narrow


def rows_of_lines(
    cells: Iterable[str], sizes: Sequence[int], is_text: Sequence[bool], indent: str
) -> Iterator[tuple[str, ...]]:
    """The lines that a row takes if its texts are folded, all but the first of each indented."""
    parts = [
        list(folded(cell, size, indent)) if text else [cell]
        for cell, size, text in zip(cells, sizes, is_text, strict=True)
    ]
    for line in range(max(map(len, parts))):
        yield tuple(part[line] if line < len(part) else "" for part in parts)
