"""The names of a text as it stands, whether it parses or not."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from archdsl import compiler
from archdsl.analysis.analysis import Analysis
from archdsl.analysis.drafts.mending import mended
from archdsl.analysis.names.finding import Names
from archdsl.diagnostics import CompileError, Diagnostic
from archdsl.program.files import NOTHING_UNSAVED, Unsaved
from archdsl.program.program import Program
from archdsl.source import Source


def names_of(analysis: Analysis, source: Source, unsaved: Unsaved = NOTHING_UNSAVED) -> Names:
    """The names of a text that was analysed, without its definitions that do not parse.

    Raises:
        CompileError: nothing of it can be read.
    """
    if analysis.program is not None:
        return Names(analysis.program)
    return _mended(analysis.path, source, unsaved, analysis.diagnostics)


def names_in(path: Path, source: Source, unsaved: Unsaved = NOTHING_UNSAVED) -> Names:
    """The same of a text that was not analysed: no network is built for them.

    Raises:
        CompileError: nothing of it can be read.
    """
    texts = {**unsaved, path.resolve(): source.text}
    try:
        return Names(compiler.resolve(path, (), texts))
    except CompileError as failure:
        return _mended(path, source, unsaved, failure.diagnostics)


def _mended(path: Path, source: Source, unsaved: Unsaved, mistakes: Iterable[Diagnostic]) -> Names:
    def read(text: str) -> Program:
        return compiler.resolve(path, (), {**unsaved, path.resolve(): text})

    return Names(mended(source, mistakes, read))
