"""The templates of generated files, filled in."""

from __future__ import annotations

from contextlib import suppress
from functools import cache

from jinja2 import Environment, FileSystemBytecodeCache, FileSystemLoader, StrictUndefined
from jinja2.bccache import Bucket

from archdsl.resources import cache_folder, folder

WEIGHT_FILES = ("weight_files.py", "weight_keys.py")
"""Those that load weights, each behind what it imports: in every folder, and run by archdsl too."""


def page(template: str, **views: object) -> str:
    """The text of a template; a view is what it calls by that name."""
    return _environment().get_template(template).render(**views)


@cache
def _environment() -> Environment:
    place = cache_folder()
    return Environment(
        loader=FileSystemLoader(folder("templates")),
        undefined=StrictUndefined,
        autoescape=_is_html,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
        bytecode_cache=_TemplateCache(str(place)) if place else None,
    )


def _is_html(template: str | None) -> bool:
    """Whether what a template is given is escaped: a page for a browser, and what it includes."""
    return template is not None and template.endswith(".html.j2")


class _TemplateCache(FileSystemBytecodeCache):
    """Templates compiled once a machine; what is broken is made again, with room or without."""

    def load_bytecode(self, bucket: Bucket) -> None:
        try:
            super().load_bytecode(bucket)
        except Exception:  # a file that was cut off breaks wherever it was cut
            bucket.reset()

    def dump_bytecode(self, bucket: Bucket) -> None:
        with suppress(OSError):
            super().dump_bytecode(bucket)
