"""Where the layers of a network are in its module: the beginnings of their keys in a state dict.

A layer is known by its address in the text, and its path is that of attributes: `res4.0.conv1`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TypeAlias

from archdsl.emit.classes import BlockClass, Classes
from archdsl.emit.keys import Key
from archdsl.emit.parts import Fork, Part, Stage
from archdsl.emit.structure import Instance
from archdsl.ir.graph import Address

Attributes: TypeAlias = tuple[tuple[Key, str], ...]
"""The path of each member of a class in it, for those that are modules or parameters."""


def attributes_of(parts: Iterable[Part]) -> Iterator[tuple[Key, str]]:
    """The members of a class, each with the attribute that it is."""
    for part in parts:
        if isinstance(part, Fork):
            yield from attributes_of((*part.first, *part.second))
        elif isinstance(part, Stage):
            for slot, entry in zip(part.slots, part.entries, strict=True):
                yield slot.planned.key, ".".join(filter(None, (part.name, entry)))
        elif part.build is not None:
            yield part.planned.key, part.attribute


def layer_paths(
    classes: Classes, attributes: Mapping[BlockClass, Attributes]
) -> Mapping[Address, str]:
    """The path of every layer and every free parameter, by its address."""
    network = next(one for one in classes.of if one.body.parent is None)
    return dict(_paths(network, "", classes, attributes))


def outside_sequences(
    attributes: Mapping[BlockClass, Attributes],
) -> Mapping[BlockClass, Attributes]:
    """The members that are attributes by themselves: what is in a sequence has no type of its own.

    The path of such an entry has a dot.
    """
    return {
        block: tuple((key, path) for key, path in own if "." not in path)
        for block, own in attributes.items()
    }


def _paths(
    instance: Instance,
    prefix: str,
    classes: Classes,
    attributes: Mapping[BlockClass, Attributes],
) -> Iterator[tuple[Address, str]]:
    graph, scope = instance.graph, instance.scope.index
    around = tuple(reversed([each.site for each in graph.enclosing(scope)]))
    own = dict(attributes[classes.of[instance]])
    for member in instance.members:
        if member.key not in own:
            continue
        path = f"{prefix}{own[member.key]}"
        if member.child is None:
            yield (*around, *member.key), path
        elif member.module is None:
            yield from _paths(member.child, f"{path}.", classes, attributes)
