"""The colours of pictures, each by its purpose, on light ground and on dark.

Light colours are written into the elements of an SVG. Dark ones stand in its style sheet, for
readers whose system is dark, so that a picture stays readable where no style sheet is read.
"""

from __future__ import annotations

from enum import Enum

from archdsl.draw.picture import Box, Look


class Paint(Enum):
    """A colour on light ground, and on dark. What is an EDGE goes around what has its name."""

    GROUND = ("#ffffff", "#0d1117")
    INK = ("#1c2430", "#e6edf3")
    SOFT = ("#414b59", "#c3ccd6")
    MUTED = ("#566070", "#9aa5b1")
    WIRE = ("#6b7686", "#8b96a3")

    FRAME, FRAME_EDGE = ("#f6f7f9", "#151b23"), ("#cfd5dd", "#333b46")
    CARD, CARD_EDGE = ("#ffffff", "#1d242e"), ("#b0b8c4", "#515c6a")
    END, END_EDGE = ("#eef1f5", "#29323d"), ("#8d97a6", "#7a8694")
    FAULT, FAULT_EDGE = ("#fde7e7", "#40191b"), ("#c62828", "#ff8078")
    HEAT, HEAT_EDGE = ("#ffb066", "#80450c"), ("#c46210", "#e8974a")
    TAKEN, TAKEN_EDGE = ("#d9e2ee", "#3b4c61"), ("#566070", "#a9b8c9")
    TEMPORAL, SPATIAL = ("#dcebfb", "#14304d"), ("#e0f2e1", "#17381c")
    SPATIOTEMPORAL = ("#f1e3f7", "#371f44")

    GRID, FRONT = ("#e6e9ee", "#252c35"), ("#c3cad4", "#4a5563")
    ALONE = ("#7b8694", "#8b96a4")
    BLUE, ORANGE = ("#2f6fb5", "#6aa9ea"), ("#c4620f", "#f09a4f")
    GREEN, VIOLET = ("#3b8546", "#6cbb78"), ("#8a4aa8", "#c08fda")
    RED, TEAL = ("#b8324f", "#f07f97"), ("#0f7c86", "#45bcc7")
    OLIVE, BROWN = ("#7a6a00", "#cdbb4a"), ("#7b4a33", "#cf9a80")

    @property
    def light(self) -> str:
        return self.value[0]

    @property
    def dark(self) -> str:
        return self.value[1]


LOOKS = {
    Look.BLOCK: (Paint.CARD, Paint.CARD_EDGE),
    Look.END: (Paint.END, Paint.END_EDGE),
    Look.FAULT: (Paint.FAULT, Paint.FAULT_EDGE),
    Look.REST: (Paint.CARD, Paint.CARD_EDGE),
    Look.SUM: (Paint.CARD, Paint.WIRE),
    Look.SINK: (Paint.END, Paint.MUTED),
    Look.LINK: (Paint.CARD, Paint.WIRE),
    Look.TEMPORAL: (Paint.TEMPORAL, Paint.BLUE),
    Look.SPATIAL: (Paint.SPATIAL, Paint.GREEN),
    Look.SPATIOTEMPORAL: (Paint.SPATIOTEMPORAL, Paint.VIOLET),
}
"""Fill and edge of a box by its look: distinct for all readers, and each with a word in the box."""


def heat(box: Box) -> float:
    """How opaque the colour of heat is over a box; a fault keeps its own."""
    return 0.0 if box.heat is None or box.look is Look.FAULT else box.heat


def mixed(box: Box) -> tuple[str, str]:
    """Fill and edge of a box on light ground, where a format cannot lay one colour over another."""
    fill, edge = LOOKS[box.look]
    return _between(fill, Paint.HEAT, heat(box)), _between(edge, Paint.HEAT_EDGE, heat(box))


def _between(cold: Paint, hot: Paint, part: float) -> str:
    pairs = zip(_channels(cold.light), _channels(hot.light), strict=True)
    return "#" + "".join(f"{round(c + (h - c) * part):02x}" for c, h in pairs)


def _channels(colour: str) -> list[int]:
    return [int(colour[place : place + 2], 16) for place in (1, 3, 5)]
