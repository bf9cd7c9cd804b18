"""How wide text will be, in a font that is not known: as wide as in the widest usual one."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from unicodedata import east_asian_width

# Hundredths of the size, in DejaVu Sans and its bold; Arial and its like are narrower.
_PLAIN = {
    28: "'ijl", 30: "IJ", 33: " ,.·", 35: "/:;\\|f-", 40: "()[]t!²³⁴", 42: "r", 50: "\"*_`",
    53: "sz?", 56: "cL", 60: "FkvxyP", 62: "TYaoe", 64: "ESbdghnpquΣ$0123456789{}",
    70: "KAVBRXZC", 78: "UHNDGOQ", 84: "&w#+<=>^~×→", 100: "M%mW@…",
}  # fmt: skip
_BOLD = {
    34: "'ijl ", 38: "/IJ\\|,.·", 44: ":;-f²³⁴", 50: "!()[]tr_`", 60: "\"*?zcs", 65: "Lvxy",
    70: "kaEFTeo$0123456789Σ", 73: "hnu{}SYbdgpqCPZ", 78: "BAKRVX", 85: "UGD#+<=>HN^~×→OQ",
    92: "&w", 100: "%@M…", 110: "mW",
}  # fmt: skip

FAMILY = (
    "'Helvetica Neue', Helvetica, Arial, 'Segoe UI', 'Liberation Sans', 'DejaVu Sans', sans-serif"
)


@dataclass(frozen=True)
class Font:
    """A size and weight of the one family."""

    size: int
    weight: int = 400

    def width(self, text: str) -> float:
        widths = _WIDTHS[self.weight > 500]
        return sum(widths.get(char) or _other(char) for char in text) * self.size / 100


_WIDTHS = [{char: width for width, chars in t.items() for char in chars} for t in (_PLAIN, _BOLD)]


def _other(char: str) -> int:
    return 110 if east_asian_width(char) in "WF" else 85


HEADING = Font(17, 600)
TITLE = Font(13, 600)
PLAIN = Font(11)


def clean(text: str) -> str:
    """On one line, and nothing in it that a reader would not see or a format could not hold."""
    return "".join(c if c.isprintable() else "\ufffd" for c in " ".join(text.split()))


def shortened(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def wrapped(text: str, columns: int, lines: int) -> tuple[str, ...]:
    return tuple(textwrap.wrap(text, columns, max_lines=lines, placeholder=" …"))
