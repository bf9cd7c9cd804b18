"""Random spaces, twice each: with choices, and with an option in place of every choice.

A piece of a network is a function of `ask`, which it calls where a choice stands, with the name
that the decision must have. `Written` answers with the choice itself and `Taken` with one of its
options, so the same function writes both texts. Where a text decides at each use, the second has a
copy of it for each use.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import TypeAlias

from hypothesis import strategies as st

Option: TypeAlias = "str | Callable[[Ask], str]"


class Ask:
    """Answers for choices, in one of the two texts."""

    is_space = False

    def one(self, name: str, *options: Option, each: bool = False) -> str:
        raise NotImplementedError

    def steps(self, name: str, first: int, last: int, by: int) -> str:
        raise NotImplementedError

    def several(self, name: str, amount: int, *items: str, at_most: bool = False) -> str:
        raise NotImplementedError


class Written(Ask):
    """The choices as they stand in the text of a space."""

    is_space = True

    def one(self, name: str, *options: Option, each: bool = False) -> str:
        texts = [option if isinstance(option, str) else option(self) for option in options]
        return f"{'each ' * each}{{{', '.join(texts)}}}"

    def steps(self, name: str, first: int, last: int, by: int) -> str:
        return f"{{{first}..{last} by {by}}}"

    def several(self, name: str, amount: int, *items: str, at_most: bool = False) -> str:
        return f"{'<= ' * at_most}{amount} of {{{', '.join(items)}}}"


@dataclass
class Taken(Ask):
    """An option for each choice, by lot. `made` are the decisions and how they came out."""

    dice: random.Random
    made: dict[str, str] = field(default_factory=dict)

    def one(self, name: str, *options: Option, each: bool = False) -> str:
        texts = [option if isinstance(option, str) else option(Written()) for option in options]
        option = options[texts.index(self._decide(name, texts))]
        return option if isinstance(option, str) else option(self)

    def steps(self, name: str, first: int, last: int, by: int) -> str:
        return self._decide(name, [str(number) for number in range(first, last + 1, by)])

    def several(self, name: str, amount: int, *items: str, at_most: bool = False) -> str:
        sizes = range(1 if at_most else amount, amount + 1)
        chosen = [each for size in sizes for each in combinations(items, size)]
        return self._decide(name, [_tuple(each) for each in chosen])

    def _decide(self, name: str, texts: Sequence[str]) -> str:
        if name not in self.made:
            self.made[name] = self.dice.choice(texts)
        return self.made[name]


def _tuple(items: Sequence[str]) -> str:
    return f"({items[0]},)" if len(items) == 1 else f"({', '.join(items)})"


class Piece:
    """Some statements on `y`, and the definitions that they need. `number` makes names unique."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.y = f"y{number}"

    def definitions(self, ask: Ask) -> str:
        return ""

    def parameters(self, ask: Ask) -> str:
        return ""

    def statements(self, ask: Ask) -> str:
        raise NotImplementedError


class Arguments(Piece):
    """Choices in the arguments of a call, and in what they are computed from."""

    def statements(self, ask: Ask) -> str:
        first, second = (f"{self.y}.conv.channels.{number}" for number in (1, 2))
        channels = f"{ask.one(first, '1', '2')} * {ask.one(second, '4', '2 * 3')}"
        return f"{self.y} = y -> conv({channels}, {ask.one(f'{self.y}.conv.kernel', '1', '3')})"


class Shared(Piece):
    """A value that several places read, and a parameter with a default that is a choice."""

    def parameters(self, ask: Ask) -> str:
        name = f"width{self.number}"
        return f"{name} = {ask.one(name, '1', '2')}"

    def statements(self, ask: Ask) -> str:
        kernel = f"k{self.number}"
        return (
            f"{kernel} = {ask.one(kernel, '1', '3')}\n"
            f"{self.y} = y -> conv(2 * width{self.number}, {kernel}) -> conv(3, {kernel})"
        )


class Ranges(Piece):
    """Steps, and selections that a loop goes through."""

    def __init__(self, number: int, at_most: bool) -> None:
        super().__init__(number)
        self.at_most = at_most

    def statements(self, ask: Ask) -> str:
        chosen = ask.several(f"s{self.number}", 2, "1", "2", "3", at_most=self.at_most)
        steps = ask.steps(f"{self.y}.conv.channels", 2, 8, 3)
        return (
            f"s{self.number} = {chosen}\n{self.y} = y\n"
            f"for c in s{self.number} {{ {self.y} = {self.y} -> conv(2 * c) }}\n"
            f"{self.y} = {self.y} -> conv({steps})"
        )


class Conditional(Piece):
    """Choices in the branches of an `if`, and in the options of another choice."""

    def parameters(self, ask: Ask) -> str:
        name = f"deep{self.number}"
        return f"{name} = {ask.one(name, 'true', 'false')}"

    def statements(self, ask: Ask) -> str:
        deep, block = f"deep{self.number}", f"b{self.number}"

        def layer(ask: Ask) -> str:
            return f"conv(channels = {ask.one(f'{block}.conv.channels', '4', '6')})"

        chosen = ask.one(block, "relu", layer)
        is_taken = isinstance(ask, Written) or vars(ask)["made"][deep] == "true"
        inside = ask.one(f"{self.y}.conv.channels", "4", "6") if is_taken else "1"
        return (
            f"{block} = {chosen}\n"
            f"if {deep} {{ {self.y} = y -> conv({inside}) }} else {{ {self.y} = y -> {block} }}"
            f"\n{self.y} = {self.y} -> {block}"
        )


class Blocks(Piece):
    """A block with choices in its defaults and its body, used as it is and with `each`."""

    def __init__(self, number: int, uses: Sequence[bool]) -> None:
        super().__init__(number)
        self.uses = uses

    def definitions(self, ask: Ask) -> str:
        name = f"leaf{self.number}"
        if ask.is_space:
            return self._leaf(ask, name, name)
        copies = [] if all(self.uses) else [self._leaf(ask, name, name)]
        anew = [number for number, each in enumerate(self.uses) if each]
        return "\n".join(
            [*copies, *(self._leaf(ask, f"{name}_{n}", f"{self.y}_{n}") for n in anew)]
        )

    def _leaf(self, ask: Ask, name: str, path: str) -> str:
        return (
            f"block {name}(x, c = {ask.one(f'{path}.c', '4', '6')}) {{\n"
            f"  k = {ask.one(f'{path}.k', '1', '3')}\n  return x -> conv(c, k)\n}}"
        )

    def statements(self, ask: Ask) -> str:
        before, lines = "y", []
        for number, each in enumerate(self.uses):
            own = f"leaf{self.number}" + f"_{number}" * (each and not ask.is_space)
            call = f"each {own}" if each and ask.is_space else own
            lines.append(f"{self.y}_{number} = {call}({before})")
            before = f"{self.y}_{number}"
        return "\n".join([*lines, f"{self.y} = {before}"])


class Anew(Piece):
    """A block whose own text decides anew at each use, used as it is and derived."""

    def definitions(self, ask: Ask) -> str:
        n = self.number
        if ask.is_space:
            leaf = self._leaf(f"seed{n}", *(ask.one("", *o, each=True) for o in ("46", "13")))
            return f"{leaf}\nblock thin{n} = seed{n}(c = 3)"
        uses = [f"{self.y}.seed{n}.1", f"{self.y}.seed{n}.2", f"{self.y}.thin{n}"]
        channels = [*(ask.one(f"{use}.c", *"46") for use in uses[:2]), "3"]
        kernels = [ask.one(f"{use}.k", *"13") for use in uses]
        return "\n".join(
            self._leaf(f"seed{n}_{use}", c, k)
            for use, (c, k) in enumerate(zip(channels, kernels, strict=True))
        )

    def _leaf(self, name: str, channels: str, kernel: str) -> str:
        return f"block {name}(x, c = {channels}) {{\n  k = {kernel}\n  return x -> conv(c, k)\n}}"

    def statements(self, ask: Ask) -> str:
        n = self.number
        if ask.is_space:
            return f"{self.y} = y -> seed{n} -> seed{n} -> thin{n}"
        return f"{self.y} = y -> seed{n}_0 -> seed{n}_1 -> seed{n}_2"


class Derivations(Piece):
    """Blocks that are derived with a choice, or are one: decided once, or where they are used."""

    def definitions(self, ask: Ask) -> str:
        n = self.number
        lines = [
            f"block base{n}(x, c = 4, k = 1) {{ return x -> conv(c, k) }}",
            f"block once{n} = base{n}(c = {ask.one(f'once{n}.c', '4', '6')})",
            f"block which{n} = {ask.one(f'which{n}', 'relu', 'sigmoid')}",
        ]
        if ask.is_space:
            anew = ask.one("", "4", "6", each=True)
            lines.append(f"block anew{n} = once{n}(k = {ask.one('', '1', '3', each=True)})")
            given = ask.one("", "3", "5", each=True)
            lines.append(f"block over{n} = anew{n}(k = {given})")
            lines.append(f"block any{n} = {ask.one('', f'base{n}', f'wide{n}', each=True)}")
            lines.append(f"block wide{n} = base{n}(c = {anew})")
        return "\n".join(lines)

    def statements(self, ask: Ask) -> str:
        n, y = self.number, self.y
        if ask.is_space:
            used = ("once", "anew", "which", "any", "any", "anew", "over")
            return f"{y} = y -> {' -> '.join(f'{block}{n}' for block in used)}"
        steps = [f"once{n}", self._anew(ask, 1), f"which{n}"]
        steps += [self._any(ask, 1), self._any(ask, 2), self._anew(ask, 2)]
        steps.append(f"once{n}(k = {ask.one(f'{y}.over{n}.k', '3', '5')})")
        return f"{y} = y -> {' -> '.join(steps)}"

    def _anew(self, ask: Ask, use: int) -> str:
        n = self.number
        return f"once{n}(k = {ask.one(f'{self.y}.anew{n}.{use}.k', '1', '3')})"

    def _any(self, ask: Ask, use: int) -> str:
        n, place = self.number, f"{self.y}.any{self.number}.{use}"
        if ask.one(place, f"base{n}", f"wide{n}") == f"base{n}":
            return f"base{n}()"
        return f"base{n}(c = {ask.one(f'{place}.wide{n}.c', '4', '6')})"


class Loops(Piece):
    """A loop whose iterations decide together, or each by itself."""

    def __init__(self, number: int, each: bool) -> None:
        super().__init__(number)
        self.each = each

    def statements(self, ask: Ask) -> str:
        head = f"{self.y} = y"
        local = f"{self.y}.conv.channels"
        if ask.is_space or not self.each:
            each, channels = "each " * (ask.is_space and self.each), ask.one(local, "4", "6")
            body = f"{self.y} = {self.y} -> conv({channels}, k)"
            return f"{head}\nfor {each}k in (3, 1) {{ {body} }}"
        numbered = [ask.one(f"k.{number}.{local}", "4", "6") for number in range(2)]
        lines = [
            f"{self.y} = {self.y} -> conv({channels}, {kernel})"
            for channels, kernel in zip(numbered, (3, 1), strict=True)
        ]
        return "\n".join([head, *lines])


class Passed(Piece):
    """Choices that calls and `share` give to a block, which has one of its own in a loop."""

    def definitions(self, ask: Ask) -> str:
        n = self.number
        kernel = ask.one(f"inner{n}.x.conv.kernel", "1", "3")
        return (
            f"block inner{n}(x, c, act: block | none = none) {{\n"
            f"  for _ in range(2) {{ x = x -> conv(c, {kernel}) -> act }}\n  return x\n}}"
        )

    def statements(self, ask: Ask) -> str:
        n, y = self.number, self.y
        c, act = ask.one(f"{y}.inner{n}.c", "3", "4"), ask.one(f"{y}.inner{n}.act", "relu", "none")
        channels, same = ask.one(f"{y}.conv.channels", "2", "4"), ask.one(f"same{n}.c", "4", "6")
        return (
            f"share same{n} = inner{n}(c = {same})\n"
            f"{y} = y -> inner{n}({c}, act = {act}) -> conv({channels} + 1)\n"
            f"{y} = {y} -> same{n} -> conv(4)"
        )


_LEFT_OUT = "| unit | 1 | 0 | - | - |"


class Table(Piece):
    """Choices in cells, in definitions, and what every row decides for itself."""

    def __init__(self, number: int, rows: int) -> None:
        super().__init__(number)
        self.rows = rows

    def definitions(self, ask: Ask) -> str:
        units = "\n".join(
            f"block {name}(x, channels, mid = 4, wide = 1, stride = 1) {{\n"
            f"  return x -> conv(mid) -> {act} -> conv(channels * wide)\n}}"
            for name, act in (("unit", "relu"), ("other", "sigmoid"))
        )
        if not ask.is_space:
            return units
        return f"{units}\nblock some = {ask.one('', 'unit', 'other', each=True)}"

    def statements(self, ask: Ask) -> str:
        rows = [self._row(ask, number) for number in range(self.rows)]
        # A row that is left out reads no definition.
        is_empty = all(row == _LEFT_OUT for row in rows)
        shared = "1" if is_empty else ask.one("wide", "1", "2")
        if ask.is_space:
            anew = ask.one("", "2", "3", each=True)
            head = f"table (mid = {anew} + 1, wide = {shared})"
            columns = "| block | channels | number | stride |"
        else:
            head = f"table (wide = {shared})"
            columns = "| block | channels | number | stride | mid |"
        return f"y -> relu\n{head} {{\n{columns}\n{chr(10).join(rows)}\n}}\n{self.y} = in"

    def _row(self, ask: Ask, number: int) -> str:
        place = f"stage1.row{number}"
        times = ask.one(f"{place}.number", "1", "2", "0")
        if times == "0":  # the row is left out, and nothing is decided in it
            return _LEFT_OUT
        cells = [
            "some" if ask.is_space else ask.one(f"{place}.block", "unit", "other"),
            ask.one(f"{place}.channels", "4", "in.channels"),
            times,
            ask.one(f"{place}.stride", "-", "1"),
        ]
        if not ask.is_space:
            cells.append(f"{ask.one(f'{place}.mid', '2', '3')} + 1")
        return f"| {' | '.join(cells)} |"


PIECES: Sequence[Callable[[int], st.SearchStrategy[Piece]]] = (
    lambda number: st.just(Arguments(number)),
    lambda number: st.just(Shared(number)),
    lambda number: st.booleans().map(lambda flag: Ranges(number, flag)),
    lambda number: st.just(Conditional(number)),
    lambda number: st.lists(st.booleans(), min_size=1, max_size=3).map(
        lambda uses: Blocks(number, uses)
    ),
    lambda number: st.just(Anew(number)),
    lambda number: st.just(Derivations(number)),
    lambda number: st.booleans().map(lambda flag: Loops(number, flag)),
    lambda number: st.just(Passed(number)),
    lambda number: st.integers(2, 3).map(lambda rows: Table(number, rows)),
)


@dataclass(frozen=True)
class Space:
    """Pieces that follow each other in a network."""

    pieces: tuple[Piece, ...]

    def text(self, ask: Ask) -> str:
        parameters = ", ".join(filter(None, (each.parameters(ask) for each in self.pieces)))
        sizes = ask.one("x", "3", "4")
        statements = [f"{each.statements(ask)}\ny = {each.y}" for each in self.pieces]
        definitions = [each.definitions(ask) for each in self.pieces]
        body = "\n".join(["y = x", *statements, "return y"])
        head = f"network net({parameters}) {{\ninput x: {sizes} x 2 x 4^2"
        return "\n".join([*filter(None, definitions), f"{head}\n{body}\n}}\n"])


@st.composite
def spaces(draw: st.DrawFn) -> Space:
    """Spaces of one to four pieces, at most one of them a table."""
    kinds = draw(st.lists(st.integers(0, len(PIECES) - 1), min_size=1, max_size=4))
    last = len(PIECES) - 1
    kept = [kind for place, kind in enumerate(kinds) if kind != last or last not in kinds[:place]]
    return Space(tuple([draw(PIECES[kind](number)) for number, kind in enumerate(kept)]))
