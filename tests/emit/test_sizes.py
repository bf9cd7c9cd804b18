"""At another size of its inputs, a module computes what the spec says at that size, or refuses."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

import pytest
import torch
from hypothesis import assume
from hypothesis import strategies as st
from laws import law

import archdsl
from archdsl.diagnostics import CompileError
from archdsl.spec import Spec
from emit.running import Load, network_class, randomise, results, samples

SIZE, OTHERS = 20, (12, 17, 24, 31)
REFUSAL = r"\w+ must be [0-9x^ ]+ for `\w+`"


def agrees(network: archdsl.Network, size: int) -> bool | None:
    """Whether the module gives the outputs of the spec at a size; None if it refuses the size.

    Also None if the spec has no network of this size, with which one could compare.
    """
    ours = network_class(network)().double().eval()
    try:
        other = Spec(network.program).network(size=size)
    except CompileError:
        return None
    theirs = network_class(other, "other")().double().eval()
    randomise(theirs)
    inputs = samples(other, 2, dtype=torch.float64)
    shapes = [{k: v.shape for k, v in module.state_dict().items()} for module in (ours, theirs)]
    try:
        if shapes[0] == shapes[1]:
            ours.load_state_dict(theirs.state_dict())
        found = results(ours(*inputs))
    except ValueError as refusal:
        return None if re.fullmatch(REFUSAL, str(refusal)) else False
    assert shapes[0] == shapes[1]
    pairs = list(zip(found, results(theirs(*inputs)), strict=True))
    return all(a.shape == b.shape and torch.allclose(a, b, equal_nan=True) for a, b in pairs)


def tiny(load: Load, body: str, blocks: str = "") -> archdsl.Network:
    return load(f"{blocks}\nnetwork tiny(size = {SIZE}) {{\ninput image: 6 x size^2\n{body}\n}}")


@pytest.mark.parametrize(
    "body",
    [
        "slice(1, stop = image.shape[1] - 7)",
        "x = image -> conv(4, 3, stride = 2)\nx -> slice(2, stop = min(image.width // 4, x.width))",
        "x = image -> conv(4)\nx -> reshape((x.channels, x.positions)) -> mean",
        "image -> slice(1, image.height // 3) -> roll(height, shift = image.width // 2)",
        "y = image -> max_pool(2)\ny -> interpolate((image.height, y.width + 1))",
        "y = image -> mean -> unflatten(0, (6, 1, 1))\ny -> expand((-1, image.height, 5))",
        "image -> flatten(positions) -> transpose -> cut",
        "return image * (image.height / 2) + image.width",
        "image -> corner(image.width // 2)",
        "image -> half(image.height // 2) -> mean",
        "return image + arange(image.width)",
        "image -> masked_fill(unsqueeze(arange(image.height), 1) > arange(image.width), 0)",
        "y = image -> max_pool(2)\nreturn y * wave(y.width, image.width)",
        "image -> conv(4) -> gather(image.width - 1 - arange(image.width), 2)",
        "image -> permute((1, 2, 0)) -> cut",
        "n = image.height // 2\na, b = image -> split((n, image.height - n), 1)\na -> relu",
    ],
)
def test_forward_computes_what_the_text_reads_of_a_tensor(load: Load, body: str) -> None:
    blocks = """block cut(x) { return x -> slice(0, stop = x.shape[0] - 7) }
    block corner(x, n) { return x -> slice(1, stop = x.height - 3) -> slice(2, 2) }
    block half(x, n) { return x -> slice(1, stop = n) }
    block wave(n, period) { return arange(n) / period -> sin }
    """
    network = tiny(load, body, blocks)
    assert [agrees(network, size) for size in OTHERS] == [True] * len(OTHERS)


@pytest.mark.parametrize(
    ("body", "layer"),
    [
        ("image -> flatten -> linear(3)", "linear"),
        ("return image + parameter(image.shape)", "parameter"),
        ("if image.height > 18 { image = image -> conv(6) }\nimage -> relu", "tiny"),
        ("for i in range(image.height // 10) { image = image -> conv(6) }\nimage -> relu", ""),
        ("image -> conv(image.width, 3)", "conv"),
        ("image -> half(image.height // 2) -> mean", "slice"),
        ("image -> avg_pool((image.height, image.width))", "avg_pool"),
        ("image -> unit -> mean", "conv"),
        ("image -> flatten(positions) -> batch_norm -> linear(4)", "linear"),
    ],
)
def test_a_layer_or_a_decision_that_depends_on_a_size_refuses_others(
    load: Load, body: str, layer: str
) -> None:
    blocks = """block half(x, n) { return x -> conv(4) -> slice(1, stop = n) }
    block unit(x) { return x -> conv(6, 3 if x.height > 18 else 1) }
    """
    network = tiny(load, body, blocks)
    found = [agrees(network, size) for size in OTHERS]
    assert False not in found
    assert None in found
    module = network_class(network)()
    with pytest.raises(ValueError, match=f"`{layer}" if layer else "must be"):
        module(torch.zeros(1, 6, 12, 12))


def test_the_refusal_names_what_fixes_the_axis(load: Load) -> None:
    rows = "block rows(x) { return x + parameter((1, x.height, 1)) }"
    body = "image -> rows -> avg_pool((1, image.width))"
    module = network_class(tiny(load, body, rows))()
    for shape, name in (((21, 20), "parameter"), ((20, 21), "avg_pool"), ((3, 3), "parameter")):
        with pytest.raises(ValueError, match=f"image must be 6 x 20.2 for `{name}`"):
            module(torch.randn(1, 6, *shape))


def test_attention_by_map_fixes_the_sizes_that_prepare_leaves_open(load: Load) -> None:
    network = load("""use attention_cell
    cell maps {
      prepare(channels = 2, size = none, frames = 2)
      op1 = attend(f0, over = spatial, by = map)
      combine(op1)
    }
    network tiny() {
      input video: 8 x 4 x 5^2
      maps
    }""")
    module = network_class(network)()
    assert module(torch.randn(1, 8, 6, 5, 5)).shape == (1, 8, 6, 5, 5)
    with pytest.raises(ValueError, match=r"video must be 8 x 4 x 5.2 for `relate`"):
        module(torch.randn(1, 8, 4, 6, 6))


def test_axes_that_nothing_fixes_are_free(load: Load) -> None:
    network = tiny(load, "image -> slice(2, stop = 4) -> flatten(1) -> linear(2)")
    module = network_class(network)()
    with pytest.raises(ValueError, match="`linear`"):
        module(torch.zeros(1, 6, 12, 20))
    assert module(torch.zeros(1, 6, 20, 31)).shape == (1, 6, 2)


def test_costs_at_another_input_are_those_of_the_spec_there(load: Load) -> None:
    network = tiny(load, "image -> slice(1, stop = image.height - 7) -> conv(4, 3)")
    other = Spec(network.program).network(size=32)
    assert network.at(image=(6, 32, 32)).costs.total == other.costs.total


def test_an_input_that_needs_another_network_is_refused(load: Load) -> None:
    network = tiny(load, "image -> flatten -> linear(3)")
    with pytest.raises(CompileError) as refusal:
        network.at(image=(6, 32, 32))
    (diagnostic,) = refusal.value.diagnostics
    assert diagnostic.help == "give what the size follows from: `--set size=...`"


def _sizes() -> st.SearchStrategy[str]:
    """Expressions over the sizes of two tensors, and a parameter."""
    leaf = st.sampled_from(
        ["x.height", "x.shape[2]", "y.width", "k", "3", "x.channels", "y.shape[-1]"]
    )
    binary = ["({0} + {1})", "({0} - {1})", "max({0}, {1})", "min({0}, {1})"]
    unary = ["({0} // 3)", "(2 * {0})", "ceil({0} / 2)", "int({0} * 0.7)", "({0} % 5)"]
    forms = st.sampled_from([*binary, *unary, "({0} if {1} > 9 else {1})"])
    return st.recursive(
        leaf, lambda inner: st.builds(str.format, forms, inner, inner), max_leaves=4
    )


@st.composite
def _specs(draw: st.DrawFn) -> str:
    """A network whose blocks cut, move and reshape tensors by sizes that they read."""

    def within(limit: str) -> str:
        return f"max(1, min({draw(_sizes())}, {limit}))"

    def step() -> str:
        return draw(
            st.sampled_from(
                [
                    f"x = x -> slice(1, stop = {within('x.height')})",
                    f"x = x -> slice(2, start = x.width - {within('x.width')})",
                    f"x = x -> roll(height, shift = {draw(_sizes())})",
                    f"x = x -> pad((0, {within('4')}))",
                    f"x = x -> interpolate(({within('20')}, x.width))",
                    "y = x -> conv(6, 3, stride = 2)",
                    "x = x -> conv(6, 3) -> relu",
                    f"x = x * {within('9')}",
                    f"x = x -> conv({within('12')}) -> conv(6)",
                    "x = x -> transpose(height, width)",
                    f"if {draw(_sizes())} > 11 {{ x = x -> conv(6, 3) }}",
                    f"x = x -> g({within('x.height')})",
                    f"x = x -> h({within('x.height')})",
                    f"x = x + arange(x.width) / {within('9')}",
                    f"x = x * wave(x.width, {within('x.height')})",
                    f"x = x -> masked_fill(arange(x.width) > {draw(_sizes())}, 0.5)",
                    "x = x -> gather(x.height - 1 - arange(x.height), axis = 1)",
                ]
            )
        )

    def block(name: str, parameters: str, steps: int) -> str:
        body = "\n".join(step() for _ in range(steps))
        body = body if name != "g" else body.replace("-> g(", "-> h(")
        return f"block {name}(x, {parameters}) {{\ny = x\n{body}\nreturn x\n}}"

    return f"""block h(x, k) {{ return x -> slice(1, stop = k) }}
    block wave(n, k) {{ return arange(n) / k -> cos }}
    {block("g", "k", 2)}
    {block("f", "k = 5", 4)}
    network tiny(size = {SIZE}, n = {draw(st.integers(2, 9))}) {{
      input image: 6 x size^2
      f(n)
      f
      mean
    }}"""


@law(text=_specs(), size=st.sampled_from(OTHERS), few=12, many=300)
def test_the_module_at_another_size_is_the_spec_at_that_size(text: str, size: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "network.arch"
        path.write_text(text)
        try:
            network = archdsl.load(path).network()
        except CompileError:
            assume(False)
    assert agrees(network, size) is not False


RANKS = """block half(x) { return x -> linear(x.shape[-1] / 2) -> stochastic_depth(0.1) }
block rows(x) {
  if x.rank == 3 { x = x -> reshape((x.shape[0] * x.shape[1], x.shape[2])) }
  return x -> linear(8)
}
network ranks() {
  input v: 4 x 7 x 8
  input w: 32 x 8
  return v -> half, w -> half, v -> rows, w -> rows
}
"""


def test_a_block_takes_tensors_of_several_ranks(load: Load) -> None:
    module = network_class(load(RANKS))().eval()
    shapes = [y.shape[1:] for y in module(torch.randn(2, 4, 7, 8), torch.randn(2, 32, 8))]
    assert shapes == [(4, 7, 4), (32, 4), (28, 8), (32, 8)]
