"""The report of `archdsl bench`: what was measured, beside what was inferred and predicted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from archdsl.bench.contest import Contest, Measured
from archdsl.bench.inferred import Inferred
from archdsl.bench.ways import ENGINES
from archdsl.report.tables import Report, Table
from archdsl.report.text import (
    as_json,
    comma_separated,
    json_inputs,
    readable,
    readable_bytes,
    readable_time,
    show_inputs,
)

_RIGHT = (
    *("batch", "latency", "quartiles", "CPU", "predicted"),
    *("per s", "GFLOP/s", "memory", "differs"),
)
_SPARE = ("differs", "CPU", "GFLOP/s", "per s")

_NONE = "-"
_NANO = 1e9


@dataclass(frozen=True)
class Row:
    """A way at a batch: its times and what follows from them and from the inferred FLOPs."""

    batch: int
    measured: Measured
    predicted: int | None
    flops: int | None
    """Of one sample."""

    @property
    def samples_per_second(self) -> float:
        return self.batch * _NANO / self.measured.times.median

    @property
    def flops_per_second(self) -> float | None:
        return None if self.flops is None else self.flops * self.samples_per_second


@dataclass(frozen=True)
class BenchReport(Report):
    """One contest for each batch. `machine` says what it ran on."""

    name: str
    contests: Sequence[Contest]
    inferred: Inferred
    repeats: int
    machine: str
    missing: Sequence[str]
    """The engines that were asked for and are not installed."""

    @cached_property
    def _rows(self) -> list[Row]:
        return [
            self._row(contest.prepared.subject.batch, each)
            for contest in self.contests
            for each in contest.measured
        ]

    def _row(self, batch: int, measured: Measured) -> Row:
        way, macs = measured.way, self.inferred.macs
        is_eager = way.engine == "eager" and batch == 1  # what is predicted is just that
        predicted = self.inferred.predicted.get(way.module) if is_eager else None
        return Row(batch, measured, predicted, None if macs is None else 2 * macs)

    # For people

    @property
    def _title(self) -> str:
        first = self.contests[0].prepared
        threads = "1 thread" if first.threads == 1 else f"{first.threads} threads"
        batch = "" if len(self.contests) > 1 else f", batch {first.subject.batch}"
        return f"{self.name} at {show_inputs(first.shapes)}{batch}, on {threads}"

    @property
    def _table(self) -> Table:
        table = Table(
            ("module", "way", *_RIGHT),
            [self._cells(row) for row in self._rows],
            frozenset(_RIGHT),
            spare=_SPARE,
        )
        table = table if len(self.contests) > 1 else table.without("batch")
        return table if self.inferred.predicted else table.without("predicted")

    def _cells(self, row: Row) -> tuple[str, ...]:
        measured = row.measured
        low, high = measured.times.quartiles
        flops, memory = row.flops_per_second, measured.memory
        return (
            measured.way.module,
            measured.way.engine,
            f"{row.batch:,}",
            readable_time(measured.times.median),
            f"{_percent(low, measured):+d} {_percent(high, measured):+d} %",
            readable_time(measured.cpu.median),
            _NONE if row.predicted is None else readable_time(row.predicted),
            f"{row.samples_per_second:,.1f}",
            _NONE if flops is None else f"{flops / _NANO:,.1f}",
            _NONE if memory is None else readable_bytes(memory),
            f"{measured.difference:.0e}" if measured.difference else "equal",
        )

    @property
    def _facts(self) -> Iterator[str]:
        yield from self._inferred
        for why in self.inferred.unknown:
            yield f"not known     {why}"
        yield f"machine       {self.machine}"
        yield (
            f"measured      the median and the quartiles of {self.repeats} rounds, in which all"
            " take turns; CPU is the time of all threads, per s are samples"
        )
        yield (
            "memory        the most that a process holds in its rounds, without its libraries;"
            " differs: from eager, relative to the largest value"
        )
        for name in self.missing:
            packages = ", ".join(ENGINES[name].missing)
            yield f"not here      {name}, which needs {packages}: {ENGINES[name].install}"
        for reason, names in self._failed.items():
            yield f"failed        {', '.join(names)}: {reason}"

    @property
    def _failed(self) -> dict[str, list[str]]:
        """Which ways failed, by the reason: a missing compiler fails several of them."""
        found: dict[str, list[str]] = {}
        for contest in self.contests:
            batch = f" at batch {contest.prepared.subject.batch}" if len(self.contests) > 1 else ""
            for each in contest.failed:
                found.setdefault(each.reason, []).append(f"{each.way}{batch}")
        return found

    @property
    def _inferred(self) -> Iterator[str]:
        macs, params = self.inferred.macs, self.inferred.params
        if macs is not None and params is not None:
            flops = f"{readable(macs)} MACs, {readable(2 * macs)} FLOPs for one sample"
            yield f"inferred      {flops}; {readable(params)} parameters"
        batches = (contest.prepared.subject.batch for contest in self.contests)
        memory = ((batch, self.inferred.memory_of(batch)) for batch in batches)
        if known := [f"{readable_bytes(m)} at batch {batch}" for batch, m in memory if m]:
            yield f"              memory at most {', '.join(known)}, nothing in place"

    # For programs

    def _json(self) -> str:
        first, inferred = self.contests[0].prepared, self.inferred
        return as_json(
            {
                "network": self.name,
                "input": json_inputs(first.shapes),
                "threads": first.threads,
                "machine": self.machine,
                "repeats": self.repeats,
                "inferred": {
                    "macs": inferred.macs,
                    "flops": None if inferred.macs is None else 2 * inferred.macs,
                    "params": inferred.params,
                    "memory": inferred.memory,
                    "latency": dict(inferred.predicted),
                    "unknown": list(inferred.unknown),
                },
                "rows": [self._object(row) for row in self._rows],
                "failed": [
                    {
                        "module": each.way.module,
                        "way": each.way.engine,
                        "batch": contest.prepared.subject.batch,
                        "reason": each.reason,
                    }
                    for contest in self.contests
                    for each in contest.failed
                ],
                "not_installed": {name: ENGINES[name].install for name in self.missing},
            }
        )

    def _object(self, row: Row) -> dict[str, object]:
        measured = row.measured
        low, high = measured.times.quartiles
        flops = row.flops_per_second
        return {
            "module": measured.way.module,
            "way": measured.way.engine,
            "batch": row.batch,
            "latency": round(measured.times.median),
            "low": round(low),
            "high": round(high),
            "cpu": round(measured.cpu.median),
            "predicted": row.predicted,
            "samples_per_second": round(row.samples_per_second, 3),
            "flops_per_second": None if flops is None else round(flops),
            "memory": measured.memory,
            "difference": measured.difference,
            "rounds": [round(time) for time in measured.times.rounds],
        }

    def _csv(self) -> str:
        objects = [self._object(row) for row in self._rows]
        columns = [name for name in objects[0] if name != "rounds"]
        rows = [["" if (v := each[name]) is None else v for name in columns] for each in objects]
        return comma_separated(columns, rows)


def _percent(quartile: float, measured: Measured) -> int:
    """A quartile, as how much it is off the median."""
    return round(100 * (quartile / measured.times.median - 1))
