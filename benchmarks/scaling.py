"""Ten times the operations: from text to costs, at most twelve times the time, below 1 GB.

The same network twice: every operation a statement of its own, and rows of a table repeated.

python benchmarks/scaling.py [RUNS]
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from measure import ARCHDSL, Command, Result, compare, conclude, show

_SMALL, _LARGE = 10_000, 100_000
_HEAD = "network deep() {\n  input x: 8 x 16^2\n"
_BRICK = "  x = x -> conv(8)\n  x = x -> batch_norm\n  x = relu(x)\n  x = x + x\n"
_BLOCK = """\
block brick(x, channels) {
  x = x -> conv(channels) -> batch_norm -> relu
  return x + x
}
"""


def _statements(operations: int) -> str:
    return _HEAD + _BRICK * (operations // 4) + "  return x\n}\n"


def _table(operations: int) -> str:
    rows = "    | brick | 8        | 50     |\n" * (operations // 200)
    return f"{_BLOCK}{_HEAD}  table {{\n    | block | channels | number |\n{rows}  }}\n}}\n"


_FORMS: dict[str, Callable[[int], str]] = {"statements": _statements, "table": _table}


def main() -> int:
    times = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    with tempfile.TemporaryDirectory() as folder:
        commands: dict[str, Command] = {"nothing": (*ARCHDSL, "--version")}
        for form, write in _FORMS.items():
            for operations in (_SMALL, _LARGE):
                path = Path(folder, f"{form}_{operations}.arch")
                path.write_text(write(operations))
                commands[f"{form}, {operations:,}"] = (*ARCHDSL, "flops", str(path))
        usages = compare(commands, times)
    show(usages)
    start = usages["nothing"].cpu
    results = []
    for form in _FORMS:
        small, large = (usages[f"{form}, {operations:,}"] for operations in (_SMALL, _LARGE))
        # The time to start is taken off, else it would flatter the ratio.
        ratio = (large.cpu - start) / (small.cpu - start)
        results.append(Result(f"{form}: CPU, {_LARGE:,} / {_SMALL:,}", ratio, 12))
        results.append(Result(f"{form}: peak memory", large.peak_bytes / 1e9, 1, unit=" GB"))
    return conclude(results)


if __name__ == "__main__":
    sys.exit(main())
