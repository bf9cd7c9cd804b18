"""`set_grad_checkpointing`: blocks of stages that are computed again, so that a step needs less.

The sequences are replaced by others with the same blocks, `templates/checkpointing.py.j2`. So
neither the constructor nor `forward` has to know of it.
"""

from __future__ import annotations

from collections.abc import Iterator

from archdsl.emit.members import SELF
from archdsl.emit.parts import Stage
from archdsl.emit.python import (
    Assign,
    Atom,
    Attribute,
    Call,
    Conditional,
    Docstring,
    Function,
    Parameter,
    Python,
    Star,
    Statement,
)
from archdsl.emit.writer import Emitted
from archdsl.ir.graph import Graph

TEMPLATE = "checkpointing.py.j2"

_DOC = "Let training compute the blocks of stages again, to need less memory."
_ARGUMENTS = (Parameter("self"), Parameter("enable", Atom("bool"), Atom("True")))
_KIND, _SEQUENTIAL = Atom("kind"), Atom("nn.Sequential")


def checkpointing(graph: Graph, network: Emitted) -> Iterator[Function]:
    """The method, if the network has sequences of blocks."""
    stages = [part for part in network.parts if isinstance(part, Stage) and part.is_sequence]
    if stages:
        norms = any(node.operation.name == "batch_norm" for node in graph)
        kind = Atom("CheckpointedWithNorms" if norms else "Checkpointed")
        chosen = Assign(_KIND, Conditional(kind, Atom("enable"), _SEQUENTIAL))
        body = (Docstring(_DOC), chosen, *map(_replaced, stages))
        yield Function("set_grad_checkpointing", _ARGUMENTS, Atom("None"), body)


def _replaced(stage: Stage) -> Statement:
    """The same blocks in a sequence of that kind, under the same names."""
    own: Python = Attribute(SELF, stage.name)
    if stage.is_labelled:
        pairs = Call(Attribute(own, "named_children"))
        return Assign(own, Call(_KIND, (Call(Atom("OrderedDict"), (pairs,)),)))
    return Assign(own, Call(_KIND, (Star(own),)))
