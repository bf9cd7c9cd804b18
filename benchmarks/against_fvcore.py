"""`archdsl flops` against fvcore's FlopCountAnalysis, on X3D-L, process for process.

fvcore counts the module that `archdsl compile` wrote, at the same input; what its process
takes to import torch and to build the module is part of the price of asking it.

python benchmarks/against_fvcore.py [RUNS]
"""

from __future__ import annotations

import sys
import tempfile

from measure import ARCHDSL, Result, compare, conclude, run, show

_SPEC = "specs/x3d_l.arch"
_FVCORE = """
import logging, sys
import torch
from fvcore.nn import FlopCountAnalysis
sys.path.insert(0, sys.argv[1])
import x3d_l
(network,) = (
    kind for kind in vars(x3d_l).values()
    if isinstance(kind, type) and hasattr(kind, "forward_features")
)
logging.getLogger("fvcore").setLevel(logging.ERROR)
with torch.no_grad():
    counted = FlopCountAnalysis(network().eval(), torch.zeros(1, 3, 16, 312, 312))
    print(counted.by_operator(), counted.total())
"""


def main() -> int:
    times = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    with tempfile.TemporaryDirectory() as folder:
        run((*ARCHDSL, "compile", _SPEC, "-o", folder))
        commands = {
            "fvcore": (sys.executable, "-c", _FVCORE, folder),
            "archdsl flops": (*ARCHDSL, "flops", _SPEC, "--convention", "fvcore"),
        }
        usages = compare(commands, times)
    show(usages)
    fvcore, ours = usages["fvcore"], usages["archdsl flops"]
    return conclude(
        [
            Result("fvcore / archdsl flops, CPU", fvcore.cpu / ours.cpu, 15, at_least=True),
            Result("fvcore / archdsl flops, wall", fvcore.wall / ours.wall, 15, at_least=True),
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
