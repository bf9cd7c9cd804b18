"""The grammar with its lexer and parser tables, and a parser that is driven token by token.

Building the tables takes longer than most commands do, so Lark's cache keeps them on the machine
until the grammar changes. Driving the parser by hand lets error recovery ask which tokens are
accepted, and go back to an earlier state.
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
"""The action of each rule, by its name."""


class Unexpected(Exception):
    """The grammar does not accept the token that was fed."""


class Driver:
    """Feeds tokens to the parser from a start rule on, and calls the action of each rule.

    An LALR parser's whole state is its stack. Recovery notes the `height` of the stack before a
    statement, and rewinds to it when the statement is wrong.
    """

    def __init__(self, lark: Lark, start: str, build: Callbacks) -> None:
        self._parser: InteractiveParser = lark.parse_interactive(start=start)
        self._state = self._parser.parser_state
        self._state.parse_conf.callbacks = build

    @property
    def height(self) -> int:
        return len(self._state.state_stack)

    def rewind(self, height: int) -> None:
        del self._state.state_stack[height:]
        # The state stack is longer by one: the start state at its bottom has no value.
        del self._state.value_stack[height - 1 :]

    def feed(self, token: Token) -> None:
        try:
            self._state.feed_token(token)
        except UnexpectedToken:
            raise Unexpected from None

    def finish(self) -> Any:
        """The node of the start rule.

        Raises:
            Unexpected: the text ends too early.
        """
        try:
            return self._state.feed_token(Token(END, ""), is_end=True)
        except UnexpectedToken:
            raise Unexpected from None

    def accepted(self) -> frozenset[str]:
        """The types of the tokens that are accepted next.

        It tries every token on a copy of the parser, so it is for messages only.
        """
        return frozenset(self._parser.accepts())  # type: ignore[no-untyped-call]

    def accepts(self, kind: str) -> bool:
        """Whether a token of this type is accepted next.

        The parser's own moves on a copy of its stack, without calling any action: a token may only
        be rejected after several reductions, and a failed `feed` would have made them.
        """
        conf = self._state.parse_conf
        stack = list(self._state.state_stack)
        while True:
            action, argument = conf.states[stack[-1]].get(kind, (None, None))
            if action is None or action is Shift:
                return action is Shift
            # An empty expansion pops nothing, but `del stack[-0:]` would delete all.
            if argument.expansion:
                del stack[-len(argument.expansion) :]
            stack.append(conf.states[stack[-1]][argument.origin.name][1])
            if kind == END and stack[-1] == conf.end_state:
                return True


class Grammar:
    """The lexer and the parser tables, which all texts share and none changes."""

    always_accept = ("COMMENT", "OPEN_DOC", "OPEN_TEXT", "STRAY")
    """Tokens that no rule has. Lark's lexer would drop them; `Margin` needs them."""

    def __init__(self) -> None:
        cached = cache_folder()
        self._lark = Lark(
            (folder("grammars") / "arch.lark").read_text(encoding="utf-8"),
            start=["file", "body", "argument"],
            parser="lalr",
            # Not the contextual lexer: recovery lexes the whole text before it parses any of it.
            lexer="basic",
            postlex=self,
            # Actions need punctuation for the spans of nodes.
            keep_all_tokens=True,
            # An absent optional part is no child: actions find parts by their types.
            maybe_placeholders=False,
            cache=str(cached / "grammar.bin") if cached else False,
        )

    @staticmethod
    def process(tokens: Iterator[Token]) -> Iterator[Token]:
        """Lark requires this of a `postlex`, which is here for `always_accept` alone."""
        return tokens

    @cached_property
    def spelling(self) -> dict[str, str]:
        """How each type of token is written."""
        written = {terminal.name: terminal.pattern.value for terminal in self._lark.terminals}
        return written | SPELLING

    def session(self, source: Source) -> Session:
        return Session(self._lark, self.spelling, source)


class Session:
    """The parsing of one text. Sessions share no state, so several can be open at once."""

    def __init__(self, lark: Lark, spelling: Mapping[str, str], source: Source) -> None:
        self.source = source
        self.margin = Margin(source)
        self.spelling = spelling
        self._lark = lark
        # Private, but the public way to pass actions binds them to the tables, and then all texts
        # would report to one margin.
        rules = lark._parse_tree_builder
        self._build: Callbacks = rules.create_callback(Builder(self.margin))  # type: ignore[no-untyped-call]

    def driver(self, start: str) -> Driver:
        """A new parser for this text, from a start rule on."""
        return Driver(self._lark, start, self._build)

    def lexed(self) -> Iterator[Token]:
        """All tokens of the text, as they are lexed: also comments, and what is no token at all."""
        lexing = self._lark.parse_interactive(self.source.text, start="file")
        # None is the state of the parser, which a basic lexer does not use.
        tokens: Iterator[Token] = lexing.lexer_thread.lex(None)  # type: ignore[no-untyped-call]
        return tokens

    def tokens(self) -> Iterator[Token]:
        """The tokens that the grammar has rules for. The margin collects the others.

        Raises:
            CompileError: there are more than a spec may have.
        """
        tokens = self.margin.without(self.lexed())
        yield from islice(tokens, limits.TOKENS)
        if (after := next(tokens, None)) is not None:
            message = f"a spec can have at most {limits.TOKENS:,} tokens, but this has more"
            start = after.start_pos or 0
            span = Span(self.source, start, start + len(after))
            raise CompileError([error("size", message, span)])


@cache
def grammar() -> Grammar:
    """The grammar, loaded once for each process."""
    return Grammar()
