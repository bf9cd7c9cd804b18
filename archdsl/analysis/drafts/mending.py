"""A text in which what does not parse is left out, every character at its place.

Names are looked up in it: a definition that somebody types at does not hide the others, whose
offsets are those of the text itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import TypeVar

from archdsl.analysis.drafts.lexed import lexed, start
from archdsl.analysis.drafts.sketch import sketch
from archdsl.diagnostics import CompileError, Diagnostic
from archdsl.source import Source, Span

T = TypeVar("T")

_TRIES = 4
_VISIBLE = re.compile(r"[^\n\r]")


def mended(source: Source, mistakes: Iterable[Diagnostic], read: Callable[[str], T]) -> T:
    """What `read` gives for the text without the definitions at its mistakes of syntax.

    Blanks stand for them. `read` raises `CompileError` where the text has more mistakes.
    """
    text = _without(source, mistakes)
    for _ in range(_TRIES):
        try:
            return read(text)
        except CompileError as failure:
            less = _without(Source(source.name, text), failure.diagnostics)
            if less == text:
                break
            text = less
    return read(_uses(source))


def _without(source: Source, mistakes: Iterable[Diagnostic]) -> str:
    """The text without the definitions at some mistakes."""
    places = [each.labels[0].span.start for each in mistakes if each.labels]
    return _blanked(source, lambda own: any(own.start <= place < own.end for place in places))


def _uses(source: Source) -> str:
    """The text without all but its `use`: what else can be told of it is in the sketch."""
    kept = [each.span for each in sketch(source) if each.kind == "use"]
    return _blanked(source, lambda own: not any(own.holds(each) for each in kept))


def _blanked(source: Source, is_out: Callable[[Span], bool]) -> str:
    """The text without some definitions, each of which goes on to the next one."""
    starts = [0, *(start(tokens[0]) for tokens in lexed(source).definitions[1:])]
    ends = [*starts[1:], len(source.text) + 1]
    text = source.text
    for begin, end in zip(starts, ends, strict=True):
        if is_out(Span(source, begin, end)):
            text = text[:begin] + _VISIBLE.sub(" ", text[begin:end]) + text[end:]
    return text
