"""Small spaces: their texts, and all of their members, built one by one."""

from __future__ import annotations

from collections.abc import Iterator

from archdsl import compiler
from archdsl.build.request import Ending, Request
from archdsl.costs.figures import Figures
from archdsl.space.space import build_member, figures_of
from archdsl.space.survey.asking import Asking
from archdsl.space.walk import Taken
from tests.mistakes import load_text

SHARED = """
block unit(x, c) {
  y = x -> conv({c, 2 * c}, kernel = {1, 3}) -> relu
  return y -> conv(c)
}
network space(size = 8) {
  input x: 4 x size^2
  e = {4, 8}
  a = unit(x, e)
  b = unit(a, e)
  d = b -> conv({4, 8}) -> relu
  require d.channels >= a.channels "narrower at the end"
  return d -> mean((1, 2)) -> linear(5)
}
"""
"""A decision that several statements read, one that two calls share, and a requirement."""

CONDITIONAL = """
use glore
block unit(x, c, att: block | none = {glore(nodes = {2, 4}), none}) {
  y = x -> conv(c) -> relu
  return y -> att
}
network space(size = 4) {
  input x: 4 x 2 x size^2
  a = unit(x, {4, 8})
  b = unit(a, 8)
  return b -> mean((1, 2, 3)) -> linear(5)
}
"""
"""An option that asks for more, in a block that is called twice, with inputs that differ."""

TABLE = """
use x3d
block mb = each {t1_s3, t3_s3}
network space(size = 8) {
  input video: 3 x 2 x size^2
  table (
    expansion = each {1.5, 2},
    mid = int(expansion * in.channels),
    se = i % 2 == 0,
  ) {
    | block | channels | number | stride |
    |-------|----------|--------|--------|
    | stem  | 8        | 1      | 1      |
    |-------|----------|--------|--------|
    | mb    | {8, 12}  | 1      | 2      |
    | mb    | {8, 12}  | {1, 2} | 1      |
  }
  head(mid = 16, features = 16, classes = 5)
}
"""
"""Rows whose decisions hang together by channels, by numbers of blocks, and by nothing."""

CELLS = """
use attention_cell
use residual
block any = attend(over = each {temporal, spatial}, by = each {dot, map})
cell small {
  keys_values = {cell, operation}
  prepare(channels = x.channels / 4, size = none, frames = none)
  op1 = any(f0)
  op2 = any({f0, op1})
  combine(op1, op2)
}
network base(size = 4) {
  input x: 8 x 2 x size^2
  table {
    | stage | block       | channels |
    |-------|-------------|----------|
    | one   | basic_block | 8        |
    | two   | basic_block | 16       |
  }
  mean((1, 2, 3))
}
"""
AGNOSTIC = CELLS + "network space = base + insert small after one..two\n"
"""One cell at two places, decided once."""

SPECIFIC = CELLS + "network space = base + insert each small after two\n"
"""A cell that its place decides for itself."""

UNREAD = """
block unit(x, c) {
  if each {true, false} == true { x = x -> conv(c, kernel = 3) -> relu }
  return x -> conv(c)
}
network space(size = 4) {
  input x: 4 x size^2
  l1 = x -> conv(8)
  l2 = x -> conv(8, kernel = 3)
  l3 = each unit(l1, 8)
  l4 = {l1, l2, l3} -> relu
  l5 = {l2, l3, l4} -> conv({8, 16})
  flag = {true, false}
  z = l5
  if flag { z = z -> conv(16) }
  for k in (1, 3) { z = each unit(z, 16) }
  y = sum(stack((l4 -> conv(16), z)), axes = 0)
  return y -> mean((1, 2)) -> linear(5)
}
"""
"""Parts that some members read and some do not: what nothing reads costs nothing."""

LOOP = """
network space(size = 4, width = {4, 8}) {
  input x: width x size^2
  share mix = conv(channels = width, kernel = {1, 3})
  y = x -> mix
  for each c in (4, 6) { y = y -> conv({c, 2 * c}) -> relu }
  return y -> conv(width) -> mix -> mean((1, 2))
}
"""
"""Layers that are shared, and a loop whose iterations decide for themselves."""

SPACES = {
    "shared": SHARED,
    "conditional": CONDITIONAL,
    "table": TABLE,
    "agnostic": AGNOSTIC,
    "specific": SPECIFIC,
    "unread": UNREAD,
    "loop": LOOP,
}


class Broken(Exception):
    """A member has a mistake."""


def request_of(text: str, name: str = "space") -> Request:
    """The request for a space of a text, which must have no mistake."""
    program = load_text(text).program
    compiled = compiler.compile_network(program, name, {})
    compiled.warnings()
    assert compiled.plan is not None
    return Request.of(program, name, compiled.plan)


def members(request: Request) -> Iterator[tuple[Taken, Figures]]:
    """All members that exist, with what they cost, each built."""
    asking = Asking()

    def once() -> tuple[Taken, Figures] | None:
        built = build_member(request, lambda decision: asking.take(decision, decision.allowed))
        if built.ending is Ending.REFUSED:
            return None
        if not built.is_sound:
            raise Broken(built.diagnostics)
        return {each.name: each.option for each in built.decisions}, figures_of(built)

    yield from filter(None, asking.runs(once))
