"""The statements of a Python file, and which of them some need of others.

Scripts that stand alone have what they read of their neighbours; the module of a target has the
layers that it uses, of a file with all that the target knows.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from archdsl.emit.imports import names_bound, names_used
from archdsl.frozen import Frozen


class Part(Frozen):
    """A statement at the top of a file, with the comments above it, and what it binds and reads."""

    file: str
    text: str
    blank_lines: int
    is_definition: bool
    is_early: bool
    """Whether it stands between imports: the others take long."""
    binds: frozenset[str]
    reads: frozenset[str]


def parts_of(file: str, text: str) -> Iterator[Part]:
    """The statements of a file, its docstring and its imports aside."""
    tree, written = ast.parse(text), text.splitlines()
    imports = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    end = 0
    for node in tree.body:
        above, end = end, node.end_lineno or node.lineno
        is_docstring = isinstance(node, ast.Expr) and node is tree.body[0]
        if is_docstring or node in imports:
            continue
        is_early = bool(imports) and node.lineno < imports[-1].lineno
        own = written[above:end]
        blank = next(i for i, line in enumerate(own) if line.strip())
        statement = "\n".join(own[blank:])
        is_definition = isinstance(node, ast.FunctionDef | ast.ClassDef | ast.If)
        names = frozenset(names_bound(node))
        reads = frozenset(names_used(statement))
        yield Part(file, statement, blank, is_definition, is_early, names, reads)


def reachable(first: Iterable[Part], parts: list[Part]) -> list[Part]:
    """Some statements and all that they read of others, in the order of those."""
    homes: dict[str, list[Part]] = {}
    for part in parts:
        for name in part.binds:
            homes.setdefault(name, []).append(part)
    found = set(first)
    waiting = [*found]
    while waiting:
        for name in waiting.pop().reads:
            new = set(homes.get(name, ())) - found
            found |= new
            waiting += new
    return [part for part in parts if part in found]


def laid_out(parts: Iterable[Part]) -> Iterator[str]:
    """The statements, apart from each other as they were; definitions by two empty lines."""
    before: Part | None = None
    for part in parts:
        is_definition = part.is_definition and not part.is_early
        is_apart = before is None or before.file != part.file
        is_apart |= is_definition or (before is not None and before.is_definition)
        first = before is None and not is_definition
        yield from [""] * (1 if first else 2 if is_apart else min(part.blank_lines, 2))
        yield part.text
        before = part
