"""Definitions that a module brings along where it uses them, because torch has none.

They are text, since nothing in them depends on a network. Those of all targets are here; the layers
of one target are a template of its own.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from functools import cache

from archdsl.emit.imports import Imported, imported_by
from archdsl.emit.pages import page
from archdsl.emit.pieces import Part, laid_out, parts_of, reachable
from archdsl.emit.terms import ROUND_TO
from archdsl.frozen import Frozen

_ROUND_TO = '''
def round_to(value: float, multiple: int) -> int:
    """Round to the nearest multiple, but not to less than 0.9 of the value."""
    rounded = max(multiple, int(value + multiple / 2) // multiple * multiple)
    return rounded + multiple if rounded < 0.9 * value else rounded
'''
"""The rounding of widths in MobileNet's code, which X3D took over: the same rule as here.

It is `int(value + multiple / 2)` and not `round`, which rounds halves to even.
"""

STOCHASTIC_DEPTH = "StochasticDepth"

_STOCHASTIC_DEPTH = '''
class StochasticDepth(nn.Module):
    """In training, drop each sample ("row") or the whole batch ("batch") at random."""

    def __init__(self, p: float, mode: str = "row") -> None:
        super().__init__()
        if mode not in ("row", "batch"):
            raise ValueError(f"mode must be 'row' or 'batch', but this is {mode!r}")
        self.p = p
        self.mode = mode

    def forward(self, x: Tensor) -> Tensor:
        if not self.training or self.p == 0:
            return x
        samples = x.shape[0] if self.mode == "row" else 1
        kept = x.new_empty((samples,) + (1,) * (x.dim() - 1)).bernoulli_(1 - self.p)
        if self.p < 1:
            kept = kept / (1 - self.p)
        return x * kept
'''
"""As torchvision's module of that name: the mean of the input stays, as in a dropout."""

_GROUP = '''
def group(x: Tensor, size: int, dim: int) -> Tensor:
    """Cut a dimension into groups of `size`, each a sample; zeros fill up the last."""
    missing = -x.shape[dim] % size
    x = F.pad(x, (0, 0) * (x.dim() - dim - 1) + (0, missing))
    return torch.unflatten(x, dim, (-1, size)).movedim(dim, 1).flatten(0, 1)
'''

_UNGROUP = '''
def ungroup(x: Tensor, like: Tensor, dim: int) -> Tensor:
    """Put groups together along a dimension, cut to the size that `like` has there."""
    x = torch.unflatten(x, 0, (like.shape[0], -1)).movedim(1, dim)
    return x.flatten(dim, dim + 1).narrow_copy(dim, 0, like.shape[dim])
'''
"""Not a slice at the end: torch.export fixes whether one is all of its tensor."""

_SUM = '''
class {name}(nn.Module):
    """Tensors added with learned weights, {doc}."""

    def __init__(self, count: int, temperature: float = 1) -> None:
        super().__init__()
        self.temperature = temperature
        self.weights = nn.Parameter(torch.empty(count))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        nn.init.zeros_(self.weights)

    def forward(self, *tensors: Tensor) -> Tensor:
        weights = torch.{weights}
        return (torch.stack(tensors, dim=-1) * weights).sum(dim=-1)
'''

_WEIGHTED_SUM = _SUM.format(
    name="WeightedSum",
    doc="which sum to 1",
    weights="softmax(self.weights / self.temperature, dim=0)",
)

_GATED_SUM = _SUM.format(
    name="GatedSum",
    doc="each between 0 and 1 by itself",
    weights="sigmoid(self.weights / self.temperature)",
)

PROVIDED = {
    name: text.strip().splitlines()
    for name, text in (
        (ROUND_TO, _ROUND_TO),
        ("group", _GROUP),
        ("ungroup", _UNGROUP),
        (STOCHASTIC_DEPTH, _STOCHASTIC_DEPTH),
        ("WeightedSum", _WEIGHTED_SUM),
        ("GatedSum", _GATED_SUM),
    )
}
"""The lines of each definition, by its name."""

_WORDS = re.compile(r"\w+")


class Provided(Frozen):
    """The lines of some definitions, each with those that it needs, and what they import."""

    bodies: tuple[list[str], ...]
    used: frozenset[str]
    """The words in them: names that must be imported, if they are modules."""
    imports: frozenset[Imported] = frozenset()


def provided(used: Iterable[str]) -> Provided:
    """The definitions of all targets, as far as some names are used."""
    bodies = tuple([lines for name, lines in PROVIDED.items() if name in used])
    words = {word for lines in bodies for line in lines for word in _WORDS.findall(line)}
    return Provided(bodies, frozenset(words))


@cache
def _template(name: str) -> tuple[list[Part], frozenset[Imported]]:
    """The definitions of a target's own template, and all that it imports."""
    text = page(name)
    imports = (each for node in ast.parse(text).body for each in imported_by(node))
    return list(parts_of(name, text)), frozenset(imports)


def taken_by(template: str) -> frozenset[str]:
    """The names of a target's own template: of its definitions, and of what they import."""
    parts, imports = _template(template)
    return frozenset(each.bound for each in imports).union(*(part.binds for part in parts))


def layers(template: str, used: Iterable[str]) -> Provided:
    """The definitions of a target's own template, as far as some names are used."""
    (parts, imports), names = _template(template), frozenset(used)
    needed = reachable((part for part in parts if part.binds & names), parts)
    reads = frozenset(name for part in needed for name in part.reads)
    lines = "\n".join(laid_out(needed)).strip().splitlines()
    return Provided(
        (lines,) if lines else (), reads, frozenset(each for each in imports if each.bound in reads)
    )
