"""Mistakes as data. Phases collect diagnostics, and only the command line prints them.

All messages have one style: lower case, no final period, names and text of specs in backticks,
"must be X, but this is Y". The help says what to write.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from enum import Enum

from archdsl import limits
from archdsl.source import Span


class Severity(Enum):
    """How grave a diagnostic is: an error stops, a warning is a likely mistake, a note informs."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True)
class Label:
    """A span, and the text to put next to the carets under it."""

    span: Span
    text: str = ""


@dataclass(frozen=True)
class Fix:
    """What an editor may do about a mistake: put `text` in the place of a span."""

    span: Span
    text: str


class Meant(str):
    """A help that says which name is meant, so that a program can write it."""

    def __new__(cls, wrong: str, right: str) -> Meant:
        meant = super().__new__(cls, f"did you mean `{right}`?")
        meant.wrong, meant.right = wrong, right
        return meant

    wrong: str
    right: str

    def __getnewargs__(self) -> tuple[str, str]:  # type: ignore[override]
        return self.wrong, self.right


@dataclass(frozen=True)
class Diagnostic:
    """One mistake: what is wrong, where, and what to do about it.

    `code` names the kind of mistake, and stays the same when the message is reworded.
    """

    severity: Severity
    code: str
    message: str
    labels: tuple[Label, ...] = ()
    notes: tuple[str, ...] = ()
    help: str | None = None

    @property
    def is_error(self) -> bool:
        """Whether it keeps the spec from being compiled."""
        return self.severity is Severity.ERROR

    @property
    def fix(self) -> Fix | None:
        """The name that is meant in place of the one that is wrong; None for other help.

        The first label may be on more than the name, which must stand in it once then.
        """
        if not isinstance(self.help, Meant) or not self.labels:
            return None
        span, word = self.labels[0].span, rf"(?<!\w){re.escape(self.help.wrong)}(?!\w)"
        places = [match.span() for match in re.finditer(word, span.text)]
        if len(places) != 1:
            return None
        (start, end) = places[0]
        return Fix(Span(span.source, span.start + start, span.start + end), self.help.right)

    def __str__(self) -> str:
        """One line, for a program's log: the place and the message."""
        return ": ".join([*(str(label.span) for label in self.labels[:1]), self.message])

    def __repr__(self) -> str:
        hint = f"; {self.help}" if self.help else ""
        return f"<{self.severity.value}[{self.code}] {self}{hint}>"


def error(
    code: str,
    message: str,
    span: Span | None = None,
    label: str = "",
    *,
    also: Iterable[Label] = (),
    notes: Iterable[str] = (),
    help: str | None = None,
) -> Diagnostic:
    """An error. The first label is on the text that is wrong, and those of `also` explain it."""
    labels = (Label(span, label), *also) if span else tuple(also)
    return Diagnostic(Severity.ERROR, code, message, labels, tuple(notes), help)


def warning(
    code: str,
    message: str,
    span: Span,
    label: str = "",
    *,
    also: Iterable[Label] = (),
    help: str | None = None,
) -> Diagnostic:
    return Diagnostic(Severity.WARNING, code, message, (Label(span, label), *also), help=help)


def note(
    code: str, message: str, span: Span, label: str = "", notes: Iterable[str] = ()
) -> Diagnostic:
    return Diagnostic(Severity.NOTE, code, message, (Label(span, label),), tuple(notes))


class CompileError(Exception):
    """The input cannot be compiled. `diagnostics` has the errors, and warnings among them."""

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics = tuple(diagnostics)
        super().__init__("; ".join(str(d) for d in self.diagnostics if d.is_error))


def placed(failure: CompileError, span: Span) -> CompileError:
    """The same failure, at a place of the text where its diagnostics have none."""
    found = failure.diagnostics
    return CompileError([d if d.labels else replace(d, labels=(Label(span),)) for d in found])


@dataclass
class Diagnostics:
    """Collects diagnostics in order, one for each code and place, up to `limits.MISTAKES` errors.

    A body can be evaluated many times, and each time finds the same mistakes.
    """

    _seen: dict[tuple[str, Span | str], Diagnostic] = field(default_factory=dict)
    _errors: int = 0

    def add(self, diagnostic: Diagnostic) -> None:
        """Add a diagnostic, unless there is one of its code at its place.

        Raises:
            CompileError: there are `limits.MISTAKES` errors.
        """
        # One without a place, such as a missing file, is told apart by its message.
        place = diagnostic.labels[0].span if diagnostic.labels else diagnostic.message
        if (diagnostic.code, place) in self._seen:
            return
        if self._errors < limits.MISTAKES:
            self._errors += diagnostic.is_error
            self._record(place, diagnostic)
        if diagnostic.is_error and self._errors == limits.MISTAKES:
            stopped = f"stopped after {limits.MISTAKES} errors; there may be more"
            self._record(stopped, Diagnostic(Severity.NOTE, "stopped", stopped))
            raise CompileError(self)

    def _record(self, place: Span | str, diagnostic: Diagnostic) -> None:
        self._seen[diagnostic.code, place] = diagnostic

    def extend(self, diagnostics: Iterable[Diagnostic]) -> None:
        for diagnostic in diagnostics:
            self.add(diagnostic)

    def collect(self, failure: CompileError) -> None:
        """Add the diagnostics that made a phase stop, as far as there is room."""
        with suppress(CompileError):
            self.extend(failure.diagnostics)

    def __iter__(self) -> Iterator[Diagnostic]:
        return iter(self._seen.values())

    @property
    def has_errors(self) -> bool:
        return self._errors > 0

    def stop_on_errors(self) -> None:
        """Stop the phase if it has collected an error.

        Raises:
            CompileError: with all diagnostics.
        """
        if self.has_errors:
            raise CompileError(self)


def counted(count: int, noun: str) -> str:
    """`1 error`, `2 errors`."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def alternatives(phrases: Iterable[str]) -> str:
    """`a`, `a or b`, `a, b or c`."""
    *others, last = phrases
    return f"{', '.join(others)} or {last}" if others else last


def suggestion(name: str, known: Iterable[str]) -> str | None:
    """The help for an unknown name; None where there are no names to choose from."""
    names = list(known)
    return did_you_mean(name, names) or one_of(names)


def one_of(names: Iterable[str]) -> str | None:
    """The help for a choice: which names there are; None where there are none."""
    quoted = [f"`{name}`" for name in names]
    if len(quoted) > 1:
        return f"write one of {', '.join(quoted)}"
    return f"write {quoted[0]}" if quoted else None


def did_you_mean(name: str, known: Iterable[str]) -> Meant | None:
    """A suggestion for a misspelt name, or None where nothing is near."""
    near = nearest(name, known)
    return Meant(name, near) if near is not None else None


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that is most similar, or None where none is near."""
    import difflib  # slow to import, and needed only for mistakes

    names = list(known)
    near = difflib.get_close_matches(name, names, n=1, cutoff=0.65)
    # `ReLU` shares one letter in four with `relu`, as case counts in the comparison.
    near = near or [other for other in names if other.lower() == name.lower()]
    return near[0] if near else None
