"""The page in a browser: it asks for nothing, complains of nothing, and folds by keyboard alone."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from page.pages import made

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.slow


@pytest.fixture
def said() -> list[str]:
    """What the browser asks for and complains of."""
    return []


@pytest.fixture
def opened(tmp_path: Path, said: list[str]) -> Iterator[Page]:
    playwright = pytest.importorskip("playwright.sync_api")
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("there is no Chromium")
    place = tmp_path / "report.html"
    place.write_text(made("autox3d_s").html)
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page()
        page.on("request", lambda request: said.append(request.url))
        page.on("console", lambda message: said.append(message.text))
        page.goto(place.as_uri())
        yield page
        browser.close()


def test_nothing_is_asked_for(opened: Page, said: list[str], tmp_path: Path) -> None:
    assert said == [(tmp_path / "report.html").as_uri()]


def test_stages_fold_and_pictures_change_by_keyboard(opened: Page) -> None:
    row = opened.locator("tr.stage + tr.inside").first
    assert row.is_visible()
    opened.locator("tr.stage input").first.focus()
    opened.keyboard.press("Space")
    assert not row.is_visible()
    pictures = opened.locator("#n0 figure")
    opened.locator("#n0-level1").focus()
    for shown in ("010", "001", "100"):
        opened.keyboard.press("ArrowRight")
        assert "".join(str(int(pictures.nth(i).is_visible())) for i in range(3)) == shown


def test_a_line_of_another_file_opens_it(opened: Page) -> None:
    opened.locator("details:not([open]) span[id]").first.wait_for(state="attached")
    place = opened.locator("details:not([open]) span[id]").first.get_attribute("id")
    opened.evaluate("place => { location.hash = place }", place)
    assert opened.locator(f"#{place}").is_visible()
