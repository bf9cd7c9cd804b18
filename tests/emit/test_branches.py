"""Blocks that differ by conditions of their text: one class, with the same conditions."""

from __future__ import annotations

import inspect
import re
import tempfile
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from torch import nn

import archdsl
from emit.running import both_outputs, class_in, load_network, network_class, randomise, samples

Case = tuple[int, int, bool]


BROUGHT = {"StochasticDepth", "Unchanged", "CheckpointedWithNorms"}
NETWORKS = Path(__file__).resolve().parents[1] / "networks"


def classes_of(network: archdsl.Network) -> list[str]:
    """The names of the classes for blocks, in order."""
    return re.findall(r"^class (\w+)\(", network.source(), re.MULTILINE)[:-1]


CONDITIONS = ("a > 1", "b == 2", "a == b", "c", "a == 2 and c", "not c", "x.channels > a")
STEPS = ("relu", "conv(4, 3)", "batch_norm", "conv(4) -> tanh", "conv(a) -> conv(4)", "g(c)")


@st.composite
def _statements(draw: st.DrawFn, depth: int) -> str:
    """Some statements over `x`, `y` and `z`, which all have one shape."""
    names, steps = st.sampled_from("xyz"), st.sampled_from(STEPS)
    conditions = st.sampled_from(CONDITIONS)
    simple = st.one_of(
        st.builds("{} = {} -> {}".format, names, names, steps),
        st.builds("{} = {} + 2 * {}".format, names, names, names),
        st.builds(
            "{0} = ({1} -> {2}) if {3} else {4}".format, names, names, steps, conditions, names
        ),
    )
    if depth == 0:
        return draw(simple)
    inner = _statements(depth - 1)
    forms = st.one_of(
        simple,
        st.builds("if {} {{ {} }}".format, conditions, inner),
        st.builds("if {} {{ {} }} else {{ {} }}".format, conditions, inner, inner),
        st.builds("if {} {{ {}\n return {} }}".format, conditions, inner, names),
    )
    return "\n".join(draw(st.lists(forms, min_size=1, max_size=3)))


def _network(body: str, cases: list[Case]) -> archdsl.Network:
    calls = "\n".join(f"f({a}, {b}, {str(c).lower()})" for a, b, c in cases)
    text = f"""block g(x, c) {{
      if c {{ x = x -> conv(4) }}
      return x -> sigmoid
    }}
    block f(x, a, b, c) {{
      y = x
      z = x -> relu
      {body}
      return x + 2 * y - z
    }}
    network tiny(size = 4) {{
      input image: 4 x size^2
      {calls}
    }}"""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "network.arch"
        path.write_text(text)
        return archdsl.load(path).network()


_cases = st.tuples(st.integers(1, 3), st.integers(1, 3), st.booleans())
_often = settings(
    max_examples=30, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
)


@given(body=_statements(2), cases=st.lists(_cases, min_size=2, max_size=5))
@_often
def test_the_module_computes_the_graph(body: str, cases: list[Case]) -> None:
    for ours, theirs in both_outputs(_network(body, cases)):
        torch.testing.assert_close(ours, theirs, rtol=1e-9, atol=1e-9)


@given(body=_statements(2), cases=st.lists(_cases, min_size=2, max_size=4), other=_cases)
@_often
def test_a_class_with_other_arguments_is_the_block_with_them(
    body: str, cases: list[Case], other: Case
) -> None:
    """Or it refuses them, where no instance took their way through the text."""
    theirs = network_class(_network(body, [other]))().double().eval()
    randomise(theirs)
    inputs = samples(_network(body, [other]), dtype=torch.float64)
    for block in _blocks(_network(body, cases)):
        module = _built(block, cases, other)
        if module is None:
            continue
        ours = module.double().eval()
        state = list(theirs.state_dict().values())
        assert [value.shape for value in ours.state_dict().values()] == [t.shape for t in state]
        ours.load_state_dict(dict(zip(ours.state_dict(), state, strict=True)))
        torch.testing.assert_close(ours(*inputs), theirs(*inputs), rtol=1e-12, atol=1e-12)


def _blocks(network: archdsl.Network) -> list[type[nn.Module]]:
    module = class_in(network.source())
    names = [name for name in classes_of(network) if name.startswith("F")]
    return [getattr(inspect.getmodule(module), name) for name in names]


def _built(block: type[nn.Module], cases: list[Case], other: Case) -> nn.Module | None:
    """A class with the arguments of another case; None if it refuses them.

    Also None if it lacks an argument, for which all cases had another value.
    """
    accepted = inspect.signature(block).parameters
    given: dict[str, Any] = {}
    for place, (name, value) in enumerate(zip("abc", other, strict=True)):
        if name in accepted:
            given[name] = value
        elif any(case[place] != value for case in cases):
            return None
    if "in_channels" in accepted:
        given["in_channels"] = 4
    if len(given) < len(accepted):
        return None  # a switch that no text says
    try:
        return block(**given)
    except ValueError:
        return None


@pytest.mark.parametrize(
    ("name", "blocks"),
    [
        # Two activations, which a class cannot tell apart.
        (
            "mobilenet_v3_large",
            {f"{name}{i}" for name in ("ConvNormAct", "InvertedResidual") for i in (1, 2)}
            | {"SqueezeExcite"},
        ),
        ("efficientnet_v2_s", {"ConvBn", "FusedMBConv", "SqueezeExcite", "MBConv"}),
        ("shufflenet_v2", {"ConvNormAct", "Separable", "Unit"}),
        ("ir_csn_50", {"ConvNormAct", "Stem", "Projection", "BottleneckBlock"}),
    ],
)
def test_a_block_is_one_class(name: str, blocks: set[str]) -> None:
    found = set(classes_of(load_network(NETWORKS / f"{name}.arch", name)))
    assert found - BROUGHT == blocks
