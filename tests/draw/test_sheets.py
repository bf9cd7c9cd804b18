"""Long pictures in columns and sheets: nothing is lost where they are cut, and little room is."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import archdsl
from archdsl.draw.layout.frames import lay_out
from archdsl.draw.layout.parts import cut
from archdsl.draw.picture import Box, Group, Item, Look, Panel, Picture, Wire, boxes
from archdsl.draw.sheets import groups, page, sheets, strip
from archdsl.draw.svg import pngs, svg, svg_strip
from tests.draw.harness import GALLERY, ROOT, Rectangle, check, of_file, picture

WIDEST = 1500.0


def chain(count: int) -> Panel:
    items = tuple(Box(key, Look.BLOCK, f"b{key}") for key in range(count))
    wires = tuple(Wire(key, (key + 1,), "8 × 8²") for key in range(count - 1))
    return Panel("chain", (), items, wires)


def cut_up(panel: Panel, height: float, width: float = 1e9) -> list[Panel]:
    return cut(panel, lay_out(panel.items, panel.wires), height, width)


def connections(panels: list[Panel]) -> Counter[tuple[int, int, str]]:
    """What leads where, with the circles of one number taken for one wire."""
    found: Counter[tuple[int, int, str]] = Counter()
    sources = {
        _number(panel, target): wire.source
        for panel in panels
        for wire in panel.wires
        for target in wire.targets
        if _number(panel, target)
    }
    for panel in panels:
        for wire in panel.wires:
            source = sources[number] if (number := _number(panel, wire.source)) else wire.source
            ends = [target for target in wire.targets if not _number(panel, target)]
            found.update((source, target, wire.label) for target in ends)
    return found


def _number(panel: Panel, key: int) -> str:
    """The number on a circle; "" for any other box."""
    links = {box.key: box.title for box in boxes(panel.items) if box.look is Look.LINK}
    return links.get(key, "")


@pytest.mark.parametrize("path", GALLERY[::8], ids=lambda path: path.stem)
@pytest.mark.parametrize("height", [250.0, 700.0])
def test_a_cut_keeps_every_box_and_every_connection(path: Path, height: float) -> None:
    shown = of_file(path)
    if shown is None:
        return
    panels = cut_up(shown.main, height)
    own = [box for panel in panels for box in boxes(panel.items) if box.look is not Look.LINK]
    assert Counter(box.key for box in own) == Counter(box.key for box in boxes(shown.main.items))
    assert connections(panels) == connections([shown.main])
    for panel in panels:
        check(Picture(panel))


@given(st.integers(2, 40), st.data())
@settings(max_examples=30, deadline=None)
def test_wires_of_any_graph_are_cut_soundly(count: int, data: st.DataObject) -> None:
    pairs = st.tuples(st.integers(0, count - 1), st.integers(0, count - 1))
    drawn = {(min(pair), max(pair)) for pair in data.draw(st.lists(pairs, max_size=40))}
    wires = tuple(Wire(one, (other,), f"{one}") for one, other in sorted(drawn) if one < other)
    panel = Panel("any", (), chain(count).items, wires)
    panels = cut_up(panel, 300, 700)
    assert connections(panels) == connections([panel])


def test_parts_of_a_chain_are_about_equal() -> None:
    whole = lay_out(chain(40).items, chain(40).wires).extent[3]
    sizes = [len(panel.items) for panel in cut_up(chain(40), whole / 4)]
    assert len(sizes) == 4
    assert max(sizes) - min(sizes) <= 3


def test_frames_are_cut_where_they_must_be_and_say_so() -> None:
    inside = chain(30).items
    panel = Panel("framed", (), (Group(99, "stage", inside, share="100 %"),), chain(30).wires)
    titles = [item.title for each in cut_up(panel, 600) for item in each.items]
    assert titles.count("stage") == 1
    assert "stage, continued" in titles
    two = (Group(98, "one", inside[:9]), Group(99, "two", inside[9:]))
    parts = cut_up(Panel("framed", (), two, chain(30).wires), 800)
    assert [_first_frame(part.items) for part in parts[:2]] == ["one", "two"]


def _first_frame(items: tuple[Item, ...]) -> str:
    return next(item.title for item in items if isinstance(item, Group))


def test_short_pictures_are_not_cut() -> None:
    shown = picture(archdsl.load(ROOT / "specs/x3d_s.arch").network())
    assert not any(area.item.title == "1" for area in page(shown).layout.areas)
    assert "goes on at the same number" not in svg(shown)


def test_a_page_that_scrolls_has_one_column() -> None:
    shown = of_file(ROOT / "specs/i3d_r50_attention.arch")
    assert shown is not None
    whole, column = page(shown), strip(shown)
    assert column.width < whole.width
    assert len(column.layout.areas) <= len(whole.layout.areas)
    assert "goes on at the same number" not in svg_strip(shown)


@pytest.mark.parametrize("path", GALLERY, ids=lambda path: path.stem)
def test_pictures_are_no_wider_than_a_sheet_without_need(path: Path) -> None:
    shown = of_file(path)
    if shown is not None and not shown.insets and path.stem != "retinanet_r50":
        assert page(shown).width <= WIDEST


@pytest.mark.parametrize("name", ["i3d_attention", "i3d_r50_attention", "gpb_space", "tiny_space"])
def test_cells_leave_no_third_of_a_page_empty(name: str) -> None:
    """Of a page in three columns and three rows, one field at most has no box."""
    shown = of_file(ROOT / f"specs/{name}.arch")
    assert shown is not None
    whole = page(shown)
    areas = [Rectangle(a.x, a.y, a.x + a.width, a.y + a.height) for a in whole.layout.areas]
    across, down = whole.width / 3, whole.height / 3
    fields = [
        Rectangle(x * across, y * down, (x + 1) * across, (y + 1) * down)
        for x in range(3)
        for y in range(3)
    ]
    assert sum(not any(field.meets(area) for area in areas) for field in fields) <= 1


def test_hundreds_of_boxes_are_sheets_below_each_other() -> None:
    found = sheets(Picture(chain(300)))
    assert len(found) == 3
    assert all(each.width <= WIDEST and each.height <= 1500 for each in found)
    whole = page(Picture(chain(300)))
    assert whole.height > sum(each.height for each in found)


def test_groups_have_one_page_at_least() -> None:
    pages = [sheets(Picture(chain(count)))[0] for count in (2, 9, 2)]
    found = groups(pages, 1, lambda each: each.height)
    assert [len(group) for group in found] == [1, 1, 1]


def test_a_picture_that_is_too_large_for_one_png_has_several(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pytest.importorskip("resvg_py")
    monkeypatch.setattr("archdsl.draw.svg.picture.MOST_PIXELS", 3000)
    images = pngs(Picture(chain(250)))
    assert len(images) > 1
    widths, heights = zip(*(_size(image) for image in images), strict=True)
    assert max(heights) <= 3000
    assert max(widths) <= 2 * WIDEST


def _size(png: bytes) -> tuple[int, int]:
    return int.from_bytes(png[16:20]), int.from_bytes(png[20:24])
