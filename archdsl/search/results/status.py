"""`archdsl search --status RUN`: how far a search is. Any process can ask, and changes nothing."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from archdsl.diagnostics import CompileError, counted, error
from archdsl.report.tables import Table
from archdsl.report.text import readable
from archdsl.search.candidates.course import best
from archdsl.search.records.ledger import Ledger, lineages
from archdsl.search.records.record import Record, State
from archdsl.search.records.storage import Address
from archdsl.search.results.about import About
from archdsl.search.results.results import Results
from archdsl.search.supernet_search import progress

_COLUMNS = ("trial", "network", "cost", "epochs", "accuracy", "last sign", "worker")
_RIGHT = frozenset({"trial", "cost", "epochs", "accuracy", "last sign"})
_RUNNING = (State.DECIDING, State.RUNNING)


def status(run: Path, storage: str | None) -> str:
    """The state of the search in a folder.

    Raises:
        CompileError: it is no such folder, or its storage cannot be reached.
    """
    about = About.read(run)
    if storage is None and not about.is_whole:
        message = f"the trials are in {about.storage}, and this address lacks a password or options"
        hint = "give the whole one with --storage"
        raise CompileError([error("storage", message, help=hint)])
    address = Address.of(storage or about.storage or None, run)
    own = progress(run, about.figure)
    lines = [*own, *_lines(about, _trials(address, about))]
    return "".join(f"{line}\n" for line in lines)


def _trials(address: Address, about: About) -> list[Record]:
    import optuna

    if not address.scheme and not Path(str(address.shown)).exists():
        message = f"the storage {address.shown} is not there"
        raise CompileError([error("storage", message)])
    storage = address.open()
    try:
        study = optuna.load_study(
            study_name=about.name, storage=storage, sampler=optuna.samplers.RandomSampler()
        )
    except KeyError:
        message = f"the storage {address.shown} has no search `{about.name}`"
        raise CompileError([error("storage", message)]) from None
    except Exception as fault:  # of any database
        raise CompileError([address.told(fault)]) from None
    return Ledger(study, address, None, patience=0).trials()


def _lines(about: About, trials: Sequence[Record]) -> Iterator[str]:
    best_so_far = best(trials, about.goal)
    results = Results(about.name, about.space, trials, about.goal, about.metric, best_so_far)
    asked = f", of {about.asked} asked for" if about.asked else ""
    yield f"{about.name} for {about.space}: {_counts(trials)}{asked}"
    yield from results.summary()
    running = [record for record in trials if record.state in _RUNNING]
    if running:
        yield ""
        rows = [_row(results, record) for record in running]
        yield Table(_COLUMNS, rows, _RIGHT).text().rstrip("\n")


def _counts(trials: Sequence[Record]) -> str:
    """`12 trained, 2 running`: each network once, however often it was interrupted."""
    counts = Counter(last.state for _, last in lineages(trials))
    parts = [f"{counts[state]} {state.value}" for state in State if counts[state]]
    return ", ".join(parts) or counted(0, "trial")


def _row(results: Results, record: Record) -> tuple[str, ...]:
    cost = readable(results.cost(record)) if record.chosen else ""
    return (
        str(record.number),
        record.chosen.name if record.chosen else "",
        cost,
        str(len(record.epochs)),
        f"{record.epochs[-1]:.2f} %" if record.epochs else "",
        _ago(record.beat),
        record.worker_name,
    )


def _ago(beat: float | None) -> str:
    """How long ago a sign of life was, by the clocks of two machines."""
    if beat is None:
        return "none"
    seconds = max(time.time() - beat, 0.0)
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"
