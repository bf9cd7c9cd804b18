"""GPT-2, VideoMAE and MViT compute what other implementations do, with the same weights.

GPT-2 and VideoMAE are written here once more in plain torch, after OpenAI's and the authors' code;
both were compared with transformers' too. MViT is compared with torchvision's.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import pytest
import torch
import torch.nn.functional as F
from emit.running import network_class, randomise
from rivals import let_torchvision_load
from torch import Tensor, nn

from tests.networks.test_networks import network

State = Mapping[str, Tensor]


def norm(x: Tensor, state: State, name: str, eps: float) -> Tensor:
    scale, shift = state[f"{name}.weight"], state[f"{name}.bias"]
    return (x - x.mean(-1, True)) / torch.sqrt(x.var(-1, unbiased=False, keepdim=True) + eps) * (
        scale
    ) + shift


def linear(x: Tensor, state: State, name: str) -> Tensor:
    return F.linear(x, state[f"{name}.weight"], state.get(f"{name}.bias"))


def attended(q: Tensor, k: Tensor, v: Tensor, heads: int, causal: bool) -> Tensor:
    """Attention of one sample after another and one head after another: B x N x features."""
    width = q.shape[-1] // heads
    mixed = torch.empty_like(q)
    for head in range(heads):
        part = slice(head * width, (head + 1) * width)
        scores = q[:, :, part] @ k[:, :, part].mT / math.sqrt(width)
        if causal:
            later = torch.ones(scores.shape[-2:], dtype=torch.bool).triu(1)
            scores = scores.masked_fill(later, -math.inf)
        mixed[:, :, part] = scores.softmax(-1) @ v[:, :, part]
    return mixed


def gpt2(tokens: Tensor, state: State, heads: int, depth: int) -> Tensor:
    x = state["wte.weight"][tokens] + state["wpe"][: tokens.shape[1]]
    for i in range(depth):
        own = f"gpt_blocks.{i}."
        y = linear(norm(x, state, own + "norm1", 1e-5), state, own + "causal_attention.linear1")
        y = attended(*y.split(x.shape[-1], -1), heads, causal=True)
        x = x + linear(y, state, own + "causal_attention.linear2")
        y = linear(norm(x, state, own + "norm2", 1e-5), state, own + "mlp.linear1")
        y = y / 2 * (1 + torch.tanh(math.sqrt(2 / math.pi) * (y + 0.044715 * y**3)))
        x = x + linear(y, state, own + "mlp.linear2")
    return norm(x, state, "norm", 1e-5) @ state["wte.weight"].T


def videomae(video: Tensor, state: State, heads: int, depth: int) -> Tensor:
    weight, bias = state["conv.weight"], state["conv.bias"]
    x = F.conv3d(video, weight, bias, stride=weight.shape[2:]).flatten(2).mT
    places, features = x.shape[1:]
    for place in range(places):
        for feature in range(features):
            angle = place / 10000 ** (2 * (feature // 2) / features)
            x[:, place, feature] += math.cos(angle) if feature % 2 else math.sin(angle)
    for i in range(depth):
        own = f"encoders.{i}."
        y = norm(x, state, own + "norm1", 1e-12)
        qkv = (linear(y, state, f"{own}attention.{name}") for name in ("query", "key", "value"))
        x = x + linear(attended(*qkv, heads, causal=False), state, own + "attention.linear")
        y = linear(norm(x, state, own + "norm2", 1e-12), state, own + "mlp.linear1")
        x = x + linear(F.gelu(y), state, own + "mlp.linear2")
    return linear(norm(x.mean(1), state, "norm", 1e-12), state, "linear")


def started(name: str, **parameters: object) -> nn.Module:
    module = network_class(network(name, **parameters))().double().eval()
    randomise(module)
    return module


def test_gpt2() -> None:
    sizes = {"heads": 3, "depth": 2}
    module = started("gpt2_small", length=12, vocabulary=31, features=24, **sizes)
    # One token, a text of another length than it was compiled for, and the longest that there is.
    for length in (1, 7, 1024):
        tokens = torch.randint(0, 31, (2, length))
        with torch.no_grad():
            torch.testing.assert_close(module(tokens), gpt2(tokens, module.state_dict(), **sizes))


def test_gpt2_does_not_look_ahead() -> None:
    module = started("gpt2_small", length=12, vocabulary=31, features=24, heads=3, depth=2)
    tokens = torch.randint(0, 31, (1, 12))
    changed = tokens.clone()
    changed[0, 8] = (changed[0, 8] + 1) % 31
    before, after = module(tokens), module(changed)
    torch.testing.assert_close(before[:, :8], after[:, :8])
    assert not torch.allclose(before[:, 8], after[:, 8])


def test_videomae() -> None:
    sizes = {"heads": 2, "depth": 2}
    module = started("videomae_s", frames=4, size=32, features=12, classes=5, **sizes)
    # The positions are computed, so it takes clips of other sizes.
    for frames, size in ((4, 32), (6, 48)):
        video = torch.randn(2, 3, frames, size, size, dtype=torch.float64)
        with torch.no_grad():
            theirs = videomae(video, module.state_dict(), **sizes)
            # torch computes the sinusoids in single precision.
            torch.testing.assert_close(module(video), theirs, rtol=1e-5, atol=1e-5)


_MVIT = {
    "normed": "norm1",
    "norm": "norm2",
    "linear": "project",
    "mlp.linear1": "mlp.0",
    "mlp.linear2": "mlp.3",
    "pooling_attention.linear1": "attn.qkv",
    "pooling_attention.linear2": "attn.project.0",
    "pooling_attention.bias.distances1": "attn.rel_pos_t",
    "pooling_attention.bias.distances2": "attn.rel_pos_h",
    "pooling_attention.bias.distances3": "attn.rel_pos_w",
}
for _number, _letter in enumerate("qkv", start=1):
    _own = f"pooling_attention.pool{_number}"
    _MVIT |= {f"{_own}.conv": f"attn.pool_{_letter}.pool"}
    _MVIT |= {f"{_own}.norm": f"attn.pool_{_letter}.norm_act.0"}
_ENDS = {
    "stem.conv": "conv_proj",
    "stem": "pos_encoding",
    "classify.norm": "norm",
    "classify.linear": "head.1",
}
_STAGES = {"scale2": 0, "scale3": 1, "scale4": 3, "scale5": 14}


def mvit_key(key: str) -> str:
    """torchvision's name of one of our tensors."""
    layer, _, leaf = key.rpartition(".")
    stage, _, inner = layer.partition(".")
    if stage not in _STAGES:
        return f"{_ENDS[layer]}.{leaf.replace('token', 'class_token')}"
    number, _, rest = inner.partition(".")
    block = _STAGES[stage] + (int(number) if number.isdigit() else 0)
    theirs = _MVIT[rest if number.isdigit() else inner]
    return f"blocks.{block}.{theirs}" + ("" if leaf == "vectors" else f".{leaf}")


def test_mvit_of_torchvision(monkeypatch: pytest.MonkeyPatch) -> None:
    """All tensors are torchvision's, and the outputs, at a size that is small enough for a test."""
    let_torchvision_load()
    mvit = pytest.importorskip("torchvision.models.video.mvit", exc_type=ImportError)
    whole, small = mvit._mvit, {"spatial_size": (64, 64), "temporal_size": 8}
    monkeypatch.setattr(mvit, "_mvit", lambda **given: whole(**{**given, **small}))
    theirs = mvit.mvit_v2_s().eval()
    for tensor in theirs.parameters():
        tensor.data += 0.02 * torch.randn(tensor.shape)
    ours = network_class(network("mvit_v2_s", frames=8, size=64))().eval()
    weights, known = ours.state_dict(), theirs.state_dict()
    assert {mvit_key(key) for key in weights} == set(known)
    ours.load_state_dict({k: known[mvit_key(k)].reshape(v.shape) for k, v in weights.items()})
    with torch.no_grad():
        video = torch.randn(1, 3, 8, 64, 64)
        torch.testing.assert_close(ours(video), theirs(video), rtol=1e-4, atol=1e-4)
