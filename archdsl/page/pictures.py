"""Pictures on a page: one network with its stages folded, by row, and opened, without a script.

A box is a link to what it stands for. This is added to the finished drawing, whose texts are
escaped already.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from xml.etree import ElementTree

from markupsafe import Markup

from archdsl.draw.picture import Details, Group, Item
from archdsl.drawing import Drawing

_NAMESPACE = ' xmlns="http://www.w3.org/2000/svg"'
"""What a picture in a page of HTML needs not say."""

_NARROW = 460
"""Pixels up to which a picture stands beside tables."""

_SMALLEST = 0.7
"""How far a wide picture is scaled down, beyond which it is scrolled."""

Link = Callable[[Details], str]
"""The address of what a box stands for; "" for none."""


@dataclass(frozen=True)
class Level:
    """A network drawn with more or less of it open: what a reader chooses it by, and the picture.

    The picture is markup, made of a drawing.
    """

    name: str
    svg: Markup
    is_narrow: bool


def levels(draw: Callable[[frozenset[str]], Drawing], link: Link) -> tuple[Level, ...]:
    """The pictures of a network, the usual one first. `draw` turns what is open, by paths."""
    usual = draw(frozenset())
    items = [*_items(usual.picture.main.items)]
    stages, closed = (frozenset(_paths(items, is_open)) for is_open in (True, False))
    drawn = {"by row" if stages else "whole": usual}
    if stages:
        drawn["stages folded"] = draw(stages)
    if closed:
        drawn["blocks opened"] = draw(closed)
    return tuple(level(name, each, link) for name, each in drawn.items())


def level(name: str, drawing: Drawing, link: Link) -> Level:
    """A drawing with its links."""
    root = ElementTree.fromstring(drawing.svg.replace(_NAMESPACE, "", 1))
    details = (item.details for item in _items(drawing.picture.main.items) if item.details)
    addresses = {(each.path, str(each.line)): link(each) for each in details}
    for box in [*root.iter("g")]:
        address = addresses.get((box.get("data-path", ""), box.get("data-line", "")))
        if address:
            _enclose(box, address)
    root.set("role", "img")
    root.set("aria-label", drawing.title)
    width = float(root.attrib["width"])
    root.set("style", f"min-width: {_SMALLEST * width:.0f}px")
    markup = Markup(ElementTree.tostring(root, encoding="unicode"))
    return Level(name, markup, width <= _NARROW)


def _enclose(box: ElementTree.Element, address: str) -> None:
    """Put what is in a box into a link; its title stays the first child, as tooltips need it."""
    anchor = ElementTree.Element("a", {"href": address})
    inside = [child for child in box if child.tag != "title"]
    for child in inside:
        box.remove(child)
    anchor.extend(inside)
    box.append(anchor)


def _items(items: Iterable[Item]) -> Iterator[Item]:
    for item in items:
        yield item
        if isinstance(item, Group):
            yield from _items(item.items)


def _paths(items: Iterable[Item], is_open: bool) -> Iterator[str]:
    """What is open and can be folded, or the other way round."""
    for item in items:
        if item.details and item.details.is_open is is_open:
            yield item.details.path
