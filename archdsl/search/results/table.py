"""`trials.csv`: a row for each trial, with its decisions, for tools that read tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from archdsl.report.text import comma_separated
from archdsl.search.records.record import Record

_COLUMNS = (
    "number state member reason goes_on_with accuracy spread trainings epochs seconds".split()
)
_LAST = ("worker", "why")


def trials_csv(trials: Sequence[Record], decisions: Sequence[str]) -> str:
    """All trials. Decisions that a member does not make are empty, and so is what is not known."""
    metrics = sorted({name for each in trials if each.chosen for name in each.chosen.costs})
    own = {name for each in trials if each.chosen for name in each.chosen.taken}
    names = [*decisions, *sorted(own - {*decisions})]
    rows = [[*_row(record, metrics, names)] for record in trials]
    return comma_separated([*_COLUMNS, *metrics, *names, *_LAST], rows)


def _row(record: Record, metrics: Sequence[str], names: Sequence[str]) -> Iterator[object]:
    chosen = record.chosen
    yield record.number
    yield record.state.value
    yield chosen.name if chosen else ""
    yield record.reason
    yield "" if record.again is None else record.again
    yield "" if record.accuracy is None else f"{record.accuracy:.4f}"
    yield "" if record.spread is None else f"{record.spread:.4f}"
    yield len(record.accuracies)
    yield len(record.epochs)
    yield f"{record.seconds:.1f}"
    yield from (chosen.costs.get(name, "") if chosen else "" for name in metrics)
    yield from (chosen.taken.get(name, "") if chosen else "" for name in names)
    yield record.worker_name
    yield record.why
