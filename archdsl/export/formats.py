"""A program as a file, in several forms, each run beside the module before it is written."""

from __future__ import annotations

import importlib.util
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import inf, isfinite
from typing import TYPE_CHECKING, Any

from archdsl.export.build import fault
from archdsl.export.tracing import Range, Traced
from archdsl.export.trials import BATCH, Axes, Shape, Sizes, first_line, places, results
from archdsl.ir.types import show_shape

if TYPE_CHECKING:
    from torch import Tensor, nn
    from torch.export import ExportedProgram

Run = Callable[[Sequence["Tensor"]], Sequence["Tensor"]]

_ONNX_LIMIT = 2**31
"""Bytes that one file of protocol buffers may have."""


@dataclass(frozen=True)
class File:
    """A program as a file: its content, what it is, what was used to run it, and how it runs."""

    content: bytes
    title: str
    runner: str
    run: Run


@dataclass(frozen=True)
class Format:
    """A form of programs: the suffix of its files, and the packages that it takes."""

    suffix: str
    packages: tuple[str, ...]
    made: Callable[[ExportedProgram, Axes], File]

    def check_installed(self) -> None:
        """Refuse to begin where packages are missing.

        Raises:
            CompileError: some are.
        """
        missing = [name for name in self.packages if importlib.util.find_spec(name) is None]
        if missing:
            raise fault(f"this needs {', '.join(missing)}", "pip install 'archdsl[export]'")


def _pt2(program: ExportedProgram, axes: Axes) -> File:
    import torch

    stream = io.BytesIO()
    torch.export.save(program, stream)
    stream.seek(0)
    module = torch.export.load(stream).module()
    title, runner = "a program of torch.export", "the file, loaded again,"
    return File(stream.getvalue(), title, runner, lambda clips: results(module(*clips)))


def _onnx(program: ExportedProgram, axes: Axes) -> File:
    import onnxruntime

    if sum(tensor.nbytes for tensor in program.state_dict.values()) >= _ONNX_LIMIT:
        raise fault("more than 2 GiB of weights do not fit in one file of ONNX", "try --pt2")
    model = _translated(program, axes)
    content = model.SerializeToString()
    opset = next(entry.version for entry in model.opset_import if not entry.domain)
    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    runner = f"onnxruntime {onnxruntime.__version__}"
    return File(content, f"ONNX, opset {opset}", runner, _session_run(session))


def _translated(program: ExportedProgram, axes: Axes) -> Any:
    import torch

    try:
        made = torch.onnx.export(
            program,
            external_data=False,
            verbose=False,
            dynamic_shapes=_axis_names(program, axes),
            output_names=_output_names(program),
        )
    except Exception as failure:
        # The translation of an operation that ONNX lacks may end in any kind of error.
        cause = first_line(_innermost(failure))
        raise fault(f"torch.onnx does not manage: {cause}", "try --pt2") from None
    assert made is not None
    return made.model_proto


def _innermost(failure: BaseException) -> BaseException:
    return _innermost(failure.__cause__) if failure.__cause__ else failure


def _session_run(session: Any) -> Run:
    import torch

    taken = [value.name for value in session.get_inputs()]

    def run(clips: Sequence[Tensor]) -> Sequence[Tensor]:
        arrays = {name: clip.numpy() for name, clip in zip(taken, clips, strict=True)}
        return [torch.from_numpy(made) for made in session.run(None, arrays)]

    return run


def _output_names(program: ExportedProgram) -> list[str]:
    count = len(program.graph_signature.user_outputs)
    return ["output"] if count == 1 else [f"output{place}" for place in range(count)]


def _axis_names(program: ExportedProgram, axes: Axes) -> dict[str, dict[int, str]]:
    """A name for each axis that is open; those that are always of one size share it."""
    import torch

    values = {n.name: n.meta["val"] for n in program.graph.nodes if n.op == "placeholder"}
    taken = zip(program.graph_signature.user_inputs, axes.inputs.values(), strict=True)
    return {
        str(own): {
            place: name if axes.declared[name] == (1, *shape)[place] else f"{own}_{name}"
            for place, name in places(shape)
            if isinstance(values[own].shape[place], torch.SymInt)
        }
        for own, shape in taken
    }


FORMATS = {
    "onnx": Format(".onnx", ("torch", "onnx", "onnxscript", "onnxruntime"), _onnx),
    "pt2": Format(".pt2", ("torch",), _pt2),
}


BOUND = 1e-3
"""How much a result may differ, as a part of the largest value there."""


@dataclass(frozen=True)
class Check:
    """The inputs of a run, and how much its results differ, as a part of the largest value."""

    shapes: tuple[Shape, ...]
    difference: float


def checks(
    file: File, module: nn.Module, traced: Traced, found: Iterable[Range]
) -> Iterator[Check]:
    """One for the declared size, and for others that differ in as much as they may.

    Raises:
        CompileError: the file does not run, or the results differ by more than the bound.
    """
    for sizes in _sizes(traced, list(found)):
        shapes = traced.axes.shapes(sizes) or []
        check = Check(tuple(shapes), _difference(file, module, shapes))
        yield check
        if check.difference > BOUND:
            where = " and ".join(map(show_shape, shapes))
            message = f"{file.runner} and torch differ by {check.difference:.1e} of the largest"
            raise fault(f"{message} value at {where}; {BOUND:.0e} is allowed")


def _difference(file: File, module: nn.Module, shapes: Sequence[Shape]) -> float:
    import torch

    source = torch.Generator().manual_seed(0)
    clips = [torch.randn(shape, generator=source) for shape in shapes]
    with torch.no_grad():
        expected = results(module(*clips))
        try:
            made = file.run(clips)
        except Exception as failure:
            # A runtime may raise anything.
            where = " and ".join(map(show_shape, shapes))
            raise fault(f"{file.runner} fails at {where}: {first_line(failure)}") from None
    return max(_part(*pair) for pair in zip(made, expected, strict=True))


def _part(made: Tensor, expected: Tensor) -> float:
    if made.shape != expected.shape:
        return inf
    scale = expected.abs().max().item() or 1.0
    part = (made - expected).abs().max().item() / scale
    return part if isfinite(part) else inf


def _sizes(traced: Traced, found: list[Range]) -> Iterator[Sizes]:
    """The declared size; two smaller clips; and one that is longer, and smaller otherwise."""
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
    """A size of an axis near the one wanted, the declared one where there is no other."""
    near = (wanted, found.low, found.high, found.declared + (found.step or 0))
    for size in near:
        sizes = {**traced.axes.declared, found.axis: size or 0}
        if size and size != found.declared and traced.takes(sizes):
            return size
    return found.declared
