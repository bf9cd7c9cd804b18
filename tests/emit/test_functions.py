"""Blocks without state are functions, and numbers that the text names are variables."""

from __future__ import annotations

import pytest
import torch

from emit.running import Load, both_outputs

SPECS = {
    "a decision": """
        block f(x, n) { if n > 3 { x = x -> slice(1, stop = 3) }
        return x * n }
        network n() { input x: 6 x 8 x 8
        return (x -> f(2) -> mean) + (x -> f(5) -> mean) }
    """,
    "decisions that differ": """
        block f(x, n, flag = false) { y = x * n
        if flag { y = y + 1 }
        return y }
        block g(x, n, flag) { return x -> f(n, flag) -> conv(4) }
        network n() { input x: 6 x 8 x 8
        return (x -> g(2, true)) + (x -> g(3, false)) + (x -> g(4, true)) }
    """,
    "two results": """
        block f(x, n) { return x * n, x + n }
        network n() { input x: 6 x 8 x 8
        a, b = x -> f(2)
        c, d = a -> f(3)
        return a + b, c * d }
    """,
    "rows": """
        block f(x, n) { return x * n }
        block g(x, n) { return x -> conv(6, 3) -> relu }
        network n() { input x: 6 x 8 x 8
        table {
        | stage | block | n | number |
        |---|---|---|---|
        | a | f | 2 | 2 |
        | b | g | 3 | 2 |
        | c | f | 4 | 3 |
        }
        in -> mean -> linear(2) }
    """,
    "shared": """
        block f(x) { return x * 3 }
        network n() { input x: 6 x 8 x 8
        share s = f
        return (x -> s -> relu -> s -> mean) }
    """,
    "as arguments": """
        block f(x, make: block = neg) { return x -> make -> make }
        block neg(x) { return -x }
        block dbl(x, k = 2) { return x * k }
        network n() { input x: 6 x 8 x 8
        return (x -> f -> mean) + (x -> f(dbl(k = 5)) -> mean) + (x -> f(make = dbl) -> mean) }
    """,
    "a division that only one branch makes": """
        block f(x, k) {
        if k > 0 { n = x.height // k
        x = x -> slice(1, stop = n) -> roll(1, shift = n) }
        return x -> conv(3) -> mean }
        network n() { input x: 6 x 8 x 8
        return (x -> f(0)) + (x -> f(2)) }
    """,
    "Python's names": """
        block f(x) {
        min = x.height // 2
        y = x.width - 1
        self = y + min
        x = x -> slice((1, 2), stop = (min, y))
        return x -> roll(1, shift = min + self) -> roll(2, shift = self + y) }
        network n() { input x: 6 x 8 x 8
        y = x -> f
        return y -> f }
    """,
    "one name in each round": """
        network n() { input x: 6 x 8 x 9
        for i in range(3) { n = x.height - i
        x = x -> roll(1, shift = n) -> roll(2, shift = n + 1) -> conv(6, 3) }
        m = x.width // 2
        a = x -> slice(2, stop = m)
        b = x -> slice(2, m)
        return a -> mean, b -> mean }
    """,
    "defaults of sizes": """
        block f(x, hidden = 4 * x.shape[-1], n = hidden + 1) { return x * hidden + n }
        network n() { input x: 6 x 8 x 9
        return (x -> f -> mean) + (x -> transpose -> f -> mean) + (x -> f(3) -> mean) }
    """,
    "any rank": """
        block f(x, k) {
          y = x -> unflatten(-1, (k, x.shape[-1] / k))
          return y -> transpose(-2, -1) -> flatten(-2) }
        network n() { input x: 6 x 8
        input y: 5 x 4 x 12
        return (x -> f(2)), (y -> f(3)), (parameter((4, 6), normal) -> f(3)) + 1 }
    """,
    "with and without a batch": """
        block f(t, n) { return t -> gather(arange(n) % 2) }
        network n() { input x: 6 x 8
        w = parameter((3, 8), normal)
        return x + (w -> f(6)) + (full((3, 8), 2) * 1.5 -> f(6)) }
    """,
    "windows": """
        use positions
        network n() { input x: 4 x 6 x 8 x 3
        y = x -> into_windows((2, 3, 4))
        z = y * 2 -> from_windows(x, (2, 3, 4))
        m = shifted_window_mask((4, 6, 8), (2, 3, 4), (1, 1, 2))
        return z, m + 0.5 }
    """,
    "layers of constants": """
        network n() { input x: 4 x 6
        return x + (arange(6) / 3 -> relu -> softmax) }
    """,
}


@pytest.mark.parametrize("what", SPECS)
def test_the_module_computes_the_graph(load: Load, what: str) -> None:
    for ours, theirs in both_outputs(load(SPECS[what])):
        torch.testing.assert_close(ours, theirs, rtol=1e-6, atol=1e-6, check_dtype=False)


def test_a_function_and_its_numbers(load: Load) -> None:
    text = """
    block quarters(x, n) {
      height = x.height // 2
      width = x.width // 2
      a = x -> slice((1, 2), stop = (height, width))
      return a * n -> roll((1, 2), shift = (height, width))
    }
    network n() {
      input x: 3 x 8 x 8
      return x -> quarters(2)
    }"""
    source = load(text).source()
    expected = """
def quarters(x: Tensor, n: float) -> Tensor:
    height = x.shape[2] // 2
    width = x.shape[3] // 2
    a = x[:, :, :height, :width]
    return (a * n).roll((height, width), (2, 3))


class N(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return quarters(x, 2)
"""
    assert expected in source
