"""specs/x3d_expansion.arch, replayed: its networks, and the recipes that follow them."""

from __future__ import annotations

from pathlib import Path

import pytest

from archdsl.diagnostics import Diagnostics
from archdsl.expansion.by_accuracy import Results, progress
from archdsl.expansion.stages import Grown
from archdsl.ir.likeness import is_same_network
from archdsl.search.assembly import Wishes, assemble
from archdsl.search.candidates.grown import GrownSpace
from archdsl.search.post import Setup
from archdsl.spec import load
from tests.mistakes import load_text

SPECS = Path(__file__).resolve().parents[2] / "specs"
TEXT = (SPECS / "x3d_expansion.arch").read_text()
PUBLISHED = "bottleneck fast spatial depth temporal fast temporal".split()
# The accuracies are not X3D's: the published axis has the higher one.
WISHES = Wishes("", None, 0, None, ())


def assembled(folder: Path, text: str) -> Setup:
    (folder / "x2d.arch").write_text((SPECS / "x2d.arch").read_text())
    path = folder / "x3d_expansion.arch"
    path.write_text(text)
    told, spec = Diagnostics(), load(path)
    setup = assemble(spec, spec.search(None, told), WISHES).setup
    assert not [*told]
    return setup


def replayed(space: GrownSpace) -> Grown:
    """What it ends with, if training prefers the published axes."""
    results: dict[Grown, float | None] = {}
    while new := [each for each in _wanted(space, results) if each not in results]:
        results.update({each: float(each.path[-1] == _axis(each)) for each in new})
    end = progress(space.expansions, results).end
    assert end is not None
    return end


def _wanted(space: GrownSpace, results: Results) -> tuple[Grown, ...]:
    return progress(space.expansions, results).wanted


def _axis(grown: Grown) -> str:
    return PUBLISHED[len(grown.path) - 1]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("times", "macs", "is_x3d_s"), [("2", 1_978_163_789, False), ("1.98", 1_962_892_112, True)]
)
def test_it_ends_with_the_clips_and_crops_of_x3d_s(
    tmp_path: Path, times: str, macs: int, is_x3d_s: bool
) -> None:
    setup = assembled(tmp_path, TEXT.replace("times = 2,", f"times = {times},"))
    assert isinstance(setup.space, GrownSpace)
    end = replayed(setup.space)
    assert end == Grown(tuple(PUBLISHED), is_contracted=True)
    found = load_text(setup.spec(setup.space.member_of(end), "found")).network("found")
    assert found.inputs == {"video": (3, 13, 160, 160)}
    assert found.costs.total.macs == macs
    x3d_s = load(SPECS / "x3d_s.arch").network()
    assert is_same_network(found.graph, x3d_s.graph) is is_x3d_s
    own, published = found.recipe(), x3d_s.recipe()
    assert own is not None
    assert published is not None
    assert (own.clip, own.scale, own.crop) == (published.clip, published.scale, published.crop)


def test_every_axis_of_its_first_step_can_be_trained(tmp_path: Path) -> None:
    setup = assembled(tmp_path, TEXT)
    jobs = setup.course.jobs({})
    assert [job.chosen.taken for job in jobs] == [
        {"step1": axis} for axis in "fast temporal spatial depth width bottleneck".split()
    ]
    assert len({job.chosen.likeness for job in jobs}) == 6
