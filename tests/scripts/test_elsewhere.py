"""lists.py, video.py and recipe.py in loops that are not train.py: a plain one, and Lightning's."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
import torch
from torch.utils.data import DataLoader

from archdsl.cli.main import main
from scripts.folders import environment
from scripts.loaded import Scripts
from scripts.videos import write_video

HERE = Path(__file__).parent
EPOCHS = 9  # fewer do not leave the plateau at which training begins
CHANCE = 1 / 8


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample data, and a build folder of the network for it."""
    folder = tmp_path_factory.mktemp("work")
    assert main(["sample-data", str(folder / "samples")]) == 0
    assert main(["compile", "specs/tiny.arch", "-o", str(folder)]) == 0
    return folder


def run(script: str, *arguments: object) -> str:
    command = [sys.executable, HERE / script, *arguments]
    done = subprocess.run([*map(str, command)], env=environment(), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.slow
def test_a_plain_loop_learns(work: Path) -> None:
    said = run("plain_loop.py", work / "tiny", work / "samples" / "train.txt", EPOCHS)
    losses = [float(line.split()[-1]) for line in said.splitlines() if line.startswith("epoch")]
    assert len(losses) == EPOCHS
    assert losses[-1] < 0.9 * losses[0]


@pytest.mark.slow
@pytest.mark.skipif(find_spec("lightning") is None, reason="Lightning is not installed")
def test_lightning_learns(work: Path) -> None:
    lists = [work / "samples" / f"{name}.txt" for name in ("train", "val")]
    said = run("lightning_module.py", work / "tiny", *lists, EPOCHS)
    assert float(said.splitlines()[-1].split()[-1]) > 2 * CHANCE


@pytest.fixture
def videos(tmp_path: Path, in_views: Scripts) -> list[object]:
    """Three videos, the second of which cannot be used."""
    for number in (0, 2):
        write_video(tmp_path / f"{number}.mp4", frames=30)
    (tmp_path / "1.mp4").touch()
    return [in_views.video.Video(str(tmp_path / f"{n}.mp4"), (n,)) for n in range(3)]


def test_torchs_own_collate_makes_batches(videos: list[object], in_views: Scripts) -> None:
    dataset = in_views.video.VideoDataset(videos, in_views.recipe.random_clip)
    with pytest.warns(UserWarning, match=r"skipped: .*/1\.mp4: zero bytes"):
        ((clips, labels),) = DataLoader(dataset, batch_size=3)
    assert (clips.shape, clips.dtype) == ((3, 3, 4, 24, 24), torch.uint8)
    assert labels.tolist() == [0, 2, 2]


def test_clips_differ_between_epochs_and_follow_torchs_seed(
    videos: list[object], in_views: Scripts
) -> None:
    good = in_views.video.VideoDataset(videos[:1] * 6, in_views.recipe.random_clip)

    def epoch() -> torch.Tensor:
        ((clips, _),) = DataLoader(good, batch_size=6)
        found: torch.Tensor = clips
        return found

    torch.manual_seed(3)
    first, second = epoch(), epoch()
    assert not torch.equal(first, second)
    torch.manual_seed(3)
    assert torch.equal(epoch(), first)


def test_workers_draw_differently(videos: list[object], in_views: Scripts) -> None:
    dataset = in_views.video.VideoDataset(videos[:1] * 8, in_views.recipe.random_clip)
    batches = [clips for clips, _ in DataLoader(dataset, batch_size=4, num_workers=2)]
    assert not torch.equal(*batches)


def test_nothing_that_can_be_used(videos: list[object], in_views: Scripts) -> None:
    dataset = in_views.video.VideoDataset(videos[1:2], in_views.recipe.random_clip)
    with (
        pytest.warns(UserWarning, match="zero bytes"),
        pytest.raises(in_views.video.BadVideo, match=r"in a row: 1, the first .*1\.mp4"),
    ):
        dataset[0]


def test_an_older_pyav_is_told_in_a_line(
    videos: list[object], in_views: Scripts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(in_views.decoding.av, "__version__", "16.1.0")
    dataset = in_views.video.VideoDataset(videos, in_views.recipe.random_clip)
    with pytest.raises(in_views.video.Fault) as fault:
        dataset[0]
    (line,) = fault.value.args
    assert line.startswith("PyAV 17 or newer is needed: ")
    assert "this is PyAV 16.1.0" in line
