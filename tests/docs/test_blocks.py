"""Every block of every page gives what it shows, and every picture is what a command drew.

`pytest tests/docs --update` rewrites outputs and pictures; read the difference before a commit.
"""

from __future__ import annotations

import ast
from collections import Counter
from pathlib import Path

import pytest
from document import PAGES, ROOT, Block, Exchange, Page, agrees
from reader import Reader, reading
from rivals import let_torchvision_load

_RUN = {"arch", "console", "pycon", "python", "sh"}
_NOT_RUN = {
    ("CONTRIBUTING.md", "the checks themselves"): 1,
    ("README.md", ".ci/run runs it"): 2,
    ("docs/adding.md", "a part of a file"): 6,
    ("docs/architecture.md", "a diagram"): 1,
    ("docs/ci.md", "a file for GitHub"): 1,
    ("docs/ci.md", "a part of that"): 1,
    ("docs/ci.md", "a file for pre-commit"): 1,
    ("docs/editors.md", "a file of an editor"): 7,
    ("docs/editors.md", "it installs a package"): 1,
    ("docs/studio.md", "it serves until ctrl-C"): 1,
    ("CONTRIBUTING.md", "it needs Node"): 1,
    ("docs/scripts.md", "it needs Lightning"): 1,
    ("docs/scripts.md", "it trains a supernet"): 1,
    ("docs/scripts.md", "it trains a supergraph"): 1,
    ("docs/scripts.md", "it needs what a search has found"): 1,
    ("README.md", "it trains many networks"): 1,
    ("README.md", "it trains a supernet"): 1,
    ("docs/search.md", "it trains for hours"): 1,
    ("docs/search.md", "it trains for minutes"): 1,
    ("docs/search.md", "it needs GPUs"): 1,
    ("docs/search.md", "it searches for days, or minutes for nothing but a trial"): 2,
    ("docs/weights.md", "it needs TensorFlow and a checkpoint"): 1,
    ("docs/weights.md", "torchvision's weights are downloaded"): 1,
}
"""How many blocks of a page are not run, and why."""

_SLOW = tuple(page for page in PAGES if any(block.is_slow for block in page.blocks))


def _name(page: Page) -> str:
    return page.name


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_blocks_give_what_they_show(page: Page, tmp_path: Path, is_updating: bool) -> None:
    _follow(page, [block for block in page.blocks if not block.is_slow], tmp_path, is_updating)


@pytest.mark.slow
@pytest.mark.parametrize("page", _SLOW, ids=_name)
def test_slow_blocks_give_what_they_show(page: Page, tmp_path: Path, is_updating: bool) -> None:
    let_torchvision_load()
    _follow(page, [*page.blocks], tmp_path, is_updating)


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_every_block_is_found(page: Page) -> None:
    assert page.text.count("```") == 2 * len(page.blocks)
    assert "~~~" not in page.text


def test_what_is_not_run_is_known() -> None:
    found = [
        (page.name, block.not_run or f"the language is {block.language or 'missing'}")
        for page in PAGES
        for block in page.blocks
        if block.not_run or (block.language not in _RUN and not block.file)
    ]
    assert Counter(found) == _NOT_RUN


def test_pictures_that_no_command_draws_are_known() -> None:
    found = [(page.name, reason) for page in PAGES for reason in page.not_drawn]
    by_hand = ("docs/studio.md", "`python editors/studio/screenshot.py` draws it")
    assert sorted(found) == [*[("README.md", "it shows that run")] * 2, by_hand]


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_python_that_is_not_run_is_python(page: Page) -> None:
    for block in page.blocks:
        if block.not_run and block.language == "python":
            ast.parse(block.text)


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_files_are_used(page: Page) -> None:
    """A block that is only written to a file is run by a later one."""
    for at, block in enumerate(page.blocks):
        if block.file:
            later = "".join(other.text for other in page.blocks[at + 1 :])
            assert Path(block.file).stem in later


@pytest.mark.parametrize("target", ["setup", "test"])
def test_commands_of_the_checks_can_be_found(target: str) -> None:
    assert f"<!-- ci: {target} -->\n```sh\n" in (ROOT / "README.md").read_text()


def _follow(page: Page, blocks: list[Block], folder: Path, is_updating: bool) -> None:
    """In one folder and in order: later blocks use what earlier ones wrote.

    A picture on the page is one that its commands drew, of that name, in build/.
    """
    edits: list[tuple[Exchange, str]] = []
    with reading(folder) as reader:
        for block in blocks:
            edits += _differences(block, page, reader)
        drawn = {path: (folder / "build" / path.name).read_bytes() for path in page.pictures}
    if is_updating:
        page.path.write_text(page.rewritten(edits))
        for path, content in drawn.items():
            path.write_bytes(content)
        return
    assert [path for path, content in drawn.items() if path.read_bytes() != content] == []
    assert not edits, "\n".join(f"$ {exchange.asked}\n{printed}" for exchange, printed in edits)


def _differences(block: Block, page: Page, reader: Reader) -> list[tuple[Exchange, str]]:
    if block.not_run:
        return []
    if block.file:
        reader.write(block.file, block.text)
    elif block.language == "arch":
        reader.write("specs/example.arch", block.text)
        reader.check("specs/example.arch")
    elif block.language == "python":
        reader.python(block.text, page.name, block.line)
    elif block.language == "sh":
        reader.script(block.text)
    else:
        answers = reader.answers(block)
        assert answers, f"nothing is asked in line {block.line}"
        return [pair for pair in answers if not agrees(pair[0].shown, pair[1], block.varies)]
    return []
