"""A page read as a browser reads it: its tags, its addresses, its places, and its text."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

import archdsl
from archdsl.page.report import Report, report

ROOT = Path(__file__).resolve().parents[2]

VOID = {"meta", "input", "br"}
TEXT = {
    "header",
    "main",
    "footer",
    "section",
    "div",
    "h1",
    "h2",
    "h3",
    "p",
    "strong",
    "code",
    "pre",
}
TABLES = {"table", "thead", "tbody", "tfoot", "tr", "th", "td", "dl", "dt", "dd"}
PARTS = {"a", "span", "label", "input", "details", "summary", "figure"}
HEAD = {"html", "head", "body", "meta", "title", "style"}
PICTURE = {"svg", "g", "rect", "path", "text", "tspan"}
ALLOWED = TEXT | TABLES | PARTS | HEAD | PICTURE
"""The tags of a page: none of them runs or fetches anything."""


@dataclass
class Read:
    """A page. `open` are the tags that were not closed."""

    tags: set[str] = field(default_factory=set)
    attributes: set[str] = field(default_factory=set)
    hrefs: list[str] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    metas: list[dict[str, str]] = field(default_factory=list)
    text: str = ""
    styles: str = ""
    open: list[str] = field(default_factory=list)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.read = Read()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        read, given = self.read, {name: value or "" for name, value in attrs}
        read.tags.add(tag)
        read.attributes |= given.keys()
        read.hrefs += [given["href"]] if "href" in given else []
        read.ids += [given["id"]] if "id" in given else []
        read.metas += [given] if tag == "meta" else []
        read.styles += given.get("style", "")
        if tag not in VOID:
            read.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.read.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.read.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.read.open and self.read.open[-1] == "style":
            self.read.styles += data
        else:
            self.read.text += data


def read(page: str) -> Read:
    reader = _Reader()
    reader.feed(page)
    reader.close()
    return reader.read


def made(name: str) -> Report:
    return report(archdsl.load(ROOT / "specs" / f"{name}.arch"))


def made_of(text: str, name: str = "a.arch") -> Report:
    return report(archdsl.parse(text, name))
