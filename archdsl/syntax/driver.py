"""Runs the tables of Lark's LALR parser: quicker through the ladder of precedence, and restartable.

A value passes through a dozen rules of one symbol each on its way up. Their end depends only on
the two topmost states and the token that follows, so it is looked up once.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from lark import Lark, Token
from lark.grammar import Rule
from lark.parsers.lalr_analysis import Shift

END = "$END"
_NONE = (None, None)


class Unexpected(Exception):
    """A token that the grammar does not have at this place."""


class _Reduction(NamedTuple):
    size: int
    origin: str
    build: Callable[[list[Any]], Any]
    is_rung: bool


class Tables:
    """What a grammar's drivers share."""

    def __init__(self, lark: Lark) -> None:
        self._starts = {start: lark.parse_interactive(start=start) for start in lark.options.start}
        conf = next(iter(self._starts.values())).parser_state.parse_conf
        self.states: dict[Any, dict[str, tuple[Any, Any]]] = conf.states
        self._callbacks: Any = conf.callbacks
        self._reductions: dict[int, _Reduction] = {}
        self._tops: dict[tuple[Any, Any, str], Any] = {}

    def ends(self, start: str) -> tuple[Any, Any]:
        """The first and the last state of a start rule."""
        conf = self._starts[start].parser_state.parse_conf
        return conf.start_state, conf.end_state

    def reduction(self, rule: Rule) -> _Reduction:
        known = self._reductions.get(id(rule))
        if known is None:
            size = len(rule.expansion)
            is_rung = size == 1 and bool(rule.options.expand1) and not rule.alias
            known = _Reduction(size, rule.origin.name, self._callbacks[rule], is_rung)
            self._reductions[id(rule)] = known
        return known

    def top(self, below: Any, state: Any, kind: str) -> Any:
        """The state that a value ends in when a token of this kind follows."""
        key = (below, state, kind)
        top = self._tops.get(key)
        if top is None:
            top = self._tops[key] = self._climb(below, state, kind)
        return top

    def _climb(self, below: Any, state: Any, kind: str) -> Any:
        while True:
            action, rule = self.states[state].get(kind, _NONE)
            if action in (None, Shift) or not self.reduction(rule).is_rung:
                return state
            state = self.states[below][rule.origin.name][1]


class Driver:
    """One run of the parser. Its height can be noted and fallen back to."""

    def __init__(self, tables: Tables, start: str) -> None:
        self._tables = tables
        first, self._last = tables.ends(start)
        self._states = [first]
        self._values: list[Any] = []

    @property
    def height(self) -> int:
        return len(self._states)

    def fall_back(self, height: int) -> None:
        del self._states[height:]
        del self._values[height - 1 :]

    def feed(self, token: Token) -> None:
        states, values, tables, kind = self._states, self._values, self._tables, token.type
        while True:
            action, argument = tables.states[states[-1]].get(kind, _NONE)
            if action is Shift:
                states.append(argument)
                values.append(token)
                return
            if action is None:
                raise Unexpected
            size, origin, build, is_rung = tables.reduction(argument)
            if is_rung:
                states[-1] = tables.top(states[-2], states[-1], kind)
                continue
            children = values[len(values) - size :]
            del states[len(states) - size :], values[len(values) - size :]
            values.append(build(children))
            states.append(tables.states[states[-1]][origin][1])
            if kind == END and states[-1] == self._last:
                return

    def finish(self) -> Any:
        """What the text was built into."""
        self.feed(Token(END, ""))
        return self._values[-1]

    def accepts(self, kind: str) -> bool:
        """Whether a token of this kind can follow, found by reducing a shadow of the stack."""
        height, shadow = len(self._states), list[Any]()
        while True:
            state = shadow[-1] if shadow else self._states[height - 1]
            action, argument = self._tables.states[state].get(kind, _NONE)
            if action in (None, Shift):
                return action is Shift
            size, origin, _, _ = self._tables.reduction(argument)
            height -= max(0, size - len(shadow))
            del shadow[max(0, len(shadow) - size) :]
            state = shadow[-1] if shadow else self._states[height - 1]
            shadow.append(self._tables.states[state][origin][1])
            if kind == END and shadow[-1] == self._last:
                return True
