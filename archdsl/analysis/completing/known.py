"""What is known at an offset: names of the body, of the file, and of the language.

The program may lack the definition that is being typed. What that gives is read off its tokens.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields

from archdsl import limits
from archdsl.analysis.completing.proposal import Proposal, Rank, word
from archdsl.analysis.describing.symbols import parameter_node
from archdsl.analysis.drafts.sketch import Sketched, around, sketch
from archdsl.analysis.names.finding import Names
from archdsl.analysis.names.meanings import Meanings, Symbols
from archdsl.analysis.names.symbol import BY_KEYWORD, Kind, Symbol
from archdsl.ops import OPERATIONS
from archdsl.params.kinds import Boolean, Either, Maybe, kind_of
from archdsl.params.kinds import Kind as ValueKind
from archdsl.program.names import FUNCTIONS, TYPE_WORDS, words_of_kind
from archdsl.source import Source


class Known:
    """The names that can be written in one text at one offset."""

    def __init__(self, source: Source, offset: int, names: Names) -> None:
        self.source = source
        self.names = names
        self.unit = names.program.main
        self.meanings = Meanings(names.program, self.unit)
        self.definition: Sketched | None = around(source, offset)
        self._offset = offset

    def locals(self) -> Iterator[Proposal]:
        """The names that the body gives before the offset."""
        if self.definition is None or self.definition.kind in ("use", "claim"):
            return
        owner = Symbol(Kind.WORD, self.definition.name)
        for name in self.definition.known(self._offset):
            yield Proposal(name, Symbol(Kind.VARIABLE, name, owner), Rank.FITTING)

    def definitions(self, *kinds: Kind) -> Iterator[Proposal]:
        """The definitions of these kinds that the file sees, its own ones first."""
        seen: set[str] = set()
        for each in sketch(self.source):
            kind = BY_KEYWORD.get(each.kind)
            if kind in kinds and each != self.definition and each.name not in seen:
                seen.add(each.name)
                known = self._named(kind, each.name)
                yield Proposal(each.name, known or Symbol(kind, each.name), Rank.FITTING)
        for name, symbol in {**self.meanings.recipes, **self.meanings.definitions}.items():
            if symbol.kind in kinds and name not in seen:
                yield Proposal(name, symbol, Rank.NEAR)

    def _named(self, kind: Kind, name: str) -> Symbol | None:
        table = self.meanings.recipes if kind is Kind.RECIPE else self.meanings.definitions
        return table.get(name)

    def callables(self) -> Iterator[Proposal]:
        """What can be applied: blocks, cells and operations."""
        yield from self.definitions(Kind.BLOCK, Kind.CELL)
        for name in OPERATIONS:
            yield Proposal(name, Symbol(Kind.OPERATION, name), Rank.NEAR)

    def values(self) -> Iterator[Proposal]:
        """What can stand where a value can."""
        yield from self.locals()
        yield Proposal("in", Symbol(Kind.RUNNING, "in"), Rank.NEAR)
        yield from self.callables()
        for name in FUNCTIONS:
            if name not in OPERATIONS:
                yield Proposal(name, Symbol(Kind.FUNCTION, name), Rank.OTHER)
        for constant in ("true", "false", "none", "each"):
            yield word(constant, rank=Rank.OTHER)

    def parameters(self, name: str | None) -> Mapping[str, Symbols]:
        """The parameters of what a name calls, also of what is derived in a draft."""
        for _ in range(limits.DERIVATIONS):  # a derivation can be a cycle
            if name is None:
                break
            known = self.meanings.parameters(name) or self.meanings.recipe_parameters(name)
            if known:
                return known
            own = next((each for each in sketch(self.source) if each.name == name), None)
            if own is not None and own.base is None:
                owner = Symbol(BY_KEYWORD.get(own.kind, Kind.WORD), own.name)
                return {each: (Symbol(Kind.PARAMETER, each, owner),) for each in own.parameters}
            name = own.base if own is not None else None
        return {}

    def blocks_parameters(self) -> Mapping[str, Symbols]:
        """The parameters of all blocks that the file sees, by which a table can have columns."""
        found: dict[str, Symbols] = {}
        for each in self.definitions(Kind.BLOCK, Kind.CELL):
            for name, symbols in self.parameters(each.label).items():
                found[name] = (*found.get(name, ()), *symbols)
        return found

    def words(self, callee: str | None, argument: str | None) -> Iterator[Proposal]:
        """The words that an argument takes: those of its type."""
        for symbol in self.parameters(callee).get(argument or "", ()):
            for text in self._words_of(symbol):
                yield word(text, f"of `{symbol.name}`", Rank.MEANT)

    def _words_of(self, symbol: Symbol) -> Sequence[str]:
        owner = symbol.owner
        if owner is not None and owner.kind is Kind.OPERATION:
            own = {each.name: each for each in fields(OPERATIONS[owner.name])}
            return words_of_value(kind_of(own[symbol.name]))
        unit = self.names.unit(symbol)
        node = parameter_node(symbol, unit) if unit is not None else None
        if node is None:
            return ()
        default = node.default.span.text if node.default is not None else ""
        is_switch = "bool" in node.types or default in ("true", "false")
        words = [each for each in node.types if each not in TYPE_WORDS or each == "none"]
        return [*words, *(("true", "false") if is_switch else ())]


def words_of_value(kind: ValueKind) -> list[str]:
    """The words that a kind of value takes, constants among them."""
    match kind:
        case Maybe():
            return [*words_of_value(kind.kind), "none"]
        case Either():
            return [*words_of_value(kind.first), *words_of_value(kind.second)]
        case Boolean():
            return ["true", "false"]
    return [*words_of_kind(kind)]
