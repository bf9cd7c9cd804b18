"""A search as a spec writes it, with the values of its settings, for listings."""

from __future__ import annotations

from archdsl.searches.search import Search
from archdsl.settings.forms import settings_text


def settings_lines(search: Search) -> list[str]:
    """Each setting that is required or is not its default, and the bounds, one a line."""
    lines = settings_text(search)
    before = [lines.pop(field) for field in ("method", "train", "finish") if field in lines]
    return [*before, *map(str, search.bounds), *lines.values()]
