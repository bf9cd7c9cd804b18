"""Classes compute what the text of their block says, and match the spec for other arguments too."""

from __future__ import annotations

import inspect
import tempfile
from pathlib import Path

import pytest
import torch
from hypothesis import assume
from hypothesis import strategies as st
from laws import law
from torch import nn

import archdsl
from archdsl.diagnostics import CompileError
from archdsl.spec import Spec
from emit.running import Load, network_class, randomise, results, samples


def block(network: archdsl.Network, name: str) -> type[nn.Module]:
    """The emitted class of a block."""
    class_ = getattr(inspect.getmodule(network_class(network)), name)
    assert issubclass(class_, nn.Module)
    return class_


def test_a_condition_on_an_open_parameter(load: Load) -> None:
    network = load(
        """block head(x, classes) {
          return x -> mean -> linear(96 if classes == 51 else 128) -> linear(classes)
        }
        network tiny(classes = 400) {
          input video: 3 x 4 x 16^2
          conv(8, 3)
          head(classes)
        }"""
    )
    for classes in (51, 400, 7):
        count = sum(p.numel() for p in network_class(network)(classes=classes).parameters())
        assert count == Spec(network.program).network(classes=classes).costs.total.params


def test_a_member_that_depends_on_a_rate_has_that_rate(load: Load) -> None:
    network = load(
        """block drop_path(x, p) {
          if p == 0 { return x }
          return x -> unsqueeze(0) -> channel_dropout(p) -> squeeze(0)
        }
        block unit(x, drop = 0) { return x + (x -> conv(x.channels, 3) -> drop_path(drop)) }
        network tiny() { input image: 8 x 8^2
          unit()
          unit(drop = 0.1)
        }"""
    )
    unit = block(network, "Unit")
    rates = [[m.p for m in unit(drop=p).modules() if hasattr(m, "p")] for p in (0, 0.3)]
    assert [[p for p in unit_rates if isinstance(p, float)] for unit_rates in rates] == [[], [0.3]]


def test_a_quotient_keeps_its_numerator(load: Load) -> None:
    network = load(
        """use squeeze_excite
        block down(x, channels) {
          return x -> conv(channels, 3, 2) -> squeeze_excite(channels / 4)
        }
        network tiny() { input image: 16 x 32^2
          down(32)
          down(64)
        }"""
    )
    down = block(network, "Down")(16, 128)
    assert [m.out_channels for m in down.modules() if isinstance(m, nn.Conv2d)] == [128, 32, 128]


def test_height_and_width_are_not_confused(load: Load) -> None:
    network = load(
        """block unit(x, grid) {
          return x -> flatten(positions) -> linear(x.positions) -> unflatten(1, grid)
        }
        network tiny() { input image: 8 x 12^2
          a = image -> unit((12, 12))
          return a -> max_pool(2) -> unit((6, 6))
        }"""
    )
    unit = block(network, "Unit")(grid=(2, 8), in_features=16)
    assert unit(torch.zeros(1, 8, 4, 4)).shape == (1, 8, 2, 8)


def test_a_test_on_a_height_becomes_an_argument(load: Load) -> None:
    """No constructor knows the height, so an argument says whether the convolution exists."""
    network = load(
        """block unit(x, channels, stride = 1) {
          y = x -> conv(channels, 3, stride) -> batch_norm
          if y.height < 9 { y = y -> conv(channels, bias = true) }
          return y -> relu
        }
        network tiny() { input image: 8 x 16^2
          unit(8)
          unit(16, 2)
        }"""
    )
    parameters = inspect.signature(block(network, "Unit")).parameters
    assert [name for name in parameters if name.startswith("with_")] == ["with_conv2"]


def test_a_branch_that_no_instance_takes_is_refused(load: Load) -> None:
    network = load(
        """block unit(x, channels) {
          if channels > 64 { return x -> conv(channels, 3) -> relu -> conv(channels) }
          return x -> conv(channels, 3)
        }
        network tiny() { input image: 8 x 16^2
          unit(8)
          unit(16)
        }"""
    )
    unit = block(network, "Unit")
    assert unit(32)(torch.zeros(1, 8, 4, 4)).shape == (1, 32, 4, 4)
    with pytest.raises(ValueError, match="Unit does not support channels > 64"):
        unit(128)


def test_a_refusal_reads_no_name_that_the_constructor_computes_later(load: Load) -> None:
    """Where all instances take one branch of a named condition, nothing else reads the name."""
    network = load(
        """block unit(x, channels, stride = 1) {
          changes = stride != 1 or x.channels != channels
          shortcut = conv(x, channels, stride = stride) if changes else x
          return shortcut + conv(x, channels, 3, stride = stride)
        }
        network tiny() { input image: 8 x 16^2
          unit(12)
          unit(16, 2)
        }"""
    )
    unit = block(network, "Unit")
    assert unit(8, 12)(torch.zeros(1, 8, 4, 4)).shape == (1, 12, 4, 4)
    with pytest.raises(ValueError, match="stride == 1 and in_channels == channels"):
        unit(8, 8)


def test_names_in_the_text_are_kept(load: Load) -> None:
    network = load(
        """block attend(x) {
          query, key, value = x -> linear(3 * x.channels) -> chunk(3, 0)
          return query * key + value
        }
        network tiny() { input tokens: 6
          attend()
        }"""
    )
    assert "query, key, value = " in network.source()


def test_annotations_have_the_types_of_the_values(load: Load) -> None:
    network = load(
        """block unit(x, channels, norm = false) {
          y = x -> conv(channels)
          if norm { y = y -> batch_norm }
          return y
        }
        block wrap(x, channels, stride = 1) {
          if stride != 1 { return x -> unit(channels, norm = true) }
          return x -> unit(channels)
        }
        network tiny() { input image: 8 x 16^2
          wrap(8)
          wrap(16, 2)
        }"""
    )
    assert "= None" not in network.source()


@pytest.mark.parametrize(
    "block",
    [
        "block b(x, w) { return x -> slice(0, stop = w) -> conv(3) }",
        "block b(x, w) { return x -> conv(max(w, 6)) -> slice(0, stop = min(w, 4)) -> conv(3) }",
        "block b(x, w) { return x -> slice(0, start = max(0, w - 4)) -> conv(3) }",
        "block b(x, w) { return x * (w / 2) + w / 3 -> conv(w) }",
        "block c(x, s) { return x * s } block b(x, w) { return x -> c(w / 2) -> conv(w) }",
        "block b(x, w) { return x -> conv(ceil(2.2 * w)) -> conv(int(w * 0.7)) }",
        "block b(x, w) { p, q = x -> split(w, 0) return concat(p, q, axis = 0) -> conv(3) }",
        "block b(x, w, act: block | none = none) { return x -> conv(w) -> act }",
        "block b(x, w) { return x -> conv(6 * w / 3 - 1) -> conv(max(w / 1, 3)) }",
        "block b(x, w) { return x -> conv(max(1, 3 * w / 3 // 3)) -> conv(max(1, w * 0.5 // 2)) }",
    ],
)
def test_rules_of_operations_are_followed(load: Load, block: str) -> None:
    """A rule that compares, rounds or counts does so in the class, or its value is constant."""
    block = block.replace("} block", "}\nblock").replace(" return", "\nreturn")
    network = load(f"{block}\nnetwork tiny(w = 4) {{ input image: 6 x 8^2\n b(w)\n }}")
    tiny = network_class(network)
    for w in (5, 2) if "w" in inspect.signature(tiny).parameters else ():
        try:
            other = Spec(network.program).network(w=w)
        except CompileError:
            continue
        ours, theirs = tiny(w=w).double().eval(), network_class(other, "other")().double().eval()
        randomise(theirs)
        ours.load_state_dict(theirs.state_dict())
        (x,) = samples(other, dtype=torch.float64)
        torch.testing.assert_close(ours(x), theirs(x), rtol=1e-12, atol=1e-12)


def test_a_rate_that_is_an_integer_is_annotated_as_float(load: Load) -> None:
    network = load("network tiny(rate = 0) { input image: 6 x 4^2\n image -> dropout(rate) }")
    assert inspect.signature(network_class(network)).parameters["rate"].annotation == "float"


def test_the_size_of_a_clip_is_in_no_expression(load: Load) -> None:
    """The number of patches follows from the clip, so the size of a patch is no argument."""
    network = load(
        """network tiny(patch = 4, heads = 2) { input image: 3 x 16^2
          x = image -> conv(8, patch, stride = patch, padding = 0) -> flatten(positions)
          y = x + parameter(x.shape)
          return y -> conv(heads)
        }"""
    )
    assert list(inspect.signature(network_class(network)).parameters) == ["heads"]
    assert "torch.zeros(8, 16)" in network.source()


def _expressions() -> st.SearchStrategy[str]:
    """Expressions for sizes over `a`, `b` and the channels of the input."""
    leaf = st.sampled_from(["a", "b", "x.channels", "2", "3", "7"])
    forms = st.sampled_from(
        [
            "({0} + {1})",
            "({0} * {1})",
            "max({0}, {1})",
            "min({0}, {1})",
            "({0} // 3)",
            "(3 * {0} / 3)",
            "ceil({0} * 1.3)",
            "int({0} / 2)",
            "round_to({0}, 4)",
            "({0} if {1} > 5 else {1})",
            "({0} if a == b or {0} < 4 else 2)",
        ]
    )
    return st.recursive(
        leaf, lambda inner: st.builds(str.format, forms, inner, inner), max_leaves=4
    )


@st.composite
def _specs(draw: st.DrawFn) -> str:
    """A network that passes `a` and `b` to blocks, which compute sizes with them."""
    size = _expressions().map(lambda text: f"max(1, min({text}, 40))")
    blocks = [
        f"""block f{i}(x, a, b = {draw(st.sampled_from(["a", "x.channels", "2 * a"]))}) {{
          mid = {draw(size)}
          y = x -> conv(mid, {draw(st.sampled_from(["1", "3"]))}) -> relu
          return y -> conv({draw(size)}, bias = true)
        }}"""
        for i in range(2)
    ]
    calls = draw(st.lists(st.sampled_from(["f0(a, b)", "f1(b)", "f1(a, b)", "f0(b)"]), min_size=1))
    body = "\n".join(calls)
    return f"""{chr(10).join(blocks)}
    network tiny(a = {draw(st.integers(1, 12))}, b = {draw(st.integers(1, 12))}) {{
      input image: 3 x 4^2
      {body}
      mean
      linear(a)
    }}"""


@law(text=_specs(), a=st.integers(1, 30), b=st.integers(1, 30), few=25, many=300)
def test_the_class_with_other_arguments_is_the_spec_with_them(text: str, a: int, b: int) -> None:
    """Parameters, shapes and outputs agree, in float64."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "network.arch"
        path.write_text(text)
        network = archdsl.load(path).network()
    tiny = network_class(network)
    given = {n: v for n, v in (("a", a), ("b", b)) if n in inspect.signature(tiny).parameters}
    assume(given)
    try:
        other = Spec(network.program).network(**given)
    except CompileError:
        assume(False)
    ours, theirs = tiny(**given).double().eval(), network_class(other, "other")().double().eval()
    randomise(theirs)
    shapes = {key: value.shape for key, value in theirs.state_dict().items()}
    assert {key: value.shape for key, value in ours.state_dict().items()} == shapes
    ours.load_state_dict(theirs.state_dict())
    inputs = samples(other, dtype=torch.float64)
    for mine, expected in zip(results(ours(*inputs)), results(theirs(*inputs)), strict=True):
        torch.testing.assert_close(mine, expected, rtol=1e-12, atol=1e-12)


def test_a_value_that_grew_over_many_rounds_is_a_constant(load: Load) -> None:
    """Its expression has thousands of parts, which recursive functions must not descend into."""
    network = load(
        """network tiny(start = 1) { input image: 3 x 8^2
          a, b = (start, 1)
          for i in range(5000) { a, b = (b, a + 1) }
          conv(a)
        }"""
    )
    assert network_class(network)().conv.out_channels == 2501


def test_an_operation_with_some_parameters_given_can_be_passed_on(load: Load) -> None:
    network = load(
        """block plain(x, channels, norm) { return x -> conv(channels, 3) -> norm }
        block brick = plain(norm = batch_norm(eps = 0.5))
        block pair(x, channels) { return x -> brick(channels) -> brick(channels) }
        network tiny() { input image: 3 x 8^2
          pair(8)
        }"""
    )
    norms = [m for m in network_class(network)().modules() if isinstance(m, nn.BatchNorm2d)]
    assert [norm.eps for norm in norms] == [0.5, 0.5]


def test_arguments_after_one_that_is_left_out_have_keywords(load: Load) -> None:
    network = load(
        """block unit(x, channels, kernel = 1, stride = 1) {
          return x -> conv(channels, kernel, stride)
        }
        block pair(x, channels, stride = 1) {
          return x -> unit(channels, 3) -> unit(channels, 1, stride)
        }
        network tiny() { input image: 3 x 8^2
          pair(8)
          pair(16, 2)
        }"""
    )
    assert "Unit(channels, channels, stride=stride)" in network.source()
    assert network_class(network)()(torch.zeros(1, 3, 8, 8)).shape == (1, 16, 4, 4)
