"""Names that other libraries have for what the language has under a name of its own.

A similar name is often another thing: `drop_path` is nearest to `dropout`, which is none. The
table in docs/torch_names.md is for readers; this one is for mistakes.
"""

from __future__ import annotations

_MEANT = {
    "drop_path": "stochastic_depth",
    "droppath": "stochastic_depth",
    "stochasticdepth": "stochastic_depth",
}
"""The operation that is meant by a name in small letters."""


def foreign_hint(name: str) -> str | None:
    """What a name of another library is called here; None for any other name."""
    meant = _MEANT.get(name.lower())
    return f"it is called `{meant}` here" if meant else None
