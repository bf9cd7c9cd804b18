"""What is written because somebody asked for it: the spec, or a new one beside it."""

from __future__ import annotations

from archdsl import files
from archdsl.diagnostics import Diagnostics
from archdsl.studio.asked import Asked, Body
from archdsl.studio.desk import Desk
from archdsl.studio.looking import changed, chosen
from archdsl.studio.told import Told, tell_diagnostic


def save(desk: Desk, body: Body) -> Told:
    """Replace the file, if it still is what the page has seen."""
    ending = body.one_of("ending", {"\n": "as on Unix", "\r\n": "as on Windows"})
    return {"digest": desk.disk.save(body.text("text"), ending, body.text_or_none("seen"))}


def write(desk: Desk, body: Body) -> Told:
    """Write the changed network to a new file that stands alone, and is named like it."""
    asked, warnings = Asked.read(body), Diagnostics()
    path = desk.disk.new_path(body.text("name"))
    with desk.analysed(asked.text) as analysis:
        base = chosen(analysis, asked.network)
        spec, name = changed(analysis, base, asked.changes, path.stem)
        origin = f"{' + '.join([base, *asked.changes])}, of {desk.path.name}"
        text = spec.standalone_text(name, origin, diagnostics=warnings)
    files.create_new(path, text)
    return {"path": str(path), "warnings": list(map(tell_diagnostic, warnings))}
