"""One run of Lark's parser, token by token; it can be asked what may follow, and fall back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from lark import Lark, Token
from lark.exceptions import UnexpectedToken
from lark.parsers.lalr_analysis import Shift
from lark.parsers.lalr_interactive_parser import InteractiveParser

END = "$END"

Callbacks: TypeAlias = dict[str, Callable[..., Any]]
"""What makes of a rule's children what stands for the rule."""


class Unexpected(Exception):
    """A token that the grammar does not have at this place."""


class Driver:
    """Feeds tokens to a start rule, and has each rule built.

    Its height can be noted and fallen back to.
    """

    def __init__(self, lark: Lark, start: str, build: Callbacks) -> None:
        self._parser: InteractiveParser = lark.parse_interactive(start=start)
        self._state = self._parser.parser_state
        self._state.parse_conf.callbacks = build

    @property
    def height(self) -> int:
        return len(self._state.state_stack)

    def fall_back(self, height: int) -> None:
        del self._state.state_stack[height:]
        del self._state.value_stack[height - 1 :]

    def feed(self, token: Token) -> None:
        try:
            self._state.feed_token(token)
        except UnexpectedToken:
            raise Unexpected from None

    def finish(self) -> Any:
        """What the text was built into."""
        try:
            return self._state.feed_token(Token(END, ""), is_end=True)
        except UnexpectedToken:
            raise Unexpected from None

    def accepted(self) -> frozenset[str]:
        """The kinds of token that can follow."""
        return frozenset(self._parser.accepts())  # type: ignore[no-untyped-call]

    def accepts(self, kind: str) -> bool:
        """Whether a token of this kind can follow: the parser's moves, without building."""
        conf = self._state.parse_conf
        stack = list(self._state.state_stack)
        while True:
            action, argument = conf.states[stack[-1]].get(kind, (None, None))
            if action is None or action is Shift:
                return action is Shift
            if argument.expansion:
                del stack[-len(argument.expansion) :]
            stack.append(conf.states[stack[-1]][argument.origin.name][1])
            if kind == END and stack[-1] == conf.end_state:
                return True
