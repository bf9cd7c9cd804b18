"""Parameters that say which axis they are, and integers that are stepped in integers."""

from __future__ import annotations

from fractions import Fraction

import pytest

from archdsl.expansion.steps import expand
from archdsl.plan.transforms import Bottleneck, Lengthen, Resize, Stretch, Transform, Widen
from archdsl.program.loading import parse_program
from archdsl.source import Source
from archdsl.spec import Spec

TEXT = """block unit(x, inner) { return x + (x -> linear(inner) -> gelu -> linear(x.shape[-1])) }
network n(
  tokens: int axis frames = 16,
  side: int axis size = 4,
  features: int axis width = 24,
  heads: int axis width = 3,
  scale axis width = 1,
  inner: int axis bottleneck = 10,
  layers: int axis depth = 5,
  depth = 7,
) {
  input x: tokens x side^2
  x = x -> flatten(1) -> linear(features)
  for i in range(layers) { x = x -> unit(inner) }
  return x
}
"""


def spec(text: str = TEXT) -> Spec:
    return Spec(parse_program(Source("n.arch", text)))


@pytest.mark.parametrize(
    ("transform", "changed"),
    [
        (Stretch(Fraction(3, 2)), {"layers": 8}),
        (Stretch(Fraction(1, 100)), {"layers": 1}),
        (Widen(Fraction(4, 3)), {"features": 32, "heads": 4, "scale": Fraction(4, 3)}),
        (Widen(Fraction(3, 2)), {"features": 36, "heads": 5, "scale": Fraction(3, 2)}),
        (Bottleneck(Fraction(1, 4)), {"inner": 3}),
        (Lengthen(frames=9), {"tokens": 9}),
        (Resize(size=6), {"side": 6}),
    ],
)
def test_parameters_of_an_axis_are_scaled_together(
    transform: Transform, changed: dict[str, object]
) -> None:
    plan = spec().candidates("n", {}).plan
    after = transform.apply(plan)
    assert after.parameters == {**plan.parameters, **changed}


@pytest.mark.parametrize("axis", ["depth", "width", "bottleneck"])
def test_an_expansion_steps_in_integers(axis: str) -> None:
    (candidate,) = expand(spec(), "n", axes=[axis]).candidates
    assert abs(candidate.off(2 * expand(spec(), "n").base.cost)) < Fraction(1, 4)
    plan = candidate.transform.apply(spec().candidates("n", {}).plan)
    along = plan.along(axis)
    assert all(Fraction(along[name]).denominator == 1 for name in along if name in plan.counted)
    ratios = {along[name] / Fraction(own) for name, own in spec_numbers(axis).items()}
    assert len(ratios) == 1


def spec_numbers(axis: str) -> dict[str, Fraction]:
    own = spec().candidates("n", {}).plan.along(axis)
    return {name: Fraction(number) for name, number in own.items()}


def test_an_integer_by_its_type_needs_no_axis() -> None:
    text = TEXT.replace("layers: int axis depth = 5,\n  depth = 7", "depth: int = 5").replace(
        "range(layers)", "range(depth)"
    )
    (candidate,) = expand(spec(text), "n", axes=["depth"]).candidates
    assert candidate.factor.denominator in (1, 5)


def test_a_contraction_steps_in_integers() -> None:
    text = TEXT + "network small = n() + contract(depth, macs = 30k)\n"
    assert spec(text).network("small").costs.total.macs <= 30_000
    smaller = spec(text).network("small").graph.scopes[0].bindings["layers"]
    assert smaller == 3
