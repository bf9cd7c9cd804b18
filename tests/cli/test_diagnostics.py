"""The layout of diagnostics in a terminal."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from archdsl.diagnostics import Label, error, note, warning
from archdsl.report.diagnostics import Page, render, summary
from archdsl.report.text import Paint, in_a_line, width
from archdsl.source import Source, Span


def shown(text: str, start: int, end: int, label: str = "") -> list[str]:
    span = Span(Source("a.arch", text), start, end)
    lines = render([error("code", "message", span, label)], Paint()).splitlines()
    return lines[2:-2]


def test_a_complete_diagnostic() -> None:
    source = Source("specs/a.arch", "one\ntwo = three\n")
    first, second = Span(source, 4, 7), Span(source, 10, 15)
    diagnostic = error(
        "shape",
        "these differ",
        first,
        "this",
        also=[Label(second, "from that")],
        notes=["so it is"],
        help="change one",
    )
    assert render([diagnostic], Paint()) == (
        "error[shape]: these differ\n"
        " --> specs/a.arch:2:1\n"
        "  |\n"
        "2 | two = three\n"
        "  | ^^^ this\n"
        " ::: specs/a.arch:2:7\n"
        "  |\n"
        "2 | two = three\n"
        "  |       ----- from that\n"
        "  = note: so it is\n"
        "  = help: change one\n"
        "\n"
        "1 error\n"
    )


def test_gutters_are_as_wide_as_the_widest_number() -> None:
    source = Source("a", "x\n" * 12)
    lines = render([error("c", "m", Span(source, 22, 23))], Paint()).splitlines()
    assert lines[1:5] == ["  --> a:12:1", "   |", "12 | x", "   | ^"]


def test_carets_of_a_span_of_several_lines_end_with_the_first() -> None:
    assert shown("ab (c\nd)", 3, 8, "open") == ["  |", "1 | ab (c", "  |    ^^ open"]


def test_an_empty_span_has_one_caret() -> None:
    assert shown("ab\n", 2, 2) == ["  |", "1 | ab", "  |   ^"]
    assert shown("", 0, 0) == ["  |", "1 |", "  | ^"]
    assert shown("ab\n", 3, 3)[1:] == ["2 |", "  | ^"]


def test_tabs_and_wide_characters_keep_the_caret_in_place() -> None:
    assert shown("\tx", 1, 2) == ["  |", "1 |     x", "  |     ^"]
    assert shown("名前 = y", 5, 6) == ["  |", "1 | 名前 = y", "  |        ^"]
    assert shown("e\u0301 y", 3, 4)[-1] == "  |   ^"
    assert shown("名前", 0, 2)[-1] == "  | ^^^^"


def test_control_characters_are_escaped() -> None:
    assert shown("a\x1b[31m b", 7, 8) == ["  |", "1 | a\\x1b[31m b", "  |           ^"]
    source = Source("a\x1b]0;b", "x")
    assert "\x1b" not in render([error("c", "m\x1b[2J", Span(source, 0, 1))], Paint())


def test_windows_line_ends_are_not_shown() -> None:
    assert shown("ab\r\ncd", 1, 2) == ["  |", "1 | ab", "  |  ^"]


def test_long_lines_are_cut_around_the_span() -> None:
    line = "".join(f"{i:05} " for i in range(100_000))
    start = line.index("50000")
    _, code, caret = shown(line, start, start + 5, "here")
    assert len(code) == 80
    assert code.startswith("1 | ...")
    assert code.endswith("...")
    assert code[caret.index("^") :].startswith("50000")
    assert caret.endswith("^^^^^ here")


def test_a_span_longer_than_the_window_is_cut_too() -> None:
    _, code, caret = shown("x" * 1000, 0, 1000)
    assert len(code) <= 80
    assert code.endswith("x...")
    assert caret.count("^") == code.count("x")


def columns_of(line: str) -> list[str]:
    """What each column of a terminal shows: a wide character takes two."""
    return [
        part for char in line for part in ([char] + [""] * (width(char) - 1) if width(char) else [])
    ]


LINES = st.text(st.sampled_from("abc \t名前é\u0301🎬\x07"), min_size=1, max_size=150)


@given(LINES, st.data(), st.integers(40, 120))
def test_carets_stand_under_their_characters_at_every_width(
    line: str, data: st.DataObject, most: int
) -> None:
    start = data.draw(st.integers(0, len(line) - 1))
    end = data.draw(st.integers(start + 1, len(line)))
    mistake = error("c", "m", Span(Source("a", line), start, end))
    printed = render([mistake], Paint(), Page(most, most)).splitlines()
    assert all(width(each) <= most for each in printed)
    code, carets = printed[3], printed[4]
    first, count = carets.index("^"), carets.count("^")
    marked = "".join(columns_of(code)[first : first + count]).rstrip()
    written = "".join(in_a_line(char) for char in line[start:end] if width(in_a_line(char)))
    if written:  # a sign without a width has a caret as well
        assert written.startswith(marked)
        assert marked or not written.strip()


def test_prose_is_folded_for_a_terminal_alone() -> None:
    span = Span(Source("a", "x"), 0, 1)
    mistake = error("c", "word " * 40, span, "label " * 20, notes=["note " * 30], help="help " * 30)
    assert max(map(len, render([mistake], Paint(), Page(60, 60)).splitlines())) <= 60
    assert render([mistake], Paint()).splitlines()[0] == f"error[c]: {'word ' * 40}"


def test_the_last_line_has_the_counts() -> None:
    span = Span(Source("a", "abc"), 0, 1)
    listed = [error("a", "m"), note("b", "m", span), error("c", "m"), warning("d", "m", span)]
    assert summary(listed) == "2 errors, 1 warning, 1 note"
    assert render([], Paint()) == ""


def test_colours_do_not_change_the_layout() -> None:
    span = Span(Source("a", "abc"), 1, 2)
    coloured = render([error("c", "m", span, "here")], Paint(is_on=True))
    assert "\x1b[1;31m^ here\x1b[0m" in coloured
    import re

    plain = re.sub(r"\x1b\[[0-9;]*m", "", coloured)
    assert plain == render([error("c", "m", span, "here")], Paint())
