"""The grammar, made ready to parse with, and one run of its parser, token by token.

Lexer and tables are made once a process, and their parts that take long once a machine. A run can
be asked what may follow, and fall back: what recovery needs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache, cached_property
from itertools import islice
from typing import Any, TypeAlias

from lark import Lark, Token
from lark.exceptions import UnexpectedToken
from lark.parsers.lalr_analysis import Shift
from lark.parsers.lalr_interactive_parser import InteractiveParser

from archdsl import limits
from archdsl.diagnostics import CompileError, error
from archdsl.resources import cache_folder, folder
from archdsl.source import Source, Span
from archdsl.syntax.builder import Builder
from archdsl.syntax.layout import SPELLING
from archdsl.syntax.lexemes import Margin

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


class Grammar:
    """Lexer and parser tables: what all texts share, and none of them changes."""

    always_accept = ("COMMENT", "OPEN_DOC", "OPEN_TEXT", "STRAY")
    """Tokens that no rule has, and that the margin takes."""

    def __init__(self) -> None:
        place = cache_folder()
        self._lark = Lark(
            (folder("grammars") / "arch.lark").read_text(encoding="utf-8"),
            start=["file", "body", "argument"],
            parser="lalr",
            lexer="basic",
            postlex=self,
            keep_all_tokens=True,
            maybe_placeholders=False,
            cache=str(place / "grammar.bin") if place else False,
        )

    @staticmethod
    def process(tokens: Iterator[Token]) -> Iterator[Token]:
        """Lark asks for this beside the tokens to keep."""
        return tokens

    @cached_property
    def spelling(self) -> dict[str, str]:
        """How each kind of token is written."""
        written = {terminal.name: terminal.pattern.value for terminal in self._lark.terminals}
        return written | SPELLING

    def reading(self, source: Source) -> Reading:
        return Reading(self._lark, self.spelling, source)


class Reading:
    """One text being parsed: two of them share nothing that changes, so that both can go on."""

    def __init__(self, lark: Lark, spelling: Mapping[str, str], source: Source) -> None:
        self.source = source
        self.margin = Margin(source)
        self.spelling = spelling
        self._lark = lark
        rules = lark._parse_tree_builder
        self._build: Callbacks = rules.create_callback(Builder(self.margin))  # type: ignore[no-untyped-call]

    def driver(self, start: str) -> Driver:
        """A new run of the parser."""
        return Driver(self._lark, start, self._build)

    def tokens(self) -> Iterator[Token]:
        """The tokens of the text; the margin notes what they pass by.

        Raises:
            CompileError: there are more than any spec has.
        """
        session = self._lark.parse_interactive(self.source.text, start="file")
        lexed: Iterator[Token] = session.lexer_thread.lex(None)  # type: ignore[no-untyped-call]
        tokens = self.margin.without(lexed)
        yield from islice(tokens, limits.TOKENS)
        if (after := next(tokens, None)) is not None:
            message = f"this file has more than {limits.TOKENS:,} words and signs"
            start = after.start_pos or 0
            place = Span(self.source, start, start + len(after))
            raise CompileError([error("size", message, place)])


@cache
def grammar() -> Grammar:
    return Grammar()
