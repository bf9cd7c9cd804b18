"""The page in Chromium: a text is typed, and all that follows from it is seen."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.studio.browser import chromium, opened
from tests.studio.harness import FIRST, Studio

pytestmark = pytest.mark.browser

CHANNELS = FIRST.index("| 64 ") + 4
"""The offset behind the channels of the last row."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture
def page(browser: Browser, own: Studio) -> Iterator[Page]:
    with opened(browser, own) as found:
        yield found


def put_cursor(page: Page, offset: int) -> None:
    """Put the cursor at an offset of the first spec, by keys."""
    before = FIRST[:offset]
    page.locator(".cm-content").focus()
    page.keyboard.press("Control+Home")
    for _ in range(before.count("\n")):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Home")
    page.keyboard.press("Home")  # before the indentation
    for _ in range(len(before) - before.rfind("\n") - 1):
        page.keyboard.press("ArrowRight")


def figure(page: Page, place: int = 0) -> Locator:
    return page.locator("#totals .figure").nth(place)


def box(page: Page, path: str) -> Locator:
    return page.locator(f"#picture g[data-path='{path}']")


def text(page: Page) -> str:
    return "\n".join(page.locator(".cm-line").all_inner_texts())


def test_a_mistake_is_underlined_and_mended_and_a_number_changes_costs(page: Page) -> None:
    expect(figure(page)).to_have_text("74.32 M")
    expect(page.locator("#problems-summary")).to_have_text("No mistakes")
    put_cursor(page, FIRST.index("flatten") + 4)
    page.keyboard.press("Backspace")
    expect(page.locator(".cm-lintRange-error")).to_have_text("flaten")
    expect(page.locator("#problems li.error")).to_contain_text("flaten is not defined")
    # What was there before stays, and says so.
    expect(page.locator("body")).to_have_attribute("data-stale", "")
    expect(page.locator("#stale-mark")).to_be_visible()
    expect(box(page, "flatten")).to_have_class(re.compile(r"\bstale\b"))
    expect(figure(page)).to_have_text("74.32 M")
    page.get_by_role("button", name="Write flatten").click()
    expect(page.locator(".cm-lintRange-error")).to_have_count(0)
    expect(page.locator("body")).not_to_have_attribute("data-stale", "")
    put_cursor(page, CHANNELS)
    page.keyboard.press("Backspace")
    page.keyboard.type("8")
    expect(figure(page)).to_have_text("76.59 M")
    expect(page.locator("#totals .large .change").first).to_have_text("+3.1 %")
    expect(page.locator("#rows tr", has_text="stage1.3-4")).to_contain_text("68 × 2 × 8²")


def test_words_are_proposed_and_explained(page: Page) -> None:
    put_cursor(page, FIRST.index("flatten") - 3)
    page.keyboard.type("-> rel")
    options = page.locator(".cm-tooltip-autocomplete li")
    expect(options.first).to_have_text("reluoperation")
    page.keyboard.press("Enter")
    expect(page.locator(".cm-activeLine")).to_contain_text("pool -> relu-> flatten")
    expect(box(page, "relu")).to_be_visible()
    page.locator(".cm-line", has_text="-> flatten").get_by_text("linear", exact=True).hover()
    expect(page.locator(".explained")).to_contain_text("linear(")


def test_a_network_with_mistakes_can_be_seen_up_to_them(page: Page) -> None:
    put_cursor(page, FIRST.index("flatten") + 4)
    page.keyboard.press("Backspace")
    page.get_by_role("button", name="up to it").click()
    expect(page.locator("#picture")).to_contain_text("error[name], line 15")
    page.get_by_role("button", name="before it").click()
    expect(box(page, "linear")).to_be_visible()


def test_a_box_finds_its_line_and_a_line_its_box(page: Page) -> None:
    row = box(page, "stage1.1-2")
    row.hover()
    expect(page.locator("#tip")).to_contain_text("32 × 4 × 16²")
    expect(page.locator("#tip")).to_contain_text("41.60 k parameters, 42.47 M MACs")
    expect(page.locator(".marked-line")).to_contain_text("| unit  | 32 ")
    row.click()
    expect(page.locator(".cm-activeLine")).to_contain_text("| unit  | 32 ")
    expect(row).to_have_class("marked")
    put_cursor(page, CHANNELS)
    expect(box(page, "stage1.3-4")).to_have_class("marked")
    expect(page.locator("#rows tr.marked")).to_contain_text("stage1.3-4")
    page.locator("#rows tr", has_text="linear").click()
    expect(page.locator(".cm-activeLine")).to_contain_text("-> linear(classes)")


def test_stages_fold_and_rows_open(page: Page) -> None:
    box(page, "stage1").locator(".handle").last.click()
    expect(box(page, "stage1.1-2")).to_have_count(0)
    expect(box(page, "stage1")).to_have_attribute("aria-expanded", "false")
    page.get_by_role("button", name="Rows").click()
    box(page, "stage1.1-2").locator(".handle").click()
    expect(box(page, "stage1.1")).to_be_visible()
    page.get_by_role("button", name="Fold").click()
    expect(box(page, "stage1.1")).to_have_count(0)


def test_keys_alone_suffice(page: Page, own: Studio) -> None:
    keys = page.keyboard
    put_cursor(page, CHANNELS)
    keys.press("Backspace")
    keys.type("8")
    keys.press("Control+s")
    expect(page.locator("#unsaved")).to_be_hidden()
    expect(page.get_by_role("button", name="Save")).to_be_disabled()
    assert own.path.read_text() == FIRST.replace("| 64 ", "| 68 ")
    # Tab indents, but Escape and Tab leave the text.
    keys.press("Escape")
    keys.press("Tab")
    expect(page.locator(".cm-content")).not_to_be_focused()
    page.locator(".cm-content").focus()
    keys.press("F6")
    expect(box(page, "video")).to_be_focused()
    keys.press("ArrowDown")
    expect(box(page, "stage1")).to_be_focused()
    expect(page.locator("#tip")).to_contain_text("68 × 2 × 8²")
    keys.press("Space")
    expect(box(page, "stage1")).to_have_attribute("aria-expanded", "false")
    expect(box(page, "stage1")).to_be_focused()
    keys.press("Enter")
    expect(page.locator(".cm-activeLine")).to_contain_text("| unit  | 16 ")
    keys.press("F6")
    keys.press("F6")
    expect(page.get_by_role("tab", name="Costs")).to_be_focused()
    keys.press("ArrowRight")
    expect(page.locator("#panel-claims")).to_contain_text("not met")
    keys.press("ArrowRight")
    keys.press("Tab")
    expect(page.get_by_role("slider", name="depth")).to_be_focused()
    keys.press("ArrowRight")
    expect(page.locator("#change-text")).to_have_text("first + stretch(1.1)")
    keys.press("F6")
    expect(page.get_by_label("network")).to_be_focused()
    keys.press("Shift+F6")
    expect(page.get_by_role("tab", name="Change")).to_be_focused()


def test_a_change_is_seen_and_written_back(page: Page, own: Studio) -> None:
    page.get_by_role("tab", name="Change").click()
    page.get_by_role("slider", name="width").focus()
    for _ in range(7):
        page.keyboard.press("ArrowRight")
    page.get_by_role("slider", name="size").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#change-text")).to_have_text("first + widen(2) + resize(size = 80)")
    expect(page.locator("#shown")).to_have_text("first + widen(2) + resize(size = 80)")
    expect(page.locator("#change-times")).to_contain_text("times the MACs")
    expect(box(page, "stage1.3-4")).to_have_attribute("data-shape", "128 x 2 x 10^2")
    page.get_by_role("slider", name="budget").focus()
    for _ in range(20):
        page.keyboard.press("ArrowLeft")
    expect(page.locator("#shown")).to_contain_text("contract(width, macs = ")
    page.get_by_label("name").fill("wide")
    page.get_by_role("button", name="Write a file").click()
    expect(page.locator("#change-told")).to_contain_text("wide.arch")
    assert "network wide(" in own.path.with_name("wide.arch").read_text()
    page.get_by_role("button", name="Add to the spec").click()
    expect(page.get_by_label("network")).to_have_value("wide")
    expect(page.locator("#change-text")).to_have_text("wide")
    assert "network wide = first + widen(2) + resize(size = 80) + contract(" in text(page)
    page.get_by_role("tab", name="Diff").click()
    expect(page.locator("#diff")).to_contain_text("what is saved has no network wide")
    assert own.path.read_text() == FIRST


def test_a_change_of_a_text_with_mistakes_is_not_measured(page: Page) -> None:
    page.get_by_role("tab", name="Change").click()
    put_cursor(page, FIRST.index("flatten") + 1)
    page.keyboard.press("Backspace")
    expect(page.locator("#problems-summary")).to_have_text("1 mistake")
    page.get_by_role("slider", name="width").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#change-times")).to_have_text("Not measured: there are mistakes.")
    expect(page.get_by_role("button", name="Add to the spec")).to_be_disabled()


def test_a_slider_that_is_held_stays(page: Page) -> None:
    """Answers come while it is moved, and must not put another one in its place."""
    page.get_by_role("tab", name="Change").click()
    slider = page.get_by_role("slider", name="depth")
    slider.focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#shown")).to_have_text("first + stretch(1.1)")
    expect(slider).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#shown")).to_have_text("first + stretch(1.2)")
    expect(slider).to_be_focused()


def test_what_differs_from_what_is_saved_and_the_module(page: Page) -> None:
    put_cursor(page, CHANNELS)
    page.keyboard.press("Backspace")
    page.get_by_role("tab", name="Diff").click()
    expect(page.locator("#diff")).to_contain_text("The networks differ: 1 row changed")
    expect(page.locator("#diff tr.changed")).to_contain_text("channels 64 → 6")
    page.get_by_role("tab", name="Module").click()
    expect(page.locator("#module")).to_contain_text("class Unit(nn.Module):")
    page.locator("#target").select_option("infer")
    expect(page.locator("#module")).to_contain_text("For inference alone")


def test_conventions_inputs_and_parts_are_chosen(page: Page) -> None:
    page.get_by_label("counted as").select_option("flops")
    expect(figure(page)).to_have_text("148.64 M")
    expect(page.locator("#rows-cost")).to_have_text("FLOPs")
    page.locator("#input").fill("16x64x64")
    page.keyboard.press("Enter")
    expect(figure(page)).to_have_text("297.27 M")
    page.get_by_label("A line for each").select_option("operation")
    expect(page.locator("#rows tr", has_text="stage1.0.conv")).to_be_visible()
    page.locator("#input").fill("16x64")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("the input must have the axes")
    expect(figure(page)).to_have_text("297.27 M")
    page.locator("#input").fill("")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_have_count(0)


def test_another_program_changes_the_file(page: Page, own: Studio) -> None:
    own.path.write_text(FIRST.replace("| 64 ", "| 72 "))
    expect(page.locator("#rows tr", has_text="stage1.3-4")).to_contain_text("72 × 2 × 8²")
    put_cursor(page, CHANNELS)
    page.keyboard.press("Backspace")
    own.path.write_text(FIRST.replace("| 64 ", "| 96 "))
    expect(page.get_by_role("alert")).to_contain_text("was changed by another program")
    page.keyboard.press("Control+s")
    page.get_by_role("button", name="Keep mine").click()
    assert "| 96 " in own.path.read_text()
    page.keyboard.press("Control+s")
    expect(page.locator("#unsaved")).to_be_hidden()
    assert "| 7 " in own.path.read_text()
    own.path.unlink()
    expect(page.get_by_role("alert")).to_contain_text("was deleted")
    with page.expect_response("**/save"):
        page.get_by_role("button", name="Save it again").click()
    expect(page.get_by_role("alert")).to_have_count(0)
    assert "| 7 " in own.path.read_text()


def test_rows_of_other_files_are_read_where_they_are(browser: Browser, own: Studio) -> None:
    own.path.write_text("use x3d_s\n\nnetwork first = x3d_s(classes = 10)\n")
    with opened(browser, own) as page:
        box(page, "conv1").click()
        expect(page.locator("#files .shown .file")).to_have_text("x2d.arch")
        expect(page.locator(".cm-activeLine")).to_contain_text("stem")
        page.keyboard.type("x")
        expect(page.locator(".cm-activeLine")).not_to_contain_text("x|")
        page.get_by_role("button", name="Close x2d.arch").click()
        expect(page.locator("#files")).to_be_hidden()
        assert text(page).startswith("use x3d_s")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [(1400, 900), (900, 700)])
def test_colours_and_sizes(
    browser: Browser, shared: Studio, theme: str, size: tuple[int, int]
) -> None:
    with opened(browser, shared, theme, size) as page:
        is_wide = size[0] > 1100
        expect(page.locator("#panel-picture")).to_be_visible()
        expect(page.get_by_role("tab", name="Picture")).to_be_visible(visible=not is_wide)
        # Nothing is beyond the edges of the page.
        width = "document.documentElement.scrollWidth - window.innerWidth"
        assert page.evaluate(width) <= 0
        for place in ("body", ".cm-line", "#totals .unit", "#problems-summary", "#bar label"):
            assert contrast(page, place) >= 4.5, (place, theme)
        page.get_by_role("button", name="Colours: auto").click()
        page.get_by_role("button", name="Colours: light").click()
        assert contrast(page, "body") >= 4.5
        assert page.locator("html").get_attribute("data-theme") == "dark"


def contrast(page: Page, place: str) -> float:
    """The contrast of a text with what is behind it, by WCAG 2."""
    script = """element => {
      const ink = getComputedStyle(element).color;
      let behind = element, ground = "rgba(0, 0, 0, 0)";
      while (ground === "rgba(0, 0, 0, 0)") {
        ground = getComputedStyle(behind).backgroundColor;
        behind = behind.parentElement;
      }
      return [ink, ground];
    }"""
    colours = page.locator(place).first.evaluate(script)
    one, other = sorted(map(_luminance, colours))
    return (other + 0.05) / (one + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
    red, green, blue = (p / 12.92 if p <= 0.04 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_texts_of_a_spec_are_texts(browser: Browser, own: Studio) -> None:
    evil = "<img src=x onerror=alert(1)>"
    own.path.write_text(
        FIRST.replace("network", f'"""{evil}"""\nnetwork').replace(
            "macs 74.3M", f'macs 74.3M\n  note "{evil}"'
        )
    )
    with opened(browser, own) as page:
        page.get_by_role("tab", name="Claims").click()
        expect(page.locator("#claims table")).to_be_visible()
        put_cursor(page, 0)
        page.keyboard.type(f"block {evil}")
        expect(page.locator("#problems li.error").first).to_be_visible()
        assert page.locator("img").count() == 0


def test_the_studio_is_stopped(browser: Browser, own: Studio) -> None:
    with opened(browser, own, expected="Failed to load resource") as page:
        page.route("**/*", lambda route: route.fulfill(status=500, body="a line"))
        put_cursor(page, CHANNELS)
        page.keyboard.press("Backspace")
        expect(page.get_by_role("alert")).to_contain_text("a line")
        page.unroute_all()
        page.keyboard.type("4")
        expect(page.get_by_role("alert")).to_have_count(0)
