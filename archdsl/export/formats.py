"""Exported programs as files: ONNX, and the format of torch.export."""

from __future__ import annotations

import importlib.util
import io
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from archdsl.export.about import About, as_text
from archdsl.export.axes import Axes
from archdsl.export.folder import export_error
from archdsl.export.ranges import Range
from archdsl.export.refusals import add_refusals
from archdsl.export.tracing import Traced
from archdsl.export.trials import first_line, results

if TYPE_CHECKING:
    from torch import Tensor
    from torch.export import ExportedProgram

Run = Callable[[Sequence["Tensor"]], Sequence["Tensor"]]

_ONNX_LIMIT = 2**31
"""The most bytes that a file of protocol buffers can have."""


ABOUT = "archdsl.json"
"""The file of this name in a program of torch.export is what that says about itself."""


@dataclass(frozen=True)
class Exported:
    """What a file is made of: a program, the sizes that it takes, and what is said about it."""

    traced: Traced
    ranges: Sequence[Range]
    about: About


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
    make: Callable[[Exported], File]


def check_installed(packages: Iterable[str]) -> None:
    """Check for missing packages before anything slow begins.

    Raises:
        CompileError: a package is not installed.
    """
    missing = [name for name in packages if importlib.util.find_spec(name) is None]
    if missing:
        raise export_error(f"this needs {', '.join(missing)}", "pip install 'archdsl[export]'")


def _pt2(exported: Exported) -> File:
    import torch

    stream, about = io.BytesIO(), json.dumps(exported.about, ensure_ascii=False, indent=2)
    torch.export.save(exported.traced.program, stream, extra_files={ABOUT: about})
    stream.seek(0)
    module = torch.export.load(stream).module()
    title, runner = "a program of torch.export", "the loaded file"
    return File(stream.getvalue(), title, runner, lambda clips: results(module(*clips)))


def _onnx(exported: Exported) -> File:
    import onnxruntime

    program = exported.traced.program
    if sum(tensor.nbytes for tensor in program.state_dict.values()) >= _ONNX_LIMIT:
        raise export_error("one file of ONNX cannot have more than 2 GiB of weights", "try --pt2")
    model = _to_onnx(program, exported.traced.axes)
    add_refusals(model, exported.ranges)
    for name, text in as_text(exported.about).items():
        model.metadata_props.add(key=name, value=text)
    content = model.SerializeToString()
    opset = next(entry.version for entry in model.opset_import if not entry.domain)
    runner = f"onnxruntime {onnxruntime.__version__}"
    try:
        session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    except Exception as failure:
        # An older runtime lacks the opset or an operation; its errors have no type in common.
        message = f"{runner} does not run ONNX of opset {opset}: {first_line(failure)}"
        raise export_error(message, "a newer onnxruntime may") from None
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
    traced = zip(axes.inputs, program.graph_signature.user_inputs, strict=True)
    own = {name: str(placeholder) for name, placeholder in traced}
    names: dict[str, dict[int, str]] = {placeholder: {} for placeholder in own.values()}
    for axis in axes.all:
        for place in axis.places:
            if not isinstance(values[own[place.input]].shape[place.position], torch.SymInt):
                continue
            is_one = place.size == axis.declared
            name = axis.name if is_one else f"{place.input} {place.kind}"
            names[own[place.input]][place.position] = name.replace(" ", "_")
    return names


ONNX_PACKAGES = ("torch", "onnx", "onnxscript", "onnxruntime")

FORMATS = {
    "onnx": Format(".onnx", ONNX_PACKAGES, _onnx),
    "pt2": Format(".pt2", ("torch",), _pt2),
}
