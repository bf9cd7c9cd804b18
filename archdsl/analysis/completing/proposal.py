"""A proposal: a word that can stand at the cursor, and what is inserted for it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from archdsl.analysis.names.symbol import Kind, Symbol


class Rank(IntEnum):
    """In which order proposals are shown: what fits best comes first."""

    MEANT = 0
    FITTING = 1
    NEAR = 2
    OTHER = 3


@dataclass(frozen=True)
class Proposal:
    """A word to write. `symbol` is what it means, from which its documentation follows.

    `snippet` is inserted in its place, where it has one: `${1:name}` are stops for the cursor.
    `typed` is what the author may have begun to write for it: its name in another library.
    """

    label: str
    symbol: Symbol
    rank: Rank = Rank.FITTING
    snippet: str | None = None
    text: str = ""
    typed: str | None = None

    @property
    def kind(self) -> Kind:
        return self.symbol.kind


def word(label: str, text: str = "", rank: Rank = Rank.FITTING) -> Proposal:
    """A word that means itself."""
    return Proposal(label, Symbol(Kind.WORD, label), rank, text=text)


def given(label: str, symbol: Symbol, rank: Rank = Rank.MEANT) -> Proposal:
    """A parameter, with the sign after which its value follows."""
    return Proposal(label, symbol, rank, snippet=f"{label} = $0")
