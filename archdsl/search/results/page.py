"""`report.html`: the results on a page that needs no other file, and holds no script."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from archdsl.report.text import in_a_line, readable
from archdsl.search.records.record import Record, State
from archdsl.search.results.results import Results, accuracy_text

_STYLE = """\
body { font: 15px/1.5 'Helvetica Neue', Helvetica, Arial, sans-serif; color: #1c2430;
  max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; margin: 1rem 0; font-size: 14px; }
th, td { border-bottom: 1px solid #cfd5dd; padding: .25rem .75rem; text-align: left; }
td.number { text-align: right; font-variant-numeric: tabular-nums; }
tr.found { background: #f6f7f9; font-weight: 600; }
svg { max-width: 100%; height: auto; }
.muted { color: #566070; }"""

_TRIALS = ("trial", "network", "cost", "accuracy", "state", "minutes", "remark")
_DECISIONS = ("decision", "option")


def report_html(results: Results, picture: str | None) -> str:
    """The page, with the picture in it."""
    title = _text(f"{results.name} for {results.space}")
    summary = "".join(f"<p>{_text(line)}</p>\n" for line in results.summary())
    parts = [
        "<!doctype html>",
        '<html lang="en">',
        f'<head><meta charset="utf-8"><title>{title}</title><style>{_STYLE}</style></head>',
        f"<body>\n<h1>{title}</h1>\n{summary}{picture or ''}",
        *_section("What was found", _DECISIONS, _decisions(results.found)),
        *_section("Front", _TRIALS, _rows(results, results.front)),
        *_section("Random networks of its cost", _TRIALS, _rows(results, results.compared)),
        *_section("All trials", _TRIALS, _rows(results, results.trials)),
        "</body>\n</html>",
    ]
    return "\n".join(parts)


def _section(title: str, columns: Sequence[str], rows: Iterator[str]) -> Iterator[str]:
    body = list(rows)
    if not body:
        return
    head = "".join(f"<th>{column}</th>" for column in columns)
    yield f"<h2>{title}</h2>\n<table>\n<tr>{head}</tr>"
    yield from body
    yield "</table>"


def _decisions(found: Record | None) -> Iterator[str]:
    for name, option in found.chosen.taken.items() if found and found.chosen else ():
        yield f"<tr><td>{_text(name)}</td><td>{_text(option)}</td></tr>"


def _rows(results: Results, records: Sequence[Record]) -> Iterator[str]:
    for record in records:
        mark = ' class="found"' if record == results.found else ""
        cost = readable(results.cost(record)) + f" {results.unit}" if record.chosen else ""
        minutes = f"{record.seconds / 60:.1f}" if record.seconds else ""
        yield "".join(
            [
                f"<tr{mark}>{_number(str(record.number))}",
                f"<td>{_text(record.chosen.name if record.chosen else '')}</td>",
                f"{_number(cost)}{_number(_accuracy(record))}",
                f"<td>{record.state.value}</td>{_number(minutes)}",
                f'<td class="muted">{_text(_remark(record))}</td></tr>',
            ]
        )


def _accuracy(record: Record) -> str:
    """The accuracy of a trained member; of one that runs, that after its last epoch."""
    if record.accuracy is not None:
        return accuracy_text(record)
    return f"{record.epochs[-1]:.2f} %" if record.epochs else ""


def _remark(record: Record) -> str:
    if record.state is State.RUNNING:
        return f"{len(record.epochs)} epochs, on {record.worker_name}"
    goes_on = "" if record.again is None else f"goes on with trial {record.again}"
    return "; ".join(filter(None, (record.why, goes_on, record.reason if not goes_on else "")))


def _number(text: str) -> str:
    return f'<td class="number">{_text(text)}</td>'


def _text(text: str) -> str:
    """Text of a spec or a storage, which can be anybody's."""
    return escape(in_a_line(text))
