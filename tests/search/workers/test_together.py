"""Several workers: who goes on with what, and that nothing is done twice."""

from __future__ import annotations

import threading
import time
from pathlib import Path

from optuna.trial import TrialState

from archdsl.search.candidates.course import drawn, searched
from archdsl.search.records.ledger import Job, successors
from archdsl.search.records.presence import Presence, Watch, is_gone
from archdsl.search.records.record import Record, State
from search.workers.fakes import Numbers, ledger_of, search_of, work, worker_of


def test_workers_that_run_at_once_train_each_network_once(tmp_path: Path) -> None:
    run = tmp_path / "run"
    search = search_of(Numbers(widths=9, epochs=1), tmp_path, trials=9, baseline=2)
    workers = [worker_of(search, run) for _ in range(3)]
    threads = [threading.Thread(target=worker.work) for worker, _, _ in workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    trials = workers[0][1].ledger.trials()
    assert len(searched(trials)) == 9
    starts = {path.parent.name: path.read_text() for path in run.glob("trials/*/starts.txt")}
    assert all(text.count("\n") == 1 for text in starts.values())
    networks = {r.chosen.likeness for r in trials if r.state is State.TRAINED and r.chosen}
    assert len(starts) == len(networks) >= 9  # what it is compared with can be known by then
    assert len({record.chosen.likeness for record in searched(trials) if record.chosen}) == 9
    identities = {post.presence.identity for _, post, _ in workers}
    assert {record.worker for record in searched(trials)} <= identities


def test_a_worker_that_is_stopped_gives_its_trial_back(tmp_path: Path) -> None:
    run = tmp_path / "run"
    search = search_of(Numbers(epochs=200, pause=0.02), tmp_path, trials=1)
    worker, post, _ = worker_of(search, run)
    thread = threading.Thread(target=worker.work)
    thread.start()
    while not any(record.epochs for record in post.ledger.trials()):
        time.sleep(0.05)
    post.stop.count = 1
    thread.join()
    (given_back,) = post.ledger.trials()
    assert given_back.state is State.INTERRUPTED
    assert 0 < len(given_back.epochs) < 200
    (kept,) = run.glob("trials/*/seed_0/checkpoints/step_*.pt")
    saved = int(kept.read_text())
    assert saved >= len(given_back.epochs)

    (tmp_path / "mended").touch()  # no more pauses
    trials = work(search, run)
    assert [record.state for record in trials] == [State.INTERRUPTED, State.TRAINED]
    assert trials[1].again == 0
    assert trials[1].seconds >= given_back.seconds
    (resumed,) = run.glob("trials/*/resumed.txt")
    assert resumed.read_text() == f"{saved}\n"
    assert not [*run.glob("trials/*/seed_0/checkpoints/step_*.pt")]


def test_a_silent_trial_is_taken_from_its_worker(tmp_path: Path) -> None:
    """Another machine: there is no lock to look at, and the clock is that of the watcher."""
    search = search_of(Numbers(), tmp_path, trials=1)
    ledger, elsewhere = ledger_of(search, tmp_path), "0123456789ab"
    claim = _claimed(ledger, search, elsewhere)
    now = [0.0]
    watch = Watch(tmp_path, 900, lambda: now[0])

    def silent() -> list[int]:
        return [record.number for record in watch.silent(ledger.trials())]

    for second in range(0, 900, 100):
        now[0] = second
        assert silent() == []
    claim.trial.set_user_attr("beat", [12.0, 3.0])  # a sign of life, by whatever clock
    for second in range(900, 1900, 100):
        now[0] = second
        assert silent() == [claim.number] * (second == 1800)


def test_nobody_is_silent_because_the_storage_was_away(tmp_path: Path) -> None:
    """After a long time without a look, the others are given time for a sign."""
    search = search_of(Numbers(), tmp_path, trials=1)
    ledger = ledger_of(search, tmp_path)
    claim = _claimed(ledger, search, "0123456789ab")
    now = [0.0]
    watch = Watch(tmp_path, 900, lambda: now[0])
    for second in (0, 5000, 5010, 5020):
        now[0] = second
        assert watch.silent(ledger.trials()) == []
    claim.beat(7.0)
    now[0] = 9000
    assert watch.silent(ledger.trials()) == []


def test_a_worker_of_this_machine_that_is_gone_is_known_at_once(tmp_path: Path) -> None:
    search = search_of(Numbers(), tmp_path, trials=1)
    ledger, presence = ledger_of(search, tmp_path), Presence(tmp_path)
    watch = Watch(tmp_path, 900)
    with presence.shown():
        claim = _claimed(ledger, search, presence.identity)
        assert not is_gone(tmp_path, presence.identity)
        assert watch.silent(ledger.trials()) == []
        file = tmp_path / "workers" / presence.identity
        text = file.read_text()
    file.write_text(text)  # as a process leaves it that was killed
    assert [record.number for record in watch.silent(ledger.trials())] == [claim.number]
    file.write_text("another machine")
    assert not is_gone(tmp_path, presence.identity)


def test_who_is_taken_for_gone_by_mistake_stops_training(tmp_path: Path) -> None:
    run = tmp_path / "run"
    search = search_of(Numbers(epochs=100, pause=0.05), tmp_path, trials=1)
    worker, post, console = worker_of(search, run, stale=0.8)
    thread = threading.Thread(target=worker.work)
    thread.start()
    while not any(record.epochs for record in post.ledger.trials()):
        time.sleep(0.05)
    post.ledger.interrupt(0)  # as another worker does
    while len(post.ledger.trials()) < 2:
        time.sleep(0.05)
    post.stop.count = 1
    thread.join()
    assert "trial 0: another worker has taken it" in console.lines
    assert [record.again for record in post.ledger.trials()][:2] == [None, 0]


def test_two_workers_that_add_the_same_successor_train_it_once(tmp_path: Path) -> None:
    search = search_of(Numbers(), tmp_path, trials=1)
    ledger = ledger_of(search, tmp_path / "run")
    claim = _claimed(ledger, search, "0123456789ab")
    ledger.interrupt(claim.number)
    seen_by_two: list[Job] = successors(ledger.trials())
    ledger.enqueue(seen_by_two)
    ledger.enqueue(seen_by_two)
    assert successors(ledger.trials()) == []
    trials = work(search, tmp_path / "run")
    states = [(record.state, record.again) for record in trials]
    assert states[:2] == [(State.INTERRUPTED, None), (State.TRAINED, 0)]
    assert drawn(trials) == [0]
    assert (
        sum(path.read_text().count("\n") for path in tmp_path.glob("run/trials/*/starts.txt")) == 1
    )


def test_a_trial_is_finished_once(tmp_path: Path) -> None:
    search = search_of(Numbers(), tmp_path, trials=1)
    ledger = ledger_of(search, tmp_path)
    claim = _claimed(ledger, search, "0123456789ab")
    claim.finish([50.0], [50.0])
    claim._tell("COMPLETE", [50.0])  # the answer to the first was lost: no mistake
    ledger.interrupt(claim.number)
    (record,) = ledger.trials()
    assert (record.state, record.values) == (State.TRAINED, (50.0,))


def test_a_trial_waits_until_those_before_it_are_drawn(tmp_path: Path) -> None:
    search = search_of(Numbers(epochs=1), tmp_path, trials=2)
    slow = ledger_of(search, tmp_path / "run").ask()  # draws, and takes its time
    worker, post, _ = worker_of(search, tmp_path / "run")
    thread = threading.Thread(target=worker.work)
    thread.start()
    while len(post.ledger.trials()) < 2:
        time.sleep(0.05)
    time.sleep(0.3)
    assert [record.state for record in post.ledger.trials()] == [State.DECIDING] * 2
    slow.study.tell(slow, state=TrialState.FAIL)
    thread.join()
    trials: list[Record] = post.ledger.trials()
    assert [record.state for record in trials].count(State.TRAINED) == 2


def _claimed(ledger, search, worker: str):  # type: ignore[no-untyped-def]
    """A trial that a worker trains, which then does nothing any more."""
    from archdsl.search.candidates.course import chosen
    from archdsl.search.records.claim import Claim

    claim = Claim(ledger, ledger.ask())
    claim.sign(worker, "elsewhere:1")
    claim.decide(chosen(search.space, search.space.member(claim.suggest())))
    return claim
