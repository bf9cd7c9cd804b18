"""The pictures of a search: when they are drawn, and what is on them."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

import pytest

from tests.supernet import connecting
from tests.supernet.searching import load_drawing, load_search, run, write_search

torch = pytest.importorskip("torch")
pytest.importorskip("av")
pytest.importorskip("matplotlib")

SHORT = ("--epochs", 3, "--batch", 4)
FEW = ("--candidates", 6, "--found", 2)
BOUND = {"penalty hinge(weight = 1, target = 15156)": "macs <= 30K"}


class Drawn:
    """What a run draws: the figures of each file, in order."""

    def __init__(self, scripts: SimpleNamespace) -> None:
        from matplotlib.figure import Figure

        self.figures: dict[str, list[Any]] = {}

        def draw(log: Any, picture: Path, paint: Any) -> None:
            figure = Figure()
            paint(figure, scripts.log.read_log(log.path))
            self.figures.setdefault(picture.name, []).append(figure)

        scripts.log.Log.draw = draw


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_search(tmp_path_factory.mktemp("built") / "bounded", BOUND)


@pytest.fixture
def scripts(build: Path) -> SimpleNamespace:
    return load_search(build)


def at_every_epoch(scripts: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> Drawn:
    monkeypatch.setattr(scripts.search_pictures, "TIME_SHARE", float("inf"))
    return Drawn(scripts)


class Run(NamedTuple):
    """A run that drew at every epoch: its folder, and the figures of each file."""

    output: Path
    figures: dict[str, list[Any]]


@pytest.fixture(scope="module")
def searched(build: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    scripts, output = load_search(build), tmp_path_factory.mktemp("searched")
    with pytest.MonkeyPatch.context() as patch:
        drawn = at_every_epoch(scripts, patch)
        assert run(scripts, output, *SHORT, *FEW) == 0
    return Run(output, drawn.figures)


def titled(figure: Any) -> dict[str, Any]:
    """The panels of a figure by their titles."""
    return {axes.get_title(loc="left") or axes.get_title(): axes for axes in figure.axes}


def row_of(name: str) -> str:
    return ".".join(name.split(".")[:2])


def test_the_files_are_pictures(build: Path, tmp_path: Path) -> None:
    scripts = load_drawing(build)
    assert run(scripts, tmp_path, *SHORT, *FEW) == 0
    for name in ("curves.png", "decisions.png", "front.png"):
        assert (tmp_path / name).read_bytes().startswith(b"\x89PNG"), name


def test_each_decision_has_a_panel_with_its_probabilities(searched: Run) -> None:
    figures = searched.figures["decisions.png"]
    assert len(figures) == 4  # three epochs, and the end
    lines = (searched.output / "log.jsonl").read_text().splitlines()
    ends = [record for record in map(json.loads, lines) if "likeliest" in record]
    panels = titled(figures[-1])
    for name, options in ends[-1]["probabilities"].items():
        (image,) = panels[name].images
        expected = [[end["probabilities"][name][option] for end in ends] for option in options]
        assert image.get_array().tolist() == expected
        labels = panels[name].get_yticklabels()
        assert [label.get_text() for label in labels] == [*options]
        bold = {label.get_text() for label in labels if label.get_fontweight() == "bold"}
        assert bold == {ends[-1]["likeliest"][name]}
    entropy, _, cost = figures[-1].axes[:3]
    assert [*entropy.lines[0].get_ydata()] == [end["entropy"] for end in ends]
    shown = [[*line.get_ydata()] for line in cost.lines]
    assert shown == [[end[name] for end in ends] for name in ("expected_macs", "macs")] + [
        [30_000, 30_000]
    ]


def test_decisions_of_a_row_are_side_by_side(searched: Run) -> None:
    panels = titled(searched.figures["decisions.png"][-1])
    heights = {
        name: round(axes.get_position().y0, 6) for name, axes in panels.items() if "row" in name
    }
    rows = {row_of(name): height for name, height in heights.items()}
    assert len(set(rows.values())) == 3
    assert all(height == rows[row_of(name)] for name, height in heights.items())


def test_many_decisions_and_options_stay_on_the_picture(scripts: SimpleNamespace) -> None:
    from matplotlib.figure import Figure

    names = [f"cell.op{number}.{of}" for number in range(6) for of in "abcdef"]
    likely = {name: {f"${option}{'x' * 40}": 1 / 40 for option in range(40)} for name in names}
    record = {"epoch": 1, "entropy": 1.0, "val_loss": 2.0, "probabilities": likely}
    figure = Figure()
    scripts.search_pictures.draw_decisions(figure, [record])
    figure.canvas.draw()  # a text that matplotlib cannot set would raise
    panels = titled(figure)
    assert {*names} <= {*panels}
    for axes in panels.values():
        place = axes.get_position()
        assert 0 < place.x0 < place.x1 < 1
        assert 0 < place.y0 < place.y1 < 1
    labels = panels[names[0]].get_yticklabels()
    assert len(labels) <= 20
    assert all(len(label.get_text()) == 14 for label in labels)


def test_the_front_has_what_was_found_and_random_members(searched: Run) -> None:
    *earlier, last = searched.figures["front.png"]
    assert [figure.get_suptitle() for figure in earlier] == [
        f"the likeliest path until epoch {epoch}" for epoch in (1, 2, 3)
    ]
    found = json.loads((searched.output / "found.json").read_text())["found"]
    losses = last.axes[0]
    points = {each.get_label(): each.get_offsets().tolist() for each in losses.collections}
    for label, names in (("found", ("1", "2")), ("random, of this cost", ("random_1", "random_2"))):
        expected = [
            [each["costs"]["macs"], each["val_loss"]]
            for each in found
            if Path(each["spec"]).stem in names
        ]
        assert points[label] == expected
    assert [text.get_text().strip() for text in losses.texts] == ["1", "2"]
    lines = {line.get_label(): line for line in losses.lines}
    assert [*lines["bound"].get_xdata()] == [30_000, 30_000]
    steps = [*zip(*lines["front"].get_data(), strict=True)]
    assert steps == sorted(steps, key=lambda step: (step[0], -step[1]))
    assert last.axes[1].get_title() == "held-out clip@1"


def test_pictures_take_a_small_share_of_the_time(
    scripts: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, seen = [0.0], []
    monkeypatch.setattr(scripts.search_pictures.time, "monotonic", lambda: now[0])

    def draw(picture: Path, paint: Any) -> None:
        seen.append(now[0])
        now[0] += 2.0

    log = SimpleNamespace(draw=draw)
    made = SimpleNamespace(log=log, folder=Path("run"))
    pictures = scripts.search_pictures.Pictures(made, {"a.png": None})
    for _ in range(100):
        pictures.refresh()
        now[0] += 1.0
    assert seen == [0.0, 42.0, 84.0]  # 2 s of 42 s


def test_what_is_not_drawn_is_told_once(
    build: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    scripts = load_drawing(build)
    monkeypatch.setattr(scripts.search_pictures, "TIME_SHARE", float("inf"))
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    assert run(scripts, tmp_path, *SHORT, *FEW) == 0
    said = "decisions.png is not drawn: matplotlib is not installed"
    assert capsys.readouterr().out.splitlines().count(said) == 1
    assert not [*tmp_path.glob("*.png")]


def test_a_supergraph_shows_the_shares_of_its_items(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build = connecting.write_folder(tmp_path / "build")
    scripts = connecting.load_folder(build)
    drawn = at_every_epoch(scripts, monkeypatch)
    assert connecting.searched(scripts, tmp_path / "run", *SHORT) == 0
    assert {name: len(figures) for name, figures in drawn.figures.items()} == {
        "curves.png": 4,
        "decisions.png": 4,
    }
    weights = json.loads((tmp_path / "run" / "found.json").read_text())["weights"]
    panels = titled(drawn.figures["decisions.png"][-1])
    for name, values in weights.items():
        (image,) = panels[name].images
        last = image.get_array()[:, -1].tolist()
        assert last == pytest.approx(torch.tensor(values).softmax(0).tolist(), rel=1e-5)
