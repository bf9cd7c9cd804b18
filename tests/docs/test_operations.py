"""docs/operations.md lists every operation. `pytest tests/docs --update` brings it up to date."""

from __future__ import annotations

from document import ROOT
from listing import listing, replaced

_PAGE = ROOT / "docs" / "operations.md"


def test_operations_are_all_listed(is_updating: bool) -> None:
    if is_updating:
        _PAGE.write_text(replaced(_PAGE.read_text()))
    assert listing() in _PAGE.read_text()
