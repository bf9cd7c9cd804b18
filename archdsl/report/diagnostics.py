"""Diagnostics as text: the message, then each label with its source line and carets below it.

The layout is that of rustc. Source text is made safe for a terminal, as a spec is untrusted.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TextIO

from archdsl.diagnostics import Diagnostic, Label, Severity, counted
from archdsl.report.folding import columns, columns_of_prose, folded
from archdsl.report.text import Paint, in_a_line, visible, width
from archdsl.source import Span

_ELLIPSIS = "..."

_MOST = 50
"""Notes that are shown, and warnings. Errors are bounded by `limits.MISTAKES`."""

_COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTE: "cyan"}


@dataclass(frozen=True)
class Page:
    """How many columns lines of specs have, and how many prose has.

    Lines are cut, so that carets stand under what they mean. Prose is folded for a terminal alone:
    in a file or a pipe it stays one line, which can be searched.
    """

    excerpt: int = 80
    prose: int = sys.maxsize

    @classmethod
    def of(cls, stream: TextIO) -> Page:
        return cls(columns(stream), columns_of_prose(stream))


def render(diagnostics: Iterable[Diagnostic], paint: Paint, page: Page | None = None) -> str:
    """Diagnostics in the order in which they were collected, and a last line that counts them."""
    listed = list(diagnostics)
    if not listed:
        return ""
    shown = list(most_important(listed))
    blocks = ["\n".join(_lines(diagnostic, paint, page or Page())) for diagnostic in shown]
    hidden = len(listed) - len(shown)
    last = f"{summary(listed)}, of which {hidden:,} are not shown" if hidden else summary(listed)
    return "\n\n".join([*blocks, last]) + "\n"


def most_important(diagnostics: Iterable[Diagnostic]) -> Iterator[Diagnostic]:
    """All errors, and the first of the notes and warnings."""
    counts: Counter[Severity] = Counter()
    for diagnostic in diagnostics:
        counts[diagnostic.severity] += 1
        if diagnostic.is_error or counts[diagnostic.severity] <= _MOST:
            yield diagnostic


def summary(diagnostics: Iterable[Diagnostic]) -> str:
    """`2 errors, 1 note`."""
    counts = Counter(diagnostic.severity for diagnostic in diagnostics)
    return ", ".join(counted(counts[s], s.value) for s in Severity if counts[s])


def _lines(diagnostic: Diagnostic, paint: Paint, page: Page) -> Iterator[str]:
    colour = _COLOURS[diagnostic.severity]
    title = f"{diagnostic.severity.value}[{diagnostic.code}]"
    first, *more = _prose(f"{title}: ", diagnostic.message, "  ", page)
    yield f"{paint(colour, title)}: {paint('bold', first)}"
    yield from (paint("bold", line) for line in more)
    yield from _places(diagnostic, paint, page)


def excerpt(diagnostic: Diagnostic, columns: int) -> str:
    """What stands below the message: the text at each place, notes and help."""
    return "\n".join(_places(diagnostic, Paint(), Page(columns)))


def _places(diagnostic: Diagnostic, paint: Paint, page: Page) -> Iterator[str]:
    colour = _COLOURS[diagnostic.severity]
    # One gutter for all labels of a diagnostic, so that their bars are aligned.
    numbers = [str(label.span.line) for label in diagnostic.labels]
    gutter = max(map(len, numbers), default=1)
    for position, label in enumerate(diagnostic.labels):
        arrow, mark, ink = ("-->", "^", colour) if position == 0 else (":::", "-", "blue")
        yield f"{' ' * gutter}{paint('blue', arrow)} {visible(str(label.span))}"
        yield from _snippet(label, mark, ink, gutter, paint, page)
    said = [("note", text) for text in diagnostic.notes]
    said += [("help", diagnostic.help)] if diagnostic.help is not None else []
    for kind, text in said:
        head = f"{' ' * gutter} = {kind}: "
        first, *more = _prose(head, text, " " * len(head), page)
        yield f"{' ' * gutter} {paint('blue', '=')} {kind}: {first}"
        yield from more


def _prose(head: str, text: str, indent: str, page: Page) -> list[str]:
    """The lines of a text that follows a head, without it."""
    first, *others = visible(text).split("\n")
    # The head is measured as letters that are never broken.
    lines = list(folded("x" * len(head) + first, page.prose, indent))
    lines += [line for other in others for line in folded(other, page.prose, indent)]
    return [lines[0][len(head) :], *lines[1:]]


def _snippet(
    label: Label, mark: str, ink: str, gutter: int, paint: Paint, page: Page
) -> Iterator[str]:
    """The line, and below it the marks with the label's text beside them, or under them."""
    lead = gutter + len(" | ")
    before, inside, after = _excerpt(label.span, page.excerpt - lead)
    number = f"{label.span.line:>{gutter}}"
    marks = mark * max(1, width(inside))  # an empty span, such as the end of a file, has one too
    bar, start, text = paint("blue", "|"), width(before), visible(label.text)
    has_room = start + len(marks) + width(text) < page.prose - lead
    beside = f"{marks} {text}" if has_room and text else marks
    yield f"{' ' * gutter} {bar}"
    yield f"{paint('blue', number)} {bar} {before}{inside}{after}".rstrip()
    yield f"{' ' * gutter} {bar} {' ' * start}{paint(ink, beside)}"
    if not has_room:
        indent = " " * min(start, page.prose // 2)
        for line in folded(text, page.prose - lead - len(indent)):
            yield f"{' ' * gutter} {bar} {indent}{paint(ink, line)}"


def _excerpt(span: Span, room: int) -> tuple[str, str, str]:
    """The first line of a span in three parts: before the span, the span, and after it.

    A line for which there is no room is cut to a window around the start of the span.
    """
    number, column = span.source.position(span.start)
    line = span.source.line(number)
    start = column - 1
    # A span over several lines is marked to the end of its first.
    end = min(max(start, start + span.end - span.start), len(line))
    left, right = _window(line, start, end, room)
    before = (_ELLIPSIS if left else "") + in_a_line(line[left:start])
    after = in_a_line(line[min(end, right) : right]) + (_ELLIPSIS if right < len(line) else "")
    return before, in_a_line(line[start : min(end, right)]), after


def _window(line: str, start: int, end: int, room: int) -> tuple[int, int]:
    """The part of a line that is shown, as it is or with an ellipsis at a side that is cut.

    It has the start of the span, all of it if there is room, and as much on both sides.
    """
    # What is further away has no room, and a line may have a million characters.
    least, most = max(0, start - room), min(len(line), start + room)
    if least == 0 and most == len(line) and _shown_width(line) <= room:
        return 0, len(line)
    room -= 2 * len(_ELLIPSIS)
    inside = min(_shown_width(line[start : min(end, most)]), room)
    left, taken = start, inside
    while left > least and taken + (size := _shown_width(line[left - 1])) <= (room + inside) // 2:
        left, taken = left - 1, taken + size
    right, taken = start, taken - inside
    while right < most and taken + (size := _shown_width(line[right])) <= room:
        right, taken = right + 1, taken + size
    while right == len(line) and left > least:
        if taken + (size := _shown_width(line[left - 1])) > room:
            break
        left, taken = left - 1, taken + size
    return left, right


def _shown_width(text: str) -> int:
    return width(in_a_line(text))
