"""Storages by their addresses: which there are, what cannot be reached, whose study it is."""

from __future__ import annotations

import errno
from dataclasses import replace
from pathlib import Path

import pytest
from optuna.exceptions import StorageInternalError

from archdsl.diagnostics import CompileError
from archdsl.report.diagnostics import render
from archdsl.report.text import Paint
from archdsl.search.domain import Goal, Objective
from archdsl.search.records.storage import Address
from archdsl.search.records.study import open_study
from archdsl.search.samplers.even import DrawSampler
from search.workers.fakes import GOAL, Numbers, ledger_of, search_of

SECRET = "s3cr/et?@x"
URL = f"postgresql://anna:{SECRET}@localhost:1/trials?sslmode=disable"


def _told(text: str, tmp_path: Path) -> str:
    with pytest.raises(CompileError) as failure:
        Address.of(text, tmp_path).open()
    return render(failure.value.diagnostics, Paint())


def test_without_an_address_it_is_a_journal_in_the_run(tmp_path: Path) -> None:
    address = Address.of(None, tmp_path / "run")
    assert (address.scheme, address.shown) == ("", str(tmp_path / "run/journal.log"))
    address.open()
    assert (tmp_path / "run/journal.log").exists()


@pytest.mark.parametrize("url", [URL, f"postgresql+psycopg://:{SECRET}@localhost:1/trials"])
def test_a_password_is_never_shown(tmp_path: Path, url: str) -> None:
    address = Address.of(url, tmp_path)
    assert address.shown.endswith("://localhost:1/trials")
    assert not address.is_public
    assert all(part not in repr(address) for part in ("anna", "s3cr", "sslmode"))
    text = str(address.told(RuntimeError(f"cannot parse {url}")))
    assert "s3cr" not in text
    assert "RuntimeError" in text


def test_a_proxy_that_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("archdsl.search.records.storage._TIMEOUT", 0.2)
    told = _told("grpc://localhost:1", tmp_path)
    assert "error[storage]: the storage grpc://localhost:1 cannot be reached" in told


def test_a_database_that_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("psycopg")
    monkeypatch.setattr("archdsl.search.records.storage._TRIES", 1)
    told = _told(URL.replace(SECRET, "secret"), tmp_path)
    assert "the storage postgresql://localhost:1/trials cannot be reached: connection" in told
    assert "secret" not in told


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("sqlite:///trials.db", "SQLite is no storage of a search"),
        ("redis://localhost", "there is no storage of the kind `redis`"),
        ("grpc://localhost", "it must be grpc://HOST:PORT"),
        ("/proc/none/journal.log", "the storage /proc/none/journal.log cannot be reached"),
    ],
)
def test_what_is_no_storage(tmp_path: Path, text: str, words: str) -> None:
    told = _told(text, tmp_path)
    assert words in told
    assert told.count("error") == 2  # the message, and the line that counts it


def test_a_study_of_another_search_is_refused(tmp_path: Path) -> None:
    sampler = DrawSampler(Numbers(), GOAL, 0)
    address = Address.of(None, tmp_path)
    here = {"space": "numbers 1f3a", "objectives": "maximise top1"}
    open_study(address, "numbers", here, GOAL, sampler)
    open_study(address, "numbers", here, GOAL, sampler)
    open_study(address, "others", {"space": "letters 77b0"}, GOAL, sampler)
    with pytest.raises(CompileError) as failure:
        open_study(address, "numbers", {**here, "space": "letters 77b0"}, GOAL, sampler)
    told = render(failure.value.diagnostics, Paint())
    assert "the study `numbers` in" in told
    assert "space: numbers 1f3a there, letters 77b0 here" in told
    assert "maximise" not in told


def test_a_study_with_other_objectives_is_refused(tmp_path: Path) -> None:
    goal = Goal(Objective("top1"), (Objective("macs", maximise=False),))
    address, sampler = Address.of(None, tmp_path), DrawSampler(Numbers(), GOAL, 0)
    open_study(address, "numbers", {"objectives": "top1"}, GOAL, sampler)
    with pytest.raises(CompileError, match="of another search"):
        open_study(address, "numbers", {"objectives": "top1 macs"}, goal, sampler)


def test_a_storage_that_comes_back_is_waited_for(tmp_path: Path) -> None:
    search = search_of(Numbers(), tmp_path, trials=1)
    ledger = ledger_of(search, tmp_path)
    away = [OSError("gone"), StorageInternalError("restarting")]

    def action() -> str:
        if away:
            raise away.pop()
        return "done"

    assert ledger.attempt(action) == "done"


def test_a_storage_that_stays_away_is_told(tmp_path: Path) -> None:
    search = search_of(Numbers(), tmp_path, trials=1)
    ledger = replace(ledger_of(search, tmp_path), patience=0.1)

    def action() -> None:
        raise OSError(errno.ESTALE, "Stale file handle")

    with pytest.raises(CompileError, match="cannot be reached: Stale file handle"):
        ledger.attempt(action)
