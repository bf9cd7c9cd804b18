"""A search by gradients: what search.py writes, how it goes on, and what it finds."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from emit.running import class_in
from scripts.runs import same

from archdsl.ir.cells import cells
from archdsl.network import Network
from archdsl.spec import load
from tests.mistakes import load_text
from tests.supernet.clips import clip_of, labels_of
from tests.supernet.connecting import SPEC, load_folder, searched, write_folder
from tests.supernet.searching import run

torch = pytest.importorskip("torch")
pytest.importorskip("av")

SHORT = ("--epochs", 3, "--batch", 4)
STEPS = 9
TWICE = SPEC.read_text().replace("-> nodes ->", "-> nodes -> nodes ->")
IN_TURN = SPEC.read_text().replace(
    "method differentiable", "method differentiable(together = false)\n  hold_out 0.25"
)
OF_ONE_KIND = SPEC.read_text().replace("  architecture adam(lr = 0.08)\n", "")


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_folder(tmp_path_factory.mktemp("built") / "planted_node")


@pytest.fixture
def scripts(build: Path) -> SimpleNamespace:
    return load_folder(build)


@pytest.fixture(scope="module")
def output(build: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a whole run."""
    folder = tmp_path_factory.mktemp("searched") / "run"
    assert searched(load_folder(build), folder, *SHORT) == 0
    return folder


def state_of(output: Path, step: int = STEPS) -> dict[str, Any]:
    found: dict[str, Any] = torch.load(output / "checkpoints" / f"step_{step:08}.pt")
    return found


def found_network(output: Path) -> Network:
    return load(output / "found" / "1.arch").network("found")


# What is written


def test_the_heaviest_connections_are_the_network_found(output: Path, build: Path) -> None:
    found = json.loads((output / "found.json").read_text())
    weights = state_of(output)["model_state"]
    decisions = json.loads((build / "connections.json").read_text())["decisions"]
    taken = {each.name: each.option for each in found_network(output).decisions}
    assert taken == found["found"][0]["choices"]
    assert taken.keys() == decisions.keys()
    for name, decision in decisions.items():
        heaviest = int(weights[decision["weights"][0]].argmax())
        item = decision["items"][heaviest]
        assert taken[name] == (f"({item},)" if decision["is_tuple"] else item)


def test_the_log_tells_what_would_be_decided(output: Path) -> None:
    records = [json.loads(line) for line in (output / "log.jsonl").read_text().splitlines()]
    ends = [record for record in records if "val_loss" in record]
    assert [record["epoch"] for record in ends] == [1, 2, 3]
    assert all(0 < record["entropy"] < 1 for record in ends)
    last = json.loads((output / "found.json").read_text())["found"][0]["choices"]
    assert ends[-1]["decided"] == last


def test_several_items_are_a_tuple_in_the_order_of_the_text(scripts: SimpleNamespace) -> None:
    connection = scripts.connections.Connection(["a", "b", "c"], 2, True, [])
    assert connection.option(torch.tensor([0.1, -1.0, 0.3])) == "(a, c)"
    single = scripts.connections.Connection(["a", "b", "c"], 1, False, [])
    assert single.option(torch.tensor([0.5, 0.5, 0.1])) == "a"


def test_weights_that_are_not_finite_decide_nothing(scripts: SimpleNamespace) -> None:
    model = scripts.recipe.build_model()
    with torch.no_grad():
        scripts.connections.connection_weights(model)["nodes.combine"][3] = torch.nan
    with pytest.raises(scripts.errors.Diverged, match=r"connection nodes\.combine is not finite"):
        scripts.connections.decided(model)


# What learns


def test_a_run_goes_on_with_the_same_bits(
    scripts: SimpleNamespace, output: Path, tmp_path: Path
) -> None:
    (tmp_path / "checkpoints").mkdir()
    shutil.copy(output / "checkpoints" / "step_00000003.pt", tmp_path / "checkpoints")
    assert searched(scripts, tmp_path, *SHORT, "--resume", "auto") == 0
    assert same(state_of(tmp_path), state_of(output))
    assert (tmp_path / "found.json").read_text() == (output / "found.json").read_text()


def test_a_run_of_another_space_is_refused(
    output: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The kinds in another order: all tensors have the same shapes."""
    (tmp_path / "run" / "checkpoints").mkdir(parents=True)
    shutil.copy(output / "checkpoints" / "step_00000003.pt", tmp_path / "run" / "checkpoints")
    other = SPEC.read_text().replace(
        "level1 = each level(f0, kinds)", "first = each level(f0, kinds)"
    )
    other = other.replace("level(level1,", "level(first,").replace("{level1,", "{first,")
    build = write_folder(tmp_path / "built", load_text(other.replace("first", "level0")))
    assert searched(load_folder(build), tmp_path / "run", *SHORT, "--resume", "auto") == 1
    assert "step_00000003.pt is " in capsys.readouterr().err


@pytest.mark.parametrize("value", [torch.nan, torch.inf])
def test_a_weight_that_is_not_finite_is_not_resumed(
    scripts: SimpleNamespace,
    output: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    value: float,
) -> None:
    (tmp_path / "checkpoints").mkdir()
    state = state_of(output, 3)
    state["model_state"]["nodes.weighted_sum.weights"][0] = value
    path = tmp_path / "checkpoints" / "step_00000003.pt"
    torch.save(state, path)
    assert searched(scripts, tmp_path, *SHORT, "--resume", "auto") == 1
    said = capsys.readouterr().err
    assert said.startswith(f"error: {path}: the weights of the connection ")
    assert said.endswith(" are not finite\n")


def test_connections_have_an_optimiser_of_their_own(output: Path) -> None:
    state = state_of(output)
    (own,) = state["connections"]
    assert own["param_groups"][0]["lr"] == 0.08
    weights = sum(len(group["params"]) for group in state["optimizer"]["param_groups"])
    learned = [key for key in state["model_state"] if "running" not in key and "num" not in key]
    assert weights + len(own["param_groups"][0]["params"]) == len(learned)


def test_without_one_they_learn_as_the_weights_do(tmp_path: Path) -> None:
    build = write_folder(tmp_path / "built", load_text(OF_ONE_KIND))
    assert searched(load_folder(build), tmp_path / "run", *SHORT) == 0
    state = state_of(tmp_path / "run")
    assert state["connections"] == []
    assert state["model_state"]["nodes.weighted_sum.weights"].abs().max() > 0


@pytest.mark.parametrize("is_in_turn", [True, False])
def test_help_has_the_validation_list_where_it_is_read(
    is_in_turn: bool, build: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = write_folder(tmp_path / "built", load_text(IN_TURN)) if is_in_turn else build
    with pytest.raises(SystemExit):
        run(load_folder(made), tmp_path / "run", "--help")
    assert ("--val-list" in capsys.readouterr().out) is not is_in_turn


def test_in_turn_connections_learn_from_other_videos(tmp_path: Path) -> None:
    build = write_folder(tmp_path / "built", load_text(IN_TURN))
    scripts = load_folder(build)
    given = scripts.search.read_videos(None)
    scripts.search.read_videos = lambda args: given._replace(learned=given.learned[:8])
    assert scripts.connections.HOLD_OUT == 0.25
    assert run(scripts, tmp_path / "run", *SHORT) == 0
    state = state_of(tmp_path / "run", 6)
    (own,) = state["connections"]
    assert own["state"][0]["step"] == 6
    assert state["model_state"]["nodes.weighted_sum.weights"].abs().max() > 0


def test_places_that_are_decided_together_share_weights(tmp_path: Path) -> None:
    build = write_folder(tmp_path / "built", load_text(TWICE))
    scripts = load_folder(build)
    assert searched(scripts, tmp_path / "run", *SHORT) == 0
    state = state_of(tmp_path / "run")["model_state"]
    for connection in scripts.connections.CONNECTIONS.values():
        first, second = connection.weights
        assert state[first].abs().max() > 0
        assert torch.equal(state[first], state[second])
    assert not torch.equal(state["nodes1.f0.conv.weight"], state["nodes2.f0.conv.weight"])
    first, second = cells(found_network(tmp_path / "run").graph)
    assert (first.operations, first.outputs) == (second.operations, second.outputs)


# What is found


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_the_node_that_can_tell_is_found(seed: int, build: Path, tmp_path: Path) -> None:
    """Five of six kinds treat frames as a set. By chance, a cell has the other one in 0.24."""
    scripts = load_folder(build, 320, 32)
    assert searched(scripts, tmp_path, "--seed", seed, "--keep", 1) == 0
    network = found_network(tmp_path)
    (cell,) = cells(network.graph)
    assert any(each.by == "map" for each in cell.operations)
    assert accuracy_alone(network, seed) >= 0.95


def accuracy_alone(network: Network, seed: int) -> float:
    """Of the network trained from nothing, on clips that it has not seen."""
    torch.manual_seed(50 + seed)
    module = class_in(network.source())()
    optimizer = torch.optim.Adam(module.parameters(), 0.01)
    steps = 150
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    clips, labels = batch(320)
    for _ in range(steps):
        chosen = torch.randperm(len(clips))[:32]
        loss = torch.nn.functional.cross_entropy(module(clips[chosen]), labels[chosen])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    clips, labels = batch(1000)
    with torch.no_grad():
        right = module.eval()(clips[400:]).argmax(1) == labels[400:]
    return float(right.float().mean())


def batch(count: int) -> tuple[torch.Tensor, torch.Tensor]:
    clips = torch.stack([clip_of(number) for number in range(count)])
    return (clips / 255 - 0.45) / 0.225, torch.tensor(labels_of(count))
