"""`archdsl search`: train members of a space, as one of any number of workers."""

from __future__ import annotations

import argparse
import gc
import shlex
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from archdsl.cli import options
from archdsl.cli.numbers import count, natural
from archdsl.cli.supernets import search_folder
from archdsl.diagnostics import CompileError, Diagnostics, error

if TYPE_CHECKING:
    from archdsl.search.assembly import Assembled
    from archdsl.searches.search import Search

_SEARCH = """\
A search of SPEC says what is wanted of a space and how it is looked for: `search NAME for SPACE {
... }`. Each trial is a member of the space, compiled to a folder and trained there by its train.py.
Held-out training videos judge; the validation list is never read.

With a supernet (`probabilistic`, `differentiable`), the same command runs three steps. It writes
the folder that `archdsl compile SPACE` writes to RUN/search, and runs its search.py, once for each
of `repeats`. Then it trains what each of these has found by itself, as `finish` says.

Every process that runs the same command is a worker: on one machine, or on several that share RUN
or a --storage. A worker that dies is noticed, at once on its own machine and elsewhere after
--stale seconds, and its trial goes on from its last checkpoint. Ctrl-C and SIGTERM save and give
the trial back. The same command again goes on where the search is.

RUN has the results at any time:

  found.arch    the best network as a spec that stands alone; front/ has the best of each cost
  trials.csv    every trial: decisions, costs, accuracy, seconds, worker
  search.svg    cost against accuracy; report.html has this and the tables on one page
  trials/       a build folder for each trial, with its log and best weights
  search/       the folder that searches, of a supernet; runs/seed_N has what it found
  search.arch   the spec that is searched

At the end random networks of the same cost are trained too, and both are printed.

  --storage     a file for the trials, postgresql://..., mysql://..., or grpc://HOST:PORT of
                Optuna's proxy; default: RUN/journal.log. Passwords are not printed or written
  --train-args  what train.py is given in addition, such as --train-args="--amp bf16 --workers 4"
  --search-args the same for search.py, of a supernet

It needs pip install "archdsl[search]", and what train.py needs.

examples:
  archdsl search specs/gpb_space.arch --dry-run                 draw members, count their costs
  archdsl search specs/gpb_space.arch --data kinetics -o runs/gpb
  archdsl search specs/gpb_space.arch --data kinetics -o runs/gpb --nproc-per-node 8
  archdsl search specs/autox3d_space.arch --data kinetics -o runs/auto
  archdsl search --status runs/gpb                              how far it is, from any process
"""

_LEAST_STALE = 5.0


def add_search(commands: argparse._SubParsersAction[options.Parser]) -> None:
    summary = "search a space of networks by training its members"
    parser = options.command(commands, "search", summary, _SEARCH)
    parser.add_argument("spec", metavar="SPEC", nargs="?", help="the file of the search")
    parser.add_argument("name", metavar="NAME", nargs="?", help="the search, if SPEC has several")
    parser.add_argument("--data", metavar="DIR", help="the data, as train.py takes it")
    parser.add_argument("-o", "--output", metavar="RUN", type=Path, help="the folder of the run")
    parser.add_argument("--storage", metavar="URL", help="where trials are kept, see below")
    parser.add_argument("--trials", metavar="N", type=count, help="instead of the spec's number")
    help = "train each member on N GPUs, with torchrun"
    parser.add_argument("--nproc-per-node", metavar="N", type=count, help=help)
    help = "take a trial from a worker without a sign of life for so long; default: 900"
    parser.add_argument("--stale", metavar="SECONDS", type=_stale, default=900.0, help=help)
    help = "random networks to compare with, 0 for none; default: 5"
    parser.add_argument("--baseline", metavar="N", type=natural, default=5, help=help)
    help = "further options of train.py"
    parser.add_argument("--train-args", metavar="ARGS", type=shlex.split, default=[], help=help)
    help = "further options of search.py, of a supernet"
    parser.add_argument("--search-args", metavar="ARGS", type=shlex.split, default=[], help=help)
    parser.add_argument("--dry-run", action="store_true", help="train nothing, only show members")
    parser.add_argument("--status", metavar="RUN", type=Path, help="show how far a search is")
    parser.set_defaults(run=_search, parser=parser)


def _stale(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not _LEAST_STALE <= seconds <= 1e6:
        needed = f"must be a number of seconds, {_LEAST_STALE:g} at least"
        raise argparse.ArgumentTypeError(f"{needed}, but this is {text!r}")
    return seconds


def _search(arguments: argparse.Namespace) -> int:
    from archdsl.search.extra import require_extra

    if arguments.status is None and arguments.spec is None:
        arguments.parser.error("SPEC is missing, or --status RUN")
    require_extra()
    # A search can run for weeks, unlike the other commands: see `archdsl/__main__.py`.
    gc.enable()
    if arguments.status is not None:
        from archdsl.search.results.status import status

        sys.stdout.write(status(arguments.status, arguments.storage))
        return 0
    return _begin(arguments)


def _begin(arguments: argparse.Namespace) -> int:
    from archdsl.search.assembly import Wishes, assemble
    from archdsl.search.training import not_for_users

    for flag in ("train_args", "search_args"):
        if taken := not_for_users(getattr(arguments, flag)):
            has = f"--{flag.replace('_', '-')} has {taken[0]}"
            arguments.parser.error(f"{has}, which a search gives by itself")
    wishes = Wishes(
        data=arguments.data or "",
        trials=arguments.trials,
        baseline=arguments.baseline,
        processes=arguments.nproc_per_node,
        train_args=tuple(arguments.train_args),
        search_args=tuple(arguments.search_args),
    )
    diagnostics = Diagnostics()
    spec = options.opened(arguments.spec)
    search = spec.search(arguments.name, diagnostics)
    _check_fits(search, arguments)
    assembled = assemble(spec, search, wishes)
    scripts = search_folder(spec, search, {}, diagnostics) if assembled.supernet else {}
    options.report_warnings(diagnostics)
    if arguments.dry_run:
        from archdsl.search.preview import preview

        sys.stdout.write(preview(assembled.setup))
        return 0
    for flag, value in (("--data DIR", arguments.data), ("-o RUN", arguments.output)):
        if not value:
            arguments.parser.error(f"{flag} is missing")
    if not Path(arguments.data).exists():
        raise CompileError([error("file", f"there is no {arguments.data}")])
    return _work(assembled, scripts, arguments)


def _check_fits(search: Search, arguments: argparse.Namespace) -> None:
    """Check that the options are of the method of a search."""
    from archdsl.searches.methods import BySupernet, Sampling

    method = f"and `{search.name}` is {search.method}"
    if arguments.search_args and not isinstance(search.method, BySupernet):
        arguments.parser.error(f"--search-args is for supernets, {method}")
    if arguments.trials and not isinstance(search.method, Sampling):
        arguments.parser.error(f"--trials is for methods that have a number of them, {method}")


def _work(assembled: Assembled, scripts: Mapping[str, str], arguments: argparse.Namespace) -> int:
    """Work until the search is over or the user ends it, and say what was found."""
    from archdsl.search.console import Terminal
    from archdsl.search.post import Post
    from archdsl.search.records.ledger import Ledger
    from archdsl.search.records.storage import Address
    from archdsl.search.records.study import open_study
    from archdsl.search.results.about import About
    from archdsl.search.results.run_folder import RunFolder, check_run, make_run
    from archdsl.search.stopping import Stopped, StopRequest
    from archdsl.search.supernet_search import SupernetSearch
    from archdsl.search.worker import Worker

    setup, run = assembled.setup, arguments.output
    address = Address.of(arguments.storage, run)
    about, sampler = About.of(setup, address, run), setup.course.sampler
    # Nothing is made for a search that is refused: the storage has the last word.
    check_run(run, about, assembled.sources)
    study = open_study(address, setup.name, assembled.identity, setup.goal, sampler)
    make_run(run, about, assembled.sources)
    ledger = Ledger(study, address, setup.space, arguments.stale)
    terminal, stop = Terminal(sys.stdout), StopRequest()
    terminal.line(f"{assembled.title}; trials in {address.shown}")
    try:
        with stop.listening(), suppress(Stopped):
            if how := assembled.supernet:
                searching = SupernetSearch(run, how, terminal, stop)
                setup = assembled.after(searching.found(scripts))
            post = Post(run, setup, ledger, terminal, stop, arguments.stale)
            Worker(post, RunFolder(run, setup).write).work()
    finally:
        terminal.end()
    for line in RunFolder(run, setup).results(ledger.trials()).summary():
        terminal.line(line)
    if stop.count:
        terminal.line("stopped: the same command goes on")
        return stop.status
    terminal.line(f"{run / 'found.arch'}, {run / 'report.html'}")
    return 0
