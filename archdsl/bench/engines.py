"""How each engine runs a network: a function without arguments that gives the results.

All take as many threads as they are told, and compute in float32.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from archdsl.bench.subject import Arrays, Prepared
from archdsl.bench.ways import Way
from archdsl.export.trials import results

Call = Callable[[], Arrays]


def call_of(way: Way, prepared: Prepared) -> Call:
    """A call of one way, whose libraries are imported."""
    return _CALLS[way.engine](way, prepared)


def _eager(way: Way, prepared: Prepared) -> Call:
    return _call_of_torch(prepared.module(way.module), prepared)


def _compiled(way: Way, prepared: Prepared) -> Call:
    import torch

    # With sizes that may change, code is slower: here they do not.
    return _call_of_torch(torch.compile(prepared.module(way.module), dynamic=False), prepared)


def _call_of_torch(module: Callable[..., Any], prepared: Prepared) -> Call:
    import torch

    torch.set_num_threads(prepared.threads)
    samples = [torch.from_numpy(array) for array in prepared.samples()]

    def call() -> Arrays:
        with torch.inference_mode():
            return [tensor.numpy() for tensor in results(module(*samples))]

    return call


def _onnxruntime(way: Way, prepared: Prepared) -> Call:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = prepared.threads
    session = onnxruntime.InferenceSession(
        prepared.onnx, options, providers=["CPUExecutionProvider"]
    )
    taken = [value.name for value in session.get_inputs()]
    samples = dict(zip(taken, prepared.samples(), strict=True))
    return lambda: list(session.run(None, samples))


def _openvino(way: Way, prepared: Prepared) -> Call:
    import openvino

    settings = {
        "INFERENCE_PRECISION_HINT": "f32",  # or it may take bfloat16
        "INFERENCE_NUM_THREADS": prepared.threads,
        "NUM_STREAMS": 1,
    }
    compiled = openvino.Core().compile_model(prepared.onnx, "CPU", settings)
    request, samples = compiled.create_infer_request(), list(prepared.samples())

    def call() -> Arrays:
        found = request.infer(samples)
        return [found[place] for place in range(len(found))]

    return call


_CALLS: Mapping[str, Callable[[Way, Prepared], Call]] = {
    "eager": _eager,
    "torch.compile": _compiled,
    "onnxruntime": _onnxruntime,
    "openvino": _openvino,
}
