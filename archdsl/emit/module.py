"""A network's module: one file that imports torch alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from archdsl.emit.classes import BlockClass, classes
from archdsl.emit.formulas import ROUND_TO, round_to_function
from archdsl.emit.initialise import initialisation
from archdsl.emit.names import class_doc, class_name, numbered
from archdsl.emit.network import NetworkWriter
from archdsl.emit.pages import page
from archdsl.emit.python import Docstring, Parameter, Statement, names_in, render
from archdsl.emit.slots import Signature
from archdsl.emit.writer import ClassWriter, Written, parameters
from archdsl.ir.graph import Graph


class NotOpen(Exception):
    """What differs between the variants of a network is more than its open parameters."""


@dataclass(frozen=True)
class Module:
    """A network's module: its text, and its class with what that can be given."""

    text: str
    class_name: str
    parameters: tuple[Parameter, ...]


@dataclass(frozen=True)
class ModuleView:
    """What the template shows, each part as finished lines of Python."""

    docstring: list[str]
    imports: list[str]
    classes: list[list[str]]


def make(graphs: Sequence[Graph], header: str) -> Module:
    """A network's module.

    The first graph is the network; others are variants of it in its open parameters, which
    become arguments of the constructor.

    Raises:
        NotOpen: a variant differs in more than that.
    """
    *blocks, network = _classes(graphs)
    definitions: list[Statement] = [written.tree for written in (*blocks, network)]
    used = {name for definition in definitions for name in names_in(definition)}
    if ROUND_TO in used:
        definitions.insert(0, round_to_function())
    bodies = [render((definition,)) for definition in definitions]
    view = ModuleView(render((Docstring(header),)), _imports(used), bodies)
    text = page("module.py.j2", module=view)
    return Module(text, network.signature.name, parameters(network.signature))


def _classes(graphs: Sequence[Graph]) -> list[Written]:
    """A class for each block, and last the network's own."""
    network = graphs[0]
    found = classes(graphs)
    *blocks, last = found.ordered
    names = [*(class_name(b.definition.name, b.definition.doc) for b in blocks)]
    names = list(numbered([*names, class_name(network.name, network.doc)]))
    signatures: dict[BlockClass, Signature] = {}
    every = []
    for made, name in zip(blocks, names, strict=False):
        doc = class_doc(made.definition.name, made.definition.doc)
        written = ClassWriter(made, found, signatures, name, doc).write()
        signatures[made] = written.signature
        every.append(written)
    doc = class_doc(network.name, network.doc)
    initial = initialisation(network)
    written = NetworkWriter(last, found, signatures, names[-1], doc, initial).write()
    if not set(written.signature.columns) <= set(network.open_parameters):
        raise NotOpen
    return [*every, written]


def _imports(used: set[str]) -> list[str]:
    """The imports that the classes and `load_weights` need, as ruff sorts them."""
    roots = {name.partition(".")[0] for name in used}
    standard = ["import math"] if "math" in roots else []
    standard += ["from collections import OrderedDict"] if "OrderedDict" in roots else []
    lines = [*standard, ""] if standard else []
    lines += ["import torch"]
    lines += ["import torch.nn.functional as F"] if "F" in roots else []
    return [*lines, "from torch import Tensor, nn"]
