"""Bodies, blocks, words and derivations, tested by the graphs that they build."""

from __future__ import annotations

import pytest

from archdsl.network import Network
from tests.build.harness import build, build_body


def operations(network: Network) -> list[str]:
    return [node.operation.name for node in network.graph if node.operation.name != "input"]


def test_a_bare_call_takes_the_running_value() -> None:
    network = build_body("conv(16)\n  relu\n  x -> conv(4)\n  flatten")
    assert network.outputs == ((4 * 64,),)


def test_chain_passes_several_values_on() -> None:
    network = build_body("return (x, x) -> add -> chunk(2) -> concat(1)")
    assert network.outputs == ((4, 16, 8),)


def test_none_in_a_chain_is_the_identity() -> None:
    network = build_body(
        "return x -> f", "block f(x, a: block | none = none) { return x -> a -> relu }\n"
    )
    assert operations(network) == ["relu"]


def test_a_block_as_a_value_keeps_its_arguments() -> None:
    before = "block twice(x, f: block) { return x -> f -> f }\n"
    network = build_body("return twice(x, conv(channels = 8, kernel = 3))", before)
    assert operations(network) == ["conv", "conv"]
    assert network.costs.total.params == 2 * 8 * 8 * 9


def test_derived_blocks_combine_their_arguments() -> None:
    before = (
        "block f(x, a = 1, b = 2) { return x -> conv(a * b) }\n"
        "block g = f(a = 3)\nblock h = g(b = 5)\nblock tiny = conv(channels = 1)\n"
    )
    assert build_body("g", before).outputs[0][0] == 6
    assert build_body("h", before).outputs[0][0] == 15
    assert build_body("h(a = 2)", before).outputs[0][0] == 10
    assert build_body("tiny", before).outputs[0][0] == 1


def test_a_parameter_hides_the_operation_of_its_name() -> None:
    before = "block f(x, relu = true, norm: block = batch_norm) {\n  if relu { relu }\n  norm\n}\n"
    assert operations(build_body("f", before)) == ["relu", "batch_norm"]
    assert operations(build_body("f(relu = false, norm = sigmoid)", before)) == ["sigmoid"]


def test_an_axis_is_not_hidden_by_a_parameter() -> None:
    text = "network n(frames = 1, height = 2) {\n input x: 3 x 4 x 5^2\n %s\n}"
    assert build(text % "mean(frames)").outputs == ((3, 5, 5),)
    assert build(text % "mean((frames, height))").outputs == ((3, 5),)
    assert build(text % "mean(height)", None, height=0).outputs == ((3, 4, 5),)


def test_a_word_is_not_hidden_by_an_operation() -> None:
    before = "block grow(x, mode: linear | nearest = linear) { interpolate(scale = 2, mode) }\n"
    for body in ("x -> interpolate(scale = 2, mode = linear)", "grow", "grow(mode = nearest)"):
        assert build_body(body, before).outputs == ((8, 16, 16),)


def test_functions_of_numbers_are_operations_on_tensors() -> None:
    assert operations(build_body("y = max(x)\n  return y -> abs")) == ["max", "abs"]


def test_loops_and_conditions_are_evaluated_while_building() -> None:
    body = "for i, c in ((0, 4), (1, 6)) {\n if i == 0 { conv(c) } else { relu\n conv(c) }\n}"
    assert operations(build_body(body)) == ["conv", "relu", "conv"]


def test_return_ends_the_body_inside_a_loop_too() -> None:
    loop = "for i in range(9) {\n if i == n { return x }\n x = x -> relu\n }"
    before = f"block f(x, n) {{\n {loop}\n return x\n}}\n"
    assert operations(build_body("f(n = 3)\n  sigmoid", before)) == ["relu"] * 3 + ["sigmoid"]


def test_a_block_returns_several_values() -> None:
    before = "block split3(x) {\n a, b = x -> chunk(2)\n return a, b, x\n}\n"
    network = build_body("a, b, c = split3(x)\n  return concat(b, a), c", before)
    assert network.outputs == ((8, 8, 8), (8, 8, 8))


def test_a_tensor_can_take_the_name_of_a_parameter() -> None:
    before = "block f(x) {\n x = x -> relu\n x = x + 1\n return x\n}\n"
    assert operations(build_body("f", before)) == ["relu", "add"]


def test_constants_on_either_side_of_an_operator() -> None:
    network = build_body("return (1 - x) * 0.5 - x / 3")
    assert operations(network) == ["subtract", "multiply", "divide", "subtract"]


def test_a_bare_name_after_a_named_argument_names_itself() -> None:
    network = build_body("channels = 5\n  conv(kernel = 3, channels)")
    assert network.outputs[0][0] == 5


def test_scopes_have_names_bindings_and_values() -> None:
    before = "block f(x, c, d = 2 * c) {\n y = x -> conv(d)\n return y -> relu\n}\n"
    graph = build_body("first = x -> f(3)\n  return first -> f(4)", before).graph
    root, first, second = graph.scopes
    assert (root.kind, root.name, root.block and root.block.name) == ("network", "n", "n")
    assert (first.name, first.definition, dict(first.bindings)) == ("first", "f", {"c": 3, "d": 6})
    assert (second.name, dict(second.bindings)) == ("", {"c": 4, "d": 8})
    assert first.outputs == (second.inputs["x"],)
    assert [node.name for node in graph] == ["x", "y", "", "y", ""]


def test_a_derived_network_takes_the_last_value_of_a_parameter() -> None:
    text = (
        "network a(s = 4, t = 1) { input x: t x s\n relu }\n"
        '"""B."""\nnetwork b = a(s = 5, t = 2)\nnetwork c = b(s = 6)\n'
    )
    assert build(text, "b").inputs == {"x": (2, 5)}
    assert build(text, "c").inputs == {"x": (2, 6)}
    assert build(text, "c", t=9).inputs == {"x": (9, 6)}
    assert build(text, "b").graph.doc == "B."
    assert build(text, "c").graph.doc is None


@pytest.mark.parametrize(("count", "stages"), [(1, 0), (2, 1)])
def test_a_stage_of_one_block_is_the_row_itself(count: int, stages: int) -> None:
    table = f"table {{\n| stage | block | number |\n| first | relu | {count} |\n}}"
    graph = build_body(table).graph
    assert sum(scope.kind == "stage" for scope in graph.scopes) == stages
    assert graph.scopes[1].name == "first"


def test_inputs_and_constants_can_be_results() -> None:
    before = "block f(x) { return x, (x -> relu), 3 }\n"
    graph = build_body(
        "a, b, c = f(x)\n  d, e, g = f(b)\n  return a, d, e -> conv(g)", before
    ).graph
    assert [value.node for value in graph.outputs] == [0, 1, 3]
