"""Folders that search a space, and their search.py in this process, as it starts in no time."""

from __future__ import annotations

import shutil
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from unittest import mock

from scripts.loaded import modules_of

from archdsl.diagnostics import Diagnostics
from archdsl.emit.scripts import SEARCH_NAMES
from archdsl.spec import load
from archdsl.supernet.folder import search_folder
from archdsl.supernet.searched import Searched
from tests.supernet.clips import labels_of, pairs_in_order, sample_of

SPEC = Path(__file__).with_name("planted.arch")
SIGNALS = (signal.SIGTERM, signal.SIGINT)


def write_search(folder: Path, changed: Mapping[str, str] | None = None) -> Path:
    """The folder of the planted space, with some words of its spec changed."""
    text = SPEC.read_text()
    for before, after in (changed or {}).items():
        assert before in text, before
        text = text.replace(before, after)
    folder.mkdir(parents=True)
    (folder / "space.arch").write_text(text)
    spec = load(folder / "space.arch")
    search = spec.search(None, Diagnostics())
    files = search_folder(Searched(spec, search, {}), Diagnostics())
    for name, content in files.items():
        (folder / name).write_text(content)
    return folder


def load_search(build: Path, learned: int = 12, held_out: int = 6) -> SimpleNamespace:
    """The scripts of a folder as modules, whose videos are made and not read; nothing is drawn."""
    made = load_drawing(build, learned, held_out)
    # To draw takes as long as to search.
    made.log.Log.draw = lambda log, picture, paint: None
    return made


def load_drawing(build: Path, learned: int = 12, held_out: int = 6) -> SimpleNamespace:
    """The same scripts, with pictures."""
    names = [name.removesuffix(".py") for name in SEARCH_NAMES]
    made = SimpleNamespace(**dict(zip(names, modules_of(build, names), strict=True)))
    labels = labels_of(learned + held_out)
    videos = [made.lists.Video(str(number), (label,)) for number, label in enumerate(labels)]
    parts = made.held_out.Videos({"train": videos}, videos[:learned], videos[learned:], [])
    made.search.read_videos = lambda args: parts
    made.resuming.rows = lambda videos, args, name: str(len(videos))
    made.video.VideoDataset.sample = sample_of(made.video)
    made.loading.ORDERS["uniform"] = made.search.uniform_order = pairs_in_order
    made.log.open_board = lambda folder, step: None
    return made


def run(scripts: SimpleNamespace, output: Path, *flags: object) -> int:
    """Call search.py; its exit status. It writes to `output`."""
    import torch

    usual = ("--train-list", "made", "--workers", 0, "--output-dir", output)
    command = ["search.py", *map(str, (*usual, *flags))]
    threads = torch.get_num_threads()
    handlers = {number: signal.getsignal(number) for number in SIGNALS}
    torch.set_num_threads(1)
    try:
        with mock.patch.object(sys, "argv", command):
            status: int = scripts.search.main()
        return status
    finally:
        torch.set_num_threads(threads)
        for number, handler in handlers.items():
            signal.signal(number, handler)


def copied(build: Path, folder: Path) -> Path:
    """Another folder with the same files."""
    shutil.copytree(build, folder, ignore=shutil.ignore_patterns("__pycache__"))
    return folder
