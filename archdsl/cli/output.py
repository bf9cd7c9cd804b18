"""Diagnostics to stderr."""

from __future__ import annotations

import sys
from collections.abc import Iterable

from archdsl.diagnostics import Diagnostic, Severity


def report(diagnostics: Iterable[Diagnostic]) -> None:
    """Print diagnostics, after what was printed before them."""
    listed = list(diagnostics)
    if not listed:
        return
    from archdsl.report.diagnostics import render
    from archdsl.report.text import paint_for

    sys.stdout.flush()
    sys.stderr.write(render(listed, paint_for(sys.stderr)))
    sys.stderr.flush()


def report_warnings(diagnostics: Iterable[Diagnostic]) -> None:
    """Print what is no mere note: those are for `check`."""
    report(d for d in diagnostics if d.severity is not Severity.NOTE)
