"""How pictures write figures: shapes, shares of a cost, and the values of parameters."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from archdsl.costs.figures import Convention, Figures
from archdsl.ir.types import TensorType
from archdsl.params.numbers import is_number
from archdsl.report.text import readable, typeset

_SIZES = ("kernel", "stride", "padding", "dilation", "shape", "size", "window", "narrow", "patch")
"""Parameters whose tuples are written as products, `1×3×3`."""

_MOST = 3
"""Values that are listed where they are no numbers of a range."""


# Figures


def share(part: int, whole: int) -> str:
    """A part of a whole in percent; empty if it is 0."""
    percent = 100 * part / whole if whole else 0
    if not percent:
        return ""
    # Not 0.0 %, which would say that it costs nothing.
    return f"{percent:.1f} %" if percent >= 0.05 else "<0.1 %"


def shape(tensor: TensorType) -> str:
    """`24 × 13 × 80²`."""
    return typeset(str(tensor))


def costs(figures: Figures, convention: Convention) -> str:
    """`206.90 M MACs, 13.10 k params`, without what is 0. The page names the convention in full."""
    total, unit = figures.total(convention), convention.unit.partition(" (")[0]
    return ", ".join(filter(None, [f"{readable(total)} {unit}" if total else "", params(figures)]))


def params(figures: Figures) -> str:
    return f"{readable(figures.params)} params" if figures.params else ""


# Values of parameters


def is_word(value: object) -> bool:
    """Whether a value is the name of a choice or a block, or `none`, or a tuple of these."""
    if isinstance(value, tuple):
        return bool(value) and all(map(is_word, value))
    return not isinstance(value, int | Fraction)


def is_default(value: object, default: object) -> bool:
    """Whether a value is the default; `(1, 1, 1)` is for a default of 1."""
    return value == default or (isinstance(value, tuple) and set(value) == {default})


def written(value: object) -> str:
    """A value as the language writes it, fractions as decimals."""
    if isinstance(value, Fraction):
        return f"{float(value):.4g}"
    if isinstance(value, tuple):
        return f"({', '.join(map(written, value))})"
    if isinstance(value, bool | int | str | None):
        return str(value).lower()
    return str(getattr(value, "name", ""))


def fact(name: str, values: Sequence[object], default: object) -> str:
    """A parameter with its values in repeated blocks, in their order; empty if there is no need.

    `mid 54`; `mid 54→108`, first 54 and then 108; `drop 0.05..0.2`, all from 0.05 to 0.2;
    `kernel 3 / 5`, both, in the order in which they are written; `se in 2 of 4`.
    """
    texts = [_sized(name, value) for value in values]
    if len(set(texts)) == 1:
        return _same(name, values[0], texts[0], default)
    if all(isinstance(value, bool) for value in values):
        return f"{name} in {sum(map(bool, values))} of {len(values)}"
    return f"{name} {_together(values, texts)}"


def _same(name: str, value: object, text: str, default: object) -> str:
    if isinstance(value, bool):  # `bias`, not `bias true`
        return name if value else f"no {name}" if default is True else ""
    return "" if value is None or not text else f"{name} {text}"


def _together(values: Sequence[object], texts: Sequence[str]) -> str:
    numbers = list(filter(is_number, values))
    different = list(dict.fromkeys(texts))
    if len(set(texts[1:])) == 1:
        return f"{texts[0]}→{texts[1]}"
    if len(numbers) == len(values) and len(different) > 2:
        return f"{written(min(numbers))}..{written(max(numbers))}"
    more = [" / …"] if len(different) > _MOST else []
    return "".join([" / ".join(different[:_MOST]), *more])


def _sized(name: str, value: object) -> str:
    if name in _SIZES and isinstance(value, tuple):
        return "×".join(map(written, value))
    return written(value)
