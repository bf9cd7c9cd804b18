"""Text of a spec in a message of Markdown: shown as it is written, whatever is written.

A spec is untrusted. What it says must not become a link, a picture that an editor loads, or HTML.
"""

from __future__ import annotations

import re

from archdsl.analysis.describing.symbols import Description
from archdsl.report.text import visible

_CODE = re.compile(r"(`[^`\n]*`)")
_SIGNS = re.compile(r"([\\\[\]<>!#|*_~&])")
_LINK = re.compile(r"\b(https?|ftp|mailto|www)(?=[:.])", re.IGNORECASE)
_FENCE = re.compile(r"`+")


def escaped(text: str) -> str:
    """Words with code in backticks, in which nothing else has a meaning."""
    parts = _CODE.split(visible(text))
    return "".join(part if place % 2 else _plain(part) for place, part in enumerate(parts))


def _plain(text: str) -> str:
    text = _SIGNS.sub(r"\\\1", text)
    # A zero-width joiner keeps an address from becoming a link.
    return _LINK.sub("\\1\u2060", text)


def code(text: str) -> str:
    """A block of code, in a fence that is longer than any run of backticks inside."""
    longest = max(map(len, _FENCE.findall(text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}arch\n{visible(text)}\n{fence}"


def described(description: Description) -> str:
    """What is said of a name."""
    where = f"*{escaped(description.where)}*" if description.where else ""
    parts = (code(description.signature), escaped(description.text), where)
    return "\n\n".join(filter(None, parts))
