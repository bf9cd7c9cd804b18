"""A spec with the files that it uses, and which names each of them sees."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from archdsl import limits
from archdsl.diagnostics import CompileError, Diagnostic, Diagnostics, Label, did_you_mean, error
from archdsl.ops import OPERATIONS
from archdsl.resources import folder
from archdsl.source import Source, Span
from archdsl.syntax import tree
from archdsl.syntax.parser import parse

SUFFIX = ".arch"

Named: TypeAlias = tree.Block | tree.Network | tree.Derived


@dataclass(frozen=True)
class Unit:
    """One file, with what its names stand for: its own definitions and those it uses."""

    file: tree.File = field(repr=False)
    path: Path
    names: dict[str, tuple[Named, Unit]] = field(default_factory=dict, repr=False)

    def own(self) -> Iterator[Named]:
        for definition in self.file.definitions:
            if isinstance(definition, Named):
                yield definition

    def claims(self) -> Iterator[tree.Claim]:
        for definition in self.file.definitions:
            if isinstance(definition, tree.Claim):
                yield definition


@dataclass(frozen=True)
class Program:
    """The spec (`main`) and every unit it uses, each once, used before user."""

    main: Unit
    units: tuple[Unit, ...]

    def networks(self) -> list[str]:
        """The networks that the spec itself defines, in order."""
        return [d.name for d in self.main.own() if _is_network(d)]

    @property
    def digest(self) -> str:
        """SHA-256 over the texts of all units, in hexadecimal."""
        parts = "".join(unit.file.source.digest for unit in self.units)
        return hashlib.sha256(parts.encode()).hexdigest()

    def words(self) -> set[str]:
        """The words that the types of parameters list."""
        parameters = (
            parameter
            for unit in self.units
            for definition in unit.own()
            if not isinstance(definition, tree.Derived)
            for parameter in definition.parameters
        )
        return {word for parameter in parameters for word in parameter.types} - TYPE_WORDS


TYPE_WORDS = frozenset({"int", "number", "bool", "tuple", "tensor", "block", "none"})


def _is_network(definition: Named) -> bool:
    if isinstance(definition, tree.Derived):
        return definition.kind == "network"
    return isinstance(definition, tree.Network)


def read(path: Path, name: str | None = None) -> Source:
    """The text of a file.

    Raises:
        CompileError: there is none, or it is not text of a reasonable size.
    """
    shown = name or str(path)
    if not os.path.exists(path):
        near = did_you_mean(path.name, (p.name for p in _neighbours(path)))
        raise CompileError([error("file", f"no such file: {shown}", help=near)])
    if not os.path.isfile(path):
        kind = "a folder" if path.is_dir() else "no file"
        raise CompileError([error("file", f"{shown} is {kind}; a spec is a file of text")])
    try:
        with path.open("rb") as stream:
            data = stream.read(limits.SOURCE_BYTES + 1)
        if len(data) > limits.SOURCE_BYTES:
            most = f"{limits.SOURCE_BYTES // 2**20} MiB"
            raise CompileError([error("file", f"{shown} has more than {most}: no spec is so long")])
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        message = f"{shown} is not text in UTF-8 (byte {fault.start})"
        raise CompileError([error("file", message)]) from None
    except OSError as fault:
        raise CompileError([error("file", f"cannot read {shown}: {fault.strerror}")]) from None
    return Source(shown, text)


def _neighbours(path: Path) -> list[Path]:
    return sorted(path.parent.glob("*" + SUFFIX)) if path.parent.is_dir() else []


def load_program(path: Path) -> Program:
    """Parse a spec and all that it uses.

    Raises:
        CompileError: with the mistakes of every file that could be reached.
    """
    loader = _Loader()
    main = loader.unit(read(path), path)
    if main is None or loader.diagnostics.has_errors:
        raise CompileError(loader.diagnostics)
    return Program(main, tuple(loader.done.values()))


class _Loader:
    """Reads units depth first; `open` is the path of uses that led here."""

    def __init__(self) -> None:
        self.diagnostics = Diagnostics()
        self.done: dict[Path, Unit] = {}
        self.open: list[Path] = []

    def unit(self, source: Source, path: Path) -> Unit | None:
        try:
            file = parse(source)
        except CompileError as failure:
            self._report(failure.diagnostics)
            return None
        unit = Unit(file, path)
        self.open.append(path.resolve())
        origins: dict[str, Span] = {}
        for definition in file.definitions:
            if isinstance(definition, tree.Use):
                self._use(unit, definition, origins)
        self._define(unit, origins)
        self.open.pop()
        self.done[path.resolve()] = unit
        return unit

    def _report(self, diagnostics: tuple[Diagnostic, ...]) -> None:
        for diagnostic in diagnostics:
            self.diagnostics.add(diagnostic)

    def _use(self, unit: Unit, use: tree.Use, origins: dict[str, Span]) -> None:
        path, name = find(use.name, unit.path)
        if path is None:
            self.diagnostics.add(_unknown_use(use, unit.path))
            return
        resolved = path.resolve()
        if resolved in self.open:
            self.diagnostics.add(self._cycle(use, resolved))
            return
        if len(self.done) + len(self.open) > limits.FILES:
            message = f"more than {limits.FILES} files are used"
            raise CompileError([error("use", message, use.span)])
        used = self.done.get(resolved) or self._read_unit(path, name)
        if used is None:
            return
        for definition in used.own():
            self._bring(unit, definition, used, use, origins)

    def _read_unit(self, path: Path, name: str | None) -> Unit | None:
        try:
            return self.unit(read(path, name), path)
        except CompileError as failure:
            self._report(failure.diagnostics)
            return None

    def _bring(
        self, unit: Unit, definition: Named, used: Unit, use: tree.Use, origins: dict[str, Span]
    ) -> None:
        if definition.name in unit.names:
            also = [Label(origins[definition.name], "it came with this already")]
            message = f"`{definition.name}` comes from two files"
            self.diagnostics.add(error("name", message, use.span, also=also))
            return
        unit.names[definition.name] = (definition, used)
        origins[definition.name] = use.span

    def _define(self, unit: Unit, origins: dict[str, Span]) -> None:
        for definition in unit.own():
            name = definition.name
            if name in origins:
                also = [Label(origins[name], "the first one")]
                message = f"`{name}` is defined twice"
                self.diagnostics.add(error("name", message, name_span(definition), also=also))
            elif name in OPERATIONS:
                message = f"`{name}` is an operation already"
                self.diagnostics.add(error("name", message, name_span(definition)))
            else:
                unit.names[name] = (definition, unit)
                origins[name] = name_span(definition)

    def _cycle(self, use: tree.Use, resolved: Path) -> Diagnostic:
        around = [*self.open[self.open.index(resolved) :], resolved]
        path = " -> ".join(p.stem for p in around)
        return error("use", f"files use each other in a circle: {path}", use.span)


def name_span(definition: Named) -> Span:
    """The place of a definition's name."""
    source, start = definition.span.source, definition.span.start
    if definition.doc is not None:
        start = source.text.index('"""', start + 3) + 3
    found = source.text.index(definition.name, start + len("block"))
    return Span(source, found, found + len(definition.name))


def find(name: str, user: Path) -> tuple[Path | None, str | None]:
    """The file that `use NAME` means: beside the user, else of the library, and how to show it.

    A name is made of words and dots, and links that lead outside are not followed.
    """
    relative = Path(*name.split(".")).with_suffix(SUFFIX)
    for place, shown in ((user.parent, None), (folder("library"), f"library/{relative}")):
        path = place / relative
        if not os.path.isfile(path) or path.resolve() == user.resolve():
            continue
        if path.resolve().is_relative_to(place.resolve()):
            return path, shown
    return None, None


def _unknown_use(use: tree.Use, user: Path) -> Diagnostic:
    known = {p.stem for place in (user.parent, folder("library")) for p in place.glob("*.arch")}
    message = f"there is no `{use.name}{SUFFIX}` beside this file or in the library"
    span = Span(use.span.source, use.span.end - len(use.name), use.span.end)
    return error("use", message, span, help=did_you_mean(use.name, known - {user.stem}))


