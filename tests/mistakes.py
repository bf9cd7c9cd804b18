"""Diagnostics in a form that tests can compare: message, marked words, help."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from archdsl.diagnostics import CompileError, Diagnostic
from archdsl.spec import Spec, load


@dataclass(frozen=True)
class Mistake:
    """The message of a diagnostic, the words of its first label, and its other labels."""

    code: str
    words: str
    message: str
    help: str | None
    also: tuple[tuple[str, str], ...] = ()

    @staticmethod
    def of(diagnostic: Diagnostic) -> Mistake:
        labels = [(label.span.text, label.text) for label in diagnostic.labels]
        words = labels[0][0] if labels else ""
        return Mistake(
            diagnostic.code, words, diagnostic.message, diagnostic.help, tuple(labels[1:])
        )


def load_text(text: str) -> Spec:
    """A spec of one file.

    Raises:
        CompileError: there is a mistake in it.
    """
    with TemporaryDirectory() as folder:
        path = Path(folder) / "spec.arch"
        path.write_text(text)
        return load(path)


def mistakes_of(work: Callable[[], object]) -> list[Mistake]:
    """The mistakes that some work raises; the test fails if it raises none."""
    with pytest.raises(CompileError) as failure:
        work()
    return list(map(Mistake.of, failure.value.diagnostics))


def check(
    mistakes: Iterable[Mistake], words: str | None, message: str, help: str | None = None
) -> Mistake:
    """Check that there is one mistake, at these words, with these parts of a message and a help."""
    (mistake,) = mistakes
    assert words is None or mistake.words == words
    assert message in mistake.message
    assert help is None or help in (mistake.help or "")
    return mistake
