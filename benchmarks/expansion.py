"""`archdsl expand` on X2D and on a table of 1,000 rows, process for process, beside import torch.

The rows are X3D's bottlenecks in four stages: three kernels, three expansions and every other one
with squeeze-and-excitation, in no order.

python benchmarks/expansion.py [RUNS]
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from random import Random

from measure import ARCHDSL, Result, compare, conclude, show

_RIVAL = "import torch"
_SECOND = 1.0

_HEAD = """\
use x3d
network many(classes = 400, dropout = 0.5) {
  input video: 3 x 16 x 160^2
  table (mid = int(expansion * in.channels), se = i % 2 == 0) {
    | block | expansion | channels | stride |
    |-------|-----------|----------|--------|
    | stem  | -         | 24       | 2      |
"""
_RULE = "    |-------|-----------|----------|--------|\n"
_TAIL = "  }\n  head(mid = 432, classes, dropout)\n}\n"


def _table(rows: int) -> str:
    """A network of so many rows in four stages of one width each."""
    random = Random(4)
    stages = [[_row(random, stage, first=i == 0) for i in range(rows // 4)] for stage in range(4)]
    return _HEAD + "".join(_RULE + "".join(rows) for rows in stages) + _TAIL


def _row(random: Random, stage: int, *, first: bool) -> str:
    block = random.choice(["t1_s3", "t3_s3", "t5_s3"])
    expansion = random.choice(["1.5", "2.25", "3"])
    return f"    | {block} | {expansion} | {24 * 2**stage} | {2 if first else 1} |\n"


def main() -> int:
    times = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "many.arch")
        path.write_text(_table(1000))
        commands = {
            _RIVAL: (sys.executable, "-c", "import torch"),
            "expand x2d": (*ARCHDSL, "expand", "specs/x2d.arch"),
            "expand 1,000 rows": (*ARCHDSL, "expand", str(path)),
            "flops 1,000 rows": (*ARCHDSL, "flops", str(path)),
        }
        usages = compare(commands, times)
    show(usages)
    results = []
    for name in ("expand x2d", "expand 1,000 rows"):
        results.append(Result(f"{name}, CPU", usages[name].cpu, _SECOND, unit=" s"))
        ratio = usages[name].cpu / usages[_RIVAL].cpu
        results.append(Result(f"{name} / {_RIVAL}, CPU", ratio, 1))
    return conclude(results)


if __name__ == "__main__":
    sys.exit(main())
