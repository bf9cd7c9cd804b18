"""search.py: what it writes, how it goes on, and what it refuses."""

from __future__ import annotations

import csv
import json
import math
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from scripts.runs import same

from archdsl.spec import load
from tests.supernet.searching import copied, load_search, run, write_search

torch = pytest.importorskip("torch")
pytest.importorskip("av")

Capture = pytest.CaptureFixture[str]
SHORT = ("--epochs", 3, "--batch", 4, "--candidates", 6, "--found", 2)
STEPS, WARM = 9, 3
BOUND = {"penalty hinge(weight = 1, target = 15156)": "macs <= 30K"}


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_search(tmp_path_factory.mktemp("built") / "bounded", BOUND)


@pytest.fixture
def scripts(build: Path) -> SimpleNamespace:
    return load_search(build)


@pytest.fixture(scope="module")
def searched(build: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a whole run."""
    output = tmp_path_factory.mktemp("searched") / "run"
    assert run(load_search(build), output, *SHORT) == 0
    return output


def records(output: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (output / "log.jsonl").read_text().splitlines()]


def ends(output: Path) -> list[dict[str, Any]]:
    """What is logged at the end of each epoch."""
    return [record for record in records(output) if "val_loss" in record]


def state_of(output: Path, step: int = STEPS) -> dict[str, Any]:
    path = output / "checkpoints" / f"step_{step:08}.pt"
    return torch.load(path, weights_only=True)


def found_in(output: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((output / "found.json").read_text())["found"]
    return found


def test_what_was_found_is_in_files(searched: Path) -> None:
    names = ["likeliest", "1", "2", "random_1", "random_2"]
    assert [Path(each["spec"]).stem for each in found_in(searched)] == names
    expected = {f"{name}.{suffix}" for name in names for suffix in ("arch", "pt")}
    assert {path.name for path in (searched / "found").iterdir()} == expected | {"space.arch"}


def test_specs_are_members_with_the_costs_that_are_told(searched: Path) -> None:
    for each in found_in(searched):
        network = load(searched / each["spec"]).network("found")
        network.check_decided()
        assert {d.name: d.option for d in network.decisions} == each["choices"]
        costs = network.costs.total
        assert (costs.macs, costs.params) == (each["costs"]["macs"], each["costs"]["params"])
        assert costs.macs <= 30_000


def test_a_spec_is_written_as_fmt_writes_it(searched: Path) -> None:
    from archdsl import compiler

    written, formatted = compiler.format_spec(searched / "found" / "1.arch")
    assert written == formatted


def test_weights_are_those_of_the_member_alone(searched: Path) -> None:
    for each in found_in(searched):
        space: dict[str, Any] = {"__name__": "found"}
        source = load(searched / each["spec"]).network("found").source()
        exec(compile(source, "found", "exec"), space)
        member = space["Found"]()
        state = torch.load(searched / each["weights"], weights_only=True)
        member.load_state_dict(state)
        counts = [value for key, value in state.items() if key.endswith("num_batches_tracked")]
        assert counts
        assert all(count == 3 for count in counts)  # the steps of the last epoch


def test_the_best_are_first(searched: Path) -> None:
    losses = [each["loss"] for each in found_in(searched)]
    assert losses[1] <= losses[2]
    assert losses[1] <= losses[0]


def test_random_members_cost_about_the_same(searched: Path) -> None:
    _, *found = found_in(searched)
    pairs = zip(found[:2], found[2:], strict=True)
    for own, random in pairs:
        assert abs(random["costs"]["macs"] / own["costs"]["macs"] - 1) <= 0.2
        assert random["choices"] != own["choices"]
        assert random["kind"] == "random"


def test_the_front_is_what_nothing_beats(searched: Path) -> None:
    rows = [*csv.DictReader((searched / "front.csv").open())]
    points = [(float(row["val_loss"]), int(row["macs"])) for row in rows]
    for point, row in zip(points, rows, strict=True):
        beaten = any(o != point and o[0] <= point[0] and o[1] <= point[1] for o in points)
        assert row["front"] == ("" if beaten else "yes")
    assert {row["kind"] for row in rows} == {"likeliest", "drawn", "random"}
    assert [float(row["loss"]) for row in rows] == sorted(float(row["loss"]) for row in rows)


def test_the_log_has_what_can_be_drawn(searched: Path, scripts: SimpleNamespace) -> None:
    first, *others = ends(searched)
    assert [record["epoch"] for record in (first, *others)] == [1, 2, 3]
    space = {name: len(likely) for name, likely in first["probabilities"].items()}
    whole = sum(math.log(options) for options in space.values())
    assert first["entropy"] == pytest.approx(whole)  # of the weights alone
    assert first["expected_macs"] == pytest.approx(36_887, abs=1)  # the mean of all members
    assert first["likeliest"] == {name: first["likeliest"][name] for name in space}
    assert others[-1]["entropy"] < whole
    for record in others:
        assert all(
            sum(each.values()) == pytest.approx(1) for each in record["probabilities"].values()
        )


def test_theta_waits_for_the_warm_up(scripts: SimpleNamespace, tmp_path: Path) -> None:
    assert run(scripts, tmp_path, *SHORT, "--save-every", 1, "--keep", 99) == 0
    thetas = [state_of(tmp_path, step)["policy"]["theta"] for step in (WARM, WARM + 1)]
    assert all((theta == 0).all() for theta in thetas[0].values())
    assert any((theta != 0).any() for theta in thetas[1].values())


@pytest.mark.parametrize(
    "last", [WARM + 1, *(pytest.param(n, marks=pytest.mark.slow) for n in (1, STEPS - 1))]
)
def test_a_run_that_was_interrupted_goes_on_exactly(
    scripts: SimpleNamespace,
    searched: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    last: int,
) -> None:
    learner = scripts.path_learner.PathLearner
    step = learner.step

    def interrupted(self: Any, parts: Any, number: int, rate: float) -> Any:
        if number == last:
            raise scripts.errors.Stopped(143)
        return step(self, parts, number, rate)

    monkeypatch.setattr(learner, "step", interrupted)
    assert run(scripts, tmp_path, *SHORT, "--save-every", 1) == 143
    monkeypatch.setattr(learner, "step", step)
    assert run(scripts, tmp_path, *SHORT, "--save-every", 1, "--resume", "auto") == 0
    assert same(state_of(tmp_path), state_of(searched))
    assert ends(tmp_path) == ends(searched)
    for name in ("found.json", "front.csv"):
        assert (tmp_path / name).read_text() == (searched / name).read_text()
    assert same(*(torch.load(out / "found" / "1.pt") for out in (tmp_path, searched)))


def test_the_end_can_be_made_again(
    scripts: SimpleNamespace, searched: Path, tmp_path: Path
) -> None:
    output = copied(searched, tmp_path / "run")
    flags = ("--resume", "auto", *SHORT, "--found", 1)
    assert run(scripts, output, *flags) == 0
    assert {path.stem for path in output.glob("found/*.pt")} == {"1", "likeliest", "random_1"}


PENALTY = "penalty hinge(weight = 1, target = 15156)"
OTHERS = [
    {"probabilistic(draws = 8)": "probabilistic(draws = 3, estimator = importance)"},
    {PENALTY: "macs <= 40K\n  params <= 2K"},
    {"probabilistic(draws = 8)": "probabilistic(draws = 6, adaptive = true)"},
    {"  architecture adam(lr = 0.02)\n": "", PENALTY: "penalty power(target = 20K)"},
]


@pytest.mark.parametrize(
    "changed",
    [OTHERS[1], *(pytest.param(each, marks=pytest.mark.slow) for each in (OTHERS[0], *OTHERS[2:]))],
    ids=["two bounds", "importance", "adaptive", "power"],
)
def test_other_settings(tmp_path: Path, changed: dict[str, str]) -> None:
    scripts = load_search(write_search(tmp_path / "build", changed))
    assert run(scripts, tmp_path / "run", *SHORT) == 0
    theta = state_of(tmp_path / "run")["policy"]["theta"].values()
    assert any((each != 0).any() for each in theta)
    if "params" in "".join(changed.values()):
        costs = [each["costs"] for each in found_in(tmp_path / "run")]
        assert all(each["macs"] <= 40_000 and each["params"] <= 2_000 for each in costs)


def test_parts_and_norms_are_those_of_members(tmp_path: Path) -> None:
    settings = '  no_decay norms\n  rates(linear = 10)\n  freeze "stage1.0"\n'
    changed = {"  schedule cosine\n": f"  schedule cosine\n{settings}", "decay = 0": "decay = 0.1"}
    recipe = load_search(write_search(tmp_path / "build", changed)).recipe
    model = recipe.build_model(2)
    names = {id(tensor): name for name, tensor in model.weights.items()}
    groups = {
        (group["rate_factor"], group["weight_decay"]): [names[id(p)] for p in group["params"]]
        for group in recipe.build_optimizer(model).param_groups
    }
    assert {*groups} == {(1, 0.0), (1, 0.1), (10, 0.1)}
    assert sorted(groups[10, 0.1]) == ["linear/bias", "linear/weight"]
    assert all("norm" in name for name in groups[1, 0.0])
    assert not any("norm" in name for name in groups[1, 0.1])
    frozen = {name for name, tensor in model.weights.items() if not tensor.requires_grad}
    assert frozen == {name for name in model.weights if name.startswith("stage1/0/")}
    assert frozen


# What is refused


def refusal(capsys: Capture) -> str:
    return capsys.readouterr().err.removeprefix("error: ").removesuffix("\n")


def refused(searched: Path, build: Path, folder: Path, capsys: Capture) -> str:
    """What is said if a folder goes on with the run of another."""
    output = copied(searched, folder / "run")
    scripts = load_search(build)
    capsys.readouterr()
    assert run(scripts, output, *SHORT, "--resume", "auto") == 1
    saved = output / "checkpoints" / f"step_{STEPS:08}.pt"
    return refusal(capsys).removeprefix(str(saved))


def test_another_space_is_refused(searched: Path, tmp_path: Path, capsys: Capture) -> None:
    row = "| mb    | {2..10 by 2} | 1      |"
    changed = {row: row.replace("10", "8 "), "expansion = each {1, 2}": "expansion = each {1, 3}"}
    build = write_search(tmp_path / "build", {**BOUND, **changed})
    assert refused(searched, build, tmp_path, capsys) == (
        " is a checkpoint of another space: "
        "stage1.row1.channels was one of 2 4 6 8 10 there, and is one of 2 4 6 8 here, "
        + ", ".join(
            f"stage1.row{row}.expansion was one of 1 2 there, and is one of 1 3 here"
            for row in (1, 2, 3)
        )
    )


EDITS = [
    ("costs.json", '"space"', ' "space"', ": its paths had other costs than those of costs.json"),
    (
        "recipe.py",
        "DRAWS = 8",
        "DRAWS = 9",
        ": recipe: DRAWS 8 there, 9 here; --allow-changed recipe goes on",
    ),
    (
        "recipe.py",
        "torch.optim.Adam(theta,",
        "torch.optim.NAdam(theta,",
        ": the optimiser of the policy was Adam, and is NAdam here",
    ),
]


@pytest.mark.parametrize(("name", "before", "after", "said"), EDITS)
def test_other_files_are_refused(
    build: Path,
    searched: Path,
    tmp_path: Path,
    capsys: Capture,
    name: str,
    before: str,
    after: str,
    said: str,
) -> None:
    other = copied(build, tmp_path / "build")
    text = (other / name).read_text()
    (other / name).write_text(text.replace(before, after))
    assert refused(searched, other, tmp_path, capsys) == said


def test_a_longer_warm_up_is_refused(
    scripts: SimpleNamespace, searched: Path, tmp_path: Path, capsys: Capture
) -> None:
    output = copied(searched, tmp_path / "run")
    assert run(scripts, output, *SHORT, "--epochs", 6, "--resume", "auto") == 1
    said = "the weights learn alone for 0.75 epochs there, and 1.5 here"
    assert refusal(capsys) == f"{output}/checkpoints/step_{STEPS:08}.pt: {said}"


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_a_theta_that_is_not_finite_is_not_resumed(
    scripts: SimpleNamespace, searched: Path, tmp_path: Path, capsys: Capture, value: float
) -> None:
    output = copied(searched, tmp_path / "run")
    state = state_of(output)
    state["policy"]["theta"]["stage1.row1.channels"][2] = value
    path = output / "checkpoints" / f"step_{STEPS:08}.pt"
    torch.save(state, path)
    assert run(scripts, output, *SHORT, "--resume", "auto") == 1
    assert refusal(capsys) == f"{path}: theta of stage1.row1.channels is not finite"


def test_more_processes_change_the_norms(scripts: SimpleNamespace, searched: Path) -> None:
    assert state_of(searched)["settings"]["norms"] == 1  # and not 0, as without any


def test_a_loss_that_is_not_finite_ends_the_run(
    scripts: SimpleNamespace, tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scripts.path_learner, "penalty", lambda costs: math.nan)
    assert run(scripts, tmp_path, *SHORT) == 3
    losses = ", ".join(["nan"] * scripts.recipe.DRAWS)
    assert refusal(capsys) == f"diverged at step 4: held-out losses are {losses}"
    assert [*(tmp_path / "checkpoints").glob("*.pt")] == [
        tmp_path / "checkpoints" / f"step_{WARM:08}.pt"
    ]


def test_a_theta_that_is_not_finite_ends_the_run(
    scripts: SimpleNamespace, tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scripts.path_learner, "policy_rate", lambda rate: math.inf)
    assert run(scripts, tmp_path, *SHORT) == 3
    assert refusal(capsys) == "diverged at step 4: theta is not finite"


def test_steps_before_one_that_diverges_are_logged(
    scripts: SimpleNamespace, tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also those whose figures were not read yet: an epoch was half done."""
    rates = iter([0.1, 0.1, math.nan])
    monkeypatch.setattr(scripts.path_learner, "policy_rate", lambda rate: next(rates))
    assert run(scripts, tmp_path, *SHORT) == 3
    assert refusal(capsys) == "diverged at step 6: theta is not finite"
    assert [each["step"] for each in records(tmp_path) if "loss" in each] == [1, 2, 3, 4, 5]


def test_the_first_step_that_diverged_is_told(
    scripts: SimpleNamespace, tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The weights have diverged before, and paths are judged with these."""
    learner = scripts.path_learner.PathLearner
    learn = learner.learn

    def spoilt(self: Any, pieces: Any, number: int, rate: float) -> Any:
        return learn(self, pieces, number, math.nan if number == 4 else rate)

    monkeypatch.setattr(learner, "learn", spoilt)
    assert run(scripts, tmp_path, *SHORT) == 3
    assert refusal(capsys).startswith("diverged at step 6: ")
    assert [each["step"] for each in records(tmp_path) if "loss" in each] == [1, 2, 3, 4, 5]


def test_help_has_what_can_be_given(
    scripts: SimpleNamespace, tmp_path: Path, capsys: Capture
) -> None:
    with pytest.raises(SystemExit):
        run(scripts, tmp_path, "--help")
    told = capsys.readouterr().out
    assert "--train-list" in told
    assert "--val-list" not in told


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (["--val-list", "x"], "--hold-out judges on training videos: --val-list is not read"),
        (["--found", "0"], "argument --found: at least 1 is needed"),
    ],
)
def test_options_that_do_not_fit(
    scripts: SimpleNamespace, tmp_path: Path, capsys: Capture, flags: list[str], said: str
) -> None:
    with pytest.raises(SystemExit) as end:
        run(scripts, tmp_path, *flags)
    assert end.value.code == 2
    assert capsys.readouterr().err.endswith(f"search.py: error: {said}\n")
