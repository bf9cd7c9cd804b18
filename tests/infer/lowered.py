"""Modules after some passes, with the weights of the readable module, to be compared with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import torch
from emit.running import network_class, randomise, results, samples
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
    randomise(readable)
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
    readable, lowered = both(network, text)
    for batch in (2, 1):
        inputs = samples(network, batch, dtype=torch.float64)
        kept = [each.clone() for each in inputs]
        with torch.no_grad():
            ours, theirs = results(readable(*inputs)), results(lowered(*inputs))
        for one, other, before in zip(inputs, kept, kept, strict=True):
            assert torch.equal(one, before), other
        for one, other in zip(ours, theirs, strict=True):
            torch.testing.assert_close(other, one, rtol=1e-9, atol=1e-9, equal_nan=True)
    return text
