"""Specs that ask for too much must be refused within three times the CPU time of `import torch`.

Specs of 100,000 operations are accepted; `ratios.py` measures those. Long texts full of mistakes
are not among these, as they take as long as it takes to parse them.

python benchmarks/hostile.py [RUNS]
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from statistics import median

from measure import ARCHDSL, Result, conclude, run

_BLOCKS = """\
block pair(x) { return x, x }
block brick(x, channels, kernel = 3, stride = 1, groups = 1, bias = false) {
  return x -> conv(channels, kernel, stride, groups = groups, bias = bias) -> batch_norm -> relu
}
block holds(x, b = none, c = none) { return relu(x) }
"""
_ROUNDS = "for i in range(10000) {{\n for j in range(10000) {{ {} }}\n}}\n relu"


def _body(statements: str) -> str:
    return f"{_BLOCKS}network a() {{\n input x: 3 x 8^2\n {statements}\n}}\n"


def _doubling(first: str, times: int = 2) -> str:
    """Forty blocks, each of which applies the one before it `times` times: 2^40 operations."""
    blocks = [f"block b0(x) {{ return x -> {first} }}\n"]
    for level in range(1, 41):
        chain = " -> ".join([f"b{level - 1}"] * times)
        blocks.append(f"block b{level}(x) {{ return x -> {chain} }}\n")
    return "".join(blocks) + _body("b40")


_SPECS = {
    "blocks of one operation, doubled": _doubling("relu"),
    "blocks of a convolution, doubled": _doubling("conv(8, kernel = 3)"),
    "blocks of three operations, doubled": _doubling("relu -> relu -> relu"),
    "blocks eight times in blocks": _doubling("relu", 8),
    "a long loop of blocks": _body("for i in range(100000) { brick(8) }"),
    "loops of nothing": _body(_ROUNDS.format("")),
    "loops of assignments": _body(_ROUNDS.format("y = 1")),
    "loops of sums": _body(_ROUNDS.format("y = (i + j) * 3 - 2 * i + ceil(j / 3) // 2")),
    "loops of fractions": _body(_ROUNDS.format(f"y = {' + '.join(['i * 1.1 - j / 3'] * 40)}")),
    "loops of conditions": _body(_ROUNDS.format("if i < j and j > 2 { y = i + 1 }")),
    "tuples that double": _body("t = (1, 2)\n for i in range(99) { t = t + t }"),
    "tuples in tuples": _body("t = (1, 2)\n for i in range(99) { t = (t, t) }"),
    "tuples through a block": _body("t = (1, 2)\n for i in range(60) { t = pair(t) }"),
    "blocks given to blocks": _body("b = holds\n for i in range(60) { b = holds(b = b, c = b) }"),
    "chunks": _body("for i in range(1000) { t = x -> conv(1024) -> chunk(1024) }"),
    "a long table": _body("table {\n| block | number |\n" + "| relu | 9e4 |\n" * 9 + "}"),
}


def main() -> int:
    times = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    rival = median(run((sys.executable, "-c", "import torch")).cpu for _ in range(2 * times + 1))
    results = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "a.arch")
        for what, text in _SPECS.items():
            path.write_text(text)
            used = median(run(_refused(path)).cpu for _ in range(times))
            results.append(Result(f"{what} / import torch, CPU", used / rival, 3))
    return conclude(results)


def _refused(path: Path) -> tuple[str, ...]:
    """A process that runs `archdsl check` on a spec, and fails unless the spec is refused."""
    # `-S` keeps this outer process small beside the one that it starts, whose time counts too.
    script = (
        "import subprocess, sys; done = subprocess.run(sys.argv[1:], stderr=subprocess.DEVNULL);"
        "sys.exit(done.returncode != 1)"
    )
    return (sys.executable, "-S", "-c", script, *ARCHDSL, "check", str(path))


if __name__ == "__main__":
    sys.exit(main())
