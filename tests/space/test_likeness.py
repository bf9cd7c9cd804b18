"""Members that are compared: graphs in which blocks are repeated, and counts of what decides."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from random import Random

import pytest

from archdsl import compiler
from archdsl.build.request import Request
from archdsl.ir.alike.counts import count
from archdsl.ir.likeness import is_same_network
from archdsl.ir.pruning import without_unread
from archdsl.plan.decisions import picked
from archdsl.space.likeness import Likenesses
from archdsl.space.members import Members
from archdsl.space.space import build_member, members

ROOT = Path(__file__).resolve().parents[2]

BLOCKS = """
block unit(x, width, act: block = relu) { return x -> conv(width, 3) -> act }
block pair(x, y) { return y + (concat(x, y) -> conv(4)) }
block several(x) { return x -> unit(4), x }
block chosen = unit(width = {4, 8})
block outer(x) { return x -> chosen -> unit(4) }
block tower(x) {
  share layer = unit(width = x.channels)
  return layer(layer(x))
}
"""


def _request(path: Path, name: str) -> Request:
    program = compiler.resolve(path, ())
    plan = compiler.compile_network(program, name, {}).plan
    assert plan is not None
    return Request.of(program, name, plan)


def _space(folder: Path, body: str, before: str = "") -> tuple[Request, Members]:
    path = folder / "n.arch"
    path.write_text(f"{BLOCKS}{before}\nnetwork n() {{\n  input x: 4 x 8^2\n{body}\n}}\n")
    request = _request(path, "n")
    return request, members(request)


def _all(found: Members) -> list[tuple[tuple[str, str], ...]]:
    names = [*found.decisions]
    options = product(*found.decisions.values())
    return [tuple(zip(names, taken, strict=True)) for taken in options]


BODIES = {
    "the same tensor twice, and two": "  y = x -> unit(4)\n"
    "  z = {pair(x, x), pair(x, y)}\n  return z -> conv({4, 8})",
    "a derived block that decides": "  return x -> outer -> outer -> unit({4, 8}) -> chosen",
    "shared layers": "  y = x -> tower -> unit(4, {relu, sigmoid})\n  return y -> tower -> unit(4)",
    "shared use of a block": "  share s = outer\n  return s(s(x -> unit({2, 4}) -> unit(4)))",
    "a block as an argument": "  return x -> unit(4, {relu, sigmoid}) -> unit(4, relu) -> chosen",
    "several results": "  a, b = several(x)\n  c, d = several({b, x -> relu})\n"
    "  return pair(a -> unit(4), b) + pair(c -> unit(4), d)",
    "what nothing reads": "  y = x -> unit(4) -> unit(4)\n  return {x, y} -> unit({4, 8})",
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_repeated_blocks_make_the_same_network(tmp_path: Path, body: str) -> None:
    """In any order of members: what one of them has built is repeated in the others."""
    request, found = _space(tmp_path, body)
    every = _all(found)
    for order in (every, every[::-1]):
        likenesses = Likenesses(request, found.surveyed)
        for taken in order:
            own = without_unread(build_member(request, picked(dict(taken))).graph)
            repeated = likenesses.graph(taken)
            assert is_same_network(own, repeated)
            assert count(own) == count(repeated)
    names = {likenesses.canonical(taken) for taken in every}
    assert 1 < len(names) <= len(every)


CELLS = """
use attention_cell
block any = attend(over = each {temporal, spatial}, by = {map, dot})
cell c {
  prepare(channels = 2, size = 4, frames = 4)
  op1 = any(f0)
  op2 = any({f0, op1})
  combine(op1, op2)
}
"""
TWICE = """network n() {{
  input x: 4 x 4 x 8^2
  y = {0}c(x -> conv(8))
  z = {0}c(y -> conv(16))
  return z
}}
"""


def _cells(folder: Path, before: str) -> tuple[Likenesses, Members]:
    path = folder / "cells.arch"
    path.write_text(CELLS + TWICE.format(before))
    request = _request(path, "n")
    found = members(request)
    return Likenesses(request, found.surveyed), found


def test_counts_are_of_a_cell_that_stands_for_others(tmp_path: Path) -> None:
    """Cells that decide together are counted once; each cell that decides alone has its own."""
    together, few = _cells(tmp_path, "")
    apart, many = _cells(tmp_path, "each ")
    assert (few.members, many.members) == (16, 256)
    one, two = (dict(space.draw(Random(0))) for space in (few, many))
    counted = [
        sum(likenesses.counts(tuple(taken.items()))["nodes"][label] for label in ("attend",))
        for likenesses, taken in ((together, one), (apart, two))
    ]
    assert counted == [2, 4]


def test_counts_tell_cells_apart_and_not_their_spellings(tmp_path: Path) -> None:
    likenesses, found = _cells(tmp_path, "")
    by_name: dict[str, list[object]] = {}
    for taken in _all(found):
        by_name.setdefault(likenesses.canonical(taken), []).append(likenesses.counts(taken))
    assert all(each == counts[0] for counts in by_name.values() for each in counts)
    distinct: list[object] = []
    for counts in by_name.values():
        distinct += [] if counts[0] in distinct else [counts[0]]
    # Two operations that read one thing have no order: 2 x 3 + 2 x 4 cells.
    assert len(by_name) == len(distinct) == 14


def test_a_network_that_decides_itself_is_counted_whole(tmp_path: Path) -> None:
    request, found = _space(tmp_path, "  return x -> outer -> unit({4, 8})")
    likenesses = Likenesses(request, found.surveyed)
    for taken in _all(found):
        assert likenesses.counts(taken) == count(likenesses.graph(taken))


@pytest.mark.parametrize("name", ["tiny_space", pytest.param("gpb_space", marks=pytest.mark.slow)])
def test_members_of_published_spaces_are_repeated_whole(name: str) -> None:
    request = _request(
        ROOT / "specs" / f"{name}.arch", {"gpb_space": "s3d_gpb_space"}.get(name, name)
    )
    found = members(request)
    likenesses, random = Likenesses(request, found.surveyed), Random(3)
    for _ in range(4):
        taken = tuple(found.draw(random).items())
        own = without_unread(build_member(request, picked(dict(taken))).graph)
        assert is_same_network(own, likenesses.graph(taken))
