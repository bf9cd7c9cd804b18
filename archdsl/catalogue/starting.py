"""The spec that `archdsl init` writes: a network derived from a published one, to be changed.

It is meant to be read and edited, so it says in a comment what can be changed and how.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from textwrap import fill

from archdsl.build.values import show
from archdsl.diagnostics import CompileError, error
from archdsl.network import Network
from archdsl.spec import Spec

_WIDTH = 80


def starting_spec(spec: Spec, base: str, path: Path) -> str:
    """The text of a spec with the name of `path`, whose network begins as the network `base`.

    Raises:
        CompileError: the name is taken by what the spec defines, or the network has mistakes.
    """
    name, used = path.stem, spec.program.main.path.stem
    if name in spec.program.main.names or name == used:
        message = f"`{name}` is defined by `{used}` already"
        raise CompileError([error("name", message, help="-o names another file")])
    network = spec.build(base, {})
    comment = "".join(f"{line}\n" for line in _comment(network, base, path))
    classes = dict(_parameters(network)).get("classes")
    given = f"(classes = {classes})" if classes is not None else ""
    head = f'"""{name}: begun from {base}."""\nuse {used}\n\n'
    return f"{head}{comment}network {name} = {base}{given}\n"


def _comment(network: Network, base: str, path: Path) -> Iterator[str]:
    values = [f"{name} = {text}" for name, text in _parameters(network)]
    if values:
        yield from _wrapped(f"Parameters and their values, any of which can be given to `{base}`:")
        yield from _wrapped(f"  {', '.join(values)}.")
    if network.open_decisions:
        yield from _wrapped(
            f"It is a space of networks: `archdsl check {path}` lists its decisions, and"
            f" `{base} + choose(NAME = OPTION)` makes one."
        )
    yield from _wrapped(
        f"Transforms follow, as in `{base} + stretch(2) + resize(size = 224)`:"
        " `archdsl transform --help` has them all."
    )
    yield from _wrapped(f"`archdsl diff {base} {path}` shows what differs by now.")


def _parameters(network: Network) -> Iterator[tuple[str, str]]:
    """The parameters that a network's text declares, and the values that they have by now."""
    plan = network.plan
    for parameter in plan.network.parameters:
        if parameter.name in plan.given:
            yield parameter.name, show(plan.given[parameter.name].value)
        elif parameter.default is not None:
            yield parameter.name, parameter.default.span.text


def _wrapped(text: str) -> Iterator[str]:
    lead = "# " + " " * (len(text) - len(text.lstrip()))
    yield from fill(
        text.lstrip(), _WIDTH, initial_indent=lead, subsequent_indent=lead, break_long_words=False
    ).splitlines()
