"""The layers of inference modules compute what torch does, by oneDNN and without it."""

from __future__ import annotations

import copy
import io
from collections.abc import Iterator
from typing import Any

import pytest

torch = pytest.importorskip("torch")

from torch.nn import functional  # noqa: E402

from infer.kernels import load_kernels  # noqa: E402

kernels: Any = load_kernels()

CONVOLUTIONS = {
    "dense": ({"out_channels": 6, "kernel_size": (3, 3, 3), "padding": 1}, (5, 7, 6)),
    "pointwise": ({"out_channels": 12, "kernel_size": (1, 1, 1)}, (3, 5, 4)),
    "shortcut": ({"out_channels": 12, "kernel_size": (1, 1, 1), "stride": (1, 2, 2)}, (3, 6, 5)),
    "position": ({"out_channels": 3, "kernel_size": (1, 1, 1)}, (1, 1, 1)),
    "depthwise": (
        {"out_channels": 8, "kernel_size": (3, 3, 3), "padding": 1, "groups": 8},
        (4, 6, 6),
    ),
    "groups": ({"out_channels": 12, "kernel_size": (1, 3, 3), "groups": 4, "stride": 2}, (5, 6, 7)),
    "dilated": ({"out_channels": 4, "kernel_size": (3, 1, 3), "dilation": (2, 1, 1)}, (6, 4, 5)),
    "stem": (
        {"out_channels": 8, "kernel_size": (5, 7, 7), "stride": 2, "padding": (2, 3, 3)},
        (6, 9, 9),
    ),
    "without bias": ({"out_channels": 16, "kernel_size": (1, 1, 1), "bias": False}, (3, 4, 5)),
    "picture": ({"out_channels": 16, "kernel_size": (3, 3), "stride": 2, "padding": 1}, (9, 8)),
    "picture, depthwise": (
        {"out_channels": 8, "kernel_size": (5, 5), "padding": 2, "groups": 8},
        (7, 7),
    ),
    "picture, pointwise": ({"out_channels": 3, "kernel_size": (1, 1)}, (7, 1)),
    "sequence": ({"out_channels": 6, "kernel_size": (3,), "stride": 2, "padding": 1}, (11,)),
}
LAST = torch.channels_last_3d
EXACT, FLOAT = 1e-12, 1e-5


@pytest.fixture(autouse=True)
def no_gradients() -> Iterator[None]:
    with torch.no_grad():
        yield


@pytest.fixture(autouse=True)
def no_size_is_small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernels, "SMALL", 0)


def build(dtype: Any, activation: str = "none", **convolution: Any) -> Any:
    torch.manual_seed(0)
    layer = kernels.Conv(8, activation=activation, **convolution).to(dtype)
    for weights in layer.parameters():
        weights.copy_(torch.randn(weights.shape, dtype=torch.float64) / 3)
    return layer


def by_definition(layer: Any, x: Any, added: Any = 0.0) -> Any:
    """In float64 and in torch's ordinary memory format."""
    convolve = {3: functional.conv1d, 4: functional.conv2d, 5: functional.conv3d}[x.dim()]
    geometry = (layer.stride, layer.padding, layer.dilation, layer.groups)
    bias = None if layer.bias is None else layer.bias.double()
    y = convolve(x.double().contiguous(), layer.weight.double().contiguous(), bias, *geometry)
    return kernels.ACTIVATIONS[layer.activation](y + added)


@pytest.mark.parametrize("batch", [1, 3])
@pytest.mark.parametrize("name", CONVOLUTIONS)
@pytest.mark.parametrize(("dtype", "error"), [("float64", EXACT), ("float32", FLOAT)])
def test_convolutions(dtype: str, error: float, name: str, batch: int) -> None:
    convolution, positions = CONVOLUTIONS[name]
    layer = build(getattr(torch, dtype), "relu", **convolution)
    x = torch.randn(batch, 8, *positions, dtype=getattr(torch, dtype))
    assert kernels.onednn_takes(x, layer.weight) == (
        kernels.ONEDNN and dtype == "float32" and x.dim() > 3
    )
    y = layer(x)
    expected = by_definition(layer, x)
    torch.testing.assert_close(y.double(), expected, rtol=error, atol=error)
    added = torch.randn(y.shape, dtype=y.dtype)
    kept = added.clone()
    summed = layer(x, added)
    expected = by_definition(layer, x, added)
    torch.testing.assert_close(summed.double(), expected, rtol=error, atol=error)
    torch.testing.assert_close(added, kept, rtol=0, atol=0)
    torch.testing.assert_close(layer(x, into=added), summed, rtol=error, atol=error)
    torch.testing.assert_close(added, summed, rtol=error, atol=error)


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
@pytest.mark.parametrize("activation", kernels.ACTIVATIONS)
def test_activations(activation: str, dtype: Any) -> None:
    layer = build(dtype, activation, out_channels=12, kernel_size=(1, 1, 1))
    x, added = (torch.randn(2, n, 3, 4, 5, dtype=dtype) for n in (8, 12))
    error = EXACT if dtype is torch.float64 else FLOAT
    for y, expected in (
        (layer(x), by_definition(layer, x)),
        (layer(x, added), by_definition(layer, x, added)),
    ):
        torch.testing.assert_close(y.double(), expected, rtol=error, atol=error)


def test_sizes_in_turn() -> None:
    """Weights are packed for the first size, and serve every other one."""
    layer = build(torch.float32, "silu", **CONVOLUTIONS["dense"][0])
    for shape in ((1, 8, 4, 8, 8), (5, 8, 1, 3, 9), (1, 8, 16, 20, 20), (0, 8, 2, 2, 2)):
        x = torch.randn(shape)
        y = layer(x)
        assert y.shape == by_definition(layer, x).shape
        torch.testing.assert_close(y.double(), by_definition(layer, x), rtol=FLOAT, atol=FLOAT)


@pytest.mark.parametrize("small", [0, 10**9])
def test_small_and_large(small: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernels, "SMALL", small)
    layer = build(torch.float32, "sigmoid", **CONVOLUTIONS["position"][0])
    x = torch.randn(2, 8, 1, 1, 1)
    y = layer(x)
    assert bool(layer.packed) == (kernels.ONEDNN and not small)
    torch.testing.assert_close(y.double(), by_definition(layer, x), rtol=FLOAT, atol=FLOAT)


def test_memory_formats() -> None:
    """A sum goes into any memory, and what layers hand on is channels-last."""
    layer = build(torch.float32, "relu", **CONVOLUTIONS["pointwise"][0])
    x = torch.randn(2, 8, 3, 4, 5)
    for form in (torch.contiguous_format, torch.channels_last_3d):
        whole = torch.randn(2, 24, 3, 4, 5).to(memory_format=form)
        into = whole[:, 6:18]
        expected = by_definition(layer, x, into)
        y = layer(x.to(memory_format=form), into=into)
        torch.testing.assert_close(y.double(), expected, rtol=FLOAT, atol=FLOAT)
        torch.testing.assert_close(whole[:, 6:18], y, rtol=0, atol=0)
    assert layer(x).is_contiguous(memory_format=torch.channels_last_3d)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision(dtype: Any) -> None:
    layer = build(dtype, "relu", **CONVOLUTIONS["pointwise"][0])
    x = torch.randn(1, 8, 3, 4, 5, dtype=dtype)
    y = layer(x)
    assert y.dtype is dtype
    torch.testing.assert_close(y.double(), by_definition(layer, x), rtol=2e-2, atol=2e-2)


def test_weights_are_read_again() -> None:
    """After `load_state_dict`, in a copy, and in what was saved."""
    convolution, positions = CONVOLUTIONS["depthwise"]
    layer, x = build(torch.float32, **convolution), torch.randn(1, 8, *positions)
    y = layer(x)
    torch.testing.assert_close(copy.deepcopy(layer)(x), y, rtol=0, atol=0)
    saved = io.BytesIO()
    torch.save(layer, saved)
    saved.seek(0)
    torch.testing.assert_close(torch.load(saved, weights_only=False)(x), y, rtol=0, atol=0)
    doubled = {key: 2 * value for key, value in layer.state_dict().items()}
    layer.load_state_dict(doubled)
    torch.testing.assert_close(layer(x), 2 * y)


def test_export() -> None:
    """Torch's own operations stand in where oneDNN's do not serve, for any batch."""
    layer = build(torch.float32, "silu", **CONVOLUTIONS["depthwise"][0])
    x = torch.randn(2, 8, 4, 6, 6)
    batch = torch.export.Dim("batch", max=64)
    exported = torch.export.export(layer, (x,), dynamic_shapes=({0: batch},)).module()
    for clips in (x, x[:1]):
        torch.testing.assert_close(exported(clips), layer(clips), rtol=FLOAT, atol=FLOAT)


@pytest.mark.parametrize("wanted", ["x", "added", "into", "weight"])
def test_gradients_are_refused(wanted: str) -> None:
    layer = build(torch.float32, **CONVOLUTIONS["pointwise"][0])
    tensors = {"x": torch.randn(1, 8, 3, 5, 4), "weight": layer.weight}
    tensors |= {name: torch.zeros(1, 12, 3, 5, 4) for name in ("added", "into")}
    tensors[wanted].requires_grad_()
    given = {name: tensors[name] for name in ("added", "into") if name == wanted}
    with torch.enable_grad(), pytest.raises(RuntimeError, match="no gradients here"):
        layer(tensors["x"], **given)


def test_a_tangent_is_the_convolutions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernels, "SMALL", 0)
    layer = build(torch.float32, **CONVOLUTIONS["pointwise"][0])
    x, tangent = torch.randn(1, 8, 3, 5, 4), torch.randn(1, 8, 3, 5, 4)
    with torch.enable_grad():
        _, pushed = torch.func.jvp(layer, (x,), (tangent,))
    expected = by_definition(layer, tangent) - by_definition(layer, torch.zeros_like(x))
    torch.testing.assert_close(pushed.double(), expected, rtol=FLOAT, atol=FLOAT)


@pytest.mark.parametrize("change", ["zero_", "cast"])
def test_weights_that_changed_are_packed_again(
    change: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kernels, "SMALL", 0)
    layer = build(torch.float32, **CONVOLUTIONS["pointwise"][0])
    x = torch.randn(1, 8, 3, 5, 4)
    layer(x)
    if change == "cast":
        layer.bfloat16().float()
    else:
        layer.weight.zero_()
    torch.testing.assert_close(layer(x).double(), by_definition(layer, x), rtol=FLOAT, atol=FLOAT)


def test_torch_without_onednn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernels, "SMALL", 0)
    layer = build(torch.float32, **CONVOLUTIONS["pointwise"][0])
    with torch.backends.mkldnn.flags(enabled=False):
        layer(torch.randn(1, 8, 3, 5, 4))
    assert not layer.packed


def test_an_activation_that_is_not_there_is_refused() -> None:
    with pytest.raises(ValueError, match="activation must be in"):
        kernels.Conv(8, 8, (1, 1, 1), activation="gelu")


@pytest.mark.parametrize("stride", [1, (1, 2, 2)])
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
def test_chunks_are_the_whole(dtype: Any, stride: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """To the last bit, for numbers of channels that are no multiple of a chunk's."""
    monkeypatch.setattr(kernels, "LARGE", 0)
    for channels in (24, 32, 54, 70):
        pointwise = build(dtype, "relu", out_channels=channels, kernel_size=(1, 1, 1))
        depthwise = kernels.Conv(channels, channels, (3, 3, 3), stride, 1, groups=channels)
        depthwise.weight.copy_(torch.randn(depthwise.weight.shape))
        depthwise.bias.copy_(torch.randn(channels))
        depthwise.to(dtype)
        for batch in (1, 2):
            x = torch.randn(batch, 8, 4, 9, 10, dtype=dtype)
            chunks = kernels.in_chunks(pointwise, depthwise, x)
            torch.testing.assert_close(chunks, depthwise(pointwise(x)), rtol=0, atol=0)
            assert dtype is torch.float64 or chunks.is_contiguous(memory_format=LAST)


def test_mean_of_positions() -> None:
    for shape in ((2, 5, 3, 4, 6), (1, 7, 9, 2), (3, 4, 8), (2, 3, 1, 1, 1)):
        x = torch.randn(shape, dtype=torch.float64)
        mean = x.mean(tuple(range(2, len(shape))), keepdim=True)
        torch.testing.assert_close(kernels.mean_of_positions(x), mean, rtol=EXACT, atol=EXACT)
