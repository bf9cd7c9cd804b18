"""What docs/ says is so: its examples give what they show, and what it names is there."""

from __future__ import annotations

import ast
import doctest
import re
from contextlib import chdir
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCS = sorted((ROOT / "docs").glob("*.md"))
PAGES = [*DOCS, ROOT / "README.md"]

_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\[[^\]]*\]\((?!https?:|#)([^)#]+)")
_PATH = re.compile(r"`((?:archdsl|docs|grammars|specs|templates|tests)/[\w./-]*)`")
_DIAGRAM = re.compile(r"^text -parse-> .*?\n.*\n.*$", re.MULTILINE)
_NEW = re.compile(r"^\| `([\w./-]+)` \| new", re.MULTILINE)
"""A file that a walk adds, in the table of the files that it touches."""


def _prose(page: Path) -> str:
    return _BLOCK.sub("", page.read_text())


def _name(page: Path) -> str:
    return page.name


@pytest.mark.parametrize("page", DOCS, ids=_name)
def test_examples_give_what_they_show(page: Path) -> None:
    shown = "".join(text for kind, text in _BLOCK.findall(page.read_text()) if kind == "pycon")
    test = doctest.DocTestParser().get_doctest(shown, {}, page.name, str(page), 0)
    said: list[str] = []
    with chdir(ROOT):
        doctest.DocTestRunner().run(test, out=said.append)
    assert not said, "".join(said)


@pytest.mark.parametrize("page", DOCS, ids=_name)
def test_code_is_python(page: Path) -> None:
    for kind, text in _BLOCK.findall(page.read_text()):
        if kind == "python":
            ast.parse(text)


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_links_lead_somewhere(page: Path) -> None:
    linked = _LINK.findall(_prose(page))
    assert linked
    assert [link for link in linked if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_files_that_are_named_are_there(page: Path) -> None:
    text = _prose(page)
    named = set(_PATH.findall(text)) - set(_NEW.findall(text))
    assert named
    assert sorted(path for path in named if not (ROOT / path).exists()) == []


def test_the_map_is_one() -> None:
    code, readme, page = (
        (ROOT / path).read_text()
        for path in ("archdsl/compiler.py", "README.md", "docs/architecture.md")
    )
    assert _DIAGRAM.findall(code) == _DIAGRAM.findall(readme) == _DIAGRAM.findall(page) != []


def test_every_room_is_on_the_map() -> None:
    named = _PATH.findall((ROOT / "docs" / "architecture.md").read_text())
    rooms = {f"archdsl/{file.parent.name}/" for file in ROOT.glob("archdsl/*/__init__.py")}
    assert rooms - set(named) == set()
