"""Chromium with the page of a studio, and all that must hold whatever a test does there."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.studio.harness import Studio

SIZE = (1400, 900)

expect.set_options(timeout=20_000)  # a busy machine is slow


@contextmanager
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, without a window. Tests are skipped where there is none, but not in CI."""
    path = shutil.which("chromium")
    if path is None and os.environ.get("CI") != "true":
        pytest.skip("there is no `chromium`: `apt-get install chromium`")
    # As root, as in containers, Chromium has no sandbox of its own.
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path or "chromium", args=arguments)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def opened(
    browser: Browser,
    studio: Studio,
    theme: str = "light",
    size: tuple[int, int] = SIZE,
    expected: str | None = None,
) -> Iterator[Page]:
    """The page of a studio. It must ask nobody else, and say nothing but what is `expected`."""
    scheme = "dark" if theme == "dark" else "light"
    width, height = size
    with browser.new_context(
        viewport={"width": width, "height": height}, color_scheme=scheme, reduced_motion="reduce"
    ) as context:
        page = context.new_page()
        page.set_default_timeout(20_000)
        said: list[str] = []
        asked: set[str] = set()
        page.on("console", lambda message: said.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda fault: said.append(str(fault)))
        page.on("request", lambda request: asked.add(request.url))
        page.goto(f"http://{studio.host}{studio.base}")
        expect(page.locator("#picture svg")).to_be_attached()
        yield page
        elsewhere = {
            url for url in asked if not url.startswith(("data:", f"http://{studio.host}/"))
        }
        unexpected = [each for each in said if expected is None or expected not in each]
        assert (unexpected, elsewhere) == ([], set())
