"""`archdsl flops` and `archdsl compile`, process for process, against importing torch alone.

python benchmarks/startup.py [RUNS]
"""

from __future__ import annotations

import sys
import tempfile

from measure import ARCHDSL, Result, compare, conclude, show

_SPEC = "specs/autox3d_l.arch"
_BOUNDS = {"archdsl flops": 0.25, "archdsl compile": 0.35}
_RIVAL = "import torch"


def main() -> int:
    times = int(sys.argv[1]) if len(sys.argv) > 1 else 9
    with tempfile.TemporaryDirectory() as folder:
        commands = {
            _RIVAL: (sys.executable, "-c", "import torch"),
            "archdsl flops": (*ARCHDSL, "flops", _SPEC),
            "archdsl compile": (*ARCHDSL, "compile", _SPEC, "-o", folder),
        }
        usages = compare(commands, times)
    show(usages)
    rival = usages[_RIVAL]
    results = []
    for name, bound in _BOUNDS.items():
        results.append(Result(f"{name} / import torch, CPU", usages[name].cpu / rival.cpu, bound))
        results.append(
            Result(f"{name} / import torch, wall", usages[name].wall / rival.wall, bound)
        )
    return conclude(results)


if __name__ == "__main__":
    sys.exit(main())
