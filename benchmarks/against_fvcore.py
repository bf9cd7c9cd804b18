"""The time of `archdsl flops` relative to fvcore's FlopCountAnalysis, on X3D-L.

fvcore counts PyTorchVideo's X3D-L at the same input, as its documentation does it. The time in
which its process imports torch and builds the network counts, since a user has to wait for both.

python benchmarks/against_fvcore.py [RUNS]
"""

from __future__ import annotations

import sys

from measure import ARCHDSL, ROOT, Result, compare, conclude, show

_SPEC = "specs/x3d_l.arch"
_FVCORE = """
import logging, sys
sys.path.insert(0, sys.argv[1])
import torch
from fvcore.nn import FlopCountAnalysis
from rivals import create_x3d
logging.getLogger("fvcore").setLevel(logging.ERROR)
size = dict(input_clip_length=16, input_crop_size=312)
network = create_x3d()(**size, depth_factor=5.0, bottleneck_factor=2.25).eval()
counted = FlopCountAnalysis(network, torch.randn(1, 3, 16, 312, 312))
print(counted.by_operator(), counted.total())
"""


def main() -> int:
    times = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    commands = {
        "fvcore": (sys.executable, "-c", _FVCORE, str(ROOT / "tests")),
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
