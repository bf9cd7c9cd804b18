"""Labels of places in a network: `res3.1`, `mixed_4*`, and ranges of them."""

from __future__ import annotations

import re
from collections.abc import Iterator

_LABEL = re.compile(r"[\w*]+(?:\.[\w*]+)*", re.ASCII)
_DOTS = re.compile(r"\.{2,}")
_FORMS = "a place is a label as `res3.1`, one with wildcards as `res4.*`, or a range as `b..f`"


def unreadable(place: str) -> Iterator[tuple[str, str]]:
    """What is wrong with a place, and what helps."""
    labels = _DOTS.split(place)
    if len(labels) > 2 or not all(map(_LABEL.fullmatch, labels)):
        yield f"`{place}` is no place", _FORMS
    elif "..." in place:
        yield "a range has two dots", f"write `{'..'.join(labels)}`"
    elif len(labels) == 2 and "*" in place:
        yield "a range goes from one label to another, without `*`", f"write `{labels[0]}` alone"
