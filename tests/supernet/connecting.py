"""Folders that search a supergraph by gradients, and their search.py in this process."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

from scripts.loaded import modules_of

from archdsl.diagnostics import Diagnostics
from archdsl.spec import Spec, load
from archdsl.supergraphs.folder import search_folder
from archdsl.supernet.searched import Searched
from tests.supernet.clips import labels_of, sample_of
from tests.supernet.searching import run

SPEC = Path(__file__).with_name("planted_node.arch")
LISTS = ("--val-list", "made")


def write_folder(folder: Path, spec: Spec | None = None) -> Path:
    """The folder of the search of a spec, by default of the planted node."""
    read = spec or load(SPEC)
    files = search_folder(Searched(read, read.search(), {}), Diagnostics())
    folder.mkdir(parents=True)
    for name, content in files.items():
        (folder / name).write_text(content)
    return folder


def load_folder(build: Path, learned: int = 12, validated: int = 6) -> SimpleNamespace:
    """The scripts of a folder as modules, whose videos are made and not read."""
    names = [path.stem for path in sorted(build.glob("*.py"))]
    made = SimpleNamespace(**dict(zip(names, modules_of(build, names), strict=True)))
    labels = labels_of(learned + validated)
    videos = [made.lists.Video(str(number), (label,)) for number, label in enumerate(labels)]
    lists = {"train": videos[:learned], "val": videos[learned:]}
    parts = made.held_out.Videos(lists, videos[:learned], videos[learned:], [])
    made.search.read_videos = lambda args: parts
    made.resuming.rows = lambda videos, args, name: str(len(videos))
    made.video.VideoDataset.sample = sample_of(made.video)
    made.log.open_board = lambda folder, step: None
    made.log.Log.draw = lambda log, picture, paint: None
    return made


def searched(scripts: SimpleNamespace, output: Path, *flags: object) -> int:
    """Call search.py; its exit status."""
    return run(scripts, output, *LISTS, *flags)
