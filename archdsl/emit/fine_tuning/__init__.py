"""The methods by which a network is fine-tuned, under the names that timm's users know.

The readable module and those with other layers have them. One for inference trains nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from archdsl.emit.fine_tuning.checkpointing import checkpointing
from archdsl.emit.fine_tuning.classifier import with_classifier
from archdsl.emit.fine_tuning.depth import group_matcher
from archdsl.emit.python import Class
from archdsl.emit.writer import Emitted
from archdsl.ir.graph import Address, Graph


def fine_tuned(
    graph: Graph, written: Emitted, paths: Mapping[Address, str], typed: Mapping[Address, str]
) -> Class:
    """The class of a network with the methods that suit it.

    `paths` are those of all layers, `typed` of those that Python knows the type of.
    """
    assert isinstance(written.tree, Class)
    network = with_classifier(written.tree, written.signature, graph, typed)
    groups, recomputed = group_matcher(graph, written.parts, paths), checkpointing(graph, written)
    return replace(network, body=(*network.body, *groups, *recomputed))
