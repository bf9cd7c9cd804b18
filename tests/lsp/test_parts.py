"""Parts of the server that need no editor: positions, and work that waits for a pause."""

from __future__ import annotations

import asyncio

import pytest
from lsprotocol.types import Position, PositionEncodingKind

from archdsl.lsp.markdown import code, escaped
from archdsl.lsp.pauses import Pauses
from archdsl.lsp.positions import Lines

TEXT = "a\U0001f600b\r\n\u00e4\u2028c\r\rd\n"


@pytest.mark.parametrize(
    ("encoding", "column"),
    [
        (PositionEncodingKind.Utf8, 5),
        (PositionEncodingKind.Utf16, 3),
        (PositionEncodingKind.Utf32, 2),
    ],
)
def test_positions_and_offsets_lead_to_each_other(
    encoding: PositionEncodingKind, column: int
) -> None:
    lines = Lines(TEXT, encoding)
    assert lines.position(2) == Position(0, column)
    for offset in range(len(TEXT) + 1):
        if TEXT[offset - 1 : offset + 1] != "\r\n":
            assert lines.offset(lines.position(offset)) == offset
    assert lines.position(len(TEXT)).line == 4


def test_positions_that_are_not_there_are_moved() -> None:
    lines = Lines(TEXT)
    assert lines.offset(Position(0, 2)) == 1  # the middle of the emoji
    assert lines.offset(Position(0, 99)) == 3
    assert lines.offset(Position(99, 0)) == len(TEXT)
    assert lines.position(4) == Position(0, 4)  # between the two characters of a line break
    assert Lines("").position(0) == Position(0, 0)


def test_text_of_a_spec_is_no_markdown() -> None:
    assert escaped("<a> [b](c) `d < e` *f*") == r"\<a\> \[b\](c) `d < e` \*f\*"
    assert "http:" not in escaped("see http://example.org")
    assert escaped("a\x1bb") == "a\\\\x1bb"
    assert code("a ``` b") == "````arch\na ``` b\n````"


def test_pause_puts_work_off_and_stops_it() -> None:
    done: list[str] = []

    async def work(name: str, seconds: float) -> None:
        await asyncio.sleep(seconds)
        done.append(name)

    async def type_twice() -> None:
        pauses = Pauses()
        pauses.after(0, "a", lambda: work("never", 60))
        await asyncio.sleep(0)
        pauses.after(0, "a", lambda: work("first", 0))
        pauses.after(0, "b", lambda: work("second", 0))
        await pauses.done("a", 10)
        await pauses.done("b", 10)
        await pauses.done("c", 10)
        pauses.after(0, "slow", lambda: work("late", 60))
        await pauses.done("slow", 0)
        pauses.stop("slow")

    asyncio.run(type_twice())
    assert done == ["first", "second"]
