"""Spaces as supernets that are imported, for the tests of them."""

from __future__ import annotations

import sys
from functools import cache
from types import ModuleType

from archdsl.network import Network
from archdsl.supernet.module import Sharing
from tests.mistakes import load_text

FAIR, PREFIX = Sharing(), Sharing(is_fair=False)
APART = Sharing(is_cut=False)

ROWS = """
use glore
use x3d
block any = each {t1_s3, t3_s3, t3_s5}
network rows(frames = 4, size = 12, classes: int = 3, attention: block | none = glore) {
  input video: 1 x frames x size^2
  table (
    expansion = each {1, 1.5, 2},
    attention = each {none, attention},
    mid = int(expansion * in.channels),
    se = i % 2 == 0,
  ) {
    | block | channels    | number | stride |
    |-------|-------------|--------|--------|
    | any   | {4..12 by 4} | 1      | 1      |
    | any   | {8, 16}     | {1, 2} | 2      |
  }
  in -> mean -> linear(classes)
}
"""


@cache
def network(text: str) -> Network:
    """The network of a spec, built once for all tests."""
    return load_text(text).network()


@cache
def supernet(text: str, sharing: Sharing = FAIR) -> ModuleType:
    """The module of a space, imported."""
    return imported(network(text).supernet(sharing).text)


def imported(text: str) -> ModuleType:
    """The text of a module, imported under a name of its own."""
    module = ModuleType(f"supernet_{abs(hash(text))}")
    sys.modules[module.__name__] = module
    exec(compile(text, module.__name__, "exec"), module.__dict__)
    return module
