"""A build folder: the module, its entry point for torch.hub, and the scripts of a recipe."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from dataclasses import dataclass

from archdsl import files
from archdsl.emit.manifest import digests
from archdsl.emit.module import Module
from archdsl.emit.names import file_name, free, network_doc
from archdsl.emit.pages import WEIGHT_FILES, page
from archdsl.emit.python import (
    Assign,
    Atom,
    Attribute,
    Call,
    Docstring,
    Expr,
    Function,
    If,
    Infix,
    Keyword,
    Parameter,
    Return,
    render,
)
from archdsl.emit.scripts import ENTRY_SCRIPTS, Target, scripts, supergraph_scripts
from archdsl.emit.writer import DOC_WIDTH
from archdsl.ir.graph import Graph
from archdsl.ir.probabilities import final_softmax
from archdsl.recipes.recipe import Recipe

_ENTRIES = ("hubconf.py", *ENTRY_SCRIPTS)
"""What a user starts or loads; the other files are there for these."""

_LOADER = "from weight_keys import load_weights as _load_weights"

_TITLE = 'Entry point of torch.hub, which loads this folder with `source="local"`.'


@dataclass(frozen=True)
class HubView:
    """What the template shows, each part as finished lines of Python."""

    docstring: list[str]
    imported: list[str]
    module: str
    entry: list[str]


def hubconf(graph: Graph, module: Module) -> str:
    """The text of a `hubconf.py` that stands beside the module."""
    name = file_name(graph.name)
    docstring = render((Docstring(_TITLE),))
    # The other names keep the modules, and all they hold, from being entry points themselves.
    imported = [f"import {name} as _{name}", _LOADER]
    entry = render((_entry(graph, module),))
    view = HubView(docstring, imported, f"_{name}", entry)
    return page("hubconf.py.j2", hub=view)


def _entry(graph: Graph, module: Module) -> Function:
    own = Atom(f"_{file_name(graph.name)}")
    names = [parameter.name for parameter in module.parameters]
    own_names = ("model", "weights", "checkpoint_key")
    model, weights, key = (Atom(free(name, names)) for name in own_names)
    made = Call(Attribute(own, module.class_name), tuple(Keyword(n, Atom(n)) for n in names))
    loaded = Expr(Call(Atom("_load_weights"), (model, weights, key)))
    doc = f"`{weights}` is a file of weights; `{key}` is where they are in it, if several fit."
    body = (
        Docstring(f"{_network_doc(graph)}\n\n{textwrap.fill(doc, DOC_WIDTH)}"),
        Assign(model, made),
        If(Infix("is not", (weights, Atom("None"))), (loaded,)),
        Return(model),
    )
    union = Infix("|", (Atom("str"), Atom("None")))
    optional = tuple(Parameter(str(name), union, Atom("None")) for name in (weights, key))
    given = (*module.parameters, *optional)
    return Function(file_name(graph.name), given, Attribute(own, module.class_name), body)


def _network_doc(graph: Graph) -> str:
    return textwrap.fill(network_doc(graph.name, graph.doc), DOC_WIDTH)


def python_files(graph: Graph, module: Module, recipe: Recipe | None) -> dict[str, str]:
    """The text of each file of Python, by its name; with a recipe there are scripts."""
    network = {_module_file(graph): module.text, "hubconf.py": hubconf(graph, module)}
    if recipe:
        return network | scripts(recipe, _target(graph, module))
    return network | {name: page(f"{name}.j2") for name in WEIGHT_FILES}


def supergraph_files(graph: Graph, module: Module, recipe: Recipe) -> dict[str, str]:
    """The text of each file of Python in a folder that searches a space by gradients."""
    own = {_module_file(graph): module.text}
    return own | supergraph_scripts(recipe, _target(graph, module))


def single_files(graph: Graph, module: Module, recipe: Recipe | None) -> dict[str, str]:
    """The same, with scripts that stand alone.

    Raises:
        CompileError: two files that would be joined mean different things by a name.
    """
    from archdsl.emit.scripts.joining import join  # few builds are asked for as single files

    separate = python_files(graph, module, recipe)
    parts = {name: text for name, text in separate.items() if name not in _ENTRIES}
    scripts = [name for name in separate if name in ENTRY_SCRIPTS]
    kept = (_module_file(graph), "hubconf.py", *WEIGHT_FILES)
    joined = {name: join(name, {**parts, name: separate[name]}) for name in scripts}
    return {name: separate[name] for name in kept} | joined


def sealed_files(
    texts: Mapping[str, str],
    manifest: Mapping[str, object],
    objects: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """The files as they are written: each sealed, and the manifest with their digests.

    `objects` are files of JSON.
    """
    sealed = {name: files.sealed(text) for name, text in texts.items()}
    sealed |= {name: files.sealed_object(text) for name, text in (objects or {}).items()}
    return {**sealed, files.MANIFEST: files.sealed_json({**manifest, "files": digests(sealed)})}


def lowered_file(graph: Graph, target: str) -> str:
    """The name of the module of a target, beside the readable one."""
    return f"{file_name(graph.name)}_{target}.py"


def _module_file(graph: Graph) -> str:
    return f"{file_name(graph.name)}.py"


def _target(graph: Graph, module: Module) -> Target:
    return Target(
        file_name(graph.name),
        module.class_name,
        tuple(parameter.name for parameter in module.parameters),
        network_doc(graph.name, graph.doc),
        graph.type(graph.outputs[0]).channels,
        gives_probabilities=final_softmax(graph) is not None,
    )
