"""Mistakes as tests tell of them: what is said, the words that it stands under, and what helps."""

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
    """What a diagnostic says, the words it stands under, and those it points to besides."""

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


def loaded(text: str) -> Spec:
    """A spec of one file.

    Raises:
        CompileError: there is a mistake in it.
    """
    with TemporaryDirectory() as folder:
        path = Path(folder) / "spec.arch"
        path.write_text(text)
        return load(path)


def told(work: Callable[[], object]) -> list[Mistake]:
    """What is said of work that cannot be done."""
    with pytest.raises(CompileError) as failure:
        work()
    return list(map(Mistake.of, failure.value.diagnostics))


def check(
    found: Iterable[Mistake], words: str | None, message: str, help: str | None = None
) -> Mistake:
    """See that there is one mistake, under these words, which says this; `help` is part of its."""
    (mistake,) = found
    assert words is None or mistake.words == words
    assert message in mistake.message
    assert help is None or help in (mistake.help or "")
    return mistake
