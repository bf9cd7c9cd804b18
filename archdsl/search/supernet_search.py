"""The search of a supernet: its folder in a run, `search.py` in it, and what each repeat found.

One process does it, whoever has the lock on the folder; others wait, and find it done. What a
repeat has found is there once its found.json is, which search.py writes last. One that has diverged
has failed.json instead: it would diverge again, and the others go on.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from archdsl import files
from archdsl.diagnostics import CompileError, error
from archdsl.search import cores, trouble
from archdsl.search.attending import attend, held
from archdsl.search.child import OUTPUT, Child, Log, as_typed
from archdsl.search.post import Console
from archdsl.search.stopping import StopRequest
from archdsl.search.training import Broken, launcher

SEARCH = "search"
"""The folder of a run with the scripts of a supernet, and a folder for each repeat in `runs/`."""

_RUNS = "runs"

_RESULT = "found.json"
_FAILED = "failed.json"
_BEST = "found/1.arch"

Found = Mapping[str, str]
"""What a search has decided: the text of an option for each decision."""


@dataclass(frozen=True)
class SupernetHow:
    """How `search.py` is run: once for each seed. `options` go to it as they are."""

    data: str
    seeds: Sequence[int]
    options: tuple[str, ...] = ()
    processes: int | None = None

    def command(self, seed: int) -> list[str]:
        """The command of one repeat, to be run in the folder of the scripts."""
        return [
            *(*launcher(self.processes), "search.py", "--data", self.data),
            *("--output-dir", str(_output(seed)), "--seed", str(seed), "--resume", "auto"),
            *self.options,
        ]


@dataclass(frozen=True)
class SupernetSearch:
    """A supernet's folder in a run, and how it is searched."""

    run: Path
    how: SupernetHow
    console: Console
    stop: StopRequest

    def found(self, contents: Mapping[str, str]) -> dict[int, Found]:
        """What each repeat has found, by its seed; those that ended earlier are not run again.

        One that has diverged has found nothing.

        Raises:
            Stopped: the user has asked for it. The search has saved and ended.
            CompileError: the folder is of another search, or the user has to mend something, or
                all repeats have diverged.
        """
        folder = self.run / SEARCH
        try:
            with held(folder, self._wait) as lock:
                _write(folder, contents)
                ends = {seed: self._once(folder, lock, seed) for seed in self.how.seeds}
        except BrokenPipeError:  # of the terminal
            raise
        except OSError as fault:
            raise trouble.cannot_write(folder, fault) from None
        failed = {seed: end for seed, end in ends.items() if isinstance(end, str)}
        if len(failed) == len(ends):
            raise trouble.all_diverged(failed, folder / _RUNS)
        return {seed: end for seed, end in ends.items() if not isinstance(end, str)}

    def _wait(self) -> None:
        """While another process searches: it can take days."""
        self.stop.check()
        self.console.progress("waiting for the search of the supernet by another process")

    def _once(self, folder: Path, lock: int, seed: int) -> Found | str:
        """What a repeat has found, or why it has found nothing."""
        output = folder / _output(seed)
        if not ((output / _RESULT).exists() or (output / _FAILED).exists()):
            self.console.line(f"search with seed {seed}: {output}")
            self._run(folder, lock, seed)
        if (output / _RESULT).exists():
            return _found(output / _RESULT)
        why = _reason(output / _FAILED)
        self.console.line(f"search with seed {seed} has failed: {why}")
        return why

    def _run(self, folder: Path, lock: int, seed: int) -> None:
        """Run `search.py`, which leaves what it has found; if it diverges, note that."""
        output, command = folder / _output(seed), self.how.command(seed)
        output.mkdir(parents=True, exist_ok=True)
        printed = Printed(output / OUTPUT)
        own = cores.environment(self.how.processes or 1)
        child = Child(command, folder, output / OUTPUT, lock, own)
        ending = attend(child, self.stop, lambda: self._tell(printed))
        broken = Broken(ending, folder, as_typed(command, folder))
        if broken.has_diverged:
            why = ending.words[-1].removeprefix("error: ") if ending.words else "it diverged"
            files.replace(output / _FAILED, json.dumps({"why": why}) + "\n")
        elif ending.status or not (output / _RESULT).exists():
            raise trouble.search_failed(broken)

    def _tell(self, printed: Printed) -> None:
        for line in printed.lines():
            self.console.line(line)


def progress(run: Path, figure: str) -> Iterator[str]:
    """How far the search of each repeat is, from its log; nothing for a run without a supernet."""
    for folder in sorted((run / SEARCH / _RUNS).glob("seed_*"), key=lambda path: path.name):
        seed = folder.name.partition("_")[2]
        yield f"search with seed {seed}: {_state(folder, figure)}"


def _state(folder: Path, figure: str) -> str:
    if (folder / _RESULT).exists():
        return "has ended"
    if (folder / _FAILED).exists():
        return f"has failed: {_reason(folder / _FAILED)}"
    epochs = [epoch for epoch, _ in Log(folder / "log.jsonl").validations(figure)]
    return f"epoch {max(epochs, default=0)}"


class Printed:
    """What a child adds to the file of its output, line by line."""

    def __init__(self, path: Path) -> None:
        """Begin behind what earlier ones have printed."""
        self._path = path
        self._offset = path.stat().st_size if path.exists() else 0

    def lines(self) -> Iterator[str]:
        """The new lines that are whole."""
        with open(self._path, "rb") as stream:
            stream.seek(self._offset)
            while (line := stream.readline()).endswith(b"\n"):
                self._offset += len(line)
                yield line.decode(errors="replace").rstrip().rpartition("\r")[2]


def _output(seed: int) -> Path:
    return Path(_RUNS, f"seed_{seed}")


def _reason(path: Path) -> str:
    """Why a repeat has found nothing."""
    try:
        return str(json.loads(path.read_bytes())["why"])
    except (OSError, ValueError, LookupError, TypeError):
        return f"{path.name} does not say why"


def _write(folder: Path, contents: Mapping[str, str]) -> None:
    """Write the folder, or what an interruption has left out of it.

    Raises:
        CompileError: it is of another search, or somebody has edited it.
    """
    hint = f"name another folder with -o, or remove {folder} to search anew"
    there = [name for name in contents if os.path.lexists(folder / name)]
    for name in there:
        path = folder / name
        if files.is_edited(path):
            message = f"{path} was edited, so what its search finds is none of this one"
            raise CompileError([error("file", message, help=hint)])
        if not _names_the_spec(name) and path.read_bytes() != contents[name].encode():
            message = f"{path} is of other settings or another archdsl, and so is what it has found"
            raise CompileError([error("file", message, help=hint)])
    files.write_all({folder / name: contents[name] for name in contents if name not in there})


def _names_the_spec(name: str) -> bool:
    """Whether a file tells which spec it is of: the same one can have another name or comments."""
    return name == files.MANIFEST or name.endswith(".arch")


def _found(path: Path) -> Found:
    """The decisions of the best network that a search has found."""
    try:
        (best,) = (each for each in json.loads(path.read_bytes())["found"] if each["spec"] == _BEST)
        return {str(name): str(option) for name, option in best["choices"].items()}
    except (ValueError, LookupError, TypeError, AttributeError):
        message = f"{path} does not say what {_BEST} is"
        hint = f"remove {path}: the same command writes it again"
        raise CompileError([error("file", message, help=hint)]) from None
