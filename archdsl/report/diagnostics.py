"""Diagnostics as text: the message, then each label with its source line and carets below it.

The layout is that of rustc. Source text is made safe for a terminal, as a spec is untrusted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from archdsl.diagnostics import Diagnostic, Label, Severity, counted
from archdsl.report.text import Paint, in_a_line, visible, width
from archdsl.source import Span

_WINDOW = 100
"""Characters of a source line that are shown."""

_BEFORE = 40
"""Characters before the caret that are shown of a longer line."""

_MOST = 50
"""Notes that are shown, and warnings. Errors are bounded by `limits.MISTAKES`."""

_COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTE: "cyan"}


def render(diagnostics: Iterable[Diagnostic], paint: Paint) -> str:
    """Diagnostics in the order in which they were collected, and a last line that counts them."""
    listed = list(diagnostics)
    if not listed:
        return ""
    shown = list(_shown(listed))
    blocks = ["\n".join(_lines(diagnostic, paint)) for diagnostic in shown]
    hidden = len(listed) - len(shown)
    last = f"{summary(listed)}, of which {hidden:,} are not shown" if hidden else summary(listed)
    return "\n\n".join([*blocks, last]) + "\n"


def _shown(diagnostics: Iterable[Diagnostic]) -> Iterator[Diagnostic]:
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


def _lines(diagnostic: Diagnostic, paint: Paint) -> Iterator[str]:
    colour = _COLOURS[diagnostic.severity]
    title = paint(colour, f"{diagnostic.severity.value}[{diagnostic.code}]")
    yield f"{title}: {paint('bold', visible(diagnostic.message))}"
    # One gutter for all labels of a diagnostic, so that their bars are aligned.
    numbers = [str(label.span.line) for label in diagnostic.labels]
    gutter = max(map(len, numbers), default=1)
    for position, label in enumerate(diagnostic.labels):
        arrow, mark, ink = ("-->", "^", colour) if position == 0 else (":::", "-", "blue")
        yield f"{' ' * gutter}{paint('blue', arrow)} {visible(str(label.span))}"
        yield from _snippet(label, mark, ink, gutter, paint)
    for text in diagnostic.notes:
        yield f"{' ' * gutter} {paint('blue', '=')} note: {visible(text)}"
    if diagnostic.help is not None:
        yield f"{' ' * gutter} {paint('blue', '=')} help: {visible(diagnostic.help)}"


def _snippet(label: Label, mark: str, ink: str, gutter: int, paint: Paint) -> Iterator[str]:
    """The line, and below it the marks with the label's text beside them."""
    before, inside, after = _excerpt(label.span)
    number = f"{label.span.line:>{gutter}}"
    marks = mark * max(1, width(inside))  # an empty span, such as the end of a file, has one too
    text = f" {visible(label.text)}" if label.text else ""
    bar = paint("blue", "|")
    yield f"{' ' * gutter} {bar}"
    yield f"{paint('blue', number)} {bar} {before}{inside}{after}".rstrip()
    yield f"{' ' * gutter} {bar} {' ' * width(before)}{paint(ink, marks + text)}"


def _excerpt(span: Span) -> tuple[str, str, str]:
    """The first line of a span in three parts: before the span, the span, and after it.

    A long line is cut to a window around the start of the span.
    """
    number, column = span.source.position(span.start)
    line = span.source.line(number)
    start = column - 1
    # A span over several lines is marked to the end of its first.
    end = min(max(start, start + span.end - span.start), len(line))
    left = max(0, start - _BEFORE) if len(line) > _WINDOW else 0
    right = min(len(line), left + _WINDOW)
    before = ("..." if left else "") + in_a_line(line[left:start])
    after = in_a_line(line[min(end, right) : right]) + ("..." if right < len(line) else "")
    return before, in_a_line(line[start : min(end, right)]), after
