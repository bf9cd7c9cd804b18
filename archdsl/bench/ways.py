"""The ways in which the modules of a build folder run, and what each of them needs.

Runtimes read the readable module as ONNX, as `archdsl export` writes it: they join its operations
by themselves, and many of the operations of the module for inference are torch's own.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from archdsl.export.folder import Build, lowered_path

READABLE, INFER = "readable", "infer"

_EXPORTERS = ("torch", "onnx", "onnxscript")


@dataclass(frozen=True)
class Engine:
    """What runs a module: the packages that it needs, and how to install them.

    `library` is imported to run it, before memory is measured.
    """

    library: str
    packages: tuple[str, ...]
    install: str

    @property
    def reads_onnx(self) -> bool:
        return self.library != "torch"

    @property
    def missing(self) -> list[str]:
        """The packages that are not installed."""
        return [name for name in self.packages if importlib.util.find_spec(name) is None]


_TORCH = Engine("torch", ("torch",), "pip install 'archdsl[torch]'")

ENGINES: Mapping[str, Engine] = {
    "eager": _TORCH,
    "torch.compile": _TORCH,
    "onnxruntime": Engine(
        "onnxruntime", (*_EXPORTERS, "onnxruntime"), "pip install 'archdsl[export]'"
    ),
    "openvino": Engine("openvino", (*_EXPORTERS, "openvino"), "pip install 'archdsl[bench]'"),
}
"""What runs modules, by the name that the command line and the reports give it."""


@dataclass(frozen=True)
class Way:
    """A module, `readable` or that of a target, in the hands of one of ENGINES."""

    module: str
    engine: str

    def __str__(self) -> str:
        return self.engine if self.module == READABLE else f"{self.engine} of {self.module}"


def ways_of(build: Build, engines: Collection[str]) -> Iterator[Way]:
    """The ways that there are for the modules of a folder, whatever is installed."""
    has_lowered = lowered_path(build, INFER).is_file()
    for name in (each for each in ENGINES if each in engines):
        yield Way(READABLE, name)
        if has_lowered and not ENGINES[name].reads_onnx:
            yield Way(INFER, name)
