"""The emitted pipeline from video files to training clips, against PyTorchVideo's.

Both read the same files in the same number of worker processes, with a recipe's frames, scale
jitter, random crop and normalisation: X3D-M's recipe on long videos of 340 x 256, and tiny's on the
sample data. The memory of the emitted pipeline's workers is measured over 5,000 clips too: a
decoder that keeps frames or files open grows.

python benchmarks/data.py [RUNS]
"""

from __future__ import annotations

import itertools
import multiprocessing
import random
import sys
import tempfile
import time
import types
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module, util
from pathlib import Path
from statistics import median
from types import ModuleType
from typing import Any

import av
import numpy as np
import torch
from measure import ROOT, Result, conclude
from torch import Tensor
from torch.utils.data import DataLoader

from archdsl.cli.main import main as archdsl

sys.path.insert(0, str(ROOT / "tests"))

from scripts.loaded import Scripts, importable, scripts_of

_BATCH, _WORKERS = 8, 2
_LONG_CLIPS, _SAMPLE_CLIPS, _MANY_CLIPS = 48, 320, 5000
_WARM_CLIPS, _EVERY = 1000, 200
_PAGE = 4096

Clips = Iterator[Tensor]


def main() -> int:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        archdsl(["sample-data", str(place / "samples")])
        write_long_videos(place / "long")
        on_long = Pipelines(emitted("x3d_m", place), place / "long" / "train.txt")
        on_samples = Pipelines(emitted("tiny", place), place / "samples" / "train.txt")
        results = [
            Result("memory of workers, last to first", on_samples.growth(), 1.05, unit="x"),
            _speed("X3D-M's clips of long videos", on_long.ratio(_LONG_CLIPS, runs)),
            _speed("tiny's of the sample data", on_samples.ratio(_SAMPLE_CLIPS, runs)),
        ]
    print()
    return conclude(results)


def _speed(what: str, value: float) -> Result:
    return Result(what, value, 1, at_least=True, unit="x")


def emitted(network: str, folder: Path) -> Scripts:
    archdsl(["compile", str(ROOT / "specs" / f"{network}.arch"), "-o", str(folder)])
    return scripts_of(folder / network, network)


@dataclass(frozen=True)
class Pipelines:
    """The clips of the videos in a list, by the emitted pipeline and by PyTorchVideo."""

    scripts: Scripts
    videos: Path

    def ratio(self, clips: int, runs: int) -> float:
        """The clips per second of the emitted pipeline relative to PyTorchVideo: a median."""
        ours, theirs = [], []
        for _ in range(runs):
            ours.append(rate(self.ours, clips))
            theirs.append(rate(self.theirs, clips))
        print(f"{self.videos}: clips a second in {_WORKERS} workers, median of {runs} runs")
        print(f"  emitted script {median(ours):8.1f}  PyTorchVideo {median(theirs):8.1f}")
        return median(mine / other for mine, other in zip(ours, theirs, strict=True))

    def listed(self) -> list[Any]:
        read_list = self.scripts.lists.read_list
        found: list[Any] = read_list(str(self.videos), classes=400, say=lambda text: None)
        return found

    def batches(self, clips: int) -> Iterator[Any]:
        videos = self.listed()
        order = [(e, i) for e in range(clips // len(videos) + 1) for i in range(len(videos))]
        keys = [order[k : k + _BATCH] for k in range(0, clips, _BATCH)]
        clips = self.scripts.video.VideoDataset(videos, self.scripts.recipe.random_clip)
        with importable(self.scripts):
            yield from self.scripts.loading.load(clips.usable, keys, _WORKERS)

    def ours(self, clips: int) -> Clips:
        for batch in self.batches(clips):
            yield self.scripts.recipe.normalise(batch.clips)

    def theirs(self, clips: int) -> Clips:
        data, clip = pytorchvideo()[0], self.scripts.recipe.CLIP
        paths = [(video.path, {"label": video.label}) for video in self.listed()]
        sampler = data.make_clip_sampler("random", clip.frames * clip.stride / clip.rate)
        for _ in range(clips // len(paths) + 1):
            videos = data.LabeledVideoDataset(
                paths, sampler, transform=Transform(self.scripts.recipe), decode_audio=False
            )
            for batch in DataLoader(videos, _BATCH, num_workers=_WORKERS):
                yield batch["video"]

    def growth(self) -> float:
        """The memory of the workers at the end relative to that after the first thousand clips."""
        sizes = []
        for number, _ in enumerate(self.batches(_MANY_CLIPS)):
            if number % (_EVERY // _BATCH) == 0:
                children = multiprocessing.active_children()
                sizes.append(sum(resident(child.pid) for child in children if child.pid))
        shown = ", ".join(f"{size / 2**20:.1f}" for size in sizes)
        print(f"MiB in {_WORKERS} workers, each {_EVERY} of {_MANY_CLIPS:,} clips: {shown}")
        return sizes[-1] / sizes[_WARM_CLIPS // _EVERY]


@dataclass(frozen=True)
class Transform:
    """The transform of PyTorchVideo's tutorial, in its own functions."""

    recipe: ModuleType

    def __call__(self, sample: dict[str, Any]) -> dict[str, Any]:
        functional = pytorchvideo()[1]
        frames = self.recipe.CLIP.frames
        clip = functional.uniform_temporal_subsample(sample["video"], frames) / 255
        mean, std = (torch.tensor(v).view(3, 1, 1, 1) for v in (self.recipe.MEAN, self.recipe.STD))
        clip = (clip - mean) / std
        side = random.randint(self.recipe.LEAST_SIDE, self.recipe.GREATEST_SIDE)
        clip = functional.short_side_scale(clip, side)
        crop = self.recipe.CROP
        top, left = (random.randint(0, length - crop) for length in clip.shape[-2:])
        clip = clip[..., top : top + crop, left : left + crop]
        if hasattr(self.recipe, "FLIP") and random.random() < self.recipe.FLIP:
            clip = clip.flip(3)
        return {"video": clip.contiguous(), "label": sample["label"]}


def pytorchvideo() -> tuple[ModuleType, ModuleType]:
    """PyTorchVideo's data sets and transforms, without the parts that import torchvision.

    Its `__init__` files import all of them, and torchvision is no requirement here. So empty
    modules take its place, and the package of transforms is made without running its `__init__`.
    """
    if "torchvision" not in sys.modules:
        for name in ("torchvision", "torchvision.datasets", "torchvision.datasets.folder"):
            sys.modules[name] = types.ModuleType(name)
        vars(sys.modules["torchvision.datasets.folder"])["make_dataset"] = None
        transforms = types.ModuleType("pytorchvideo.transforms")
        package = util.find_spec("pytorchvideo")
        assert package
        places = package.submodule_search_locations or []
        transforms.__path__ = [f"{place}/transforms" for place in places]
        sys.modules["pytorchvideo.transforms"] = transforms
    names = ("pytorchvideo.data", "pytorchvideo.transforms.functional")
    data, functional = map(import_module, names)
    return data, functional


def rate(pipeline: Callable[[int], Clips], clips: int) -> float:
    """Clips per second, including the start of the workers."""
    started = time.perf_counter()
    done = sum(len(batch) for batch in itertools.islice(pipeline(clips), clips // _BATCH))
    return done / (time.perf_counter() - started)


def resident(pid: int) -> int:
    """The private memory of a process in bytes: resident pages without shared ones."""
    pages = Path(f"/proc/{pid}/statm").read_text().split()
    return (int(pages[1]) - int(pages[2])) * _PAGE


def write_long_videos(folder: Path, count: int = 8, frames: int = 300) -> None:
    """Write videos of ten seconds, with the size of Kinetics' and x264's default key frames.

    A moving texture with noise, so that decoding is neither trivial nor harder than of real videos.
    """
    folder.mkdir()
    for number in range(count):
        chance = np.random.default_rng(number)
        texture = chance.integers(0, 255, (256 // 8, 340 // 4, 3), np.uint8)
        texture = texture.repeat(8, 0).repeat(4, 1)
        with av.open(str(folder / f"{number}.mp4"), "w") as container:
            stream = container.add_stream("libx264", rate=30)
            stream.width, stream.height, stream.pix_fmt = 340, 256, "yuv420p"
            for i in range(frames):
                image = np.roll(texture, (i, 2 * i), (0, 1))
                image = image // 2 + chance.integers(0, 24, image.shape, np.uint8)
                container.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="rgb24")))
            container.mux(stream.encode(None))
    lines = [f"{number}.mp4 {number}\n" for number in range(count)]
    (folder / "train.txt").write_text("".join(lines))


if __name__ == "__main__":
    sys.exit(main())
