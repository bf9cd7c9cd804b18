"""What makes the results of two workers comparable, and the files in which it stands."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from archdsl.program.program import Definition, Program, names_in
from archdsl.search.records.study import Identity, digest
from archdsl.searches.methods import Sampling
from archdsl.searches.search import Search
from archdsl.version import __version__

_OF_MACHINE = ("--workers", "--compile", "--channels-last")
"""Options of train.py that change results by rounding at most, and may differ between workers."""


def identity_of(
    program: Program, search: Search, train_args: Sequence[str], search_args: Sequence[str] = ()
) -> Identity:
    """What makes the results of two workers comparable, each as short as can be told.

    What else a supernet's search depends on is in its folder, which is refused where it differs.
    """
    own = " ".join(_that_count(search_args))
    costs = [f"minimise {each}" for each in search.minimise]
    return {
        "archdsl": __version__,
        "space": f"{search.space}, digest {digest(_space_text(program, search.space.name))}",
        "method": _method_text(search),
        "training": f"{search.alone}, digest {digest(repr(search.alone.recipe))}",
        "objectives": ", ".join([f"maximise {search.maximise}", *costs]),
        "bounds": ", ".join(map(str, search.bounds)) or "none",
        "hold_out": f"{float(search.hold_out):g}",
        "trainings": f"{search.repeats} from seed {search.seed}",
        "train_args": " ".join(_that_count(train_args)) or "none",
        **({"search_args": own} if own else {}),
    }


def _method_text(search: Search) -> str:
    """The method without the number of trials, which can be raised later."""
    method = search.method
    if not isinstance(method, Sampling):
        return str(method)
    text = str(replace(method, trials=1))
    return re.sub(r"\(1(, )?", "(", text).removesuffix("()")


def _that_count(arguments: Sequence[str]) -> Iterator[str]:
    """The options of train.py that change results."""
    skips = False
    for argument in arguments:
        if argument.startswith("--"):
            skips = argument.partition("=")[0] in _OF_MACHINE
        if not skips:
            yield argument


def _space_text(program: Program, name: str) -> str:
    """All that defines a network, however it is laid out: the tree of it and of what it uses."""
    waiting, found = [program.main.names[name]], dict[int, Definition]()
    while waiting:
        definition = waiting.pop()
        if definition.number in found:
            continue
        found[definition.number] = definition
        names = definition.unit.names
        waiting += [names[each] for each in names_in(definition.node) if each in names]
    nodes = [replace(definition.node, doc=None) for definition in found.values()]
    return "\n".join(sorted(map(repr, nodes)))


def sources_of(program: Program) -> Iterator[tuple[str, str]]:
    """The spec as `search.arch`, and the files beside it that it uses, where it finds them."""
    folder = program.main.path.parent
    for unit in program.units:
        if unit is program.main:
            yield "search.arch", unit.file.source.text
        elif unit.path.is_relative_to(folder):
            yield str(unit.path.relative_to(folder)), unit.file.source.text
