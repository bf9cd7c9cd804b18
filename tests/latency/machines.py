"""Machines that no probe has measured, whose roofs are round numbers."""

from __future__ import annotations

from archdsl.costs.metrics import LATENCIES
from archdsl.latency.remembered import processor, torch_release
from archdsl.latency.roofs import Machine, Roof, Roofs
from archdsl.latency.work import makes

THIS = Machine(processor(), torch_release(), 1)


def roofs(machine: Machine = THIS, arithmetic: float = 10.0) -> Roofs:
    """Roofs of 10 GB/s, and a call of 1 us; by default, of 10 multiply-adds in a nanosecond."""
    roof = Roof(arithmetic, traffic=10.0, call=1000.0)
    return Roofs(machine, {target: dict.fromkeys(makes(), roof) for target in LATENCIES.values()})
