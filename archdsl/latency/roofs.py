"""The roofs of a machine: what the operations of each make reach on it, as `archdsl probe` found.

A roof is measured and never guessed, and is remembered for one processor, release of torch and
number of threads.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from archdsl.latency.work import ELEMENTWISE, Work


@dataclass(frozen=True, slots=True)
class Roof:
    """What operations of one make reach at best.

    `arithmetic` is in units of work and `traffic` in bytes, both per nanosecond; 0 stands for what
    they do not do. `call` is what each takes whatever its size, in nanoseconds.
    """

    arithmetic: float
    traffic: float
    call: float

    def times(self, work: Work) -> Times:
        """How long some work takes."""
        return Times(
            work.arithmetic / self.arithmetic if self.arithmetic else 0.0,
            work.traffic / self.traffic if self.traffic else 0.0,
            self.call,
        )


@dataclass(frozen=True, slots=True)
class Times:
    """The nanoseconds of arithmetic, of traffic, and of a call. The first two go on at once."""

    arithmetic: float
    traffic: float
    call: float

    @property
    def total(self) -> float:
        return self.call + max(self.arithmetic, self.traffic)

    @property
    def limits(self) -> Mapping[str, float]:
        """What the total is spent on: on arithmetic or on traffic, and on calls."""
        is_arithmetic = self.arithmetic >= self.traffic
        return {
            "arithmetic": self.arithmetic if is_arithmetic else 0.0,
            "traffic": 0.0 if is_arithmetic else self.traffic,
            "calls": self.call,
        }


@dataclass(frozen=True)
class Measured:
    """What was measured of one make: the nanoseconds of a `call`, and those of some work."""

    call: float
    samples: Sequence[tuple[Work, float]]


Roofing: TypeAlias = Mapping[str, Roof]
"""The roof of each make."""


def roofs_of(measured: Mapping[str, Measured]) -> Roofing:
    """The roofs of all makes.

    Traffic shows only where it takes longer than arithmetic. A make of which no sample is such has
    the traffic of elementwise operations, which do nothing else.
    """
    own = {make: _roof(each) for make, each in measured.items()}
    plain = own[ELEMENTWISE].traffic
    return {
        make: replace(roof, traffic=plain) if roof.arithmetic and not roof.traffic else roof
        for make, roof in own.items()
    }


def _roof(measured: Measured) -> Roof:
    """The best of the samples, each without its call."""
    spent = [(work, time - measured.call) for work, time in measured.samples]
    rates = [(work, time) for work, time in spent if time > 0]
    arithmetic = max((work.arithmetic / time for work, time in rates), default=0.0)
    moving = [
        work.traffic / time
        for work, time in rates
        if not arithmetic or work.arithmetic / arithmetic < _SMALL * time
    ]
    return Roof(arithmetic, max(moving, default=0.0), measured.call)


_SMALL = 0.8
"""The share of its time below which the arithmetic of a sample leaves it to traffic."""


@dataclass(frozen=True)
class Machine:
    """What roofs hold for: a processor, the release of torch, and the number of threads."""

    processor: str
    torch: str
    threads: int

    def __str__(self) -> str:
        threads = "1 thread" if self.threads == 1 else f"{self.threads} threads"
        return f"{self.processor}, torch {self.torch}, {threads}"


@dataclass(frozen=True)
class Roofs:
    """The roofs of a machine for the code of each target."""

    machine: Machine
    targets: Mapping[str, Roofing]
