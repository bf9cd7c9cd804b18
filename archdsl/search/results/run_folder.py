"""The folder of a run: whose it is, and the results in it, written anew after each trial.

What is there was made by archdsl for this search, or the folder is refused. A result that somebody
has edited stays as it is. All results are functions of the trials: whichever worker writes them
last, they are the same.
"""

from __future__ import annotations

import fcntl
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from hashlib import sha256
from itertools import islice
from pathlib import Path

from archdsl import files
from archdsl.diagnostics import CompileError, Diagnostic, error
from archdsl.search.domain import Member
from archdsl.search.post import Setup
from archdsl.search.records.presence import FOLDER as WORKERS
from archdsl.search.records.record import Record
from archdsl.search.records.storage import JOURNAL
from archdsl.search.results.about import RUN, About
from archdsl.search.results.page import report_html
from archdsl.search.results.picture import search_svg
from archdsl.search.results.results import Results
from archdsl.search.results.table import trials_csv
from archdsl.search.supernet_search import SEARCH
from archdsl.search.training import TRIALS

FRONT = "front"
"""The folder with the specs of the best networks."""

_FOUND = "found.arch"
_FOLDERS = {FRONT, SEARCH, TRIALS, WORKERS}
_TABLE = "trials.csv"
_TABLE_DIGEST = ".trials.csv.sha256"
_LOCK = ".writing"


def check_run(run: Path, about: About, sources: Mapping[str, str]) -> None:
    """Check that a folder can be that of a run: it is new, or of the same search.

    Raises:
        CompileError: it is of something else.
    """
    taken = [name for name in sources if name == _FOUND or Path(name).parts[0] in _FOLDERS]
    if taken:
        message = f"the spec uses the file {taken[0]}, and a run has results under this name"
        raise CompileError([error("file", message, help="give the file another name")])
    try:
        found = [path.name for path in run.iterdir()] if run.exists() else []
    except OSError as fault:
        raise CompileError([error("file", f"{run}: {fault.strerror}")]) from None
    if RUN in found:
        there = About.read(run)
        if (there.name, there.space) != (about.name, about.space):
            raise CompileError([_other(run, there, about)])
    elif not all(name.startswith(JOURNAL) for name in found):  # of one that has just begun
        message = f"{run} is not empty, and no search has made it"
        raise CompileError([error("file", message, help="name another folder with -o")])


def make_run(run: Path, about: About, sources: Mapping[str, str]) -> None:
    """Make the folder of a run with the spec that is searched, or join what is there.

    Raises:
        CompileError: it cannot be written.
    """
    files.write_all({run / RUN: about.text()}, force=True)
    new = {run / name: text for name, text in sources.items() if not (run / name).exists()}
    files.write_all({path: files.sealed(text) for path, text in new.items()})


def _other(run: Path, there: About, here: About) -> Diagnostic:
    message = f"{run} is of `{there.name}` for `{there.space}`"
    here_is = f"and this is `{here.name}` for `{here.space}`"
    return error("file", f"{message}, {here_is}", help="name another folder with -o")


class RunFolder:
    """The results in the folder of a run."""

    def __init__(self, run: Path, setup: Setup) -> None:
        self._run, self._setup = run, setup
        self._specs: dict[tuple[str, str], str] = {}

    def results(self, trials: Sequence[Record]) -> Results:
        """What the trials say."""
        setup = self._setup
        metric = setup.baseline.metric
        found = setup.course.found(trials, setup.goal)
        return Results(setup.name, setup.space.name, trials, setup.goal, metric, found)

    def write(self, trials: Sequence[Record]) -> None:
        """Write all results anew, but for those that somebody has edited.

        Raises:
            CompileError: one cannot be written.
        """
        with self._alone():
            results = self.results(trials)
            contents = dict(self._contents(results))
            # Sealed files tell by themselves whether they were edited, a table cannot.
            kept = [path for path in contents if _is_foreign(path)]
            files.write_all({path: text for path, text in contents.items() if path not in kept})
            self._write_table(trials_csv(trials, [*self._setup.space.decisions]))
            stale = {*(self._run / FRONT).glob("*.arch")} - contents.keys()
            files.discard(sorted(stale))

    def _contents(self, results: Results) -> Iterator[tuple[Path, str]]:
        picture = search_svg(results)
        if picture is not None:
            yield self._run / "search.svg", files.sealed(picture, files.XML)
        yield self._run / "report.html", files.sealed(report_html(results, picture), files.XML)
        if results.found is not None:
            member = self._member(results.found)
            yield self._run / _FOUND, self._spec(member, "found")
        kept = filter(self._setup.course.keeps, results.front)
        for record in islice(kept, self._setup.keep):
            member = self._member(record)
            name = re.sub(r"\W", "_", member.name)
            yield self._run / FRONT / f"{name}.arch", self._spec(member, name)

    def _member(self, record: Record) -> Member:
        assert record.chosen
        return self._setup.space.member(record.chosen.taken)

    def _spec(self, member: Member, name: str) -> str:
        """The spec of a member. The network is named like the file, so commands take it unasked."""
        if (member.name, name) not in self._specs:
            self._specs[member.name, name] = files.sealed(self._setup.spec(member, name))
        return self._specs[member.name, name]

    def _write_table(self, text: str) -> None:
        table, note = self._run / _TABLE, self._run / _TABLE_DIGEST
        if table.exists() and not (note.exists() and note.read_text() == _digest(table)):
            return
        files.replace(table, text)
        files.replace(note, _digest(table))

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """While no other worker writes results here."""
        with open(self._run / _LOCK, "ab") as stream:
            with suppress(OSError):  # a file system without locks: the last one counts
                fcntl.flock(stream, fcntl.LOCK_EX)
            yield


def _is_foreign(path: Path) -> bool:
    """Whether a file is there that is not as archdsl has written it."""
    return path.exists() and not files.is_ours(path.read_bytes())


def _digest(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()
