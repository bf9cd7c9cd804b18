"""Modules after some passes, with the weights of the readable module, to be compared with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import torch
from emit.running import network_class, results, samples
from torch import nn

import archdsl
from archdsl.compiler import emit_lowered
from archdsl.emit.targets.base import Pass
from archdsl.emit.targets.infer import INFER

Pair = tuple[nn.Module, nn.Module]


def with_passes(network: archdsl.Network, passes: Sequence[Pass]) -> str:
    """The text of the module for inference after some passes only."""
    target = replace(INFER, passes=tuple(passes))
    return emit_lowered(network.program, network.graph, network.module, target).text


def both(network: archdsl.Network, text: str) -> Pair:
    """The readable module with random weights, in float64, and the lowered one with the same."""
    readable = network_class(network)().double().eval()
    spread(readable)
    scope: dict[str, Any] = {"__name__": "lowered"}
    exec(compile(text, "<lowered>", "exec"), scope)
    with torch.no_grad():
        state = readable.state_dict()
        lowered = scope["from_readable"](
            {k: v.float() if v.is_floating_point() else v for k, v in state.items()}
        )
        lowered = lowered.double()
        ready = scope["converted"](state, lowered.state_dict(), scope["NORMS"], scope["NAMES"])
        lowered.load_state_dict(ready)
    return readable, lowered


def compare(network: archdsl.Network, passes: Sequence[Pass] = INFER.passes) -> str:
    """Check that both give the same outputs in float64, twice, and leave their inputs alone."""
    text = with_passes(network, passes)
    check(network, text)
    return text


def check(network: archdsl.Network, text: str) -> None:
    """Check that a module has the outputs of the readable one."""
    readable, lowered = both(network, text)
    state = {name: tensor.clone() for name, tensor in lowered.state_dict().items()}
    for batch in (2, 1):
        inputs = samples(network, batch, dtype=torch.float64)
        kept = [each.clone() for each in inputs]
        with torch.no_grad():
            ours, theirs = results(readable(*inputs)), results(lowered(*inputs))
        for one, other, before in zip(inputs, kept, kept, strict=True):
            assert torch.equal(one, before), other
        for one, other in zip(ours, theirs, strict=True):
            assert one.isfinite().all()
            torch.testing.assert_close(other, one, rtol=1e-9, atol=1e-9)
    for name, tensor in lowered.state_dict().items():
        assert torch.equal(tensor, state[name]), name


def spread(module: nn.Module) -> None:
    """Random values of both signs, so that signals keep their size and activations matter.

    If all weights were positive, no ReLU would do anything, and gates would be 1.
    """
    generator = torch.Generator().manual_seed(0)
    for tensor in module.parameters():
        fan_in = max(1, tensor[0].numel()) if tensor.dim() > 1 else 1
        values = torch.randn(tensor.shape, generator=generator, dtype=torch.float64)
        tensor.data.copy_(values * (2 / fan_in) ** 0.5)
    for name, buffer in module.named_buffers():
        if name.endswith("running_mean"):
            buffer.copy_(torch.randn(buffer.shape, generator=generator))
        elif name.endswith("running_var"):
            buffer.copy_(torch.rand(buffer.shape, generator=generator) + 0.5)
