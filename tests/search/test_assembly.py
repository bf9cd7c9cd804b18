"""From a spec to what workers need: what a study is of, and what the command line adds."""

from __future__ import annotations

from pathlib import Path

import pytest

from archdsl.diagnostics import CompileError
from archdsl.search.assembly import Assembled, Wishes, assemble
from archdsl.search.results.run_folder import check_run, make_run
from archdsl.spec import load
from search.workers.test_results import _about

SPEC = """
use conv_norm_act
use own

network small(frames = 1, size = 16, classes: int = 4) {
  input video: 3 x frames x size^2
  table {
    | block         | channels | kernel    | stride    |
    |---------------|----------|-----------|-----------|
    | conv_norm_act | {8, 16}  | (1, 3, 3) | (1, 2, 2) |
    | own           | {8, 16}  | (1, 3, 3) | 1         |
  }
  in -> mean -> linear(classes)
}

recipe short(epochs = 2) for small {
  epochs epochs
  batch 4
  optimizer sgd(lr = 0.1)
  clip(frames = video.frames, stride = 6)
  scale_jitter video.height..video.height
  crop video.height
  test views(clips = 1, size = video.height)
}

search look for small {
  method random(trials = 3)
  train short(epochs = 3)
  macs <= 200k
  maximise top1
  repeats 2
  seed 7
}
"""

OWN = "block own(x, channels, kernel, stride) { return x -> conv(channels, kernel, stride) }\n"


def _assembled(
    folder: Path, *changes: tuple[str, str], own: str = OWN, **wishes: object
) -> Assembled:
    folder.mkdir(exist_ok=True)
    text = SPEC
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    (folder / "small.arch").write_text(text)
    (folder / "own.arch").write_text(own)
    given = {"data": "clips", "trials": None, "baseline": 5, "processes": None, "train_args": ()}
    settings = Wishes(**{**given, **wishes})  # type: ignore[arg-type]
    return _read(folder / "small.arch", settings)


def _read(path: Path, wishes: Wishes) -> Assembled:
    spec = load(path)
    return assemble(spec, spec.search(), wishes)


def test_what_the_spec_says(tmp_path: Path) -> None:
    setup = _assembled(tmp_path).setup
    assert (setup.name, setup.space.name, setup.course.asked) == ("look", "small", 3)
    assert [*setup.seeds] == [7, 8]
    how = setup.how
    assert (how.data, how.figure, how.epochs) == (str(Path("clips").resolve()), "clip@1", 3)
    assert how.hold_out == "0.1"


@pytest.mark.parametrize("arguments", [("--epochs", "9"), ("--epochs=9", "--amp", "bf16")])
def test_what_the_command_line_adds(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    setup = _assembled(tmp_path, trials=8, train_args=arguments).setup
    assert (setup.course.asked, setup.how.epochs, setup.how.options) == (8, 9, arguments)


def _changed(folder: Path, *changes: tuple[str, str], **settings: object) -> set[str]:
    """What a study is of that another spec or command line changes."""
    before = _assembled(folder / "before").identity
    after = _assembled(folder / "after", *changes, **settings).identity
    return {name for name in before if before[name] != after[name]}


@pytest.mark.parametrize(
    ("change", "names"),
    [
        (("trials = 3", "trials = 30"), set()),
        (("network small", '"""A comment."""\n# and another\nnetwork small'), set()),
        (("maximise top1", "keep 2\n  maximise top1"), set()),
        (("{8, 16}  | (1, 3, 3) | 1", "{8, 24}  | (1, 3, 3) | 1"), {"space"}),
        (("for small {\n  method", "for small(size = 12) {\n  method"), {"space", "training"}),
        (("epochs = 3", "epochs = 4"), {"training"}),
        (("sgd(lr = 0.1)", "sgd(lr = 0.2)"), {"training"}),
        (("random(trials = 3)", "evolution(trials = 3, population = 2)"), {"method"}),
        (("200k", "100k"), {"bounds"}),
        (("maximise top1", "minimise macs\n  maximise top1"), {"objectives"}),
        (("seed 7", "seed 8"), {"trainings"}),
        (("maximise top1", "hold_out 0.2\n  maximise top1"), {"hold_out"}),
    ],
)
def test_what_a_study_is_of(tmp_path: Path, change: tuple[str, str], names: set[str]) -> None:
    assert _changed(tmp_path, change) == names


def test_a_file_that_is_used_belongs_to_the_space(tmp_path: Path) -> None:
    other = OWN.replace("stride) }", "stride) -> relu }")
    assert _changed(tmp_path, own=other) == {"space"}


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        (("--workers", "3"), set()),
        (("--workers=3", "--channels-last"), set()),
        (("--workers", "3", "--amp", "bf16"), {"train_args"}),
    ],
)
def test_options_of_train_py_count_if_they_change_results(
    tmp_path: Path, arguments: tuple[str, ...], names: set[str]
) -> None:
    assert _changed(tmp_path, train_args=arguments) == names


def test_a_method_is_told_without_its_trials(tmp_path: Path) -> None:
    assert _assembled(tmp_path).identity["method"] == "random"
    change = ("random(trials = 3)", "bandit(trials = 3, startup = 2)")
    assert _assembled(tmp_path, change).identity["method"] == "bandit(startup = 2)"


def test_the_spec_stands_alone_in_the_run(tmp_path: Path) -> None:
    assembled = _assembled(tmp_path / "spec")
    run = tmp_path / "run"
    make_run(run, _about(assembled.setup, run), assembled.sources)
    (tmp_path / "spec/own.arch").unlink()
    wishes = Wishes("clips", None, 5, None, ())
    again = _read(run / "search.arch", wishes)
    assert again.identity == assembled.identity


def test_a_spec_that_uses_a_file_with_the_name_of_a_result(tmp_path: Path) -> None:
    assembled = _assembled(tmp_path / "spec")
    run = tmp_path / "run"
    with pytest.raises(CompileError, match=r"the spec uses the file found\.arch"):
        check_run(run, _about(assembled.setup, run), {"found.arch": "", "search.arch": ""})
