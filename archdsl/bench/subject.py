"""What all ways compute: one network with the same weights, of the same samples.

A process of its own makes the weights, the samples and the ONNX file, and the results that each way
must give. It leaves them in a folder.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from archdsl.bench.apart import bench_error
from archdsl.bench.ways import READABLE
from archdsl.export.axes import BATCH, Axes, separate
from archdsl.export.folder import Build, Loaded, Value, load, load_lowered
from archdsl.export.samples import draw
from archdsl.export.trials import first_line, results
from archdsl.export.weights import load_weights, randomise
from archdsl.ir.types import show_shape

if TYPE_CHECKING:
    from torch import nn

Arrays = Sequence[Any]
"""Arrays of NumPy."""

_INPUT, _OUTPUT = "input", "output"


@dataclass(frozen=True)
class Subject:
    """A network and what it is given: `given` are arguments of its class, `shapes` of its inputs.

    A shape is that of one sample; an input without one has its declared shape. Without `weights`
    there are random ones.
    """

    build: Build
    given: Mapping[str, Value]
    shapes: Mapping[str, tuple[int, ...]]
    batch: int
    threads: int | None = None
    weights: Path | None = None
    checkpoint_key: str | None = None


@dataclass(frozen=True)
class Prepared:
    """A folder with all that a way needs, the shapes of all inputs, and the threads it may take."""

    subject: Subject
    folder: Path
    shapes: Mapping[str, tuple[int, ...]]
    threads: int

    @property
    def onnx(self) -> Path:
        return self.folder / "network.onnx"

    @property
    def state(self) -> Path:
        return self.folder / "weights.pt"

    def module(self, name: str) -> nn.Module:
        """A module of the build folder, with the weights."""
        import torch

        build, given = self.subject.build, self.subject.given
        state = torch.load(self.state, weights_only=True)
        if name != READABLE:
            return load_lowered(build, name, state, given)
        module = load(build, given).module
        module.load_state_dict(state)
        return module

    def samples(self) -> Arrays:
        """The batch of each input."""
        return self._arrays(_INPUT)

    def difference(self, outputs: Arrays) -> float:
        """The largest difference from what the readable module gives, over its largest value."""
        import numpy

        pairs = zip(outputs, self._arrays(_OUTPUT), strict=True)
        with numpy.errstate(all="ignore"):
            return max(_difference(*pair) for pair in pairs)

    def save(self, kind: str, arrays: Arrays) -> None:
        import numpy

        named = {str(place): array for place, array in enumerate(arrays)}
        numpy.savez(self.folder / f"{kind}.npz", **named)

    def _arrays(self, kind: str) -> Arrays:
        import numpy

        with numpy.load(self.folder / f"{kind}.npz") as stored:
            return [stored[name] for name in stored.files]


def _difference(actual: Any, expected: Any) -> float:
    """Relative to the largest value; inf for another shape, or for what is not finite."""
    import numpy

    if actual.shape != expected.shape:
        return float("inf")
    scale = float(numpy.abs(expected).max()) or 1.0
    part = float(numpy.abs(actual - expected).max()) / scale
    return part if numpy.isfinite(part) else float("inf")


def prepare(subject: Subject, folder: Path) -> Generator[Prepared, None, None]:
    """First all but the ONNX file, and then that.

    Raises:
        CompileError: the module does not run, does not take the input, or cannot be exported.
    """
    loaded = load(subject.build, subject.given)
    import torch  # after that, since it takes seconds, and the module may not load

    if subject.threads is not None:
        torch.set_num_threads(subject.threads)
    axes = _axes(subject, loaded)
    shapes = {name: entering.shape for name, entering in axes.inputs.items()}
    prepared = Prepared(subject, folder, shapes, torch.get_num_threads())
    if subject.weights:
        load_weights(loaded.module, subject.weights, subject.checkpoint_key)
    samples = draw(axes, {BATCH: subject.batch})
    try:
        if not subject.weights:
            randomise(loaded.module, draw(axes, {BATCH: 2}))
        with torch.inference_mode():
            outputs = results(loaded.module(*samples))
    except Exception as failure:
        sizes = " and ".join(map(show_shape, shapes.values()))
        message = f"{subject.build.path} does not take {sizes}: {first_line(failure)}"
        raise bench_error(message) from None
    prepared.save(_INPUT, [each.numpy() for each in samples])
    prepared.save(_OUTPUT, [each.numpy() for each in outputs])
    torch.save(loaded.module.state_dict(), prepared.state)
    yield prepared
    torch.onnx.export(loaded.module, samples, prepared.onnx, verbose=False)
    yield prepared


def _axes(subject: Subject, loaded: Loaded) -> Axes:
    """The axes of the inputs, at the sizes that are asked for."""
    return separate(
        {
            name: entering._replace(shape=subject.shapes.get(name, entering.shape))
            for name, entering in loaded.inputs.items()
        }
    )
