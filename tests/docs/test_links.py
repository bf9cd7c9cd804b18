"""What the documentation names is there, and its map is the one of the code."""

from __future__ import annotations

import re

import pytest
from document import PAGES, ROOT, Page

_LINK = re.compile(r"\[[^\]]*\]\((?!https?:)([^)#]*)(?:#([^)]+))?\)")
_WITHIN = re.compile(r"\]\(#([^)]+)\)")
_PATH = re.compile(r"`((?:archdsl|docs|grammars|specs|templates|tests)/[\w./-]*)`")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
_DIAGRAM = re.compile(r"^text -parse-> .*?\n.*\n.*$", re.MULTILINE)
_NEW = re.compile(r"^\| `([\w./-]+)` \| new", re.MULTILINE)
"""A file that a walk adds, in the table of the files that it touches."""


def _name(page: Page) -> str:
    return page.name


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_links_lead_somewhere(page: Page) -> None:
    for path, heading in _LINK.findall(page.prose):
        target = page.path.parent / path if path else page.path
        assert target.exists(), target
        assert not heading or heading in _anchors(target.read_text()), heading


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_links_within_a_page_lead_somewhere(page: Page) -> None:
    assert set(_WITHIN.findall(page.prose)) - _anchors(page.text) == set()


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_files_that_are_named_are_there(page: Page) -> None:
    named = set(_PATH.findall(page.prose)) - set(_NEW.findall(page.prose))
    assert sorted(path for path in named if not (ROOT / path).exists()) == []


def test_every_page_is_in_the_index() -> None:
    index = (ROOT / "docs" / "README.md").read_text()
    pages = [page.path.relative_to(ROOT / "docs") for page in PAGES if page.name[:5] == "docs/"]
    assert [str(path) for path in pages if f"({path})" not in index] == ["README.md"]


def test_the_map_is_one() -> None:
    code, page = (
        (ROOT / path).read_text() for path in ("archdsl/compiler.py", "docs/architecture.md")
    )
    assert _DIAGRAM.findall(code) == _DIAGRAM.findall(page) != []


def test_every_room_is_on_the_map() -> None:
    named = _PATH.findall((ROOT / "docs" / "architecture.md").read_text())
    rooms = {f"archdsl/{file.parent.name}/" for file in ROOT.glob("archdsl/*/__init__.py")}
    assert rooms - set(named) == set()


def _anchors(text: str) -> set[str]:
    """The headings of a page as a link names them."""
    titles = (heading.replace("`", "").lower() for heading in _HEADING.findall(text))
    return {re.sub(r"[^\w -]", "", title).replace(" ", "-") for title in titles}
