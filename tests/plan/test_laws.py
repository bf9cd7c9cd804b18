"""Algebraic laws of transforms, on random networks with tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from functools import partial
from math import prod
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import assume
from hypothesis import strategies as st
from laws import law

from archdsl.diagnostics import CompileError, Diagnostic
from archdsl.ir.likeness import is_same_network
from archdsl.network import Network
from archdsl.plan.insertions import labelled_places
from archdsl.plan.transforms import TRANSFORMS, Stretch, Transform, Widen
from archdsl.spec import Spec, load
from tests.plan.strategies import NAME, Files, changes, specs

ROOT = Path(__file__).resolve().parents[2]
SPECS = sorted([*ROOT.glob("specs/*.arch"), *ROOT.glob("tests/networks/*.arch")])
SLOW = (
    "autox3d_m autox3d_l x3d_s x3d_m x3d_l i3d_attention i3d_r50 i3d_r50_attention s3d_attention "
    "efficientnet_v2_s mvit_v2_s slowfast_r50 swin3d_t vit_b_16 vivit"
).split()
GALLERY = [
    pytest.param(path, marks=[pytest.mark.slow] * (path.stem in SLOW))
    for path in SPECS
    if path.stem in load(path).networks
]
AXES = ("widen(2)", "resize(factor = 1.5)", "stretch(2)", "bottleneck(1.5)")
quick_law = partial(law, few=8, many=60)


@contextmanager
def load_files(files: Files) -> Iterator[Spec]:
    with TemporaryDirectory() as folder:
        yield files.load(Path(folder))


def transformed(spec: Spec, *applied: str | Transform) -> Network:
    return spec.derive("made", NAME, *applied).network("made")


def transformed_or_discarded(spec: Spec, *applied: str | Transform) -> Network:
    try:
        return transformed(spec, *applied)
    except CompileError:
        assume(False)
        raise


def written(spec: Spec, base: str, *applied: str) -> str | tuple[Diagnostic, ...]:
    """A transformed network as the text of a spec, or the diagnostics if it cannot be written."""
    try:
        return spec.derive("made", base, *applied).standalone_text("made", "a test")
    except CompileError as failure:
        return failure.diagnostics


def takes(spec: Spec, base: str, axis: str) -> bool:
    try:
        spec.derive("made", base, axis).network("made")
    except CompileError:
        return False
    return True


def figures(network: Network) -> Iterable[object]:
    """Everything about a network except its name and its places in the text."""
    return [(node.operation, node.results, network.graph.operands(node)) for node in network.graph]


def extents(network: Network) -> list[tuple[str, object]]:
    """The output shape of each stage of a network."""
    graph = network.graph
    return [
        (scope.name, [graph.type(value) for value in scope.outputs])
        for scope in graph.scopes
        if scope.kind in ("stage", "row") and scope.parent == 0
    ]


@pytest.mark.parametrize("one", ["stretch(1)", "widen(1)", "bottleneck(1)", "resize(factor = 1)"])
@quick_law(specs())
def test_a_factor_of_one_is_the_identity(one: str, files: Files) -> None:
    with load_files(files) as spec:
        assert is_same_network(transformed_or_discarded(spec, one).graph, spec.network(NAME).graph)


@quick_law(specs(), st.integers(1, 3), st.integers(1, 3), st.booleans())
def test_stretches_multiply(files: Files, first: int, then: int, keep: bool) -> None:
    with load_files(files) as spec:
        steps = [Stretch(n, keep_transitions=keep) for n in (first, then, first * then)]
        twice = transformed_or_discarded(spec, *steps[:2])
        assert is_same_network(twice.graph, transformed(spec, steps[2]).graph)


@quick_law(specs(), st.sampled_from([2, 3, Fraction(3, 2), Fraction(1, 2)]), st.booleans())
def test_depth_changes_no_width_and_no_shape(files: Files, depth: Fraction, keep: bool) -> None:
    with load_files(files) as spec:
        deep = transformed_or_discarded(spec, Stretch(depth, keep_transitions=keep))
        own = spec.network(NAME)
        assert [shapes for _, shapes in extents(deep)] == [shapes for _, shapes in extents(own)]
        assert deep.inputs == own.inputs
        assert deep.outputs == own.outputs


@quick_law(specs(), st.sampled_from([2, 3]))
def test_cost_grows_between_linearly_and_quadratically_with_width(files: Files, width: int) -> None:
    """Of convolutions whose blocks take no width from elsewhere, where no width is rounded.

    Those that read the input, or have a group for each channel, or squeeze to a fixed number,
    cost `width` times as much; those from a width to a width its square.
    """
    assume("| mid |" not in str(files.texts))
    with load_files(files) as spec:
        wide, own = (
            convolutions(transformed_or_discarded(spec, Widen(width))),
            convolutions(spec.network(NAME)),
        )
        assert len(wide) == len(own)
        assert all(width * b <= a <= width**2 * b for a, b in zip(wide, own, strict=True))


def convolutions(network: Network) -> list[int]:
    graph, costs = network.graph, network.costs
    return [costs.nodes[node.index].macs for node in graph if node.operation.name == "conv"]


def _elements(network: Network) -> int:
    return sum(prod(shape) for shape in network.inputs.values())


@quick_law(
    specs(), st.sampled_from(["resize(size = 24)", "resize(factor = 2)", "lengthen(factor = 3)"])
)
def test_other_clips_keep_the_parameters(files: Files, change: str) -> None:
    with load_files(files) as spec:
        other, own = transformed_or_discarded(spec, change), spec.network(NAME)
        assert other.costs.total.params == own.costs.total.params
        larger = _elements(other) - _elements(own)
        assert (other.costs.total.macs - own.costs.total.macs) * larger >= 0
        assert (other.costs.total.macs == own.costs.total.macs) == (larger == 0)


@law(specs(), changes(), few=15, many=200)
def test_a_written_network_is_the_same_network(files: Files, applied: list[str]) -> None:
    """Writing compiles its text again; if that fails, there is a diagnostic."""
    with load_files(files) as spec:
        before = figures(spec.network(NAME))
        text = written(spec, NAME, *applied)
        assert figures(spec.network(NAME)) == before
    for diagnostic in () if isinstance(text, str) else text:
        assert diagnostic.labels or not diagnostic.is_error


@law(specs(), changes(), st.integers(0, 200), st.integers(0, 200), few=10, many=100)
def test_insertions_keep_their_places(
    files: Files, applied: list[str], first: int, then: int
) -> None:
    """Insertions commute with transforms: applied last, they give the same network."""
    with load_files(files) as spec:
        labels = list(labelled_places(spec.network(NAME).graph).addresses)
        early = f"insert relu after {labels[first % len(labels)]}"
        late = f"insert silu after {labels[then % len(labels)]}"
        written(spec, NAME, early, *applied[:2], late, *applied[2:])


@pytest.mark.parametrize("path", GALLERY, ids=lambda path: path.stem)
def test_the_gallery_can_be_written(path: Path) -> None:
    """With all axes that a network has, one after another."""
    spec = load(path)
    base = spec.choose(None)
    axes = [axis for axis in AXES if takes(spec, base, axis)]
    text = written(spec, base, *axes)
    assert isinstance(text, str), text


def test_a_transform_is_written_as_in_a_spec() -> None:
    assert str(Stretch(Fraction(11, 5))) == "stretch(2.2)"
    assert str(Stretch(2, stages=("a", "b"))) == "stretch(2, stages = (a, b))"
    assert all(kind.summary().endswith(".") for kind in TRANSFORMS.values())
