"""Pictures in Graphviz's DOT language. All texts are quoted strings, with quotes escaped."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from archdsl.draw.paints import Paint, mixed
from archdsl.draw.picture import (
    Border,
    Box,
    Item,
    Line,
    Look,
    Panel,
    Picture,
    Wire,
    all_lines,
    heading,
)

_HEAD = f"""\
  graph [fontname="Helvetica", fontsize=13, labeljust=l, labelloc=t, ranksep=0.3];
  node [fontname="Helvetica", fontsize=11, shape=box, style=filled, height=0.35];
  edge [fontname="Helvetica", fontsize=9, arrowsize=0.6, color="{Paint.WIRE.light}"];"""

_LINES = {
    Line.PLAIN: "",
    Line.DASHED: "style=dashed",
    Line.FAULTY: f'style=dashed, color="{Paint.FAULT_EDGE.light}"',
}


def dot(picture: Picture) -> str:
    """The picture as a DOT graph, with a cluster for each cell of a network."""
    return "\n".join(_lines(picture))


def _lines(picture: Picture) -> Iterator[str]:
    yield f"digraph {_quote(picture.main.title)} {{"
    yield _HEAD
    yield f"  label={_quote(*picture.caption)};"
    yield from _panel(picture.main, "n", "  ")
    for number, inset in enumerate(picture.insets):
        # Keys are unique in one panel only, hence the prefixes. Names from the spec are labels.
        yield f"  subgraph cluster_inset{number} {{"
        yield f'    label={_quote(inset.title, *inset.facts)}; color="{Paint.FRAME_EDGE.light}";'
        yield from _panel(inset, f"c{number}_", "    ")
        yield "  }"
    yield "}"


def _panel(panel: Panel, prefix: str, indent: str) -> Iterator[str]:
    yield from _items(panel.items, prefix, indent)
    for wire in panel.wires:
        yield from _wire(wire, prefix, indent)


def _items(items: Iterable[Item], prefix: str, indent: str) -> Iterator[str]:
    for item in items:
        if isinstance(item, Box):
            yield f"{indent}{prefix}{item.key} [{_box(item)}];"
            continue
        yield f"{indent}subgraph cluster_{prefix}{item.key} {{"
        yield f'{indent}  label={_quote(heading(item))}; color="{Paint.FRAME_EDGE.light}";'
        yield from _items(item.items, prefix, f"{indent}  ")
        yield f"{indent}}}"


def _box(box: Box) -> str:
    fill, edge = mixed(box)
    parts = [
        f"label={_quote(heading(box), *all_lines(box))}",
        f'fillcolor="{fill}"',
        f'color="{edge}"',
    ]
    if box.look in (Look.END, Look.SUM):
        parts.append("shape=ellipse")
    if box.border is Border.DOUBLE:
        parts.append("peripheries=2")
    if box.border is Border.ROUND:
        parts.append('style="filled,rounded"')
    return ", ".join(parts)


def _wire(wire: Wire, prefix: str, indent: str) -> Iterator[str]:
    """An edge to each reader. Only the first has the label, as in the SVG."""
    for place, target in enumerate(wire.targets):
        label = f"label={_quote(f' {wire.label}')}" if wire.label and place == 0 else ""
        parts = ", ".join(filter(None, (label, _LINES[wire.line])))
        ends = f"{prefix}{wire.source} -> {prefix}{target}"
        yield f"{indent}{ends} [{parts}];" if parts else f"{indent}{ends};"


def _quote(*lines: str) -> str:
    escaped = (line.replace("\\", "\\\\").replace('"', '\\"') for line in lines)
    return '"' + "\\n".join(escaped) + '"'
