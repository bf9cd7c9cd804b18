"""The colours of pictures: dark text on light fills, chosen to be told apart by everybody."""

from __future__ import annotations

from archdsl.draw.picture import Box, Look

INK, MUTED, WIRE, FAULT = "#1c2430", "#566070", "#6b7686", "#c62828"
FRAME, FRAME_EDGE = "#f6f7f9", "#cfd5dd"

GRID, ALONE = "#e6e9ee", "#7b8694"
GROUPS = ("#2f6fb5", "#c4620f", "#3b8546", "#8a4aa8", "#b8324f", "#0f7c86")
"""Of points that belong together; of those that belong to none, ALONE."""

_COLD, _EDGE_COLD = (255, 255, 255), (176, 184, 196)
_HOT, _EDGE_HOT = (255, 167, 84), (196, 98, 16)

_LOOKS = {
    Look.BLOCK: ("#ffffff", "#b0b8c4"),
    Look.END: ("#eef1f5", "#8d97a6"),
    Look.FAULT: ("#fde7e7", FAULT),
    Look.REST: ("#ffffff", "#b0b8c4"),
    Look.SUM: ("#ffffff", WIRE),
    Look.SINK: ("#eef1f5", MUTED),
    Look.TEMPORAL: ("#dcebfb", "#2f6fb5"),
    Look.SPATIAL: ("#e0f2e1", "#3b8546"),
    Look.SPATIOTEMPORAL: ("#f1e3f7", "#8a4aa8"),
}


def of(box: Box) -> tuple[str, str]:
    """Fill and edge: by the share of the cost where there is one, else by what it is."""
    if box.heat is None or box.look is Look.FAULT:
        return look(box.look)
    return warm(box.heat)


def look(kind: Look) -> tuple[str, str]:
    return _LOOKS[kind]


def warm(heat: float) -> tuple[str, str]:
    """From white, for nothing, to orange, for the most."""
    return _between(_COLD, _HOT, heat), _between(_EDGE_COLD, _EDGE_HOT, heat)


def _between(cold: tuple[int, ...], hot: tuple[int, ...], heat: float) -> str:
    mixed = (round(c + (h - c) * heat) for c, h in zip(cold, hot, strict=True))
    return "#" + "".join(f"{part:02x}" for part in mixed)
