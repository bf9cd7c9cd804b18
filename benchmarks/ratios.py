"""The time of commands relative to `import torch`, and how time and memory grow with the network.

`import torch` is the measure, because that is what a user waits for before anything else happens.
The table of 1,000 rows has X3D's bottlenecks in four stages, in random order. The networks for the
time of one operation are written as statements, and as rows of a table that repeat.

python benchmarks/ratios.py [RUNS]
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from random import Random

from measure import ARCHDSL, ROOT, Command, Result, Usage, compare, conclude, show

_RIVAL = "import torch"
_SPEC = "specs/autox3d_l.arch"
_BOUNDS = {
    "flops": 0.2,
    "compile": 0.3,
    "check": 2.5,
    "check spaces": 20.0,
    "expand x2d": 0.7,
    "expand 1,000 rows": 0.7,
}
_SPACES = ("autox3d_space", "gpb_space", "supergraphs", "tiny_space")
"""The specs with spaces: of these every member is checked."""

_FEW, _SMALL, _LARGE = 4, 10_000, 100_000
_GROWTH = 1.1
_PEAK = 1.0

_ROWS_HEAD = """\
use x3d
network many(classes = 400, dropout = 0.5) {
  input video: 3 x 16 x 160^2
  table (mid = int(expansion * in.channels), se = i % 2 == 0) {
    | block | expansion | channels | stride |
    |-------|-----------|----------|--------|
    | stem  | -         | 24       | 2      |
"""
_ROWS_TAIL = "  }\n  head(mid = 432, classes, dropout)\n}\n"
_RULE = "    |-------|-----------|----------|--------|\n"

_BLOCK = """\
block brick(x, channels) {
  x = x -> conv(channels) -> batch_norm -> relu
  return x + x
}
"""
_DEEP_HEAD = "network deep() {\n  input x: 8 x 16^2\n"
_BRICK = "  x = x -> conv(8)\n  x = x -> batch_norm\n  x = relu(x)\n  x = x + x\n"


def many_rows(rows: int) -> str:
    """A network of this many rows, in four stages that each have one width."""
    random = Random(4)
    stages = [[_row(random, stage, first=i == 0) for i in range(rows // 4)] for stage in range(4)]
    return _ROWS_HEAD + "".join(_RULE + "".join(rows) for rows in stages) + _ROWS_TAIL


def _row(random: Random, stage: int, *, first: bool) -> str:
    block = random.choice(["t1_s3", "t3_s3", "t5_s3"])
    expansion = random.choice(["1.5", "2.25", "3"])
    return f"    | {block} | {expansion} | {24 * 2**stage} | {2 if first else 1} |\n"


def _statements(operations: int) -> str:
    return _DEEP_HEAD + _BRICK * (operations // 4) + "  return x\n}\n"


def _table(operations: int) -> str:
    """A network of this many operations, in rows of fifty blocks with four operations each."""
    numbers = [50] * (operations // 200) or [operations // 4]  # a small network has one row
    rows = "".join(f"    | brick | 8 | {number} |\n" for number in numbers)
    return f"{_BLOCK}{_DEEP_HEAD}  table {{\n    | block | channels | number |\n{rows}  }}\n}}\n"


_FORMS: dict[str, Callable[[int], str]] = {"statements": _statements, "table": _table}


def _commands(folder: Path) -> Iterator[tuple[str, Command]]:
    paths = sorted(path.relative_to(ROOT) for path in (ROOT / "specs").glob("*.arch"))
    specs = [str(path) for path in paths if path.stem not in _SPACES]
    spaces = [str(path) for path in paths if path.stem in _SPACES]
    many = folder / "many.arch"
    many.write_text(many_rows(1000))
    yield _RIVAL, (sys.executable, "-c", "import torch")
    yield "flops", (*ARCHDSL, "flops", _SPEC)
    yield "compile", (*ARCHDSL, "compile", _SPEC, "-o", str(folder))
    yield "check", (*ARCHDSL, "check", *specs)
    yield "check spaces", (*ARCHDSL, "check", *spaces)
    yield "expand x2d", (*ARCHDSL, "expand", "specs/x2d.arch")
    yield "expand 1,000 rows", (*ARCHDSL, "expand", str(many))
    for form, write in _FORMS.items():
        for count in (_FEW, _SMALL, _LARGE):
            path = folder / f"{form}_{count}.arch"
            path.write_text(write(count))
            yield _name(form, count), (*ARCHDSL, "flops", str(path), "--by", "stage")


def _name(form: str, count: int) -> str:
    return f"{count:,} operations, {form}"


def _growth(usages: Mapping[str, Usage], form: str) -> Iterator[Result]:
    """The time of one operation in a large network relative to that in a small one.

    The time of a tiny network is subtracted, so that the start of the process does not count.
    """
    start, small, large = (usages[_name(form, count)] for count in (_FEW, _SMALL, _LARGE))
    each = [(usage.cpu - start.cpu) / n for usage, n in ((small, _SMALL), (large, _LARGE))]
    yield Result(f"one of {_LARGE:,} / one of {_SMALL:,}, {form}", each[1] / each[0], _GROWTH)
    peak = large.peak_bytes / 1e9
    yield Result(f"peak memory of {_LARGE:,}, {form}", peak, _PEAK, unit=" GB")


def main() -> int:
    times = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    with tempfile.TemporaryDirectory() as folder:
        usages = compare(dict(_commands(Path(folder))), times)
    show(usages)
    rival = usages[_RIVAL].cpu
    ratios = [Result(f"{n} / {_RIVAL}", usages[n].cpu / rival, b) for n, b in _BOUNDS.items()]
    return conclude([*ratios, *(result for form in _FORMS for result in _growth(usages, form))])


if __name__ == "__main__":
    sys.exit(main())
