"""Constants: buffers where the constructor knows them, made on the tensors' device where not."""

from __future__ import annotations

import copy
import io
import pickle

import pytest
import torch
from torch import nn

import archdsl
from archdsl.diagnostics import CompileError
from emit.running import Load, both_outputs, class_in, network_class

SPEC = """
use positions
block attention(x, heads, window: tuple) {
  bias = relative_position_bias(heads, window)
  n = x.shape[1]
  later = (arange(n) -> unsqueeze(1)) < arange(n)
  return matmul(x, x -> transpose) + bias -> masked_fill(later, -100) -> softmax
}
network n(window: tuple = (1, 2, 3)) {
  input x: 2 x 6 x 4
  place = arange(6) -> unsqueeze(1) -> persistent
  wave = arange(6) / 7 -> sin
  y = (x -> attention(2, window)) * (place + 1) * wave
  return y + sinusoids(x.shape[1], 6)
}
"""


def test_the_module_computes_the_graph(load: Load) -> None:
    for ours, theirs in both_outputs(load(SPEC)):
        torch.testing.assert_close(ours, theirs, rtol=1e-6, atol=1e-6)


def test_only_persistent_buffers_are_in_state_dicts(load: Load) -> None:
    module = network_class(load(SPEC))()
    buffers = {name for name, _ in module.named_buffers()}
    assert buffers == {"place", "add", "wave", "attention.bias.index"}
    assert list(module.state_dict()) == ["place", "attention.bias.biases"]
    assert load(SPEC).costs.total.params == 15 * 2
    assert module.get_buffer("place").dtype is torch.int64


def test_a_relative_position_bias_in_three_lines(load: Load) -> None:
    """As Swin has it, with an index that its code would write."""
    text = """use positions
    network n() {
      input x: 3 x 6 x 6
      return x + relative_position_bias(3, (1, 2, 3))
    }"""
    source = load(text).source()
    assert 'self.register_buffer("index", relative_position_index(window), persistent' in source
    assert "return self.biases[self.index].permute(2, 0, 1)" in source
    module = class_in(source)()
    index = next(buffer for name, buffer in module.named_buffers())
    places = [(y, x) for y in range(2) for x in range(3)]
    for i, (y1, x1) in enumerate(places):
        for j, (y2, x2) in enumerate(places):
            assert index[i, j] == (y1 - y2 + 1) * 5 + x1 - x2 + 2


def _reset(module: nn.Module) -> None:
    """As FSDP does, after it has given memory to a module of the meta device."""
    for inner in module.modules():
        if hasattr(inner, "reset_parameters"):
            inner.reset_parameters()


@pytest.mark.parametrize("init", ["", "init linear: zeros"])
def test_a_module_without_memory_is_made_anew(load: Load, init: str) -> None:
    kind = network_class(load(SPEC.replace("4\n  place", f"4\n  {init}\n  place")))
    expected = dict(kind().named_buffers())
    with torch.device("meta"):
        module = kind()
    module = module.to_empty(device="cpu")
    for tensor in (*module.parameters(), *module.buffers()):
        tensor.data.fill_(-7)
    _reset(module)
    for name, buffer in module.named_buffers():
        torch.testing.assert_close(buffer, expected[name], rtol=0, atol=0)
    assert all(bool((p != -7).all()) for p in module.parameters())


def test_copies_are_the_module(load: Load) -> None:
    module = network_class(load(SPEC))().eval()
    x = torch.randn(3, 2, 6, 4)
    expected = module(x)
    stream = io.BytesIO()
    torch.save(module.state_dict(), stream)
    stream.seek(0)
    loaded = type(module)().eval()
    loaded.load_state_dict(torch.load(stream, weights_only=True))
    for other in (copy.deepcopy(module), pickle.loads(pickle.dumps(module)), loaded):
        assert torch.equal(other(x), expected)


def test_numbers_have_the_type_of_what_they_meet(load: Load) -> None:
    module = network_class(load(SPEC))().eval()
    for dtype in (torch.float64, torch.bfloat16):
        assert module.to(dtype)(torch.randn(1, 2, 6, 4, dtype=dtype)).dtype is dtype
    assert module.get_buffer("place").dtype is torch.int64


def test_a_function_of_sizes_alone_has_the_type_of_what_its_result_meets(load: Load) -> None:
    """Though it is given a tensor, of which it reads no value; or hands it on to one that does."""
    text = """block waves(x, steps = 1) {
      if steps > 1 { return unsqueeze(arange(x.shape[0]), 1) / steps -> sin }
      return arange(x.shape[1]) / 7 -> cos
    }
    block later(x) { return waves(x, 2) + waves(x) }
    block mixed(x) { return x * waves(x) }
    network n() {
      input x: 4 x 6
      y = x -> linear(6)
      return y + later(y) + mixed(y) -> linear(3)
    }"""
    network = load(text)
    module = network_class(network)().to(torch.bfloat16)
    assert "later(y).to(y.dtype)" in network.source()
    assert "mixed(y).to(" not in network.source()
    assert module(torch.randn(2, 4, 6, dtype=torch.bfloat16)).dtype is torch.bfloat16
    for ours, theirs in both_outputs(network):
        torch.testing.assert_close(ours, theirs, rtol=1e-6, atol=1e-6)


def test_a_module_moves_with_its_constants(load: Load) -> None:
    """On the meta device, any tensor that stayed behind would be an error."""
    module = network_class(load(SPEC))().eval().to("meta")
    assert module(torch.empty(2, 2, 6, 4, device="meta")).device.type == "meta"


def test_export_and_compile(load: Load) -> None:
    module, x = network_class(load(SPEC))().eval(), torch.randn(2, 2, 6, 4)
    exported = torch.export.export(module, (x,)).module()
    torch.testing.assert_close(exported(x), module(x))
    compiled = torch.compile(module, backend="eager", fullgraph=True)
    torch.testing.assert_close(compiled(x), module(x))


@pytest.mark.parametrize(
    "body",
    [
        "return arange(6) + 1",
        "return arange(2)",
        "c = arange(6)\nfor i in range(3) { x, c = both(x, c) }\nreturn x * c",
        "return x, arange(3) / 2",
        "y = arange(6) -> sin\nreturn x * y + y",
        "for i in range(3) { x = x + arange(6) }\nreturn x",
        "share f = step\nreturn x -> f -> f",
        "a, b = arange(12) -> chunk(2)\nreturn x + a * b",
        "return x -> gather(5 - arange(6), axis = 2)",
        "return x + (parameter((4, 6)) -> gather(full(5, 2)))",
        "if true { x = x + arange(6) }\nreturn x -> linear(3) -> relu",
        "return x + grid_of(2) + grid_of(3)",
        "return x + (x -> grid(1.5))",
    ],
)
def test_wherever_they_stand(load: Load, body: str) -> None:
    text = f"""
    block both(x, c) {{ return x -> linear(6) -> relu, c }}
    block step(x) {{ return x + (arange(x.shape[-1]) -> where_even) -> linear(6) }}
    block where_even(i) {{ return i % 2 == 0 -> where(1, -1) }}
    block grid_of(n) {{ return (arange(n * 3) -> unflatten(0, (n, 3))) -> sum(0) -> repeat(2) }}
    block grid(x, by) {{ return arange(x.shape[1]) * by -> unsqueeze(1) -> cos }}
    network n() {{
      input x: 2 x 5 x 6
      {body}
    }}"""
    network = load(text)
    assert network.source() == archdsl.load(network.program.main.path).network().source()
    for ours, theirs in both_outputs(network):
        torch.testing.assert_close(ours, theirs, rtol=1e-6, atol=1e-6, check_dtype=False)


def test_persistent_takes_constants(load: Load) -> None:
    for body in ("x -> persistent", "x + (parameter(4) -> persistent)"):
        with pytest.raises(CompileError, match="`persistent` takes a constant, but this depends"):
            load(f"network n() {{ input x: 3 x 4\n return {body} }}")


def test_names_of_functions_hide_nothing(load: Load) -> None:
    text = """block arange_of(n) { return arange(n) -> unsqueeze(0) }
    block x(n) { return arange(n) * 2 }
    block wave(n) { return arange(n) / 3 -> sin }
    network n() {
      input y: 3 x 4
      wave = y + wave(y.shape[1])
      return wave + x(4) + arange_of(y.shape[1]) * wave(4)
    }"""
    for ours, theirs in both_outputs(load(text)):
        torch.testing.assert_close(ours, theirs, rtol=1e-6, atol=1e-6)
