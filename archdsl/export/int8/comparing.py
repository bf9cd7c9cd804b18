"""A file in float32 and its integers side by side: accuracy on a list, time of a clip, size."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from archdsl.bench.rounds import Times, time_of
from archdsl.export.folder import export_error
from archdsl.export.int8.floats import Floats
from archdsl.export.int8.scripts import Listed, Network, Scripts, Telling
from archdsl.export.trials import first_line
from archdsl.ir.types import show_shape

if TYPE_CHECKING:
    from torch import Tensor

_ROUNDS = 10


@dataclass(frozen=True)
class Form:
    """A file: its shares of what is right, the times of a clip, and its bytes."""

    figures: Mapping[str, float]
    times: Times
    bytes: int


@dataclass(frozen=True)
class Compared:
    """The same network in two forms, on the same `videos` and with the same `threads`.

    `shape` is that of the clip whose time was measured.
    """

    floats: Form
    integers: Form
    videos: int
    shape: tuple[int, ...]
    threads: int


def compared(
    scripts: Scripts, listed: Listed, floats: Floats, integers: bytes, telling: Telling
) -> Compared:
    """Test both files on the videos of a list.

    Raises:
        CompileError: a file does not take the clips of the test, or no video can be read.
    """
    import torch

    threads = torch.get_num_threads()
    contents = {"float32": floats.content, "int8": integers}
    networks = {
        name: _network(f"{floats.path} in {name}", content, threads)
        for name, content in contents.items()
    }
    figures, used = scripts.figures(listed, networks, floats, telling)
    quiet = Telling(lambda _: None, telling.now)  # what cannot be read was told
    clip = next(scripts.clips(listed, quiet))
    telling.now("the time of a clip")
    times = _times({name: partial(network, clip) for name, network in networks.items()})
    before, after = (Form(figures[name], times[name], len(contents[name])) for name in contents)
    return Compared(before, after, used, tuple(clip.shape), threads)


def _times(calls: Mapping[str, Callable[[], object]]) -> dict[str, Times]:
    """Those of rounds in which all take turns, after one that is not counted."""
    rounds = [[time_of(call).wall for call in calls.values()] for _ in range(1 + _ROUNDS)]
    columns = zip(*rounds[1:], strict=True)
    return {name: Times(times) for name, times in zip(calls, columns, strict=True)}


def _network(name: str, content: bytes, threads: int) -> Network:
    """A file as a function from clips to scores.

    Raises:
        CompileError: the runtime does not take the file.
    """
    import onnxruntime
    import torch

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    try:
        session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    except Exception as failure:
        raise export_error(f"{name} does not load: {first_line(failure)}") from None
    entering = session.get_inputs()[0].name

    def network(clips: Tensor) -> Tensor:
        try:
            scores, *_ = session.run(None, {entering: clips.numpy()})
        except Exception as failure:
            sizes = show_shape(tuple(clips.shape))
            raise export_error(f"{name} does not take {sizes}: {first_line(failure)}") from None
        return torch.from_numpy(scores)

    return network
