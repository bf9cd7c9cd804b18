"""Static quantisation by ONNX Runtime: what multiplies gets 8-bit integers, per output channel.

The ranges of activations are those that clips show. Operations without multiply-adds stay in
float32: they gain nothing, and each would round its result once more.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from archdsl.diagnostics import CompileError
from archdsl.export.folder import export_error
from archdsl.export.int8.floats import INT8, PRECISION, Floats
from archdsl.export.int8.scripts import Telling
from archdsl.export.trials import first_line

if TYPE_CHECKING:
    from torch import Tensor

LEAST_CLIPS = 16
"""Fewer show too little of the ranges."""

_MULTIPLYING = ("Conv", "ConvTranspose", "Gemm", "MatMul")


class _Reader:
    """The clips as ONNX Runtime asks for them, one by one; it takes more than memory may hold."""

    def __init__(self, entering: str, clips: Iterator[Tensor], telling: Telling) -> None:
        self._entering, self._clips, self._telling = entering, clips, telling
        self.taken, self.is_over = 0, False

    def get_next(self) -> dict[str, Any] | None:
        clip = next(self._clips, None)
        if clip is None:
            self.is_over = True
            return None
        self.taken += 1
        self._telling.now(f"calibrating: clip {self.taken:,}")
        return {self._entering: clip.numpy()}


def quantised(floats: Floats, clips: Iterator[Tensor], listed: str, telling: Telling) -> bytes:
    """The file with integers, calibrated by clips of a list.

    Raises:
        CompileError: there are too few clips, or the file does not take them.
    """
    import onnx

    reader = _Reader(floats.model.graph.input[0].name, clips, telling)
    with tempfile.TemporaryDirectory(prefix="archdsl-int8-") as folder:
        made = Path(folder) / "int8.onnx"
        try:
            _quantise(floats, reader, made)
        except CompileError:
            raise
        except Exception as failure:  # of the quantiser or of its runtime: they share no type
            _check_enough(reader, listed)
            raise export_error(
                f"{floats.path} cannot be quantised: {first_line(failure)}"
            ) from None
        _check_enough(reader, listed)
        model = onnx.load(made)
    del model.metadata_props[:]  # the quantiser's own remarks
    calibration = json.dumps(
        {"list": Path(listed).name, "clips": reader.taken, "float32": floats.digest}
    )
    for name, text in {**floats.about, PRECISION: INT8, "calibration": calibration}.items():
        model.metadata_props.add(key=name, value=text)
    content: bytes = model.SerializeToString()
    return content


def _quantise(floats: Floats, reader: _Reader, made: Path) -> None:
    from onnxruntime.quantization import QuantFormat, quantize_static
    from onnxruntime.quantization.shape_inference import quant_pre_process

    given, prepared = made.with_name("float32.onnx"), made.with_name("prepared.onnx")
    given.write_bytes(floats.content)
    # It joins norms with convolutions. Of sizes that are open, symbolic shapes say no more.
    quant_pre_process(str(given), str(prepared), skip_symbolic_shape=True)
    quantize_static(
        str(prepared),
        str(made),
        reader,
        quant_format=QuantFormat.QDQ,
        op_types_to_quantize=list(_MULTIPLYING),
        per_channel=True,
    )


def _check_enough(reader: _Reader, listed: str) -> None:
    if not reader.is_over or reader.taken >= LEAST_CLIPS:
        return
    few = (
        f"{listed} has {reader.taken} videos that can be read"
        if reader.taken
        else (f"no video of {listed} can be read")
    )
    raise export_error(f"{few}; ranges need the clips of {LEAST_CLIPS} at least")
