"""Texts: of the file on disk, of the files that the spec uses, and the spec laid out."""

from __future__ import annotations

from http import HTTPStatus

from archdsl.source import Source
from archdsl.studio.asked import Body
from archdsl.studio.desk import Desk
from archdsl.studio.gate import Refusal
from archdsl.studio.told import Told


def file(desk: Desk) -> Told:
    """The file as it is on disk."""
    content = desk.disk.read()
    return {
        "name": str(desk.path),  # as all places name it
        "published": desk.disk.is_published,
        "network": desk.disk.spec.network,
        "text": content.text,
        "ending": content.ending,
        "digest": content.digest,
    }


def state(desk: Desk) -> Told:
    """Whether the file is still what the page knows, by its digest."""
    return {"digest": desk.disk.digest}


def source(desk: Desk, body: Body) -> Told:
    """A file that the last text uses, by its name in diagnostics. No other file is read.

    Raises:
        Refusal: the text uses no such file.
    """
    name = body.text("name")
    units = desk.last.program.units if desk.last and desk.last.program else ()
    for unit in units:
        if unit.file.source.name == name:
            return {"text": unit.file.source.text.replace("\r\n", "\n")}
    raise Refusal(HTTPStatus.NOT_FOUND, f"the text uses no file `{name}`")


def format(desk: Desk, body: Body) -> Told:
    """A text as `archdsl fmt` lays it out."""
    from archdsl.syntax.formatter import format_file  # the others need no parser
    from archdsl.syntax.parser import parse

    return {"text": format_file(parse(Source(desk.disk.shown, body.text("text"))))}
