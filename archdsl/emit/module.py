"""A network's module: one file that imports torch alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from archdsl.emit.arguments import Closed
from archdsl.emit.classes import BlockClass, Classes, classes
from archdsl.emit.initialise import initialisation
from archdsl.emit.leaves import Opens, constants, decided, open_numbers
from archdsl.emit.names import class_doc, class_name, numbered
from archdsl.emit.network import NetworkWriter
from archdsl.emit.pages import page
from archdsl.emit.python import (
    Assign,
    Atom,
    Call,
    Conditional,
    Docstring,
    Function,
    Infix,
    Parameter,
    Return,
    Statement,
    names_in,
    render,
)
from archdsl.emit.slots import Signature
from archdsl.emit.targets.base import Target
from archdsl.emit.targets.readable import READABLE
from archdsl.emit.terms import ROUND_TO
from archdsl.emit.writer import ClassWriter, Shared, Written, parameters
from archdsl.ir.graph import Graph

Constants: TypeAlias = tuple[Statement, ...]
"""What a module tells of itself at its top."""


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
    constants: list[str]
    classes: list[list[str]]


def make(graph: Graph, header: str, known: Constants, target: Target = READABLE) -> Module:
    """A network's module; its open parameters are arguments of the constructor."""
    *blocks, network = _open(target.lowered(graph), target)
    definitions: list[Statement] = [written.tree for written in (*blocks, network)]
    used = {name for definition in definitions for name in names_in(definition)}
    if ROUND_TO in used:
        definitions.insert(0, round_to_function())
    bodies = [render((definition,)) for definition in definitions]
    constants = render(known)
    view = ModuleView(render((Docstring(header),)), _imports(used), constants, bodies)
    text = page("module.py.j2", module=view)
    return Module(text, network.signature.name, parameters(network.signature))


def _open(graph: Graph, target: Target) -> list[Written]:
    """The classes, with as many open parameters as their constructors can follow."""
    found = classes(graph, target)
    opens = Opens(open_numbers(graph) - decided(found))
    while True:
        try:
            return _classes(graph, found, opens)
        except Closed as closed:
            opens = Opens(opens.names - closed.names)


def _classes(graph: Graph, found: Classes, opens: Opens) -> list[Written]:
    """A class for each block, and last the network's own."""
    *blocks, last = found.ordered
    names = [*(class_name(b.definition.name, b.definition.doc) for b in blocks)]
    *names, own = numbered([*names, class_name(graph.name, graph.doc)])
    signatures: dict[BlockClass, Signature] = {}
    is_started = bool(graph.initialisations)
    shared = Shared(found, signatures, opens, constants(found, opens.names), is_started)
    every = []
    for made, name in zip(blocks, names, strict=True):
        doc = class_doc(made.definition.name, made.definition.doc)
        written = ClassWriter(made, name, doc, shared).write()
        signatures[made] = written.signature
        every.append(written)
    started = [written.signature.name for written in every if written.is_started]
    initial = initialisation(graph, started) if is_started else ()
    network = NetworkWriter(last, own, class_doc(graph.name, graph.doc), shared, initial)
    return [*every, network.write()]


def _imports(used: set[str]) -> list[str]:
    """The imports that the classes and `load_weights` need, as ruff sorts them."""
    roots = {name.partition(".")[0] for name in used}
    standard = ["import math"] if "math" in roots else []
    standard += ["from collections import OrderedDict"] if "OrderedDict" in roots else []
    lines = [*standard, ""] if standard else []
    lines += ["import torch"]
    lines += ["import torch.nn.functional as F"] if "F" in roots else []
    return [*lines, "from torch import Tensor, nn"]


def round_to_function() -> Function:
    """The rounding of widths, for modules that need it; the same as the language's."""
    value, multiple, rounded = Atom("value"), Atom("multiple"), Atom("rounded")
    half = Infix("+", (value, Infix("/", (multiple, Atom("2")))))
    nearest = Infix("*", (Infix("//", (Call(Atom("int"), (half,)), multiple)), multiple))
    short = Infix("<", (rounded, Infix("*", (Atom("0.9"), value))))
    body = (
        Docstring("The nearest multiple, at least one, one more if below 0.9 of the value."),
        Assign(rounded, Call(Atom("max"), (multiple, nearest))),
        Return(Conditional(Infix("+", (rounded, multiple)), short, rounded)),
    )
    signature = (Parameter("value", Atom("float")), Parameter("multiple", Atom("int")))
    return Function(ROUND_TO, signature, Atom("int"), body)
