"""The time to know all members of a space, relative to `import torch` and to one network.

The space around AutoX3D-S has 1.9 x 10^28 members. Another space has the same rows again and again,
to see how the time grows. The last command reads costs.json as a search does: it looks 1,000 paths
up, computes 20 gradients of the expected cost, repairs 5 paths and draws 50 within 2 G.

python benchmarks/spaces.py [RUNS]
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from measure import ARCHDSL, ROOT, Command, Result, Usage, compare, conclude, run, show

sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

_RIVAL = "import torch"
_ONE, _ALL, _SMALL = "flops autox3d_s", "flops autox3d_space", "flops tiny_space"
_FILE = "paths by costs.json"
_FEW, _MANY = 8, 32
_BOUNDS = (
    (_SMALL, _RIVAL, 1.0),
    (_ALL, _RIVAL, 20.0),
    (_ALL, _ONE, 100.0),
    (_FILE, _RIVAL, 4.0),
)
_GROWTH = 1.6

_HEAD = """\
use x3d
block mb = each {t1_s3, t3_s3}
network rows(size = 64) {
  input video: 3 x 4 x size^2
  table (expansion = each {1.5, 3}, mid = int(expansion * in.channels), se = i % 2 == 0) {
    | block | channels     | stride |
    |-------|--------------|--------|
    | stem  | 16           | 1      |
    |-------|--------------|--------|
"""
_ROW = "    | mb    | {16, 24, 32} | 1      |\n"
_TAIL = "  }\n  head(mid = 32, features = 32, classes = 5)\n}\n"


def _name(rows: int) -> str:
    return f"flops of {rows} rows"


def _commands(folder: Path) -> Mapping[str, Command]:
    found: dict[str, Command] = {
        _RIVAL: (sys.executable, "-c", _RIVAL),
        _ONE: (*ARCHDSL, "flops", "specs/autox3d_s.arch"),
        _SMALL: (*ARCHDSL, "flops", "specs/tiny_space.arch"),
        _ALL: (*ARCHDSL, "flops", "specs/autox3d_space.arch"),
        _FILE: (sys.executable, __file__, "paths", str(folder)),
    }
    for rows in (_FEW, _MANY):
        path = folder / f"rows_{rows}.arch"
        path.write_text(_HEAD + _ROW * rows + _TAIL)
        found[_name(rows)] = (*ARCHDSL, "flops", str(path))
    return found


def _write_costs(folder: Path) -> None:
    from supernet.costing import costs_in

    import archdsl

    costs_in(folder, archdsl.load(ROOT / "specs" / "autox3d_space.arch").network().walk)


def _ask_for_paths(folder: Path) -> None:
    """What a search asks for."""
    import json

    sys.path.insert(0, str(folder))
    import torch
    from path_costs import PathCosts

    file = folder / "costs.json"
    costs = PathCosts(file, json.loads(file.read_text())["decisions"])
    theta = {n: torch.zeros(len(each), requires_grad=True) for n, each in costs.decisions.items()}
    generator = torch.Generator().manual_seed(0)
    for _ in range(20):
        likely = {name: each.softmax(0) for name, each in theta.items()}
        costs.expected(likely, "macs").backward()
    for _ in range(5):
        logarithms = {n: torch.randn(len(each)) for n, each in theta.items()}
        path = costs.likeliest_within(logarithms, 2 * 10**9, "macs")
    for _ in range(50):
        path = costs.draw_within(generator, 0, 2 * 10**9, "macs")
    for _ in range(1000):
        costs.of(path)


def _growth(usages: Mapping[str, Usage]) -> Result:
    """The time of a row in a long table relative to one in a short table."""
    start = usages[_ONE].cpu
    few, many = ((usages[_name(rows)].cpu - start) / rows for rows in (_FEW, _MANY))
    return Result(f"a row of {_MANY} / a row of {_FEW}", many / few, _GROWTH)


def main() -> int:
    tasks = {"write": _write_costs, "paths": _ask_for_paths}
    if sys.argv[1:2] and sys.argv[1] in tasks:
        tasks[sys.argv[1]](Path(sys.argv[2]))
        return 0
    times = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    with tempfile.TemporaryDirectory() as folder:
        run((sys.executable, __file__, "write", folder))
        usages = compare(_commands(Path(folder)), times)
    show(usages)
    ratios = [Result(f"{a} / {b}", usages[a].cpu / usages[b].cpu, n) for a, b, n in _BOUNDS]
    return conclude([*ratios, _growth(usages)])


if __name__ == "__main__":
    sys.exit(main())
