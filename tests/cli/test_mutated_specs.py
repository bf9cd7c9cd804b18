"""Specs with a token deleted, doubled, swapped or replaced: checked without a traceback.

Whatever is wrong is told at a place inside of a text, and what fails says why.
"""

from __future__ import annotations

import random
import re
import shutil
from functools import cache
from pathlib import Path

import pytest

from archdsl.analysis.judging import judge
from archdsl.diagnostics import Diagnostic
from archdsl.report.diagnostics import render

_ROOT = Path(__file__).parents[2]
_FOLDERS = ("specs", "tests/networks", *(f"tests/cases/{name}" for name in ("cells", "recipes")))
_TOKEN = re.compile(r'"""[\s\S]*?"""|"[^"\n]*"|#[^\n]*|\w+|\s+|->|==|[^\w\s]')
_OTHERS = (
    *"0 1 -1 1.5 1e9 none true x in i ( ) { } | -> ^2 () . , = : * _ .. if for not share".split(),
    *'relu conv frames table insert after "a" <=28 None x.channels [0] (1,2) 3x4'.split(),
)
_LARGEST = 6_000
_WITHOUT_PLACE = {"file", "network", "stopped"}


@cache
def _specs() -> tuple[tuple[Path, tuple[str, ...]], ...]:
    """Every spec that is not too large to be checked often, with its tokens."""
    paths = [path for folder in _FOLDERS for path in sorted((_ROOT / folder).glob("*.arch"))]
    texts = [(path, path.read_text()) for path in paths]
    return tuple((p, tuple(_TOKEN.findall(text))) for p, text in texts if len(text) < _LARGEST)


def _mutated(tokens: tuple[str, ...], chance: random.Random) -> str:
    changed = list(tokens)
    for _ in range(chance.choice((1, 1, 2, 3))):
        places = [place for place, token in enumerate(changed) if not token.isspace()]
        place, other = chance.choice(places), chance.choice(places)
        match chance.randrange(5):
            case 0:
                changed[place] = ""
            case 1:
                changed[place] += f" {changed[place]}"
            case 2:
                changed[place], changed[other] = changed[other], changed[place]
            case 3:
                changed[place] = chance.choice(_OTHERS)
            case _:
                changed[place] += f" {chance.choice(_OTHERS)}"
    return "".join(changed)


def _is_inside(diagnostic: Diagnostic) -> bool:
    spans = [label.span for label in diagnostic.labels]
    has_place = bool(spans) or diagnostic.code in _WITHOUT_PLACE
    return has_place and all(0 <= s.start <= s.end <= len(s.source.text) for s in spans)


def _check(seed: int, folder: Path) -> None:
    """Check a mutant of a spec, beside the specs that it uses."""
    chance = random.Random(seed)
    path, tokens = chance.choice(_specs())
    mutant = folder / path.parent.name / f"mutant_of_{path.name}"
    mutant.write_text(_mutated(tokens, chance))
    judgement = judge(mutant)
    found, report = judgement.diagnostics, judgement.report
    misplaced = [diagnostic for diagnostic in found if not _is_inside(diagnostic)]
    assert not misplaced, mutant.read_text()
    assert report is not None or any(each.is_error for each in found), mutant.read_text()
    render(found, lambda _, text: text)
    mutant.unlink()


@pytest.fixture(scope="module")
def beside(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a copy of each folder of specs."""
    copies = tmp_path_factory.mktemp("specs")
    for folder in _FOLDERS:
        source = _ROOT / folder
        shutil.copytree(source, copies / source.name, ignore=shutil.ignore_patterns("*.out"))
    return copies


def test_a_few_mutants(beside: Path) -> None:
    for seed in range(40):
        _check(seed, beside)


@pytest.mark.slow
@pytest.mark.parametrize("part", range(10))
def test_many_mutants(part: int, beside: Path) -> None:
    for seed in range(1_000 + 300 * part, 1_300 + 300 * part):
        _check(seed, beside)
