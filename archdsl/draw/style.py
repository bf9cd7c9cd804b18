"""How pictures look: the widths of texts, the sizes of boxes.

Widths come from a table and not from a font of this machine, for the same bytes everywhere. A
reader's font may be narrower than the table says, but hardly wider.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from unicodedata import east_asian_width

from archdsl.draw.layout.geometry import Size
from archdsl.draw.paints import Paint
from archdsl.draw.picture import Box, Chips, Group, Lane, Look, aside, times

# Texts

# In hundredths of the font size, for DejaVu Sans and its bold. Arial and Helvetica are narrower.
_PLAIN = {
    28: "'ijl", 30: "IJ", 33: " ,.·", 35: "/:;\\|f-", 40: "()[]t!²³⁴", 42: "r", 50: "\"*_`",
    53: "sz?", 56: "cL", 60: "FkvxyP", 62: "TYaoe", 64: "ESbdghnpquΣ$0123456789{}",
    70: "KAVBRXZC", 78: "UHNDGOQ", 84: "&w#+<=>^~×→", 100: "M%mW@…",
}  # fmt: skip
_BOLD = {
    34: "'ijl ", 38: "/IJ\\|,.·", 44: ":;-f²³⁴", 50: "!()[]tr_`", 60: "\"*?zcs", 65: "Lvxy",
    70: "kaEFTeo$0123456789Σ", 73: "hnu{}SYbdgpqCPZ", 78: "BAKRVX", 85: "UGD#+<=>HN^~×→OQ",
    92: "&w", 100: "%@M…", 110: "mW",
}  # fmt: skip

FAMILY = (
    "'Helvetica Neue', Helvetica, Arial, 'Segoe UI', 'Liberation Sans', 'DejaVu Sans', sans-serif"
)


@dataclass(frozen=True)
class Font:
    """A size and a weight of the font family."""

    size: int
    weight: int = 400

    def width(self, text: str) -> float:
        widths = _WIDTHS[self.weight > 500]
        return sum(widths.get(char) or _other(char) for char in text) * self.size / 100


_WIDTHS = [{char: width for width, chars in t.items() for char in chars} for t in (_PLAIN, _BOLD)]


def _other(char: str) -> int:
    return 110 if east_asian_width(char) in "WF" else 85


HEADING = Font(17, 600)
TITLE = Font(13, 600)
PLAIN = Font(11)
BOLD = Font(11, 600)


def clean(text: str) -> str:
    """The text on one line, with characters that are invisible or not allowed in XML replaced."""
    return "".join(c if c.isprintable() else "\ufffd" for c in " ".join(text.split()))


def shorten(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


# Sizes

PADDING = 10.0
LINE = 15.0
HEADER, FOOTER = 22.0, 10.0
"""Pixels above and below the inside of a frame, whose title is above."""

GAP = 9
"""Pixels between a title, the number of repeats, and the share."""

CIRCLES = (Look.SUM, Look.LINK)
_LEAST = {Look.END: 64.0}
_NARROWEST, _USUAL = 120.0, 228.0
"""The least widths of boxes; those with costs are as wide as most of these need."""

_STEP = 36.0
_LANE_LEAST = 140.0


TAKEN, OPEN = (Paint.TAKEN, Paint.TAKEN_EDGE), (Paint.CARD, Paint.CARD_EDGE)
"""Fill and edge of an option: of the one that is drawn, and of the others."""

CHIP, CHIP_GAP = 18.0, 4.0
"""Pixels from one line of chips to the next, and between two chips."""


CHIP_SHARE = 72.0
"""Pixels that an option has beyond its text once a search has settled on it, and all together."""


def chip_width(option: str, share: float) -> float:
    return BOLD.width(option) + 12 + CHIP_SHARE * share


def names_width(choices: Iterable[Chips]) -> float:
    """The width of the names of decisions, which are one column of a box."""
    return max((PLAIN.width(chips.name) for chips in choices if chips.options), default=0) + GAP


def choices_width(choices: Sequence[Chips]) -> float:
    """The width of decisions: their names, their options, and the numbers of others."""
    return max(map(_options_width, choices), default=0) + names_width(choices)


def _options_width(chips: Chips) -> float:
    parts = [chip_width(option, share) for option, share in chips.weighed]
    parts += [PLAIN.width(f"+{chips.more}")] if chips.more else []
    return sum(parts) + CHIP_GAP * (len(parts) - 1)


LANE, LANE_GAP = 42.0, 6.0
"""Pixels of a lane in a box, from its top to its bottom, and between two lanes."""


def lanes_width(lanes: Sequence[Lane]) -> float:
    """The width of lanes, which are as wide as each other."""
    return len(lanes) * (max(map(_lane_width, lanes)) + LANE_GAP) - LANE_GAP


def _lane_width(lane: Lane) -> float:
    head = BOLD.width(lane.name) + GAP + PLAIN.width(lane.share)
    return max(head, PLAIN.width(lane.costs), _LANE_LEAST) + 2 * PADDING


def box_size(box: Box) -> Size:
    """The size of a box. Widths go up in steps, so that boxes above each other are often equal."""
    if box.look in CIRCLES:
        return Size(13, 13, 26)
    head = [TITLE.width(box.title), TITLE.width(times(box.times)), PLAIN.width(box.share)]
    line = sum(head) + GAP * (sum(map(bool, head)) - 1)
    texts = (PLAIN.width(text) for text in (*box.lines, box.costs))
    parts = [choices_width(box.choices)] if box.choices else []
    parts += [lanes_width(box.lanes)] if box.lanes else []
    widest = max([line, *texts, *parts])
    least = _USUAL if box.costs else _LEAST.get(box.look, _NARROWEST)
    steps = -(-(widest + 2 * PADDING - least) // _STEP)  # rounded up
    width = least + max(steps, 0) * _STEP
    height = 2 * 8 + TITLE.size + 1 + LINE * (len(box.lines) + bool(box.costs))
    height += CHIP * len(box.choices) + 4 * bool(box.choices) + LANE * bool(box.lanes)
    return Size(width / 2, width / 2, height)


def head_widths(group: Group) -> tuple[float, float]:
    """The widths that the title and the share of a frame need, at its left and its right."""
    title = TITLE.width(group.title) + (
        GAP + TITLE.width(times(group.times)) if group.times > 1 else 0
    )
    return PADDING + title + GAP, PLAIN.width(aside(group)) + PADDING + GAP


def label_size(text: str) -> Size:
    """The size of a wire's label, with the wire as its axis."""
    return Size(4, 8 + PLAIN.width(text), LINE) if text else Size(0, 0, 0)


def label_room(text: str) -> Size:
    """The room beside a wire whose label is in another frame.

    The wire then has the same room in all frames that it crosses, and needs no bend between them.
    """
    size = label_size(text)
    return Size(size.left, size.right, 0)
