"""Labels of places in a network: `res3.1`, `mixed_4*`, and ranges of them."""

from __future__ import annotations

import re

_LABEL = re.compile(r"[\w*]+(?:\.[\w*]+)*", re.ASCII)
_STARS = re.compile(r"\*{2,}")
_DOTS = re.compile(r"\.{2,}")
_FORMS = "a place is a label as `res3.1`, one with wildcards as `res4.*`, or a range as `b..f`"


def mistaken(place: str) -> tuple[str, str] | None:
    """What is wrong with a place, and what helps; nothing where it can be read."""
    labels = _DOTS.split(place)
    if len(labels) > 2 or not all(map(_LABEL.fullmatch, labels)):
        return f"`{place}` is no place", _FORMS
    if "..." in place:
        return "a range has two dots", f"write `{'..'.join(labels)}`"
    if len(labels) == 2 and "*" in place:
        return "a range goes from one label to another, without `*`", f"write `{labels[0]}` alone"
    if "**" in place:
        single = _STARS.sub("*", place)
        return "a `*` stands for any part of a name, and never for levels", f"write `{single}`"
    return None
