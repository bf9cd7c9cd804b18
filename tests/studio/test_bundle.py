"""The page that ships: built from the sources of now, small, with the licences of what is in it."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCES, PAGE = ROOT / "editors/studio", ROOT / "archdsl/studio/page"


def test_it_is_built_from_these_sources() -> None:
    """Without Node: `npm ci && npm run build` in `editors/studio` makes it anew."""
    files = [path for path in SOURCES.glob("*.js*") if path.is_file()]
    files += [path for path in (SOURCES / "src").rglob("*") if path.is_file()]
    now = {
        path.relative_to(SOURCES).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
    }
    assert json.loads((PAGE / "sources.json").read_text()) == now


def test_it_is_small() -> None:
    shown = [PAGE / name for name in ("index.html", "studio.js", "studio.css")]
    assert sum(path.stat().st_size for path in shown) <= 500_000


def test_licences_of_all_packages_are_in_it() -> None:
    lock = json.loads((SOURCES / "package-lock.json").read_text())["packages"]
    needed = {
        path.removeprefix("node_modules/"): about["version"]
        for path, about in lock.items()
        if path and not about.get("dev") and not about.get("devOptional")
    }
    text = (PAGE / "licences.txt").read_text()
    found = dict(re.findall(r"^(\S+) (\d+\.\d+\.\d+)$", text, re.MULTILINE))
    assert {"@codemirror/view", "@codemirror/state", "@lezer/highlight"} <= found.keys()
    # Some packages have types alone, of which nothing is in the bundle.
    assert found.items() <= needed.items()
    assert text.count("Permission is hereby granted") == len(found)


def test_packages_are_pinned() -> None:
    package = json.loads((SOURCES / "package.json").read_text())
    versions = {**package["dependencies"], **package["devDependencies"]}
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in versions.values())
    lock = json.loads((SOURCES / "package-lock.json").read_text())["packages"]
    assert all("integrity" in about for path, about in lock.items() if path)
    assert not any("resolved" in about for about in lock.values())


def test_it_asks_for_nothing_from_elsewhere() -> None:
    page = (PAGE / "index.html").read_text()
    assert not re.search(r'(?:src|href)="(?:https?:)?//', page)
    assert not re.search(r"@import|url\((?!['\"]?data:)", (PAGE / "studio.css").read_text())
    assert not re.search(r"\son\w+=|\sstyle=", page)  # which the page's policy would not run
