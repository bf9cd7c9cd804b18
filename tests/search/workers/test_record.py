"""What a storage says is checked: it may be anybody's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from archdsl.diagnostics import CompileError
from archdsl.search.records.ledger import Ledger
from search.workers.fakes import Numbers, ledger_of, search_of, work

TAKEN = {"width": "1", "depth": "1"}
MEMBER = {"name": "numbers#1", "taken": TAKEN, "likeness": "x", "costs": {"macs": 5}}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("worker", ["../../etc/passwd", "x"]),
        ("worker", "0123456789ab"),
        ("beat", ["now", 3]),
        ("beat", [1.0, -3.0]),
        ("trained", [50.0, 101.0]),
        ("trained", [float("nan")]),
        ("again", 7),
        ("again", -1),
        ("again", True),
        ("reason", 3),
        ("reason", "x" * 20_000),
        ("skipped", "=HYPERLINK()"),
        ("member", {**MEMBER, "taken": ["width"]}),
        ("member", {**MEMBER, "taken": {"width": 1}}),
        ("member", {**MEMBER, "costs": {"macs": -5}}),
        ("member", {**MEMBER, "costs": {"macs": 10**30}}),
        ("member", {**MEMBER, "taken": {"width": "1", "depth": "9"}}),
        ("member", {**MEMBER, "taken": {"width": "1", "depth": "1", "height": "=1"}}),
        ("member", {**MEMBER, "name": "numbers#../../x"}),
        ("member", {"name": "numbers#1"}),
        ("member", "numbers#1"),
    ],
)
def test_an_attribute_of_another_form_is_refused(tmp_path: Path, name: str, value: Any) -> None:
    search = search_of(Numbers(), tmp_path, trials=2)
    trial = ledger_of(search, tmp_path).ask()
    trial.set_user_attr(name, value)
    with pytest.raises(CompileError, match=r"journal\.log is damaged: trial 0"):
        work(search, tmp_path)


def test_a_member_has_the_folder_of_its_own_name(tmp_path: Path) -> None:
    """The name in the storage is for people; paths are made of the space's own."""
    search = search_of(Numbers(), tmp_path, trials=0)
    ledger = ledger_of(search, tmp_path)
    attributes = {"member": {**MEMBER, "name": "numbers#0000"}, "reason": "a test"}
    ledger.study.enqueue_trial(TAKEN, user_attrs=attributes)
    work(search, tmp_path)
    (folder,) = (tmp_path / "trials").iterdir()
    assert folder.name == f"0000_{search.space.member(TAKEN).name[-8:]}"


def test_who_only_looks_needs_no_space(tmp_path: Path) -> None:
    search = search_of(Numbers(), tmp_path, trials=1)
    work(search, tmp_path)
    ledger = ledger_of(search, tmp_path)
    looking = Ledger(ledger.study, ledger.address, None, patience=0)
    assert looking.trials() == ledger.trials()
