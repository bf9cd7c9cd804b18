"""A picture in sheets: a long diagram in columns, and the cells of a network where there is room.

What does not fit one sheet of a readable size goes on in the next, below it. Nothing is scaled
down.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from math import ceil
from typing import TypeAlias

from archdsl.draw.layout.frames import lay_out
from archdsl.draw.layout.geometry import Layout
from archdsl.draw.layout.parts import cut
from archdsl.draw.legend import foot, head, whole_head
from archdsl.draw.page import Page, centred, row, stack
from archdsl.draw.picture import Panel, Picture

_MARGIN, _BETWEEN, _BELOW = 28.0, 48.0, 24.0
"""Pixels around a page, between diagrams, and from a diagram to its texts."""

_LONG, _TALLEST, _HIGH, _LOW = 3000.0, 1300.0, 1000.0, 300.0
"""A diagram taller than the first is cut, one taller than the second where paper is saved, into
columns of about the third, beside cells perhaps of less, down to the last."""

_BROADEST, _WIDE = 1700.0, 1400.0
"""A diagram wider than the first is cut into parts of about the second. A sheet is not wider than
that either, unless one part is."""

_RATIO = 2**0.5
"""The width of a sheet of paper to its height."""

_TRIES, _MOST = 4, 6
"""Numbers of columns that are tried to leave little room empty: of a diagram, and of insets."""


def page(picture: Picture) -> Page:
    """The page of a picture: all its sheets, one below the other."""
    return framed(sheets(picture))


def framed(sheets: Sequence[Page]) -> Page:
    """Sheets below each other, with a margin around them."""
    whole = stack(sheets, _BETWEEN).move(_MARGIN, _MARGIN)
    return Page(
        whole.width + _MARGIN, whole.height + _MARGIN, whole.layout, whole.writings, whole.samples
    )


def strip(picture: Picture) -> Page:
    """A picture in one column with its cells below, for a page that scrolls."""
    main = picture.main
    columns = _columns(main, _diagram(lay_out(main.items, main.wires)), 1)
    return framed([*_sheets(picture, columns), *map(_inset, picture.insets)])


def sheets(picture: Picture) -> list[Page]:
    """A picture in sheets; most have one.

    Of several ways to cut it, and to put cells beside or below it, the one is taken that can be
    seen at once on the smallest paper, and leaves little of that empty.
    """
    main = picture.main
    whole = _diagram(lay_out(main.items, main.wires))
    mains = [_sheets(picture, _columns(main, whole, count)) for count in _counts(picture, whole)]
    insets = [_inset(inset) for inset in picture.insets]
    found = [arranged for sheets in mains for arranged in _arranged(sheets, insets)]
    return [_sheet(each) for each in min(found, key=_paper)]


def _counts(picture: Picture, whole: Page) -> list[int]:
    """The numbers of columns that are tried for a diagram of this size."""
    least = ceil(whole.height / _HIGH) if whole.height > _TALLEST else 1
    most = max(least, min(_TRIES, int(whole.height / _LOW))) if picture.insets else least
    whole_too = [1] if whole.height <= _LONG and least > 1 else []
    return [*whole_too, *range(least, most + 1)]


def _columns(panel: Panel, whole: Page, count: int) -> list[Page]:
    if count == 1 and whole.width <= _BROADEST:
        return [whole]
    height = whole.height / count if count > 1 else _TALLEST
    parts = cut(panel, whole.layout, height, _WIDE)
    return [_diagram(lay_out(part.items, part.wires)) for part in parts]


def _diagram(layout: Layout) -> Page:
    left, top, right, bottom = layout.extent
    return Page(right - left, bottom - top, layout.translate(-left, -top))


def _sheets(picture: Picture, columns: Sequence[Page]) -> list[Page]:
    """The columns of a diagram in sheets, below its title and legend, and its notes at the end."""
    title = whole_head(picture.main, picture.scale, picture.swatches, len(columns))
    rows = [row(group, _BETWEEN) for group in groups(columns, _WIDE, lambda page: page.width)]
    rows[0] = stack([title, centred(rows[0], title.width)], _BELOW)
    if picture.main.notes:
        rows[-1] = stack([rows[-1], foot(picture.main)], _BELOW / 3)
    return rows


def _inset(panel: Panel) -> Page:
    title, whole = head(panel), _diagram(lay_out(panel.items, panel.wires))
    rows = groups(_columns(panel, whole, 1), _WIDE, lambda page: page.width)
    parts = [title, *(centred(row(group, _BETWEEN), title.width) for group in rows)]
    return stack([*parts, foot(panel)] if panel.notes else parts, _BELOW)


_Sheets: TypeAlias = "list[list[list[Page]]]"
"""Sheets of columns of diagrams, before they are put together."""


def _arranged(sheets: Sequence[Page], insets: Sequence[Page]) -> Iterator[_Sheets]:
    """The sheets with insets to the right of the only one, and with insets below them."""
    alone = [[[each]] for each in sheets]
    if not insets:
        yield alone
    for count in range(1, min(len(insets), _MOST) + 1):
        if len(sheets) == 1:
            yield [[[*sheets], *_balanced(insets, count, lambda page: page.height)]]
        rows = _balanced(insets, count, lambda page: page.width)
        yield [*alone, *([[each] for each in group] for group in rows)]


def _balanced(pages: Sequence[Page], count: int, size: Callable[[Page], float]) -> list[list[Page]]:
    """Pages in at most so many groups, the largest of which is as small as it can be."""
    sizes = [size(page) + _BETWEEN for page in pages]
    sums = (sum(sizes[i:j]) for j in range(1, len(sizes) + 1) for i in range(j))
    found = (list(groups(pages, most, size)) for most in sorted(sums))
    return next(each for each in found if len(each) <= count)


def groups(
    pages: Sequence[Page], most: float, size: Callable[[Page], float]
) -> Iterator[list[Page]]:
    """Pages in groups that have no more than a size together, but one page at least."""
    group, used = list[Page](), 0.0
    for each in pages:
        if group and used + size(each) + _BETWEEN > most:
            yield group
            group, used = [], 0.0
        group.append(each)
        used += size(each) + _BETWEEN
    yield group


def _sheet(columns: Sequence[Sequence[Page]]) -> Page:
    return row([stack(column, _BETWEEN) for column in columns], _BETWEEN)


def _paper(sheets: _Sheets) -> float:
    """How large the paper must be that shows all sheets at once, and more if much is empty."""
    width = max(
        sum(max(page.width for page in column) + _BETWEEN for column in sheet) for sheet in sheets
    )
    height = sum(
        max(sum(page.height + _BETWEEN for page in column) for column in sheet) for sheet in sheets
    )
    filled = sum(
        (page.width + _BETWEEN) * (page.height + _BETWEEN)
        for sheet in sheets
        for column in sheet
        for page in column
    )
    return max(width / _RATIO, height) * width * height / filled
