"""A script joined with all that it needs of its neighbours, so that it stands alone.

Files are taken apart into their statements, and those are kept that the script reads, directly or
through others. A name that means one thing in one file and another in the next has no place in one
file: such scripts are refused.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from graphlib import TopologicalSorter

from archdsl.diagnostics import CompileError, error
from archdsl.emit.imports import Imported, import_lines, imported_by
from archdsl.emit.pieces import Part, laid_out, parts_of, reachable
from archdsl.emit.python import Docstring, render


def join(script: str, files: Mapping[str, str]) -> str:
    """The text of a script that stands alone; `files` are it and all that it may import.

    Raises:
        CompileError: two of its files mean different things by a name.
    """
    trees = _dependencies_first({name: ast.parse(text) for name, text in files.items()})
    own = {name.removesuffix(".py") for name in trees}
    parts = [part for name in trees for part in parts_of(name, files[name])]
    needed = reachable((part for part in parts if part.file == script), parts)
    names = {name for part in needed for name in part.reads}
    imports = [
        (name, each)
        for name, tree in trees.items()
        for node in tree.body
        for each in imported_by(node)
        if each.bound in names and each.module not in {*own, "__future__"}
    ]
    _refuse_clashes(needed, imports)
    head = render((Docstring(_docstring(trees, script)),))
    future = "from __future__ import annotations"
    early = [part for part in needed if part.is_early]
    names = {name for part in early for name in part.reads}
    first = {each for _, each in imports if each.bound in names}
    others = {each for _, each in imports} - first
    rest = [part for part in needed if not part.is_early]
    blocks = [(first, early), (others, rest)] if early else [(others, rest)]
    body = [line for own, parts in blocks for line in _block(own, parts)]
    return "\n".join([*head, "", future, *body]) + "\n"


def _block(imports: Iterable[Imported], parts: Iterable[Part]) -> list[str]:
    return ["", *import_lines(imports, ()), *laid_out(parts)]


def _dependencies_first(trees: Mapping[str, ast.Module]) -> dict[str, ast.Module]:
    """The files, each behind those that it imports."""
    imported = {
        name: [f"{each.module}.py" for node in tree.body for each in imported_by(node)]
        for name, tree in trees.items()
    }
    order = TopologicalSorter(
        {name: [other for other in others if other in trees] for name, others in imported.items()}
    )
    return {name: trees[name] for name in order.static_order()}


def _refuse_clashes(parts: Iterable[Part], imports: Iterable[tuple[str, Imported]]) -> None:
    meant: dict[str, tuple[str, object]] = {}
    kinds = [(name, part.file, part.file) for part in parts for name in part.binds]
    for name, file, meaning in [*kinds, *((i.bound, file, i) for file, i in imports)]:
        first, before = meant.setdefault(name, (file, meaning))
        if before != meaning:
            message = f"`{name}` is one thing in {first} and another in {file}"
            hint = "without --single-file each is in a file of its own"
            raise CompileError([error("compile", message, help=hint)])


def _docstring(trees: Mapping[str, ast.Module], script: str) -> str:
    """What the recipe says of itself, and how the script is started."""
    _, usage, *_ = (ast.get_docstring(trees[script]) or "").split("\n\n")
    return f"{ast.get_docstring(trees['recipe.py'])}\n\n{usage}"
