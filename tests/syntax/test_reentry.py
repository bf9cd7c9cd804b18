"""Parsing has no shared mutable state: threads and generators can parse at the same time."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import zip_longest
from pathlib import Path

import pytest

from archdsl.diagnostics import CompileError
from archdsl.source import Source
from archdsl.spec import load
from archdsl.syntax import tree
from archdsl.syntax.formatter import format_file
from archdsl.syntax.grammar import grammar
from archdsl.syntax.layout import arrange
from archdsl.syntax.parser import parse

SPECS = Path(__file__).resolve().parents[2] / "specs"
TEXTS = [(SPECS / name).read_text() for name in ("x3d_s.arch", "autox3d_l.arch")]


def _read(text: str) -> str:
    """The text of a parsed file, or of its mistakes."""
    try:
        return format_file(parse(Source("a.arch", text)))
    except CompileError as failure:
        return "\n".join(map(str, failure.diagnostics))


def test_texts_that_are_parsed_in_turns_do_not_mix() -> None:
    readings = [grammar().session(Source(f"{n}.arch", text)) for n, text in enumerate(TEXTS)]
    drivers = [session.driver("file") for session in readings]
    words = [arrange(session.tokens()) for session in readings]
    for turn in zip_longest(*words):
        for driver, token in zip(drivers, turn, strict=True):
            if token is not None:
                driver.feed(token)
    files: list[tree.File] = [driver.finish() for driver in drivers]
    assert [format_file(file) for file in files] == TEXTS
    assert [file.comments for file in files] == [parse(file.source).comments for file in files]


@pytest.fixture
def switching_often() -> Iterator[None]:
    """Make threads switch a thousand times as often as usual."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(5e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("switching_often")
def test_threads_parse_at_once() -> None:
    wrong = [text.replace("{", "", 1).replace("#", "§ #") for text in TEXTS]
    texts = [*TEXTS, *wrong] * 4
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(_read, texts)) == list(map(_read, texts))


@pytest.mark.usefixtures("switching_often")
def test_threads_load_and_build_at_once() -> None:
    paths = [SPECS / name for name in ("x3d_s.arch", "autox3d_s.arch", "x3d_s.arch")]
    with ThreadPoolExecutor(3) as pool:
        networks = list(pool.map(lambda path: load(path).network(), paths))
    alone = [load(path).network() for path in paths]
    assert [network.costs.total for network in networks] == [n.costs.total for n in alone]
