"""Exported programs as files, ONNX and torch.export, compared with the module before they count.

An exporter can succeed and still compute something else. So each file is run at the declared size
and at others, and a difference from torch is an error.
"""

from __future__ import annotations

import importlib.util
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import inf, isfinite
from typing import TYPE_CHECKING, Any

from archdsl.export.build import export_error
from archdsl.export.tracing import Range, Traced
from archdsl.export.trials import BATCH, Axes, Shape, Sizes, first_line, places, results
from archdsl.ir.types import show_shape

if TYPE_CHECKING:
    from torch import Tensor, nn
    from torch.export import ExportedProgram

Run = Callable[[Sequence["Tensor"]], Sequence["Tensor"]]

_ONNX_LIMIT = 2**31
"""The most bytes that a file of protocol buffers can have."""


@dataclass(frozen=True)
class File:
    """A program as a file: its bytes, a title of the format, and how to run it.

    `runner` names what runs it, for messages.
    """

    content: bytes
    title: str
    runner: str
    run: Run


@dataclass(frozen=True)
class Format:
    """A file format: its suffix, the packages that it needs, and how it is made of a program."""

    suffix: str
    packages: tuple[str, ...]
    make: Callable[[ExportedProgram, Axes], File]

    def check_installed(self) -> None:
        """Check for missing packages before anything slow begins.

        Raises:
            CompileError: a package is not installed.
        """
        missing = [name for name in self.packages if importlib.util.find_spec(name) is None]
        if missing:
            raise export_error(f"this needs {', '.join(missing)}", "pip install 'archdsl[export]'")


def _pt2(program: ExportedProgram, axes: Axes) -> File:
    import torch

    stream = io.BytesIO()
    torch.export.save(program, stream)
    stream.seek(0)
    module = torch.export.load(stream).module()
    title, runner = "a program of torch.export", "the loaded file"
    return File(stream.getvalue(), title, runner, lambda clips: results(module(*clips)))


def _onnx(program: ExportedProgram, axes: Axes) -> File:
    import onnxruntime

    if sum(tensor.nbytes for tensor in program.state_dict.values()) >= _ONNX_LIMIT:
        raise export_error("one file of ONNX cannot have more than 2 GiB of weights", "try --pt2")
    model = _to_onnx(program, axes)
    content = model.SerializeToString()
    opset = next(entry.version for entry in model.opset_import if not entry.domain)
    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    runner = f"onnxruntime {onnxruntime.__version__}"
    return File(content, f"ONNX, opset {opset}", runner, _session_run(session))


def _to_onnx(program: ExportedProgram, axes: Axes) -> Any:
    """The model as protocol buffers.

    Raises:
        CompileError: ONNX lacks an operation.
    """
    import torch

    try:
        exported = torch.onnx.export(
            program,
            external_data=False,
            verbose=False,
            dynamic_shapes=_axis_names(program, axes),
            output_names=_output_names(program),
        )
    except Exception as failure:
        # An operation that ONNX lacks can end in an error of any kind. Torch wraps it several
        # times in advice on how to report a bug; only the innermost error names the operation.
        cause = first_line(_root_cause(failure))
        raise export_error(f"torch.onnx fails: {cause}", "try --pt2") from None
    assert exported is not None
    return exported.model_proto


def _root_cause(failure: BaseException) -> BaseException:
    return _root_cause(failure.__cause__) if failure.__cause__ else failure


def _session_run(session: Any) -> Run:
    import torch

    taken = [value.name for value in session.get_inputs()]

    def run(clips: Sequence[Tensor]) -> Sequence[Tensor]:
        arrays = {name: clip.numpy() for name, clip in zip(taken, clips, strict=True)}
        return [torch.from_numpy(array) for array in session.run(None, arrays)]

    return run


def _output_names(program: ExportedProgram) -> list[str]:
    count = len(program.graph_signature.user_outputs)
    return ["output"] if count == 1 else [f"output{place}" for place in range(count)]


def _axis_names(program: ExportedProgram, axes: Axes) -> dict[str, dict[int, str]]:
    """The name of each dynamic axis, by input and position.

    Axes that always have one size share a name. The frames of SlowFast's two inputs do not: one
    has a fourth of the other's.
    """
    import torch

    values = {n.name: n.meta["val"] for n in program.graph.nodes if n.op == "placeholder"}
    inputs = zip(program.graph_signature.user_inputs, axes.inputs.values(), strict=True)
    return {
        str(own): {
            place: name if axes.declared[name] == (1, *shape)[place] else f"{own}_{name}"
            for place, name in places(shape)
            if isinstance(values[own].shape[place], torch.SymInt)
        }
        for own, shape in inputs
    }


FORMATS = {
    "onnx": Format(".onnx", ("torch", "onnx", "onnxscript", "onnxruntime"), _onnx),
    "pt2": Format(".pt2", ("torch",), _pt2),
}


BOUND = 1e-3
"""The largest difference allowed, relative to the largest value of the result.

Other kernels sum in another order: in float32, deep networks differ by about 1e-5. A wrong axis or
a lost branch gives differences near 1.
"""


@dataclass(frozen=True)
class Check:
    """The shapes of the inputs, and the largest difference relative to the largest value."""

    shapes: tuple[Shape, ...]
    difference: float


def checks(
    file: File, module: nn.Module, traced: Traced, found: Iterable[Range]
) -> Iterator[Check]:
    """Compare the file with the module: at the declared size, then at others within the ranges.

    Each check is yielded before its bound is tested, so that the report shows the bad one too.

    Raises:
        CompileError: the file does not run, or its results differ by more than BOUND.
    """
    for sizes in _sizes(traced, list(found)):
        shapes = traced.axes.shapes(sizes) or []
        check = Check(tuple(shapes), _difference(file, module, shapes))
        yield check
        if check.difference > BOUND:
            where = " and ".join(map(show_shape, shapes))
            message = f"{file.runner} and torch differ by {check.difference:.1e} of the largest"
            raise export_error(f"{message} value at {where}; {BOUND:.0e} is allowed")


def _difference(file: File, module: nn.Module, shapes: Sequence[Shape]) -> float:
    import torch

    source = torch.Generator().manual_seed(0)
    clips = [torch.randn(shape, generator=source) for shape in shapes]
    with torch.no_grad():
        expected = results(module(*clips))
        try:
            actual = file.run(clips)
        except Exception as failure:
            # Runtimes define error types of their own, which derive from nothing in common.
            where = " and ".join(map(show_shape, shapes))
            raise export_error(f"{file.runner} fails at {where}: {first_line(failure)}") from None
    return max(_relative_difference(*pair) for pair in zip(actual, expected, strict=True))


def _relative_difference(actual: Tensor, expected: Tensor) -> float:
    """The largest difference relative to the largest value; inf for another shape, or for nan."""
    if actual.shape != expected.shape:
        return inf
    scale = expected.abs().max().item() or 1.0
    part = (actual - expected).abs().max().item() / scale
    return part if isfinite(part) else inf


def _sizes(traced: Traced, found: list[Range]) -> Iterator[Sizes]:
    """The declared size, and two others: two smaller clips, and one longer clip of smaller frames.

    Every axis changes, in both directions, and the batch is once not 1: a size that the exporter
    took for a constant then shows.
    """
    declared = traced.axes.declared
    yield declared
    smaller = {r.axis: _other(traced, r, 5 * r.declared // 8) for r in found} | {BATCH: 2}
    longest = next((r for r in found if r.axis != BATCH), None)
    longer = {r.axis: _other(traced, r, r.declared // 2) for r in found} | {BATCH: 1}
    if longest:
        longer[longest.axis] = _other(traced, longest, 2 * longest.declared + 1)
    seen = [declared]
    for sizes in (smaller, longer, {**declared, BATCH: 2}):
        if sizes not in seen and traced.takes(sizes):
            seen.append(sizes)
            yield sizes
            if len(seen) == 3:
                return


def _other(traced: Traced, found: Range, wanted: int) -> int:
    """A size of an axis near the one wanted; the declared size if the program takes no other."""
    for size in (wanted, found.low, found.high, found.declared + (found.step or 0)):
        sizes = {**traced.axes.declared, found.axis: size or 0}
        if size and size != found.declared and traced.takes(sizes):
            return size
    return found.declared
