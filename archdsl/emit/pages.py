"""The templates of generated files, filled in."""

from __future__ import annotations

from functools import cache

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from archdsl.resources import folder


def page(template: str, **views: object) -> str:
    """The text of a template; a view is what it calls by that name."""
    return _environment().get_template(template).render(**views)


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(folder("templates")),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
