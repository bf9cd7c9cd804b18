"""A space of small integers, with scripts that only pretend to train its members."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from archdsl import files
from archdsl.ir.alike.counts import Counts
from archdsl.search.candidates.course import Baseline, Sampled
from archdsl.search.domain import Goal, Member, NotAMember, Objective
from archdsl.search.post import Post, Setup
from archdsl.search.records.ledger import Ledger
from archdsl.search.records.record import Record
from archdsl.search.records.storage import Address
from archdsl.search.records.study import open_study
from archdsl.search.samplers.even import DrawSampler
from archdsl.search.stopping import StopRequest
from archdsl.search.training import How
from archdsl.search.trouble import SPEC
from archdsl.search.worker import Worker

TRAIN = (Path(__file__).parent / "fake_train.py").read_text()
GOAL = Goal(Objective("top1"))


@dataclass(frozen=True)
class Numbers:
    """Members of `width` and `depth`; those of depth 2 and 3 are one network in two spellings."""

    widths: int = 5
    depths: int = 3
    faults: Mapping[str, str] = field(default_factory=dict)
    epochs: int = 2
    pause: float = 0.0
    name: str = "numbers"

    @property
    def decisions(self) -> Mapping[str, tuple[str, ...]]:
        return {"width": _texts(self.widths), "depth": _texts(self.depths)}

    def member(self, taken: Mapping[str, str]) -> Member:
        for name, options in self.decisions.items():
            if taken.get(name) not in options:
                raise NotAMember(f"`{name}` has no option {taken.get(name)!r}")
        kept = tuple((name, taken[name]) for name in sorted(self.decisions))
        digits = hashlib.sha256(repr(kept).encode()).hexdigest()[:8]
        cost = 1000 * int(taken["width"]) * min(int(taken["depth"]), 2)
        return Member(f"{self.name}#{digits}", kept, {"macs": cost, "params": cost // 10})

    def draw(self, random: Random) -> Member:
        return self.member({name: random.choice(all) for name, all in self.decisions.items()})

    def change(self, member: Member, random: Random) -> Member:
        name = random.choice([*self.decisions])
        return self.member({**dict(member.taken), name: random.choice(self.decisions[name])})

    def canonical(self, member: Member) -> str:
        return str(sorted(member.costs.items()))

    def counts(self, member: Member) -> Counts:
        return {}

    def accuracy(self, member: Member) -> float:
        return 10.0 + member.costs["macs"] / 1000

    def contents(self, member: Member) -> dict[str, str]:
        taken = dict(member.taken)
        plan: dict[str, object] = {
            "accuracy": self.accuracy(member),
            "epochs": self.epochs,
            "pause": self.pause,
            "fault": self.faults.get(taken["width"], ""),
        }
        return {
            "train.py": files.sealed(TRAIN),
            "member.json": files.sealed_json(plan),
            SPEC: files.sealed(spec_of(member)),
        }


def spec_of(member: Member, name: str = "member") -> str:
    return f"# the text of {member.name} as {name}\n"


def _texts(count: int) -> tuple[str, ...]:
    return tuple(str(number) for number in range(1, count + 1))


class Lines:
    """A console that remembers."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def line(self, text: str) -> None:
        self.lines.append(text)

    def progress(self, text: str) -> None:
        pass


def search_of(
    space: Numbers, data: Path, *, trials: int = 4, baseline: int = 0, seeds: Sequence[int] = (0,)
) -> Setup:
    return Setup(
        "numbers_search",
        space,
        GOAL,
        Sampled(DrawSampler(space, GOAL, 0), trials),
        Baseline(space, "macs", baseline, 0),
        space.contents,
        spec_of,
        How(str(data), "clip@1", space.epochs),
        seeds,
        keep=3,
    )


def ledger_of(setup: Setup, run: Path, storage: str | None = None) -> Ledger:
    run.mkdir(parents=True, exist_ok=True)
    address = Address.of(storage, run)
    sampler = setup.course.sampler
    study = open_study(address, setup.name, {"space": setup.space.name}, setup.goal, sampler)
    return Ledger(study, address, setup.space, patience=5)


def worker_of(
    setup: Setup, run: Path, storage: str | None = None, stale: float = 900
) -> tuple[Worker, Post, Lines]:
    console = Lines()
    ledger = ledger_of(setup, run, storage)
    post = Post(run, setup, ledger, console, StopRequest(), stale)
    return Worker(post, lambda trials: None), post, console


def work(setup: Setup, run: Path, **settings: float) -> list[Record]:
    """Let one worker do all of a search, and return the trials."""
    worker, post, _ = worker_of(setup, run, **settings)
    worker.work()
    return post.ledger.trials()
