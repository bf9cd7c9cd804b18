"""What a script imports: the module beside it, and what its own text uses."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from symtable import SymbolTable, symtable

from archdsl.emit.python.tokens import WIDTH
from archdsl.frozen import Frozen

_PLAIN = """
argparse av copy csv hashlib inspect io json math os pickle random re shutil signal statistics
sys tempfile textwrap time torch zipfile
"""

_MODULES = {
    **{name: name for name in _PLAIN.split()},
    "dist": "torch.distributed",
    "F": "torch.nn.functional",
}
"""Modules by the name that a script has for them."""

_MEMBERS = {
    "av.video.reformatter": "VideoReformatter",
    "bisect": "bisect_right",
    "collections": "defaultdict",
    "collections.abc": "Callable Iterable Iterator",
    "contextlib": "AbstractContextManager closing contextmanager nullcontext suppress",
    "dataclasses": "dataclass",
    "datetime": "timedelta",
    "functools": "cache lru_cache",
    "importlib": "import_module",
    "itertools": "chain",
    "pathlib": "Path",
    "types": "SimpleNamespace",
    "typing": "Any NamedTuple TypeVar",
    "torch": "Tensor nn",
    "torch.nn.parallel": "DistributedDataParallel",
    "torch.optim.swa_utils": "update_bn",
    "torch.utils.data": "DataLoader Dataset Subset",
}
"""What is imported from modules."""

_HOMES = {name: module for module, names in _MEMBERS.items() for name in names.split()}
_INSTALLED = {"av", "torch"}
_LOAD_WEIGHTS = "load_weights"


class Target(Frozen):
    """The emitted module of a network.

    `arguments` are the open ones of its constructor, such as `classes` and `dropout`; `title`
    is the first line of its doc, or its name.
    One that `gives_probabilities` takes the softmax itself, and is tested only.
    `alias` is what the scripts call the class where they have another of its name.
    """

    module: str
    class_name: str
    arguments: tuple[str, ...]
    title: str
    gives_probabilities: bool = False
    alias: str | None = None

    @property
    def local_name(self) -> str:
        """What the scripts call the class."""
        return self.alias or self.class_name


def imports(text: str, target: Target) -> list[str]:
    """The lines, as ruff sorts them: the standard library, what is installed, the network."""
    used = set(_names_used(symtable(text, target.module, "exec")))
    plain = {name for name in used if name in _MODULES}
    taken: dict[str, list[str]] = defaultdict(list)
    for name in used & set(_HOMES):
        taken[_HOMES[name]].append(name)
    installed = {
        name for name in {*map(_MODULES.__getitem__, plain), *taken} if _is_installed(name)
    }
    lines: list[str] = []
    for group in (False, True):
        lines += sorted(_whole(name) for name in plain if (_MODULES[name] in installed) is group)
        for home in sorted(taken):
            if (home in installed) is group:
                lines += _parts(home, taken[home])
        lines.append("")
    own = (*sorted(used & {"CLASSES", "MEAN", "STD"}), _named(target), _LOAD_WEIGHTS)
    return [*lines, *_parts(target.module, own)]


def _names_used(scope: SymbolTable) -> Iterator[str]:
    """The names that stand for something of the whole script."""
    for symbol in scope.get_symbols():
        if symbol.is_global() or (scope.get_type() == "module" and symbol.is_referenced()):
            yield symbol.get_name()
    for inner in scope.get_children():
        yield from _names_used(inner)


def is_clear(name: str, text: str) -> bool:
    """Whether a script has nothing else of a name, nor might import it."""
    if name in _MODULES or name in _HOMES or name == _LOAD_WEIGHTS:
        return False
    own = re.escape(name)
    bound = rf"^(?:class|def) {own}\b|^[\w, ]*\b{own}\b[\w, ]* = "
    return re.search(bound, text, re.MULTILINE) is None


def _named(target: Target) -> str:
    return f"{target.class_name} as {target.alias}" if target.alias else target.class_name


def _is_installed(module: str) -> bool:
    return module.partition(".")[0] in _INSTALLED


def _whole(name: str) -> str:
    module = _MODULES[name]
    return f"import {module}" if module == name else f"import {module} as {name}"


def _parts(module: str, names: Iterable[str]) -> Iterator[str]:
    """Constants first, then classes, then functions; a name a line where that is too long."""
    ordered = sorted(names, key=lambda name: (not name.isupper(), name[0].islower(), name))
    line = f"from {module} import {', '.join(ordered)}"
    if len(line) <= WIDTH:
        yield line
    else:
        yield from (f"from {module} import (", *(f"    {name}," for name in ordered), ")")
