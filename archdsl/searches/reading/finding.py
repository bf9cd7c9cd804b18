"""Finding the search of a name in a spec."""

from __future__ import annotations

from archdsl.diagnostics import CompileError, error, suggestion
from archdsl.program.program import Program
from archdsl.syntax import tree


def choose(program: Program, name: str | None) -> tree.Search:
    """The search of a name that the spec itself defines; without one, the only one.

    Raises:
        CompileError: there is no such search.
    """
    known, shown = program.main.searches, program.main.file.source.name
    if name is not None and name in known:
        return known[name]
    if name is None and len(known) == 1:
        return next(iter(known.values()))
    if name is not None:
        message, help = f"no search is called `{name}`", suggestion(name, known)
    elif known:
        message, help = f"{shown} has several searches", f"choose one: {', '.join(known)}"
    else:
        message, help = f"{shown} defines no search", "write `search NAME for SPACE { ... }`"
    # A file that cannot be read may have had it.
    raise CompileError(program.faults or [error("search", message, help=help)])
