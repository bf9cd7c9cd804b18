"""Text to syntax tree, or to a diagnostic."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

from lark import Lark, Token
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken

from archdsl import limits
from archdsl.diagnostics import CompileError, Diagnostic, did_you_mean, error
from archdsl.resources import folder
from archdsl.source import Source, Span
from archdsl.syntax import tree
from archdsl.syntax.builder import Builder
from archdsl.syntax.layout import Layout, TooDeep

_WORDS = {
    "NAME": "a name",
    "NUMBER": "a number",
    "TEXT": "a text in quotes",
    "DOC": "a doc string",
    "_SEP": "the end of the line",
    "_BY": "`x`",
    "RULE": "a rule line",
    "CONSTANT": "`true` or `false`",
    "$END": "the end of the file",
}
_KEYWORDS = ("block", "claim", "disputed", "else", "for", "if", "init", "input", "network", "note")
_KEYWORDS += ("return", "table", "use")


def parse(source: Source) -> tree.File:
    """The syntax tree of a source.

    Raises:
        CompileError: the text is not of the language.
    """
    lark, builder = _machine()
    builder.begin(source)
    try:
        file: tree.File = lark.parse(source.text)  # type: ignore[assignment]
    except TooDeep as deep:
        span = _token_span(source, deep.token)
        raise CompileError([_too_deep(span)]) from None
    except UnexpectedInput as unexpected:
        raise CompileError([_explain(source, lark, unexpected)]) from None
    if builder.mistakes:
        raise CompileError(builder.mistakes)
    return file


@cache
def _machine() -> tuple[Lark, Builder]:
    builder = Builder()
    grammar = (folder("grammars") / "arch.lark").read_text()
    lark = Lark(
        grammar,
        start="file",
        parser="lalr",
        lexer="basic",
        transformer=builder,
        postlex=Layout(),  # type: ignore[arg-type]
        keep_all_tokens=True,
        maybe_placeholders=False,
        lexer_callbacks={"COMMENT": builder.comment},
        cache=_cache_file(),
    )
    return lark, builder


def _cache_file() -> str | bool:
    """Where the parser's tables are kept between runs: making them takes longer than a run."""
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    place = Path(home) / "archdsl"
    try:
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
    except (OSError, RuntimeError):
        return False
    return str(place / "grammar.bin") if os.access(place, os.W_OK) else False


def _too_deep(span: Span) -> Diagnostic:
    return error("nesting", f"nested more than {limits.NESTING} levels deep", span)


def _token_span(source: Source, token: Token) -> Span:
    start = token.start_pos if token.start_pos is not None else len(source.text)
    return Span(source, start, start + len(token))


def _explain(source: Source, lark: Lark, unexpected: UnexpectedInput) -> Diagnostic:
    if isinstance(unexpected, UnexpectedCharacters):
        return _stray_character(source, unexpected)
    assert isinstance(unexpected, UnexpectedToken)
    token = unexpected.token
    expected = _expected(lark, unexpected)
    if token.type == "$END":
        end = len(source.text.rstrip())
        return error("syntax", "the file ends too early", Span(source, end, end), expected)
    shown = "end of line" if token.type == "_SEP" and token != ";" else f"`{_shorten(token)}`"
    hint = did_you_mean(str(token), _KEYWORDS) if token.type == "NAME" else None
    if str(token) in _KEYWORDS:
        hint = f"`{token}` is a word of the language and cannot be a name here"
    return error("syntax", f"unexpected {shown}", _token_span(source, token), expected, help=hint)


def _stray_character(source: Source, unexpected: UnexpectedCharacters) -> Diagnostic:
    start = unexpected.pos_in_stream
    char = source.text[start]
    span = Span(source, start, start + 1)
    if char == '"':
        return error("syntax", "this text has no closing quote", span)
    shown = f"`{char}`" if char.isprintable() else f"character U+{ord(char):04X}"
    return error("syntax", f"{shown} means nothing here", span)


def _expected(lark: Lark, unexpected: UnexpectedToken) -> str:
    names = sorted(unexpected.accepts or unexpected.expected)
    patterns = {terminal.name: terminal.pattern for terminal in lark.terminals}
    words = dict.fromkeys(
        _WORDS.get(name) or (f"`{patterns[name].value}`" if name in patterns else name)
        for name in names
    )
    return f"expected {' or '.join(words)}" if len(words) <= 4 else ""


def _shorten(text: str, most: int = 40) -> str:
    first = text.splitlines()[0] if text else ""
    return first if len(first) <= most else first[: most - 3] + "..."
