"""Tables as sequences: each is one of its own, whatever its stages are called."""

from __future__ import annotations

import pytest

from emit.running import Load, both_outputs, network_class

TWO = """
block unit(x, channels) {{ return x -> conv(channels) -> batch_norm -> relu }}
network two() {{
  input x: 2 x 4
  x -> relu
  table {{
    | block | channels | number |
    | unit  | 3        | 2      |
  }}
{between}
  table {{
    | block | channels | number |
    | unit  | 4        | 2      |
  }}
  y = in
  return y -> mean
}}
"""


@pytest.mark.parametrize("between", ["", "  in -> dropout(0.5)"])
def test_two_tables_are_two_sequences(load: Load, between: str) -> None:
    """Both have a stage of the same name; one after the other they are no single stage."""
    network = load(TWO.format(between=between))
    keys = [key for key in network_class(network)().state_dict() if key.endswith("conv.weight")]
    assert keys == [f"{stage}.{i}.conv.weight" for stage in ("stage1", "stage1_") for i in (0, 1)]
    for ours, theirs in both_outputs(network):
        assert ours.equal(theirs)
