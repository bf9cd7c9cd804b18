"""The first pass between lexer and parser: which braces hold options, and which separators count.

A `{` opens a body, `if a {`, or a choice, `{3, 5}`. A line may break inside a choice as it may in
parentheses, so this must be known before the grammar sees the brace. It follows from what stands
before: a body follows the end of a head, and a choice stands where a value is expected.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lark import Token

from archdsl import limits
from archdsl.diagnostics import Diagnostic, error
from archdsl.source import Source, Span

OPERAND = {"NUMBER", "NAME", "CONSTANT", "NONE", "RPAR", "RSQB", "RCHOICE", "IN", "CELL"}
"""An operand can end with one of these. `in` and `cell` are names of values, too."""

AMOUNT = {"NUMBER", "NAME", "RPAR"}
"""What stands before `of` ends with one of these."""

OPEN = {"LPAR", "LSQB", "LBRACE", "LCHOICE"}
CLOSE = {"RPAR", "RSQB", "RBRACE", "RCHOICE"}
"""All brackets, and those of choices apart from those of bodies."""

_PARTS = {"COMMA", "VBAR"}
# A line that begins with one of these continues the statement before it.
_CONTINUES = {"RBRACE", "RCHOICE", "ARROW", "PLUS", "ELSE"}
_PREFIX = {"MINUS", "NOT"}

# What the braces after these words hold is no statement, so braces inside them open choices.
_WITHOUT_STATEMENTS = {"TABLE", "CLAIM", "RECIPE", "search"}
_WITH_BODIES = {"IF", "ELSE", "FOR", "TABLE"}
BEFORE_VALUE = {"", "EQUAL", "COMMA", "PLUS", "MINUS", "TIMES", "COMPARE", "AT_MOST", "AND", "OR"}
BEFORE_VALUE |= {"NOT", "IF", "RETURN", "RANGE", "ARROW", "LPAR", "LSQB", "VBAR"}
"""After one of these, in the body of a block, a value is expected."""

_IN_LINE = {"LPAR", "LSQB", "LCHOICE"}
_BEFORE_STATEMENT = {"", "_SEP", "LBRACE", "RBRACE"}
# The sign of a shape, `3 x {8, 16}`, stands after one of these. It is still a name here.
_SIZE = OPERAND - {"IN", "CELL"}


class TooDeep(Exception):
    """Brackets, signs or `else` are nested deeper than `limits.NESTING`.

    The parser needs no recursion for them, but everything that follows it does.
    """

    def __init__(self, token: Token) -> None:
        super().__init__()
        self.token = token

    def diagnostic(self, source: Source) -> Diagnostic:
        start = self.token.start_pos or 0
        message = f"nested more than {limits.NESTING} levels deep"
        return error("nesting", message, Span(source, start, start + len(self.token)))


def drop_separators(stream: Iterable[Token]) -> Iterator[Token]:
    """The tokens without separators that end nothing, the braces of choices under their own types.

    Those in parentheses and choices are dropped, those next to braces of bodies, and those before
    `->` and `+`; several in a row are one.

    Raises:
        TooDeep: brackets, signs or `else` are nested deeper than a spec may have them.
    """
    brackets = _Brackets()
    pending: Token | None = None
    for token in stream:
        if token.type == "_SEP":
            pending = pending or token
            continue
        if pending:
            if brackets.ends_statement(token.type):
                brackets.end_statement()
                yield pending
            pending = None
        yield brackets.take(token)


class _Brackets:
    """The open brackets, and the two tokens before the next one.

    `statement` is the first word of the statement, up to its body. `signs` and `elses` count what
    nests without a bracket: `- - - a`, and chained conditionals, `a if b else c if d else ...`, for
    each open bracket.
    """

    def __init__(self) -> None:
        self._open: list[str] = []
        self._earlier = self._previous = self._word = ""
        self._statement = ""
        self._signs, self._elses = 0, [0]

    def ends_statement(self, following: str) -> bool:
        """Whether a separator before a token of this type ends a statement."""
        is_inside_line = bool(self._open) and self._open[-1] in _IN_LINE
        begins = self._previous in ("", "LBRACE")
        return not (begins or is_inside_line or following in _CONTINUES)

    def end_statement(self) -> None:
        self._elses[-1] = 0
        self._note("_SEP", "")

    def take(self, token: Token) -> Token:
        """Note the next token, and give it with the type that it has in the grammar.

        Raises:
            TooDeep: it is nested too deep.
        """
        token = self._typed(token)
        kind = token.type
        if self._previous in _BEFORE_STATEMENT:
            self._statement = "search" if not self._open and token == "search" else kind
        if kind in OPEN:
            self._enter(kind)
        elif kind in CLOSE and self._open:
            self._open.pop()
            self._elses.pop()
        # Each argument and each cell of a table is an expression of its own.
        self._elses[-1] = 0 if kind in _PARTS else self._elses[-1] + (kind == "ELSE")
        self._signs = self._signs + 1 if kind in _PREFIX else 0
        if max(len(self._open), self._signs, self._elses[-1]) > limits.NESTING:
            raise TooDeep(token)
        self._note(kind, token)
        return token

    def _note(self, kind: str, word: str) -> None:
        self._earlier, self._previous, self._word = self._previous, kind, word

    def _enter(self, kind: str) -> None:
        is_body = kind == "LBRACE" and self._statement not in _WITHOUT_STATEMENTS
        self._open.append("BODY" if is_body else kind)
        self._elses.append(0)

    def _typed(self, token: Token) -> Token:
        if token.type == "LBRACE" and self._expects_value():
            return Token.new_borrow_pos("LCHOICE", str(token), token)
        if token.type == "RBRACE" and self._open and self._open[-1] == "LCHOICE":
            return Token.new_borrow_pos("RCHOICE", str(token), token)
        return token

    def _expects_value(self) -> bool:
        """Whether a value is expected next, so that a brace there opens a choice."""
        previous, earlier = self._previous, self._earlier
        if self._open and self._open[-1] != "BODY":
            return True
        if previous == "NAME":
            return self._is_followed_by_value()
        if previous == "_SEP":  # a body may stand on the line after its head: that is a mistake
            is_complete = earlier == "RBRACE" or self._statement not in _WITH_BODIES
            return bool(self._open) and is_complete
        if previous == "ELSE":
            return earlier != "RBRACE"
        if previous == "IN":
            return self._statement == "FOR" and earlier == "NAME"
        if previous == "COLON":
            return self._statement in ("INPUT", "INIT")
        if previous == "FOR":  # `search a for {b, c}`: a mistake
            return not self._open
        return previous in BEFORE_VALUE or previous == "LBRACE"

    def _is_followed_by_value(self) -> bool:
        """Whether the name before is a soft keyword, or the sign of a shape."""
        if self._earlier == "DOT":
            return False
        is_inside = bool(self._open) or self._statement == "NAME"  # that of an argument
        if self._word == "of":
            return is_inside and self._earlier in AMOUNT
        if self._word == "require":
            return self._earlier in _BEFORE_STATEMENT
        if self._word == "insert":  # a mistake, too: an insertion names what it inserts
            return self._earlier == "PLUS" and not self._open
        is_sign = self._word == "x" and self._earlier in _SIZE and bool(self._open)
        is_each = self._word == "each" and (is_inside or self._earlier == "EQUAL")
        return is_each or is_sign
