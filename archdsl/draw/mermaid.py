"""Pictures as Mermaid flowcharts, which GitHub renders.

Quoted text in Mermaid has no escapes but entities, and is HTML too. So every character that could
have a meaning is written as a numeric entity.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from archdsl.draw.paints import Paint, mixed
from archdsl.draw.picture import (
    Border,
    Box,
    Group,
    Item,
    Line,
    Look,
    Panel,
    Picture,
    Wire,
    all_lines,
    heading,
)

_PLAIN = set(" .,:=+-_×²³⁴·%()/")
_ARROWS = {Line.PLAIN: "-->", Line.DASHED: "-.->", Line.FAULTY: "-.->"}


def mermaid(picture: Picture) -> str:
    """The picture as a flowchart, with a subgraph for each cell of a network."""
    return "\n".join(_lines(picture))


def _lines(picture: Picture) -> Iterator[str]:
    yield "flowchart TB"
    yield f"  subgraph main[{_quote(*picture.caption)}]"
    yield from _panel(picture.main, "n", "    ")
    yield "  end"
    for number, inset in enumerate(picture.insets):
        yield f"  subgraph inset{number}[{_quote(inset.title, *inset.facts)}]"
        yield from _panel(inset, f"c{number}_", "    ")
        yield "  end"


def _panel(panel: Panel, prefix: str, indent: str) -> Iterator[str]:
    yield from _items(panel.items, prefix, indent)
    for wire in panel.wires:
        yield from _wire(wire, prefix, indent)


def _items(items: Iterable[Item], prefix: str, indent: str) -> Iterator[str]:
    for item in items:
        if isinstance(item, Group):
            yield f"{indent}subgraph {prefix}{item.key}[{_quote(heading(item))}]"
            yield from _items(item.items, prefix, f"{indent}  ")
            yield f"{indent}end"
            continue
        left, right = _brackets(item)
        name, (fill, edge) = f"{prefix}{item.key}", mixed(item)
        yield f"{indent}{name}{left}{_quote(heading(item), *all_lines(item))}{right}"
        yield f"{indent}style {name} fill:{fill},stroke:{edge},color:{Paint.INK.light}"


def _brackets(box: Box) -> tuple[str, str]:
    if box.look in (Look.END, Look.SUM):
        return "([", "])"
    return {Border.ROUND: ("(", ")"), Border.DOUBLE: ("[[", "]]")}.get(box.border, ("[", "]"))


def _wire(wire: Wire, prefix: str, indent: str) -> Iterator[str]:
    for place, target in enumerate(wire.targets):
        label = f"|{_quote(wire.label)}|" if wire.label and place == 0 else ""
        yield f"{indent}{prefix}{wire.source} {_ARROWS[wire.line]}{label} {prefix}{target}"


def _quote(*lines: str) -> str:
    return '"' + "<br/>".join("".join(map(_escape, line)) for line in lines) + '"'


def _escape(char: str) -> str:
    """A character as it is if it is safe, otherwise as Mermaid's entity."""
    return char if char.isalnum() or char in _PLAIN else f"#{ord(char)};"
