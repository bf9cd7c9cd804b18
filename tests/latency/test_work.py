"""The make, the arithmetic and the traffic of operations."""

from __future__ import annotations

from pathlib import Path

import pytest
from emit.running import gallery, load_network
from infer.kernels import load_kernels

import archdsl
from archdsl.emit.targets import TARGETS
from archdsl.latency import work as kinds
from archdsl.latency.work import STORED, STORED_WITH_SUM, Work, makes, work_of
from archdsl.probe.probe import OPERATIONS


def works(folder: Path, body: str, target: str = "readable") -> list[Work]:
    """The work of each kernel of a network that is written in a folder."""
    path = folder / "small.arch"
    path.write_text(f"network small() {{\n{body}\n}}\n")
    graph = TARGETS[target].lowered(archdsl.load(path).network().graph)
    return [work for node in graph for work in work_of(graph, node)]


@pytest.mark.parametrize(
    ("shape", "call", "make"),
    [
        ("8 x 4 x 6^2", "conv(16, 3)", "dense convolution, 3-D"),
        ("8 x 6^2", "conv(16, (1, 3))", "dense convolution, 2-D"),
        ("8 x 6", "conv(16, 3, groups = 2)", "dense convolution, 1-D"),
        ("8 x 4 x 6^2", "conv(16)", "pointwise convolution"),
        ("8 x 6^2", "conv(16, 3, groups = 8)", "depthwise convolution, 2-D"),
        ("8 x 6^2", "conv_transpose(4, 2)", "matrix product"),
        ("8 x 6", "linear(3)", "matrix product"),
        ("8 x 6^2", "batch_norm", "norm"),
        ("8 x 6^2", "max_pool(2)", "pool"),
        ("8 x 6^2", "relu", "elementwise"),
        ("8 x 6^2", "silu", "exponential"),
        ("8 x 6^2", "softmax", "exponential"),
        ("8 x 6^2", "flatten", "view"),
    ],
)
def test_make(tmp_path: Path, shape: str, call: str, make: str) -> None:
    (work,) = works(tmp_path, f"  input x: {shape}\n  in -> {call}")
    assert work.make == make


def test_work_is_what_costs_count(tmp_path: Path) -> None:
    (conv,) = works(tmp_path, "  input x: 8 x 6^2\n  in -> conv(16, 3)")
    weights = 16 * 8 * 9
    assert conv.arithmetic == weights * 36
    assert conv.traffic == 4 * (8 * 36 + weights + 16 * 36)
    (view,) = works(tmp_path, "  input x: 8 x 6^2\n  in -> flatten")
    assert (view.arithmetic, view.traffic) == (0, 0)


def test_a_pool_goes_over_its_windows(tmp_path: Path) -> None:
    (pool,) = works(tmp_path, "  input x: 8 x 6^2\n  in -> max_pool(3, stride = 1)")
    assert pool.arithmetic == 9 * 8 * 16


def test_operations_that_are_joined_move_less(tmp_path: Path) -> None:
    body = "  input x: 8 x 6^2\n  in -> conv(8, 3) -> batch_norm -> relu"
    assert [work.make for work in works(tmp_path, body)] == [
        "dense convolution, 2-D",
        "norm",
        "elementwise",
    ]
    (joined,) = works(tmp_path, body, "infer")
    assert joined.make == "dense convolution, 2-D"
    assert joined.traffic < sum(work.traffic for work in works(tmp_path, body))


def test_a_joined_activation_that_is_not_stored_so_goes_over_the_result(tmp_path: Path) -> None:
    body = "  input x: 8 x 6^2\n  in -> conv(8, 3) -> silu"
    _, activation = works(tmp_path, body, "infer")
    assert activation == Work(kinds.EXPONENTIAL, 0, 2 * 4 * 8 * 36)


def test_what_is_stored_with_a_result_is_what_the_emitted_layers_store() -> None:
    layers = load_kernels()
    assert {each.name for each in STORED} == set(layers.FUSED)
    assert {each.name for each in STORED_WITH_SUM} == set(layers.FUSED_WITH_SUM)


def test_behind_a_sum_fewer_activations_are_stored(tmp_path: Path) -> None:
    body = "  input x: 8 x 6^2\n  y = in -> conv(8, 3)\n  return {}((in -> conv(8)) + y)"
    (*_, joined) = works(tmp_path, body.format("relu"), "infer")
    assert joined.make == "pointwise convolution"
    (*_, activation) = works(tmp_path, body.format("hard_swish"), "infer")
    assert activation == Work(kinds.ELEMENTWISE, 0, 2 * 4 * 8 * 36)


def test_a_result_in_place_has_the_make_of_its_operation(tmp_path: Path) -> None:
    body = "  input x: 8 x 6^2\n  y = in -> conv(8, 3)\n  z = in -> conv(8)\n  return silu(y * z)"
    made = [work.make for work in works(tmp_path, body, "infer")]
    assert made[2:] == ["elementwise", "exponential"]


def test_the_probe_measures_every_make_of_every_target() -> None:
    spec = archdsl.load(OPERATIONS)
    for target in TARGETS.values():
        graphs = [target.lowered(spec.network(name).graph) for name in spec.networks]
        found = {work.make for graph in graphs for node in graph for work in work_of(graph, node)}
        assert found == set(makes())


@pytest.mark.parametrize(
    ("path", "name"),
    [pytest.param(*each, id=each[1]) for each in gallery() if each[1] in ("x3d_xs", "swin3d_t")],
)
def test_every_operation_of_a_network_has_a_make(path: Path, name: str) -> None:
    graph = load_network(path, name).graph
    for target in TARGETS.values():
        lowered = target.lowered(graph)
        assert {w.make for node in lowered for w in work_of(lowered, node)} <= set(makes())
