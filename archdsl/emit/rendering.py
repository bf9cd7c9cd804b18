"""Templates filled in: the one door through which Jinja comes in."""

from __future__ import annotations

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from archdsl.resources import folder


def filled(template: str, **views: object) -> str:
    """The text of a template, in which views stand by their names."""
    environment = Environment(
        loader=FileSystemLoader(folder("templates")),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(template).render(**views)
