"""`align` pairs the entries of two lists."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archdsl.compare import alignment
from archdsl.compare.alignment import PERFECT, align


def likeness(a: str, b: str) -> int:
    """Whether two letters are equal, or equal in another case."""
    return PERFECT if a == b else PERFECT // 3 if a.lower() == b.lower() else 0


def shown(a: str, b: str) -> str:
    return " ".join(f"{x or '.'}{y or '.'}" for x, y in align(a, b, likeness, str.lower))


@pytest.mark.parametrize(
    ("a", "b", "aligned"),
    [
        ("abc", "abc", "aa bb cc"),
        ("abc", "ac", "aa b. cc"),
        ("ac", "abc", "aa .b cc"),
        ("abc", "aBc", "aa bB cc"),
        ("abc", "xyz", "a. b. c. .x .y .z"),
        ("abb", "abbb", "aa bb bb .b"),
        ("xaB", "abB", "x. aa .b BB"),
        ("", "a", ".a"),
    ],
)
def test_equal_and_similar_entries_are_paired(a: str, b: str, aligned: str) -> None:
    assert shown(a, b) == aligned


@given(st.text("abcABC", max_size=12), st.text("abcABC", max_size=12), st.booleans())
def test_every_entry_is_kept_in_order(a: str, b: str, is_long: bool) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(alignment, "_MOST_PAIRS", 4 if is_long else 1000)
        pairs = list(align(a, b, likeness, str.lower))
    assert "".join(x for x, _ in pairs if x) == a
    assert "".join(y for _, y in pairs if y) == b
    assert all(likeness(x, y) for x, y in pairs if x and y)
