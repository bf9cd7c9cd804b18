"""The report of `archdsl export --int8`: what 8-bit integers cost, and what they save."""

from __future__ import annotations

from collections.abc import Iterator

from archdsl.bench.rounds import Times
from archdsl.export.int8.comparing import Compared, Form
from archdsl.ir.types import show_shape
from archdsl.report.tables import Table
from archdsl.report.text import readable_bytes, readable_time

_FORMS = ("float32", "int8", "change")


def show_compared(compared: Compared) -> str:
    """Accuracy, time and size before and after."""
    floats, integers = compared.floats, compared.integers
    rows = [*_shares(floats, integers), _time(floats, integers), _size(floats, integers)]
    table = Table(("", *_FORMS), rows, frozenset(_FORMS))
    threads = "1 thread" if compared.threads == 1 else f"{compared.threads} threads"
    clip = f"{show_shape(compared.shape)} on {threads}"
    rounds = len(floats.times.rounds)
    return table.text_report(
        f"on {compared.videos:,} videos, by the views of the recipe's test",
        [
            f"latency   of {clip}, the median of {rounds} rounds in turn",
            f"          half are within {_spread(floats.times)} and {_spread(integers.times)}",
        ],
    )


def _shares(floats: Form, integers: Form) -> Iterator[tuple[str, ...]]:
    for name, before in floats.figures.items():
        after = integers.figures[name]
        change = f"{100 * (after - before):+.2f}"
        yield name, f"{100 * before:.2f} %", f"{100 * after:.2f} %", change


def _time(floats: Form, integers: Form) -> tuple[str, ...]:
    before, after = floats.times.median, integers.times.median
    return "latency", readable_time(before), readable_time(after), f"x {after / before:.2f}"


def _size(floats: Form, integers: Form) -> tuple[str, ...]:
    before, after = floats.bytes, integers.bytes
    return "size", readable_bytes(before), readable_bytes(after), f"x {after / before:.2f}"


def _spread(times: Times) -> str:
    """The quartiles of times, as how much they are off the median."""
    low, high = (round(100 * (each / times.median - 1)) for each in times.quartiles)
    return f"{low:+d} {high:+d} %"
