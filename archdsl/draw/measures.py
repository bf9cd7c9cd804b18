"""How large a box is, and where in it its texts go."""

from __future__ import annotations

from archdsl.draw.layers import Size
from archdsl.draw.picture import Box, Group, Look, times
from archdsl.draw.text import PLAIN, TITLE

PADDING = 10.0
LINE = 15.0
HEADER, FOOTER = 22.0, 10.0
"""Room above and below what stands in a frame: its title is above."""

GAP = 9
"""Between a title, what follows it, and the figures at the right."""

_LEAST = {Look.SUM: 26.0, Look.END: 64.0}
_NARROWEST = 120.0
_STEP = 36.0


def box_size(box: Box) -> Size:
    """Widths go up in steps, so that boxes above each other often agree."""
    if box.look is Look.SUM:
        return Size(13, 13, 26)
    head = [TITLE.width(box.title), TITLE.width(times(box.times)), PLAIN.width(box.aside)]
    line = sum(head) + GAP * (sum(map(bool, head)) - 1)
    widest = max(line, *(PLAIN.width(text) for text in box.lines), 0)
    least = _LEAST.get(box.look, _NARROWEST)
    steps = -(-(widest + 2 * PADDING - least) // _STEP)
    width = least + max(steps, 0) * _STEP
    height = 2 * 8 + TITLE.size + 1 + LINE * len(box.lines)
    return Size(width / 2, width / 2, height)


def head_widths(group: Group) -> tuple[float, float]:
    """What the title and the share of a frame need at its left and right."""
    title = TITLE.width(group.title) + (
        GAP + TITLE.width(times(group.times)) if group.times > 1 else 0
    )
    return PADDING + title + GAP, PLAIN.width(group.aside) + PADDING + GAP


def label_size(text: str) -> Size:
    return Size(4, 8 + PLAIN.width(text), LINE) if text else Size(0, 0, 0)


def label_room(text: str) -> Size:
    """Beside a wire whose label stands elsewhere, so that it needs no bend to get there."""
    size = label_size(text)
    return Size(size.left, size.right, 0)
