"""The journal: half a line, a full disk, and lines that are no records."""

from __future__ import annotations

import resource
import subprocess
import sys
from pathlib import Path

import pytest

from archdsl.diagnostics import CompileError
from archdsl.search.records.damage import Damaged
from archdsl.search.records.journal import Journal
from search.workers.fakes import Numbers, ledger_of, search_of, work


def _read(path: Path, first: int = 0) -> list[int]:
    return [record["n"] for record in Journal(path).read_logs(first)]


def test_records_come_back_in_their_order(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal")
    journal.append_logs([{"n": 1}, {"n": 2}])
    assert [record["n"] for record in journal.read_logs(0)] == [1, 2]
    Journal(tmp_path / "journal").append_logs([{"n": 3}])
    assert [record["n"] for record in journal.read_logs(2)] == [3]
    assert [record["n"] for record in journal.read_logs(1)] == [2, 3]


def test_half_a_line_is_removed_by_the_next_writer(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    Journal(path).append_logs([{"n": 1}])
    with open(path, "a") as stream:
        stream.write('{"n": 2, "wh')  # a writer was killed
    assert _read(path) == [1]
    Journal(path).append_logs([{"n": 3}])
    assert _read(path) == [1, 3]


def test_a_line_that_does_not_fit_on_the_disk_is_taken_back(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    Journal(path).append_logs([{"n": 1}])
    writer = f"""
import resource, signal
from pathlib import Path
from archdsl.search.records.journal import Journal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, ({path.stat().st_size + 5},) * 2)
try:
    Journal(Path({str(path)!r})).append_logs([{{"n": 2}}])
except OSError as fault:
    print(fault.strerror)
"""
    assert resource.RLIMIT_FSIZE is not None
    done = subprocess.run([sys.executable, "-c", writer], capture_output=True, text=True)
    assert done.stdout == "File too large\n", done.stderr
    assert path.read_text() == '{"n":1}\n'
    Journal(path).append_logs([{"n": 3}])
    assert _read(path) == [1, 3]


@pytest.mark.parametrize("line", ["{]", "3", "[" * 5000, "\x00"])
def test_a_line_that_is_no_record_is_told(tmp_path: Path, line: str) -> None:
    path = tmp_path / "journal"
    path.write_text(f'{{"n": 1}}\n{line}\n{{"n": 3}}\n')
    with pytest.raises(Damaged, match="line 2 is no record"):
        _read(path)


def test_a_damaged_journal_is_one_mistake(tmp_path: Path) -> None:
    search = search_of(Numbers(), tmp_path, trials=1)
    work(search, tmp_path)
    journal = tmp_path / "journal.log"
    whole = journal.read_text()
    for spoilt in ("no record\n", '{"op_code": 4, "study_id": 0}\n', '{"op_code": 99}\n'):
        journal.write_text(whole + spoilt)
        with pytest.raises(CompileError, match=r"journal\.log is damaged"):
            work(search, tmp_path)
    journal.write_text(whole)
    assert len(ledger_of(search, tmp_path).trials()) == 1
