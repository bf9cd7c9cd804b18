"""The names of a text as it stands, whether it parses or not."""

from __future__ import annotations

from archdsl import compiler
from archdsl.analysis.analysis import Analysis
from archdsl.analysis.drafts.mending import mended
from archdsl.analysis.names.finding import Names
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
    path = analysis.path.resolve()

    def read(text: str) -> Program:
        return compiler.resolve(analysis.path, (), {**unsaved, path: text})

    return Names(mended(source, analysis.diagnostics, read))
