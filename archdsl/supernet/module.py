"""The text of `supernet.py`: the class of a member, its options, and the weights of all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from archdsl.build.request import Request
from archdsl.emit.module import Definitions, input_constants
from archdsl.emit.names import variable
from archdsl.emit.pages import page
from archdsl.emit.python import (
    Assign,
    Atom,
    Docstring,
    Expr,
    Function,
    List,
    Parameter,
    Tuple,
    literal,
    render,
)
from archdsl.emit.signatures import parameters
from archdsl.emit.targets.base import Target
from archdsl.frozen import Frozen
from archdsl.ir.graph import Graph
from archdsl.supernet.options import Table
from archdsl.supernet.reading import read
from archdsl.supernet.together import decided_together

MODULE = "supernet.py"

_STANDARD = """\
import math
{ordered}from collections.abc import Iterator, Mapping, Sequence
{cache}from itertools import product
from typing import Any, ClassVar
"""


class Sharing(Frozen):
    """How members share weights.

    Filters are dealt so that each is in as many members as another, or each member has the first
    ones. A kernel is the middle of the largest, or has weights of its own.
    """

    is_fair: bool = True
    is_cut: bool = True

    @property
    def filters(self) -> str:
        return "the filters that are `dealt` to it" if self.is_fair else "the first filters"

    @property
    def middle(self) -> str:
        return "and of a kernel the middle" if self.is_cut else "and a kernel by itself"


class SupernetView(Frozen):
    """The parts of the template, each as finished lines or words of Python."""

    docstring: list[str]
    imports: list[str]
    constants: list[str]
    bodies: list[list[str]]
    choices: list[str]
    together: list[str]
    member: str
    signature: list[str]
    given: str
    inputs: str
    passed: str
    output: str
    sharing: Sharing


class Supernet(Frozen):
    """The text of `supernet.py`, and the arguments of its class, such as `classes`."""

    text: str
    arguments: tuple[str, ...]


def write_supernet(request: Request, target: Target, sharing: Sharing, header: str) -> Supernet:
    """The module of a space; `header` is its docstring.

    Raises:
        CompileError: weights of its members cannot be shared.
    """
    members, found, table = read(request, target, "cut" if sharing.is_cut else "apart")
    decided = {name for options in table.values() for given in options.values() for name in given}
    opens = [p for p in parameters(found.network.signature) if p.name not in decided]
    view = _view(members.graph, found, table, opens, sharing, header)
    return Supernet(page("supernet.py.j2", view=view), tuple([each.name for each in opens]))


def _view(
    graph: Graph,
    found: Definitions,
    table: Table,
    opens: list[Parameter],
    sharing: Sharing,
    header: str,
) -> SupernetView:
    inputs = [variable(name) for name in graph.inputs]
    return SupernetView(
        render((Docstring(header),)),
        _imports(found.used, sharing),
        render(input_constants(graph)),
        found.bodies,
        list(_choices(table)),
        _together(decided_together(found.trees, table, kernels_apart=not sharing.is_cut)),
        found.network.signature.name,
        _constructor(opens),
        f"{{{', '.join(f'{_text(each.name)}: {each.name}' for each in opens)}}}",
        ", ".join(f"{name}: Tensor" for name in inputs),
        f"{inputs[0]}," if len(inputs) == 1 else ", ".join(inputs),
        "Tensor" if len(graph.outputs) == 1 else "tuple[Tensor, ...]",
        sharing,
    )


def _choices(table: Table) -> Iterator[str]:
    """The lines of the table of options."""
    for decision, options in table.items():
        yield f"    {_text(decision)}: {{"
        for option, given in options.items():
            values = ", ".join(f"{_text(name)}: {literal(value)}" for name, value in given.items())
            yield f"        {_text(option)}: {{{values}}},"
        yield "    },"


def _together(groups: Iterable[Iterable[str]]) -> list[str]:
    """The list of decisions whose options meet."""
    rows = tuple([Tuple(tuple(map(literal, names))) for names in groups])
    return render((Assign(Atom("TOGETHER"), List(rows), Atom("list[tuple[str, ...]]")),))


def _text(text: str) -> str:
    """A name or an option of a spec as a literal of Python."""
    return str(literal(text))


def _constructor(opens: list[Parameter]) -> list[str]:
    """The head of the constructor, indented as in a class."""
    given = (Parameter("self"), *opens)
    lines = render((Function("__init__", given, Atom("None"), (Expr(Atom("...")),)),))
    return [f"    {line}" for line in lines[:-1]]


def _imports(used: frozenset[str], sharing: Sharing) -> list[str]:
    ordered = "from collections import OrderedDict\n" if "OrderedDict" in used else ""
    cache = "from functools import cache\n" if sharing.is_fair else ""
    standard = _STANDARD.format(ordered=ordered, cache=cache)
    functional = ["import torch.nn.functional as F"] if "F" in used else []
    return [
        *standard.splitlines(),
        "",
        "import torch",
        *functional,
        "from torch import Tensor, nn",
        "from torch.func import functional_call",
        "from torch.nn.modules.batchnorm import _BatchNorm",
    ]
