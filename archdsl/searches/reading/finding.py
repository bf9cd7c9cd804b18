"""Finding the searches of a spec: by name, or those for a network."""

from __future__ import annotations

from collections.abc import Sequence

from archdsl.diagnostics import CompileError, error, suggestion
from archdsl.program.program import Program
from archdsl.recipes.reading.finding import ancestry
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


def searches_for(program: Program, network: str) -> Sequence[str]:
    """The searches for a network, by name; or else for the nearest that it derives from."""
    spaces = {s.name: tree.split_call(s.space)[0].name for s in program.main.searches.values()}
    for definition in ancestry(program.main.names[network]):
        found = [name for name, space in spaces.items() if space == definition.name]
        if found:
            return found
    return ()
