"""The forms of a program as a file, each with what runs it."""

from __future__ import annotations

import importlib.util
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from archdsl.export.axes import Axes, places
from archdsl.export.build import fault
from archdsl.export.trials import first_line, results

if TYPE_CHECKING:
    from torch import Tensor
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
        raise fault("more than 2 GiB of weights do not fit in one file of ONNX", "export --pt2")
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
        cause = failure.__cause__ if isinstance(failure.__cause__, Exception) else failure
        raise fault(f"torch.onnx does not manage: {first_line(cause)}", "export --pt2") from None
    assert made is not None
    return made.model_proto


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
