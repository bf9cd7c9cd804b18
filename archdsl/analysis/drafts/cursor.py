"""What is being written at an offset, told from the tokens before it.

The text need not parse there, and mostly does not: somebody is in the middle of a word.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from archdsl.analysis.drafts.lexed import Lexed, end, start
from archdsl.analysis.drafts.slots import Cursor, Slot
from archdsl.syntax.separators import CLOSE
from archdsl.syntax.tokens import Token


@dataclass
class _Frame:
    """An open bracket: what it is, what stands before it, and the tokens inside it so far."""

    role: str
    callee: str | None = None
    argument: str | None = None
    given: list[str] = field(default_factory=list)
    tokens: list[Token] = field(default_factory=list)
    lines: list[list[Token]] = field(default_factory=list)

    def end_statement(self) -> None:
        self.lines.append(self.tokens)
        self.tokens = []


_GROUPS = ("group", "choice")
"""Brackets around values of what stands outside: `(a, b)` and `{a, b}`."""

_BODIES = ("body", "settings", "claims", "table")
_HEADED = ("IF", "ELSE", "FOR")
_VALUED = {"EQUAL", "COMMA", "PLUS", "MINUS", "TIMES", "ARROW", "LPAR", "LBRACE", "IN", "COMPARE"}
_SETTLED = {"RECIPE": "settings", "search": "settings", "CLAIM": "claims"}


def cursor(lexed: Lexed, offset: int) -> Cursor:
    """What is written at an offset."""
    tokens = [*lexed.before(offset)]
    word, begin = "", offset
    if tokens and end(tokens[-1]) >= offset and str(tokens[-1])[:1].isidentifier():
        last = tokens.pop()
        begin = start(last)
        word = lexed.source.text[begin:offset]
    if lexed.aside(offset):
        return Cursor(Slot.NOTHING, begin, word)
    tokens = _without_doc(tokens)
    if not tokens or (tokens[-1].type == "_SEP" and _is_closed(tokens)):
        return Cursor(Slot.DEFINITION, begin, word)
    return replace(_Reader(tokens).cursor(), start=begin, word=word)


def _without_doc(tokens: Sequence[Token]) -> list[Token]:
    """The tokens of a definition from its keyword on."""
    for place, token in enumerate(tokens):
        if token.type not in ("_SEP", "DOC"):
            return [*tokens[place:]]
    return []


def _is_closed(tokens: Sequence[Token]) -> bool:
    """Whether a definition has ended: its braces are closed, and it does not go on."""
    opened = sum(token.type == "LBRACE" for token in tokens)
    closed = sum(token.type == "RBRACE" for token in tokens)
    return opened <= closed and len(tokens) > 2


class _Reader:
    """Reads the tokens of one definition up to the cursor, and keeps the open brackets."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        first = tokens[0]
        self.keyword = str(first) if first == "search" else first.type
        self.frames = [_Frame("head")]
        self.base: str | None = None
        self.previous: Token | None = None
        for token in tokens:
            self._take(token)

    def _take(self, token: Token) -> None:
        frame = self.frames[-1]
        kind = token.type
        if kind in ("LPAR", "LSQB", "LBRACE"):
            frame.tokens.append(token)
            self.frames.append(self._opened(token, frame))
        elif kind in CLOSE:
            self._close(kind)
        elif kind == "_SEP":
            if frame.role in _BODIES:
                frame.end_statement()
            return
        else:
            self._note(token, frame)
            frame.tokens.append(token)
        self.previous = token

    def _close(self, kind: str) -> None:
        if len(self.frames) == 1:
            return
        closed = self.frames.pop()
        outer = self.frames[-1]
        if closed.role in _BODIES and outer.role in _BODIES:
            outer.end_statement()

    def _note(self, token: Token, frame: _Frame) -> None:
        """Note the arguments of a call, and what a definition derives from."""
        if token.type == "COMMA":
            frame.argument = None
        elif token.type == "EQUAL" and self.previous is not None and frame.role != "body":
            frame.argument = str(self.previous)
            frame.given.append(frame.argument)
        elif token.type == "NAME" and frame.role == "head" and self.base is None:
            before = self.previous.type if self.previous else ""
            is_network = before in ("EQUAL", "CLAIM") or (
                before == "FOR" and self.keyword == "search"
            )
            self.base = str(token) if is_network else None

    def _opened(self, token: Token, outer: _Frame) -> _Frame:
        before = self.previous
        kind = before.type if before else ""
        if token.type == "LBRACE":
            return _Frame(self._braces(kind, outer))
        if token.type == "LSQB":
            return _Frame("group")
        if outer.role == "head" and len(outer.tokens) == 3 and self.keyword != "CLAIM":
            return _Frame("parameters")
        if kind == "TABLE":
            return _Frame("bindings")
        is_call = kind == "NAME" and before not in ("after", "insert")
        return _Frame("call", str(before)) if is_call else _Frame("group")

    def _braces(self, before: str, outer: _Frame) -> str:
        if outer.role == "head" and before != "EQUAL":
            return _SETTLED.get(self.keyword, "body")
        first = outer.tokens[0].type if outer.tokens else ""
        if outer.role == "body" and first == "TABLE":
            return "table"
        if outer.role == "body" and first in (*_HEADED, "RBRACE") and before not in _VALUED:
            return "body"
        return "choice"

    # What stands at the end

    def cursor(self) -> Cursor:
        known = Cursor(Slot.VALUE, 0, keyword=self.keyword.lower(), base=self.base)
        before = self.previous.type if self.previous else ""
        if before == "DOT":
            return replace(known, slot=Slot.SIZE)
        if before == "ARROW":
            return replace(known, slot=Slot.STEP)
        depth = len(self.frames) - 1
        while depth and self.frames[depth].role in _GROUPS:
            depth -= 1
        frame = self.frames[depth]
        is_start = depth == len(self.frames) - 1
        return _ENDINGS[frame.role](self, known, frame, is_start)

    def _in_head(self, known: Cursor, frame: _Frame, is_start: bool) -> Cursor:
        words = [str(token) for each in self.frames for token in each.tokens]
        last = words[-1] if words else ""
        if self.keyword == "USE":
            return replace(known, slot=Slot.FILE)
        if self.keyword == "CLAIM" or last == "for":
            return replace(known, slot=Slot.NETWORK)
        if len(words) < 2 or last == ":":
            return replace(known, slot=Slot.NOTHING)
        if "after" in words and self._is_placed(words):
            return replace(known, slot=Slot.PLACE)
        if last == "insert" or (last == "(" and "insert" in words):
            return replace(known, slot=Slot.INSERTED)
        if last == "+":
            return replace(known, slot=Slot.CHANGE)
        if last == "=":
            return replace(known, slot=Slot.RECIPE if self.keyword == "RECIPE" else Slot.BASE)
        return replace(known, slot=Slot.NOTHING)

    def _is_placed(self, words: Sequence[str]) -> bool:
        """Whether the last word before the cursor is `after`, or a parenthesis of places."""
        rest = words[len(words) - words[::-1].index("after") :]
        return "+" not in rest and "insert" not in rest

    def _in_parameters(self, known: Cursor, frame: _Frame, is_start: bool) -> Cursor:
        before = frame.tokens[-1] if frame.tokens else None
        kind = before.type if before is not None else "LPAR"
        if kind in ("COLON", "VBAR"):
            return replace(known, slot=Slot.TYPE)
        if before == "axis":
            return replace(known, slot=Slot.AXIS)
        is_value = frame.argument is not None
        return replace(known, slot=Slot.VALUE if is_value else Slot.NOTHING)

    def _in_call(self, known: Cursor, frame: _Frame, is_start: bool) -> Cursor:
        around = [each.role for each in self.frames]
        known = replace(
            known, callee=frame.callee, given=tuple(frame.given), argument=frame.argument
        )
        if "settings" in around:
            setting = self._setting(self.frames[around.index("settings")])
            slot = Slot.OPTION if frame.argument is None else Slot.SETTING_VALUE
            return replace(known, slot=slot, setting=setting)
        if "claims" in around:
            return self._in_claims(known, self.frames[around.index("claims")], is_start)
        begins = not frame.tokens or frame.tokens[-1].type == "COMMA"
        return replace(known, slot=Slot.ARGUMENT if begins and is_start else Slot.VALUE)

    def _in_bindings(self, known: Cursor, frame: _Frame, is_start: bool) -> Cursor:
        begins = not frame.tokens or frame.tokens[-1].type == "COMMA"
        slot = Slot.BINDING if begins and is_start else Slot.VALUE
        return replace(known, slot=slot, given=tuple(frame.given))

    def _in_body(self, known: Cursor, frame: _Frame, is_start: bool) -> Cursor:
        if not frame.tokens:
            return replace(known, slot=Slot.STATEMENT)
        kinds = [token.type for token in frame.tokens]
        first = kinds[0]
        if first == "INIT":
            slot = Slot.SCHEME if "COLON" in kinds else Slot.INITIALISED
            return replace(known, slot=slot)
        needed = {"INPUT": "COLON", "SHARE": "EQUAL", "FOR": "IN"}.get(first)
        if needed is not None and needed not in kinds:
            return replace(known, slot=Slot.NOTHING)
        return known

    def _in_table(self, known: Cursor, frame: _Frame, is_start: bool) -> Cursor:
        lines = [line for line in frame.lines if line]
        header = lines[0] if lines else frame.tokens
        columns = tuple(str(token) for token in header if token.type != "VBAR")
        if not lines:
            return replace(known, slot=Slot.COLUMN, given=columns)
        place = sum(token.type == "VBAR" for token in frame.tokens) - 1
        column = columns[place] if 0 <= place < len(columns) else None
        block = _cell(frame.tokens, columns.index("block")) if "block" in columns else ""
        slot = Slot.CELL if column else Slot.NOTHING
        return replace(known, slot=slot, column=column, argument=column, callee=block or None)

    def _in_settings(self, known: Cursor, frame: _Frame, is_start: bool) -> Cursor:
        if not frame.tokens:
            return replace(known, slot=Slot.SETTING)
        return replace(known, slot=Slot.SETTING_VALUE, setting=self._setting(frame))

    def _setting(self, frame: _Frame) -> str | None:
        return str(frame.tokens[0]) if frame.tokens else None

    def _in_claims(self, known: Cursor, frame: _Frame, is_start: bool) -> Cursor:
        words = [str(token) for token in frame.tokens]
        if not words or words == ["disputed"]:
            return replace(known, slot=Slot.CLAIMED)
        if words[-1] == "on":
            return replace(known, slot=Slot.NETWORK)
        metric = words[words[0] == "disputed"] if len(words) > 1 or words[0] != "disputed" else None
        return replace(known, slot=Slot.CLAIMED_VALUE, setting=metric)


def _cell(line: Sequence[Token], place: int) -> str:
    """The first word of a cell of a row."""
    bars = -1
    for token in line:
        if token.type == "VBAR":
            bars += 1
        elif bars == place:
            return str(token) if token.type == "NAME" else ""
    return ""


_ENDINGS = {
    "head": _Reader._in_head,
    "parameters": _Reader._in_parameters,
    "call": _Reader._in_call,
    "bindings": _Reader._in_bindings,
    "body": _Reader._in_body,
    "table": _Reader._in_table,
    "settings": _Reader._in_settings,
    "claims": _Reader._in_claims,
}
"""What can stand in a bracket, by what the bracket is."""
