"""Ten times the operations: from text to costs, at most twelve times the time, below 1 GB.

The same network twice: every operation a statement of its own, and rows of a table repeated.
Each is measured in a process of its own, with the garbage collector set as the command sets it.

python benchmarks/scaling.py [RUNS]
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from measure import ROOT, Result, conclude

_SMALL, _LARGE = 10_000, 100_000
_CHILD = """
import gc, resource, sys, time
import archdsl
gc.disable()
started = time.process_time()
network = archdsl.load(sys.argv[1]).network()
assert network.costs.total.macs
print(time.process_time() - started, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""

_BLOCK = """\
block brick(x, channels) {
  x = x -> conv(channels) -> batch_norm -> relu
  return x + x
}
"""
_HEAD = "network deep() {\n  input x: 8 x 16^2\n"
_BRICK = "  x = x -> conv(8)\n  x = x -> batch_norm\n  x = relu(x)\n  x = x + x\n"
_ROW = "    | brick | 8        | 50     |\n"


def _statements(operations: int) -> str:
    return _HEAD + _BRICK * (operations // 4) + "  return x\n}\n"


def _table(operations: int) -> str:
    rows = _ROW * (operations // 200)
    return f"{_BLOCK}{_HEAD}  table {{\n    | block | channels | number |\n{rows}  }}\n}}\n"


_FORMS: dict[str, Callable[[int], str]] = {"statements": _statements, "table": _table}


@dataclass(frozen=True)
class Measured:
    seconds: float
    gigabytes: float


def _measure(text: str, times: int) -> Measured:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "deep.arch")
        path.write_text(text)
        runs = [_once(path) for _ in range(times)]
    return Measured(median(run.seconds for run in runs), max(run.gigabytes for run in runs))


def _once(path: Path) -> Measured:
    command = (sys.executable, "-c", _CHILD, str(path))
    printed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    seconds, peak = map(float, printed.stdout.split())
    return Measured(seconds, peak * (1 if sys.platform == "darwin" else 1024) / 1e9)


def main() -> int:
    times = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    results = []
    for form, write in _FORMS.items():
        small, large = (_measure(write(count), times) for count in (_SMALL, _LARGE))
        for count, seen in ((_SMALL, small), (_LARGE, large)):
            print(f"{form:10}  {count:>7,}  {seen.seconds:7.3f} s  {seen.gigabytes:.3f} GB")
        ratio = large.seconds / small.seconds
        results.append(Result(f"{form}: {_LARGE:,} / {_SMALL:,}, CPU", ratio, 12))
        results.append(Result(f"{form}: peak memory", large.gigabytes, 1, unit=" GB"))
    print()
    return conclude(results)


if __name__ == "__main__":
    sys.exit(main())
