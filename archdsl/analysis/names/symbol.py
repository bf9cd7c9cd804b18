"""What a name can mean, and an occurrence of a name in a text.

A symbol is equal in all programs that see it: it is known by its kind, its name and what it belongs
to, up to the file. So what one program says of it can be joined with what others say.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from archdsl.source import Span


class Kind(Enum):
    """What a symbol is. Those of the language itself belong to no file."""

    FILE = "file"
    BLOCK = "block"
    CELL = "cell"
    NETWORK = "network"
    RECIPE = "recipe"
    SEARCH = "search"
    PARAMETER = "parameter"
    INPUT = "input"
    VARIABLE = "variable"
    TABLE = "table"
    COLUMN = "column"
    STAGE = "stage"
    OPERATION = "operation"
    FUNCTION = "function"
    TRANSFORM = "transform"
    SETTING = "setting"
    METHOD = "method"
    OPTION = "option"
    METRIC = "metric"
    SIZE = "size"
    RUNNING = "running value"
    WORD = "word"


DEFINITIONS = frozenset({Kind.BLOCK, Kind.CELL, Kind.NETWORK, Kind.RECIPE, Kind.SEARCH, Kind.FILE})
"""Kinds that belong to a file and to nothing inside it."""


BY_KEYWORD = {
    each.value: each for each in (Kind.BLOCK, Kind.CELL, Kind.NETWORK, Kind.RECIPE, Kind.SEARCH)
}
"""What the keyword of a definition defines."""


@dataclass(frozen=True, slots=True)
class Symbol:
    """What a name means: the definition of a file, something inside one, or a word of the language.

    `path` is that of the file of a definition. All else belongs to an `owner`, or to the language.
    """

    kind: Kind
    name: str
    owner: Symbol | None = None
    path: Path | None = None

    @property
    def file(self) -> Path | None:
        """The file that it is in; None for what the language defines."""
        return self.owner.file if self.owner is not None else self.path

    @property
    def definition(self) -> Symbol:
        """The definition that it is in: a network, or what owns it first."""
        return self.owner.definition if self.owner is not None else self


class Role(Enum):
    """What an occurrence does."""

    DEFINES = "defines"
    WRITES = "writes"
    READS = "reads"
    CALLS = "calls"
    """It is applied, and not passed on as a value: `f` in `x -> f(3)`."""
    GIVES = "gives"
    """It names a parameter or an option that is given a value: `kernel` in `f(kernel = 3)`."""
    LABELS = "labels"
    """It is a part of the label of a place: `res3` in `after res3.1`."""
    MATCHES = "matches"
    """It is a part of a label with a wildcard, `res*`, which several labels match."""


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A name in a text, and what it means there.

    A column gives a value to several blocks, so it can mean several things. Without any symbol the
    name is unknown. `is_open` says that it may mean others, which the text does not tell: arguments
    of a block that is a parameter. In `f(dropout = 0, classes)` the last word reads `classes`, and
    `also` are the parameters that it gives: it is short for `classes = classes`.
    """

    span: Span
    symbols: tuple[Symbol, ...]
    role: Role
    is_open: bool = False
    also: tuple[Symbol, ...] | None = None

    @property
    def all_symbols(self) -> tuple[Symbol, ...]:
        return (*self.symbols, *(self.also or ()))

    @property
    def text(self) -> str:
        return self.span.text
