"""A network's build folder: its module, and what goes with it."""

from __future__ import annotations

from archdsl.emit.hub import hubconf
from archdsl.emit.module import Module
from archdsl.emit.names import file_name
from archdsl.ir.graph import Graph


def build(graph: Graph, module: Module) -> dict[str, str]:
    """The text of each file, by its name."""
    return {f"{file_name(graph.name)}.py": module.text, "hubconf.py": hubconf(graph, module)}
