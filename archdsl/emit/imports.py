"""Imports as ruff sorts them, and which of them a text needs.

recipe.py's are those of the names that it uses; a script that is joined into one file has those
of all its parts.
"""

from __future__ import annotations

import ast
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from symtable import SymbolTable, symtable

from archdsl.emit.python.tokens import WIDTH
from archdsl.frozen import Frozen


class Imported(Frozen):
    """A module, or a name of one, and what it is called."""

    module: str
    name: str | None = None
    alias: str | None = None

    @property
    def bound(self) -> str:
        """The name that it has here."""
        return self.alias or self.name or self.module.partition(".")[0]


def names_used(text: str) -> set[str]:
    """The names that stand for something of the whole file."""
    return set(_names_in(symtable(text, "script", "exec")))


def _names_in(scope: SymbolTable) -> Iterator[str]:
    for symbol in scope.get_symbols():
        if symbol.is_global() or (scope.get_type() == "module" and symbol.is_referenced()):
            yield symbol.get_name()
    for inner in scope.get_children():
        yield from _names_in(inner)


def names_defined(text: str) -> set[str]:
    """The names of a file's own constants, functions and classes."""
    return {name for node in ast.parse(text).body for name in names_bound(node)}


def names_bound(node: ast.stmt) -> Iterator[str]:
    """The names that a statement at the top of a file gives values to."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        yield node.name
    elif isinstance(node, ast.Assign):
        for target in node.targets:
            yield from (part.id for part in ast.walk(target) if isinstance(part, ast.Name))
    elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        yield node.target.id


def imported_by(node: ast.stmt) -> Iterator[Imported]:
    """What a statement imports."""
    if isinstance(node, ast.Import):
        yield from (Imported(alias.name, None, alias.asname) for alias in node.names)
    if isinstance(node, ast.ImportFrom):
        yield from (Imported(node.module or "", a.name, a.asname) for a in node.names)


def import_lines(imports: Iterable[Imported], own: Iterable[str]) -> list[str]:
    """The statements: the standard library, what is installed, and the folder's own modules."""
    groups: Mapping[int, set[Imported]] = defaultdict(set)
    modules = frozenset(own)
    for each in imports:
        root = each.module.partition(".")[0]
        groups[2 if root in modules else int(root not in sys.stdlib_module_names)].add(each)
    made: list[str] = []
    for number in sorted(groups):
        made += ["", *_group(groups[number])]
    return made[1:]


def _group(imports: set[Imported]) -> Iterator[str]:
    """Whole modules first, then names by their modules; one under another name has a line."""
    yield from sorted(_whole(each) for each in imports if each.name is None)
    names: dict[str, list[str]] = defaultdict(list)
    for each in imports:
        if each.name is not None and each.alias is None:
            names[each.module].append(each.name)
    renamed = [each for each in imports if each.name is not None and each.alias is not None]
    made = [(module, _order(min(n, key=_order)), _parts(module, n)) for module, n in names.items()]
    made += [
        (each.module, _order(each.name or ""), [f"{_from(each.module)}{each.name} as {each.alias}"])
        for each in renamed
    ]
    for _, _, statement in sorted(made):
        yield from statement


def _whole(each: Imported) -> str:
    return f"import {each.module}{f' as {each.alias}' if each.alias else ''}"


def _from(module: str) -> str:
    return f"from {module} import "


def _order(name: str) -> tuple[bool, bool, str]:
    """Constants, then classes, then functions."""
    return not (name.isupper() and len(name) > 1), name[0].islower(), name


def _parts(module: str, names: list[str]) -> list[str]:
    """A name a line where one line is too long."""
    ordered = sorted(names, key=_order)
    line = f"{_from(module)}{', '.join(ordered)}"
    if len(line) <= WIDTH:
        return [line]
    return [f"{_from(module)}(", *(f"    {name}," for name in ordered), ")"]
