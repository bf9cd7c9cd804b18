"""What goes wrong while a search runs: of which member, in whose words, and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from archdsl.diagnostics import CompileError, error
from archdsl.search.domain import Member
from archdsl.search.training import Broken

SPEC = "member.arch"
"""The file with the spec of a trial's member, in the folder of the trial."""


def refused(number: int, member: Member, broken: Broken) -> CompileError:
    """A training that needs the user: its data, its disk or its command is wrong."""
    hint = "mend it, and give the same command again: the trial goes on from its last checkpoint"
    return _broken(number, member, broken, hint)


def crashing(number: int, member: Member, broken: Broken, times: int) -> CompileError:
    """Members fail one after the other, so it is not the members."""
    hint = f"the training of {times} members in a row has crashed: try this one alone"
    return _broken(number, member, broken, hint)


def _broken(number: int, member: Member, broken: Broken, hint: str) -> CompileError:
    message = f"trial {number}, {member.name}: train.py {how_it_ended(broken)}"
    notes = [
        *broken.ending.words,
        f"the member's spec: {broken.folder / SPEC}",
        f"the training alone: {broken.command}",
    ]
    return CompileError([error("trial", message, notes=notes, help=hint)])


def search_failed(broken: Broken) -> CompileError:
    """A supernet's search that ended without what it should find."""
    how = how_it_ended(broken, "what it found")
    notes = [*broken.ending.words, f"the search alone: {broken.command}"]
    hint = "mend it, and give the same command again: it goes on from its last checkpoint"
    return CompileError([error("search", f"search.py {how}", notes=notes, help=hint)])


def all_diverged(reasons: Mapping[int, str], runs: Path) -> CompileError:
    """The searches of a supernet with all seeds, of which none has found anything."""
    what = "the search" if len(reasons) == 1 else f"all {len(reasons)} searches"
    notes = [f"with seed {seed}: {why}" for seed, why in reasons.items()]
    hint = f"change the recipe, such as its rate; to search anew as it is, remove {runs}"
    return CompileError([error("search", f"{what} diverged", notes=notes, help=hint)])


def how_it_ended(broken: Broken, due: str = "an accuracy in its log.jsonl") -> str:
    """The end of a script in words; `due` is what one that ends well leaves."""
    status = broken.ending.status
    if status < 0:
        return f"was ended by signal {-status}"
    if status == 0:
        return f"ended without {due}"
    return f"ended with exit status {status}"


def useless_sampler(misses: int, why: str) -> CompileError:
    message = f"{misses} proposals in a row were of no use, the last one because: {why}"
    hint = "`kernel = graph` proposes new members within the bounds alone"
    return CompileError([error("search", message, help=hint)])


def cannot_write(folder: Path, fault: OSError) -> CompileError:
    message = f"cannot write in {folder}: {fault.strerror or fault}"
    hint = "mend it, and give the same command again: the trial goes on from its last checkpoint"
    return CompileError([error("file", message, help=hint)])
