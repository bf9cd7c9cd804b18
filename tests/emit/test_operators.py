"""Operators of the language compute in emitted code what Python's operators compute."""

from __future__ import annotations

import pytest
import torch

from emit.running import network_class
from tests.build.harness import build_body


@pytest.mark.parametrize(
    ("expression", "function"),
    [
        ("power(x, x)", lambda x: x**x),
        ("power(x, constant = 1.5) + x", lambda x: x**1.5 + x),
        ("-power(x, constant = 2, constant_first = true)", lambda x: -(2**x)),
        ("2 / (x - 3) * -x", lambda x: 2 / (x - 3) * -x),
        ("x * 1e30", lambda x: x * 1e30),
    ],
)
def test_operators(expression: str, function: object) -> None:
    network = build_body(f"return {expression}")
    x = torch.rand(2, 8, 8, 8) + 0.5
    assert callable(function)
    torch.testing.assert_close(network_class(network)()(x), function(x))
