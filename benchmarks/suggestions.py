"""The time of 50 suggestions relative to `import torch`, and how good the samplers' choices are.

Between two suggestions a search trains a network for minutes or hours, so a suggestion may take
seconds. The space is that of GPB's cells, without the language: 254,803,968 spellings. `network` is
the same space in the language, in I3D, where members have to be built to be compared.

python benchmarks/suggestions.py [RUNS]
python benchmarks/suggestions.py compare SEEDS SAMPLER...
"""

from __future__ import annotations

import sys
from pathlib import Path
from statistics import mean, stdev

from measure import ROOT, Result, compare, conclude, show

sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

_RIVAL = "import torch"
_BOUNDS = {"bandit": 3.0, "flat": 20.0, "network": 15.0}
_NEAREST = "random"


def _suggest(name: str) -> tuple[str, ...]:
    return (sys.executable, str(Path(__file__)), "suggest", name)


def _suggest_networks() -> None:
    """Ask for 50 members of GPB's space; results are a sum of effects of the decisions."""
    import numpy as np
    import optuna

    from archdsl import load
    from archdsl.build.request import Request
    from archdsl.search.candidates.network_space import NetworkSpace
    from archdsl.search.domain import Goal, Objective
    from archdsl.search.samplers.even import distributions
    from archdsl.search.samplers.sampling import sampler_of
    from archdsl.searches.methods import Bandit

    network = load(ROOT / "specs" / "gpb_space.arch").network("i3d_gpb_space")
    request = Request.of(network.program, network.name, network.plan)
    space = NetworkSpace(network.name, request, (), ("macs", "params"))
    sampler = sampler_of(Bandit(50, 10), space, Goal(Objective("top1")), 0)
    study = optuna.create_study(direction="maximize", sampler=sampler)
    random, effects = np.random.default_rng(0), dict[tuple[str, str], float]()
    for _ in range(50):
        trial = study.ask(distributions(space))
        taken = space.member(trial.params).taken
        study.tell(trial, sum(effects.setdefault(each, random.normal()) for each in taken))


def _compare(seeds: int, names: list[str]) -> None:
    """Print a table: the true value of what looked best, and by how much that is above draws."""
    from search.comparison import OBJECTIVES, search

    print(f"{'':24}{'value':>7}{'above draws':>18}{'repeats':>9}{'CPU':>9}")
    for objective in OBJECTIVES:
        drawn = [search(_NEAREST, objective, seed).value for seed in range(seeds)]
        for name in names:
            found = [search(name, objective, seed) for seed in range(seeds)]
            above = [one.value - other for one, other in zip(found, drawn, strict=True)]
            gain, error = mean(above), stdev(above) / seeds**0.5
            repeats, seconds = mean(f.repeats for f in found), mean(f.seconds for f in found)
            figures = f"{gain:+10.2f} ± {error:.2f} {repeats:9.1f}{seconds:7.1f} s"
            print(
                f"{objective:12}{name:12}{mean(f.value for f in found):7.2f}{figures}", flush=True
            )


def main() -> int:
    if sys.argv[1:2] == ["suggest"]:
        if sys.argv[2] == "network":
            _suggest_networks()
            return 0
        from search.comparison import search

        search(sys.argv[2], "structural", 0)
        return 0
    if sys.argv[1:2] == ["compare"]:
        _compare(int(sys.argv[2]), sys.argv[3:])
        return 0
    times = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    rival = (sys.executable, "-c", _RIVAL)
    usages = compare({_RIVAL: rival, **{name: _suggest(name) for name in _BOUNDS}}, times)
    show(usages)
    cpu = usages[_RIVAL].cpu
    return conclude(
        [Result(f"{n} / {_RIVAL}", usages[n].cpu / cpu, bound) for n, bound in _BOUNDS.items()]
    )


if __name__ == "__main__":
    sys.exit(main())
