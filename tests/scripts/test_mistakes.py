"""What users and disks do wrong: one clear line each, nothing lost, an exit status to go by."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from archdsl.recipes.recipe import Sgd
from scripts import folders
from scripts.conftest import Load
from scripts.loaded import Scripts

torch = pytest.importorskip("torch")
pytest.importorskip("av")

Train = Callable[..., int]
Capture = pytest.CaptureFixture[str]


@pytest.fixture
def script(load_script: Load) -> Scripts:
    return load_script(folders.MINIMAL)


@pytest.fixture
def run(script: Scripts, train: Train, tmp_path: Path, capsys: Capture) -> Path:
    """The folder of a run of two epochs, each step of which was saved."""
    assert train(script, "--save-every", 1, "--keep", 9) == 0
    capsys.readouterr()
    return tmp_path / "run"


def saved(run: Path, step: int) -> Path:
    return run / "checkpoints" / f"step_{step:08}.pt"


def halve(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def contents(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_half_a_checkpoint_is_skipped(
    script: Scripts, train: Train, run: Path, capsys: Capture
) -> None:
    expected = saved(run, 4).read_bytes()
    halve(saved(run, 4))
    halve(saved(run, 3))
    assert train(script, "--resume", "auto") == 0
    out, err = capsys.readouterr()
    assert err == "".join(
        f"skipped: {saved(run, step)} is no checkpoint, or half of one\n" for step in (4, 3)
    )
    assert f"{saved(run, 2)}: resumed after step 2\n" in out
    assert saved(run, 4).read_bytes() == expected


def test_a_damaged_checkpoint_is_skipped(
    script: Scripts, train: Train, run: Path, capsys: Capture
) -> None:
    state = bytearray(saved(run, 4).read_bytes())
    state[len(state) // 2] ^= 1
    saved(run, 4).write_bytes(state)
    assert train(script, "--resume", "auto") == 0
    assert f"skipped: {saved(run, 4)}: " in capsys.readouterr().err


def test_no_checkpoint_is_whole(script: Scripts, train: Train, run: Path, capsys: Capture) -> None:
    for step in range(1, 5):
        halve(saved(run, step))
    before = contents(run)
    assert train(script, "--resume", "auto") == 1
    last = capsys.readouterr().err.splitlines()[-1]
    assert last == f"error: none of the 4 checkpoints in {run} is whole"
    assert contents(run) == before


def test_half_a_checkpoint_that_was_asked_for(
    script: Scripts, train: Train, run: Path, capsys: Capture
) -> None:
    halve(saved(run, 4))
    assert train(script, "--resume", saved(run, 4)) == 1
    expected = f"error: {saved(run, 4)} is no checkpoint, or half of one\n"
    assert capsys.readouterr().err == expected


def test_weights_are_nothing_to_resume_from(
    script: Scripts, train: Train, run: Path, tmp_path: Path, capsys: Capture
) -> None:
    best = run / "checkpoints" / "best.pt"
    assert train(script, "--resume", best, "--output-dir", tmp_path / "new") == 1
    assert capsys.readouterr().err == (
        f"error: {best} is no checkpoint to resume from: start from its weights with --weights\n"
    )


@pytest.mark.parametrize("flags", [[], ["--resume", "other.pt"]])
def test_a_folder_that_holds_a_run(
    script: Scripts, train: Train, run: Path, capsys: Capture, flags: list[str]
) -> None:
    before = contents(run)
    assert train(script, *flags) == 1
    assert capsys.readouterr().err == (
        f"error: {run} holds a run: --resume auto goes on with it,"
        " another --output-dir leaves it alone\n"
    )
    assert contents(run) == before


@pytest.mark.parametrize("flag", ["--weights", "--checkpoint"])
@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "no such file: {}"),
        (b"", "{} is not a file of weights, or only a part of one"),
        (b"PK\x03\x04 half of a zip", "{} is not a file of weights, or only a part of one"),
        (b"a text", "{} is not a file of weights, or only a part of one"),
    ],
)
def test_weights_that_are_none(
    script: Scripts,
    train: Train,
    tmp_path: Path,
    capsys: Capture,
    flag: str,
    content: bytes | None,
    said: str,
) -> None:
    path = tmp_path / "weights.pt"
    if content is not None:
        path.write_bytes(content)
    flags = [flag, path] + ["--eval-only"] * (flag == "--checkpoint")
    assert train(script, *flags) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"error: {said.format(path)}")


def test_weights_of_another_network(
    script: Scripts, train: Train, tmp_path: Path, capsys: Capture
) -> None:
    path = tmp_path / "weights.pt"
    torch.save({"model_state": script.network.Small(classes=5).state_dict()}, path)
    assert train(script, "--eval-only", "--checkpoint", path) == 1
    assert capsys.readouterr().err == (
        f"error: {path}, `model_state`: linear.weight is 5 x 16 in it, 3 x 16 in the network,"
        " 1 more differ: `--classes 5`, in Python `classes=5`, fits\n"
    )


def test_weights_that_give_no_numbers(
    script: Scripts, train: Train, tmp_path: Path, capsys: Capture
) -> None:
    state = script.network.Small(classes=3).state_dict()
    state["norm1.running_var"] = -torch.ones_like(state["norm1.running_var"])
    path = tmp_path / "weights.pt"
    torch.save(state, path)
    assert train(script, "--eval-only", "--checkpoint", path) == 3
    assert capsys.readouterr().err == "error: the network gives NaN for held-out videos\n"


def test_weights_of_which_none_fits(
    script: Scripts, train: Train, tmp_path: Path, capsys: Capture
) -> None:
    path = tmp_path / "weights.pt"
    torch.save({"stem.weight": torch.zeros(3)}, path)
    assert train(script, "--weights", path) == 1
    assert capsys.readouterr().err == (
        f"error: {path} has no weights of this network: it holds stem.weight\n"
    )


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (["--batch", 11], "10 videos do not fill a batch of 11: make it smaller with --batch"),
        (["--accumulate", 5], "a batch of 4 cannot be divided among 1 processes x 5 parts"),
        (["--val-list", "none.txt"], "none.txt: No such file or directory"),
        (["--data", "none"], "none is no folder; a list is given by --val-list"),
        (
            ["--classes", 2],
            "{data}/val.txt: labels go up to 2, but the network has 2 classes, numbered from 0,"
            " such as 2 (line 3); --classes 3 gives it more\nerror: {data}/train.txt: labels go"
            " up to 2, but the network has 2 classes, numbered from 0, such as 2 (line 3),"
            " 2 (line 6), 2 (line 9); --classes 3 gives it more",
        ),
    ],
)
def test_data_and_flags_that_do_not_fit(
    script: Scripts, train: Train, videos: Path, capsys: Capture, flags: list[object], said: str
) -> None:
    assert train(script, *flags) == 1
    assert capsys.readouterr().err == f"error: {said.format(data=videos)}\n"


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (["--batch", "0"], "argument --batch: at least 1 is needed"),
        (["--epochs", "x"], "argument --epochs: invalid positive value: 'x'"),
        (["--workers", "-1"], "argument --workers: at least 0 is needed"),
        (["--eval-only"], "--eval-only and --checkpoint go together"),
        (["--data", ""], "--data DIR is missing, or --train-list and --val-list"),
    ],
)
def test_a_wrong_command_line(
    script: Scripts, train: Train, capsys: Capture, flags: list[str], said: str
) -> None:
    with pytest.raises(SystemExit, match="2"):
        train(script, *flags)
    assert capsys.readouterr().err.endswith(f"train.py: error: {said}\n")


def test_a_file_where_the_folder_should_be(
    script: Scripts, train: Train, tmp_path: Path, capsys: Capture
) -> None:
    (tmp_path / "run").write_text("mine")
    assert train(script) == 4
    path = tmp_path / "run" / "checkpoints"
    assert capsys.readouterr().err == f"error: cannot write in {path}: Not a directory\n"
    assert (tmp_path / "run").read_text() == "mine"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_without_permission(
    script: Scripts, train: Train, tmp_path: Path, capsys: Capture
) -> None:
    (tmp_path / "run").mkdir(mode=0o500)
    assert train(script) == 4
    path = tmp_path / "run" / "checkpoints"
    assert capsys.readouterr().err == f"error: cannot write in {path}: Permission denied\n"


def test_a_full_disk(
    script: Scripts,
    train: Train,
    tmp_path: Path,
    capsys: Capture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert train(script, "--output-dir", tmp_path / "whole") == 0
    capsys.readouterr()
    write = script.run.write_whole

    def full(path: Path, content: bytes) -> None:
        if path.name == "step_00000004.pt":
            monkeypatch.setattr(os, "fsync", no_space)
        write(path, content)

    def no_space(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(script.run, "write_whole", full)
        assert train(script) == 4
    monkeypatch.undo()
    path = saved(tmp_path / "run", 4)
    assert capsys.readouterr().err == f"error: cannot write {path}: No space left on device\n"
    kept = sorted(file.name for file in path.parent.iterdir())
    assert kept == ["best.pt", "step_00000002.pt"]


def test_a_loss_that_is_none(
    load_script: Load, train: Train, tmp_path: Path, capsys: Capture
) -> None:
    wild = replace(folders.MINIMAL, name="wild", optimizer=Sgd(10**30))
    script = load_script(wild)
    assert train(script, "--save-every", 1) == 3
    (line,) = capsys.readouterr().err.splitlines()
    assert line == "error: diverged at step 2: the loss is nan, the norm of the gradients nan"
    kept = torch.load(saved(tmp_path / "run", 1), weights_only=True)
    assert kept["step"] == 1


@pytest.fixture
def spoilt(videos: Path, tmp_path: Path) -> Path:
    """The data, with some files that are no videos any more, and one shorter than a clip."""
    folder = tmp_path / "spoilt"
    shutil.copytree(videos, folder)
    (folder / "train3.mp4").write_bytes(b"")
    halve(folder / "train5.mp4")
    (folder / "val1.mp4").write_bytes(b"not a video")
    folders.write_video(folder / "train7.mp4", 7, frames=5)
    return folder


def test_bad_videos_are_named_and_skipped(
    script: Scripts, train: Train, spoilt: Path, tmp_path: Path, capsys: Capture
) -> None:
    assert train(script, "--data", spoilt, "--epochs", 3) == 0
    out, err = capsys.readouterr()
    told = [
        f"skipped: {spoilt}/train3.mp4: zero bytes",
        f"skipped: {spoilt}/train5.mp4: Invalid data found when processing input",
        f"skipped: {spoilt}/val1.mp4: Invalid data found when processing input",
    ]
    assert sorted(err.splitlines()) == told
    listed = tmp_path / "run" / "bad_videos.txt"
    assert f"3 videos could not be used: {listed}\n" in out
    lines = [line.removeprefix("skipped: ").replace(": ", "\t", 1) for line in told]
    assert listed.read_text().splitlines() == lines


def test_a_bad_video_ends_the_run_where_that_is_wished(
    script: Scripts, train: Train, spoilt: Path, capsys: Capture
) -> None:
    assert train(script, "--data", spoilt, "--on-bad-video", "fail") == 1
    assert capsys.readouterr().err.splitlines()[0].startswith(f"error: {spoilt}/")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("train", "error: no video of a whole batch can be used"),
        ("val", "error: none of the held-out videos can be used"),
    ],
)
def test_no_video_is_good(
    script: Scripts, train: Train, spoilt: Path, capsys: Capture, name: str, said: str
) -> None:
    for path in spoilt.glob(f"{name}*.mp4"):
        path.write_bytes(b"")
    assert train(script, "--data", spoilt) == 1
    assert capsys.readouterr().err.splitlines()[-1] == said
