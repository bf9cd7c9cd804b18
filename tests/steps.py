"""How much work something is, counted: the calls that Python makes, the same on every machine."""

from __future__ import annotations

import sys
from collections.abc import Callable


def steps(work: Callable[[], object]) -> int:
    """The calls of functions, Python's and C's, until some work is done."""
    count = 0

    def seen(frame: object, event: str, argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(seen)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count


def grows_in_proportion(work: Callable[[int], object], size: int) -> bool:
    """Whether twice the size is about twice the work, once what is done but once is done."""
    work(size)
    return steps(lambda: work(2 * size)) < 2.2 * steps(lambda: work(size))
