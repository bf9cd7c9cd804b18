"""The file that is quantised: one of `archdsl export --onnx`, of the build folder that is named.

Whose file it is, is in its metadata. A file of another network would be calibrated by clips that
this one's recipe reads, so it is refused.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from archdsl.export.about import recipe_facts
from archdsl.export.folder import Build, export_error

PRECISION, INT8 = "precision", "int8"
"""What the metadata says of a quantised file."""

_OURS = ("archdsl", "network", "spec", "weights", "sizes", "classes")


@dataclass(frozen=True)
class Floats:
    """A file in float32 and what it says of itself; `model` is the protocol buffer of ONNX."""

    path: Path
    content: bytes
    model: Any
    about: Mapping[str, str]

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.content).hexdigest()

    @property
    def names(self) -> Sequence[str] | None:
        """The names of the classes, if it has them."""
        classes = json.loads(self.about["classes"])
        return classes if isinstance(classes, list) else None

    @property
    def classes(self) -> int:
        """How many classes there are."""
        names = self.names
        return int(self.about["classes"]) if names is None else len(names)

    @property
    def takes_batches(self) -> bool:
        """Whether it takes several clips at once."""
        return bool(json.loads(self.about["sizes"]).get("batch") == "any")


def read_floats(path: Path, build: Build) -> Floats:
    """The file at a path, if it is one of this folder.

    Raises:
        CompileError: it is none of ours, of another network or recipe, or has random weights.
    """
    content = _content(path, build)
    model = _parsed(path, content)
    about = {entry.key: entry.value for entry in model.metadata_props}
    again = f"`archdsl export {build.folder} --onnx --weights FILE` writes one"
    if missing := [name for name in _OURS if name not in about]:
        # `classes` is only there for a classifier.
        what = "is of no classifier" if missing == ["classes"] else "is no file of `archdsl export`"
        raise export_error(f"{path} {what}: its metadata lacks {', '.join(missing)}", again)
    if about.get(PRECISION) == INT8:
        raise export_error(f"{path} is int8 already", again)
    floats = Floats(path, content, model, about)
    _check_same(floats, build, again)
    if about["weights"] == "random":
        raise export_error(f"{path} has random weights, so nothing is to be tested", again)
    return floats


def _content(path: Path, build: Build) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        hint = f"`archdsl export {build.folder} --onnx --weights FILE` writes one"
        raise export_error(f"there is no {path}", hint) from None
    except OSError as failure:
        raise export_error(f"cannot read {path}: {failure.strerror}") from None


def _parsed(path: Path, content: bytes) -> Any:
    """The model, whose tensors must all be in the file itself: others could be anywhere."""
    import onnx

    try:
        model = onnx.load_model_from_string(content)
    except Exception:  # the one of protocol buffers, which have several implementations
        raise export_error(f"{path} is not a file of ONNX") from None
    if any(tensor.external_data for tensor in model.graph.initializer):
        raise export_error(f"{path} is no file of `archdsl export`: its tensors are elsewhere")
    return model


def _check_same(floats: Floats, build: Build, again: str) -> None:
    """Check that the folder has the network of the file, and reads clips as the file says.

    Raises:
        CompileError: with both values, where they differ.
    """
    own = {name: build.manifest.get(name) for name in ("network", "spec")}
    for name, value in {**own, **recipe_facts(build)}.items():
        said = floats.about.get(name, "nothing")
        expected = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        if said != expected:
            message = f"{floats.path} is not of {build.folder} as that is now: its {name} is {said}"
            raise export_error(f"{message}, and here {expected}", again)
