"""The picture of the studio in docs/studio.md: `python editors/studio/screenshot.py`.

It serves a copy of a published spec, changes a number of it in Chromium, and points at a box.
"""

from __future__ import annotations

import io
import shutil
import tempfile
from pathlib import Path
from threading import Thread

from PIL import Image
from playwright.sync_api import Page, expect, sync_playwright

from archdsl.program.published import locate
from archdsl.studio.desk import Desk
from archdsl.studio.disk import Disk
from archdsl.studio.server import Server

ROOT = Path(__file__).resolve().parents[2]
PICTURE = ROOT / "docs/pictures/studio.png"
SIZE = {"width": 1400, "height": 860}


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        spec = Path(folder, "autox3d_s.arch")
        shutil.copy(ROOT / "specs" / spec.name, spec)
        with Server(Desk(Disk(locate(spec)))) as server:
            Thread(target=server.serve_forever, daemon=True).start()
            image = photographed(server.gate.address)
            server.shutdown()
    # As few colours as it has, so that it is small.
    with Image.open(io.BytesIO(image)) as opened:
        opened.convert("RGB").quantize(128, dither=Image.Dither.NONE).save(PICTURE, optimize=True)


def photographed(address: str) -> bytes:
    with sync_playwright() as playwright:
        path = shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        page = browser.new_page(viewport=SIZE)
        page.goto(address)
        worked(page)
        image = page.screenshot()
        browser.close()
    return image


def worked(page: Page) -> None:
    """Give the third row of the third stage more channels, and point at it."""
    expect(page.locator("#totals .figure").first).to_have_text("2.03 G")
    page.locator(".cm-content").focus()
    for key in ("Control+Home", *["ArrowDown"] * 35, *["ArrowRight"] * 46, *["Delete"] * 2):
        page.keyboard.press(key)
    page.keyboard.type("96")
    expect(page.locator("#totals .change").first).to_be_visible()
    row = page.locator("#picture g[data-path='stage3.5-7']")
    row.scroll_into_view_if_needed()
    row.hover(position={"x": 175, "y": 40})
    expect(page.locator("#tip")).to_be_visible()


if __name__ == "__main__":
    main()
