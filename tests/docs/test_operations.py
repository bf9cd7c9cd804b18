"""docs/operations.md is what operations say of themselves; `--update` writes it."""

from __future__ import annotations

from listing import PAGE, written


def test_page_says_what_operations_say(is_updating: bool) -> None:
    page = PAGE.read_text()
    if is_updating:
        page = written(page)
        PAGE.write_text(page)
    assert page == written(page)
