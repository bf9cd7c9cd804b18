"""The layers of training modules: the outputs and gradients of torch's own, in all they take."""

from __future__ import annotations

import copy
import pickle
from itertools import product
from typing import Any

import pytest
import torch
from hypothesis import assume
from hypothesis import strategies as st
from laws import law
from torch import Tensor, nn

from training.layers import load_layers

LAYERS = load_layers()
CONTIGUOUS, LAST = torch.contiguous_format, torch.channels_last_3d

Triple = tuple[int, int, int]

# A layer of each kind: kernel, stride, padding, groups of four channels.
KINDS: dict[str, dict[str, Any]] = {
    "pointwise": {"kernel_size": 1},
    "pointwise, strided": {"kernel_size": 1, "stride": (1, 2, 2)},
    "space": {"kernel_size": (1, 3, 3), "stride": (1, 2, 2), "padding": (0, 1, 1)},
    "time": {"kernel_size": (5, 1, 1), "padding": (2, 0, 0), "groups": 4},
    "depthwise": {"kernel_size": 3, "padding": 1, "groups": 4, "bias": False},
    "depthwise, strided": {
        "kernel_size": 3,
        "stride": (1, 2, 2),
        "padding": 1,
        "groups": 4,
        "bias": False,
    },
    "ordinary": {"kernel_size": 3, "padding": 1, "groups": 2},
    "depthwise, dilated": {"kernel_size": 3, "dilation": 2, "groups": 4, "padding": 2},
}


def pair(options: dict[str, Any], dtype: torch.dtype = torch.float64) -> tuple[Any, Any]:
    """torch's layer and ours with the same weights."""
    torch.manual_seed(0)
    theirs = nn.Conv3d(4, 4, **options, dtype=dtype)
    torch.manual_seed(0)
    ours = LAYERS.Conv3d(4, 4, **options, dtype=dtype)
    for name, value in theirs.state_dict().items():
        assert torch.equal(value, ours.state_dict()[name])  # also drawn alike
    return theirs, ours


def learned(layer: nn.Module, x: Tensor) -> list[Tensor]:
    """The output, and the gradients of its input and of the weights for a drawn one of it."""
    x = x.clone(memory_format=torch.preserve_format).requires_grad_()
    y = layer(x)
    drawn = torch.randn(y.shape, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    return [y, *torch.autograd.grad(y, (x, *layer.parameters()), drawn.to(y.dtype))]


def assert_same(ours: list[Tensor], theirs: list[Tensor], tolerance: float = 1e-10) -> None:
    for one, other in zip(ours, theirs, strict=True):
        torch.testing.assert_close(one, other, rtol=tolerance, atol=tolerance, check_dtype=False)


@pytest.mark.parametrize("options", KINDS.values(), ids=KINDS)
def test_learns_what_torch_learns(options: dict[str, Any]) -> None:
    """Of any batch, in any layout, at sizes that strides do not divide."""
    theirs, ours = pair(options)
    for batch, size, layout in product((0, 1, 3), ((5, 7, 6), (6, 9, 5)), (CONTIGUOUS, LAST)):
        x = torch.randn(batch, 4, *size, dtype=torch.float64).contiguous(memory_format=layout)
        assert_same(learned(ours, x), learned(theirs, x))
        assert_same(learned(ours, x.flip(-1).transpose(3, 4)), learned(theirs, x.flip(-1).mT))


def triples(least: int, most: int) -> st.SearchStrategy[Triple]:
    one = st.integers(least, most)
    return st.tuples(one, one, one)


@law(
    triples(1, 5),
    triples(1, 3),
    triples(0, 4),
    triples(1, 7),
    st.sampled_from([(1, 1), (2, 1), (1, 2)]),
    few=60,
    many=2000,
)
def test_depthwise_of_any_window(
    kernel: Triple, stride: Triple, padding: Triple, size: Triple, how: tuple[int, int]
) -> None:
    """Also where taps read padding alone, and padding is wider than the kernel."""
    batch, dilation = how
    windows = zip(size, kernel, padding, strict=True)
    assume(all(s + 2 * p >= dilation * (k - 1) + 1 for s, k, p in windows))
    theirs, ours = pair(
        {
            "kernel_size": kernel,
            "stride": stride,
            "padding": padding,
            "dilation": dilation,
            "groups": 4,
            "bias": False,
        }
    )
    x = torch.randn(batch, 4, *size, dtype=torch.float64)
    assert_same(learned(ours, x), learned(theirs, x))


@pytest.mark.parametrize("stride", [1, (1, 2, 2), (2, 1, 3)])
def test_gradients_are_derivatives(stride: int | Triple) -> None:
    """First and second ones, by differences."""
    layer = LAYERS.Conv3d(2, 2, 3, stride=stride, padding=1, groups=2, bias=False).double()
    x = torch.randn(2, 2, 3, 4, 5, dtype=torch.float64, requires_grad=True)

    def function(x: Tensor, weight: Tensor) -> Any:
        return torch.func.functional_call(layer, {"weight": weight}, (x,))

    weight = layer.weight.detach().requires_grad_()
    assert torch.autograd.gradcheck(function, (x, weight))
    assert torch.autograd.gradgradcheck(function, (x, weight))


@pytest.mark.parametrize("options", KINDS.values(), ids=KINDS)
def test_error_of_float32(options: dict[str, Any]) -> None:
    """It is about that of torch's own layer, both measured against float64."""
    exact, _ = pair(options)
    theirs, ours = pair(options, torch.float32)
    for layer in (theirs, ours):
        layer.load_state_dict(exact.state_dict())
    exact.load_state_dict(ours.state_dict())
    x = torch.randn(2, 4, 6, 24, 24)
    right = learned(exact, x.double())
    for one, other, truth in zip(learned(ours, x), learned(theirs, x), right, strict=True):
        # oneDNN sums the gradient of a bias over all positions in float32, one by one.
        rounding = 5e-6 * truth.abs().max()
        assert (one - truth).abs().max() <= 2 * (other - truth).abs().max() + rounding


def test_only_what_is_asked_for() -> None:
    """A frozen weight and an input without a gradient have none."""
    layer = LAYERS.Conv3d(4, 4, **KINDS["depthwise"])
    x = torch.randn(1, 4, 3, 4, 4)
    layer(x).sum().backward()
    assert layer.weight.grad is not None
    layer.weight.requires_grad_(False)
    asked = x.requires_grad_()
    layer(asked).sum().backward()
    assert asked.grad is not None
    assert not layer(x.detach()).requires_grad


@pytest.mark.parametrize("options", KINDS.values(), ids=KINDS)
def test_autocast(options: dict[str, Any]) -> None:
    """Outputs are of bfloat16, gradients of the weights' type, and about those of float32."""
    theirs, ours = pair(options, torch.float32)
    x = torch.randn(2, 4, 4, 8, 8)
    exact = learned(ours, x)
    with torch.autocast("cpu", torch.bfloat16):
        y, *gradients = learned(ours, x)
        assert y.dtype is theirs(x).dtype is torch.bfloat16
    assert {gradient.dtype for gradient in gradients} == {torch.float32}
    for one, truth in zip([y, *gradients], exact, strict=True):
        assert (one - truth).abs().max() <= 0.03 * truth.abs().max()


@pytest.mark.parametrize("options", KINDS.values(), ids=KINDS)
def test_compiled(options: dict[str, Any]) -> None:
    """Traced as one graph, with gradients."""
    _, ours = pair(options)
    x = torch.randn(2, 4, 3, 5, 6, dtype=torch.float64)
    torch.compiler.reset()
    compiled: Any = torch.compile(ours, backend="aot_eager", fullgraph=True)
    assert_same(learned(compiled, x), learned(ours, x))


def test_copies() -> None:
    _, ours = pair(KINDS["depthwise"])
    x = torch.randn(1, 4, 3, 4, 4, dtype=torch.float64)
    for other in (copy.deepcopy(ours), pickle.loads(pickle.dumps(ours))):
        assert torch.equal(other(x), ours(x))


def test_images_are_channels_last() -> None:
    torch.manual_seed(0)
    theirs = nn.Conv2d(4, 6, 3, stride=2, padding=1).double()
    ours = LAYERS.Conv2d(4, 6, 3, stride=2, padding=1).double()
    ours.load_state_dict(theirs.state_dict())
    x = torch.randn(2, 4, 7, 8, dtype=torch.float64)
    assert_same(learned(ours, x), learned(theirs, x))
    assert ours(x).is_contiguous(memory_format=torch.channels_last)


def test_one_layout_from_end_to_end() -> None:
    """No layer but the first has to copy what it gets."""
    x = torch.randn(2, 4, 6, 8, 8)
    for options in KINDS.values():
        x = LAYERS.Conv3d(4, 4, **options)(x)
        assert x.is_contiguous(memory_format=LAST), options


NORMS = [("BatchNorm3d", (2, 5, 22, 40, 41)), ("BatchNorm2d", (44, 5, 40, 41))]


@pytest.mark.parametrize(("name", "shape"), NORMS, ids=["3d", "2d"])
def test_norms_learn_without_a_loss_of_digits(name: str, shape: tuple[int, ...]) -> None:
    """Of means and variances that are far from 0 and 1, with a last part that is short."""
    theirs, ours = (getattr(module, name)(5) for module in (nn, LAYERS))
    for norm in (theirs, ours):
        torch.manual_seed(0)
        nn.init.normal_(norm.weight)
        nn.init.normal_(norm.bias)
    exact = copy.deepcopy(theirs).double()
    layout = LAST if len(shape) == 5 else torch.channels_last
    x = (3 * torch.randn(shape) + 5).contiguous(memory_format=layout)
    found = [[*learned(norm, x), *norm.buffers()] for norm in (ours, theirs)]
    truth = [*learned(exact, x.double()), *exact.buffers()]
    with torch.no_grad():
        errors = [
            [float((each - right).abs().max() / right.abs().max()) for each in (one, other)]
            for one, other, right in zip(*found, truth, strict=True)
        ]
    assert max(ours for ours, _ in errors) < 4e-6
    assert max(theirs for _, theirs in errors) > 4e-6
    assert found[0][0].is_contiguous(memory_format=layout)


def test_norms_are_torchs_own_where_they_do_not_learn() -> None:
    """After training, in few positions, in float64, in bfloat16, and with a mean of all batches."""
    for shape, dtype in (
        ((1, 5, 2, 3, 3), torch.float32),
        ((2, 5, 11, 20, 21), torch.float64),
        ((2, 5, 11, 20, 21), torch.bfloat16),
    ):
        theirs, ours = nn.BatchNorm3d(5), LAYERS.BatchNorm3d(5)
        x = torch.randn(shape).to(dtype)
        if dtype is torch.float64:
            theirs, ours = theirs.double(), ours.double()
        assert torch.equal(ours(x), theirs(x))
        assert torch.equal(ours.running_var, theirs.running_var)
        assert torch.equal(ours.eval()(x), theirs.eval()(x))
    averaged = LAYERS.BatchNorm3d(5, momentum=None)
    averaged(torch.randn(2, 5, 11, 20, 21))
    assert averaged.num_batches_tracked == 1


def test_second_gradients_of_norms_are_refused() -> None:
    x = torch.randn(2, 5, 11, 20, 21, requires_grad=True)
    (gradient,) = torch.autograd.grad(LAYERS.BatchNorm3d(5)(x).square().sum(), x, create_graph=True)
    with pytest.raises(RuntimeError, match="once_differentiable"):
        gradient.sum().backward()
