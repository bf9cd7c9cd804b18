"""What the language refuses since it does not divide evenly, the emitted class refuses too."""

from __future__ import annotations

import inspect
from pathlib import Path

import pytest
from torch import nn

import archdsl
from archdsl.diagnostics import CompileError
from emit.running import network_class

BODIES = {
    "an argument of a layer": "conv(channels / 4)",
    "a part of a sum": "conv(channels / 4 + 2)",
    "a part of a tuple": "conv(8, kernel = (channels / 3, 1))",
    "a name": "mid = channels / 4; conv(mid); conv(8); conv(mid); conv(8); conv(mid)",
    "a quotient of a quotient": "conv(channels / 2 / 3)",
    "another argument below": "conv(8, groups = 1); conv(channels / divisor)",
    "where a condition holds": "conv(channels / 4 if channels > 12 else channels)",
    "where a condition fails": "conv(channels if channels > 12 else channels / 4)",
    "a layer that is there on a condition": "relu; if channels > 12 { conv(channels / 4) }",
    "a layer that is else there": "if channels > 12 { conv(8) } else { conv(channels / 4) }",
    "in a condition of a condition": """relu
      if channels > 12 { conv(8); if channels != 48 { conv(channels / 4) } }""",
    "the least": "conv(min(channels / 4, 2))",
    "the greatest": "conv(max(2, channels / 4))",
    "the least of quotients": "conv(min(channels / 4, 30 - channels / 2))",
    "a multiple of the divisor": "conv(channels * 8 / 4)",
    "factors that are cancelled": "conv(divisor * (channels / divisor))",
    "an argument of another block": "relu; inner(channels / 4)",
    "a floor": "conv(channels // 4 + 1)",
}
"""Bodies of a block that is given channels, of which 8 or 12, 24 and 48 fit, and a divisor."""

TEXT = """block inner(x, width) {{ conv(width) }}
block b(x, channels, divisor) {{ {body} }}
network both() {{ input image: 6 x 8^2
  y = image -> b(24, 2)
  z = image -> b(48, 3)
  w = image -> b({least}, 2)
  return y, z, w
}}
network one(channels, divisor) {{ input image: 6 x 8^2; b(channels, divisor) }}
"""


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_a_class_takes_what_its_block_takes(body: str, tmp_path: Path) -> None:
    path = tmp_path / "spec.arch"
    path.write_text(TEXT.format(body=body, least=12 if "3" in body else 8))
    spec = archdsl.load(path)
    emitted = inspect.getmodule(network_class(spec.network("both"))).B
    taken = [channels for channels in range(1, 28) if _is_built(emitted, channels)]
    assert taken == [channels for channels in range(1, 28) if _is_network(spec, channels)]


def _is_built(emitted: type[nn.Module], channels: int) -> bool:
    given = {"in_channels": 6, "channels": channels, "divisor": 2}
    known = inspect.signature(emitted).parameters
    try:
        emitted(**{name: value for name, value in given.items() if name in known})
    except ValueError:
        return False
    return True


def _is_network(spec: archdsl.Spec, channels: int) -> bool:
    try:
        spec.network("one", channels=channels, divisor=2)
    except CompileError:
        return False
    return True
