"""docs/torch_names.md: both sides are names that exist, and no layer of a module is left out."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from dataclasses import fields
from functools import cache

import torch
import torch.nn.functional as F
from document import ROOT, Page
from listing import PAGE as OPERATIONS_PAGE
from torch import Tensor, nn

from archdsl.foreign import names
from archdsl.foreign.words import argument_hint
from archdsl.ops import OPERATIONS
from archdsl.program.names import FUNCTIONS, TYPE_WORDS, operation_words
from archdsl.resources import folder
from archdsl.source import Source
from archdsl.syntax import tree
from archdsl.syntax.parser import parse

TEXT = Page.read(ROOT / "docs" / "torch_names.md").text
OURS = [
    span for line in TEXT.splitlines() if (cells := line.split(" | "))[1:] for span in cells[1:2]
]
CODE = [code for cell in OURS for code in re.findall(r"`([^`]+)`", cell)]

_PLACES = {"nn": nn, "F": F, "torch": torch, "Tensor": Tensor}
_DOTTED = r"\b((?:nn|F|torch|Tensor)(?:\.\w+)+)"
_KEYWORDS = {"block", "for", "none", "share", "true", "false", "number"}
_VARIABLES = {"f", "x", "y"}
_VALUES = {"zeros", "ones"}
_INTERNAL = {
    *("Buffer", "Callable", "Container", "DType", "Module", "Optional", "ScalingType"),
    *("SwizzleType", "Tensor", "UninitializedBuffer", "assert_int_or_pair", "boolean_dispatch"),
    *("handle_torch_function", "has_torch_function", "has_torch_function_unary"),
    "has_torch_function_variadic",
}
"""Public by their names, but no layers or functions of networks."""


def test_our_names_are_names() -> None:
    called = {name for code in CODE for name in re.findall(r"\b([a-z_]\w*)\(", code)}
    alone = {code for code in CODE if code.isidentifier()}
    known = {*OPERATIONS, *FUNCTIONS, *operation_words(), *TYPE_WORDS, *_KEYWORDS, *_blocks()}
    assert (called | alone) - known - _parameters() - _VARIABLES == set()


def test_our_parameters_are_parameters() -> None:
    given = {name for code in CODE for name in re.findall(r"\b([a-z_]\w*) = ", code)}
    assert given
    assert given - _parameters() - {"k"} == set()


def test_their_names_are_names() -> None:
    for name in re.findall(_DOTTED, TEXT):
        place, *path = name.split(".")
        found: object = _PLACES[place]
        for part in path:
            found = getattr(found, part)


def test_a_mistake_is_told_what_the_page_says() -> None:
    for theirs, ours in _rows():
        first = [re.findall(r"\w+", code)[0] for code in ours]
        for name in re.findall(_DOTTED, theirs):
            last = name.rpartition(".")[2]
            told = re.findall(r"\w+", names.hint(last) or last.lower())
            assert set(first) & set(told) or last in _VALUES, name


def _rows() -> list[tuple[str, list[str]]]:
    """The left cell of each row, and the code of the right one."""
    cells = [line.split(" | ") for line in TEXT.splitlines() if line.startswith("| `")]
    return [(left, re.findall(r"`([^`]+)`", right)) for left, right, *_ in cells if "`" in right]


def test_arguments_are_told_as_on_the_page() -> None:
    section = TEXT[TEXT.index("## Arguments") : TEXT.index("## NumPy")]
    theirs = re.findall(r"`(\w+)`", "".join(line.split(" | ")[0] for line in section.splitlines()))
    parameters = [*_parameters()]
    assert len(theirs) > 20
    assert [n for n in theirs if n not in parameters and not argument_hint(n, parameters)] == []


def test_no_layer_and_no_function_of_torch_is_left_out() -> None:
    """Each has a row, its own or that of its variants; of losses there is one for all."""
    told = {_family(name) for name in re.findall(_DOTTED, TEXT)}
    loss = names.hint("MSELoss")
    public = [*_public(nn, inspect.isclass), *_public(F, callable)]
    missing = [n for n in public if _family(n) not in told and names.hint(n) != loss]
    assert missing == []


def _public(module: object, is_meant: Callable[[object], bool]) -> list[str]:
    found = [name for name in dir(module) if not name.startswith("_") and name not in _INTERNAL]
    return [name for name in found if is_meant(getattr(module, name))]


def _family(name: str) -> str:
    """`F.conv3d` and `nn.LazyConv2d` as `conv`: a name without module, case, rank and variant."""
    last = name.rpartition(".")[2].lower().replace("_", "").removeprefix("lazy")
    for prefix in ("native", "uninitialized"):
        last = last.removeprefix(prefix)
    for suffix in ("withindices", "forward", "base"):
        last = last.removesuffix(suffix)
    return re.sub(r"[123]d$", "", last)


def test_every_layer_that_is_emitted_is_there() -> None:
    emitted = re.findall(r"\bnn\.\w+|\bF\.\w+", OPERATIONS_PAGE.read_text())
    told = {_ranked(name) for name in re.findall(_DOTTED, TEXT)}
    assert emitted
    assert {_ranked(name) for name in emitted} - told == set()


def _ranked(name: str) -> str:
    """`nn.Conv3d` as `nn.Conv`: of such, the page has each."""
    return re.sub(r"[123]d$", "", name)


@cache
def _definitions() -> tuple[tree.Block | tree.Derived, ...]:
    files = (
        parse(Source(path.name, path.read_text())) for path in folder("library").glob("*.arch")
    )
    definitions = (definition for file in files for definition in file.definitions)
    return tuple(each for each in definitions if isinstance(each, tree.Block | tree.Derived))


def _blocks() -> set[str]:
    return {definition.name for definition in _definitions()}


def _parameters() -> set[str]:
    """What operations and the blocks of the library take."""
    blocks = [each for each in _definitions() if isinstance(each, tree.Block)]
    own = {field.name for kind in OPERATIONS.values() for field in fields(kind)}
    return own | {parameter.name for block in blocks for parameter in block.parameters}
