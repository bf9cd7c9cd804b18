"""What all reports are made of: rounded numbers, and text that is safe for a terminal."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TextIO

from archdsl.ir.types import show_shape

FORMATS = ("table", "json", "csv", "markdown")
"""The formats of every report."""

_THOUSANDS = ("", "k", "M", "G", "T", "P", "E")
_BINARY = ("B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB")
_TIMES = ("ns", "us", "ms", "s")
_CODES = {"red": "1;31", "yellow": "1;33", "cyan": "1;36", "blue": "1;34", "bold": "1"}
_TAB = "    "


# Figures


def readable(value: int) -> str:
    """A count with two decimals and a suffix if it is at least 1000: `936`, `5.20 k`, `18.41 G`."""
    return _scale(value, 1000, _THOUSANDS)


def readable_bytes(value: int) -> str:
    """A number of bytes in powers of 1024: `512 B`, `156.20 MiB`."""
    return _scale(value, 1024, _BINARY)


def readable_time(nanoseconds: float) -> str:
    """A time in the unit that suits it: `850 ns`, `20.31 ms`."""
    return _scale(round(nanoseconds), 1000, _TIMES)


def _scale(value: int, base: int, suffixes: tuple[str, ...]) -> str:
    power = 0
    # Rounded before it is compared, because 999,999 is 1.00 M and not 1000.00 k.
    while power < len(suffixes) - 1 and round(abs(value) / base**power, 2) >= base:
        power += 1
    digits = f"{value:,}" if power == 0 else f"{value / base**power:,.2f}"
    return f"{digits} {suffixes[power]}".rstrip()


def share(part: int, whole: int) -> str:
    """A part of a whole in percent; `-` if the whole is 0."""
    return f"{100 * part / whole:.1f} %" if whole else "-"


def show_inputs(inputs: Mapping[str, tuple[int, ...]]) -> str:
    """The shapes of inputs with their names: `video 3 x 13 x 160^2`."""
    return ", ".join(f"{name} {show_shape(shape)}" for name, shape in inputs.items())


def typeset(shape: str) -> str:
    """`24 × 13 × 80²` for `24 x 13 x 80^2`."""
    return shape.replace(" x ", " × ").replace("^2", "²")


def json_inputs(inputs: Mapping[str, tuple[int, ...]]) -> object:
    """The sizes of the only input as a list, or of several inputs as an object by name."""
    sizes = {name: list(shape) for name, shape in inputs.items()}
    (first, *more) = sizes.values()
    return sizes if more else first


# Text on a terminal


@dataclass(frozen=True)
class Paint:
    """Colours text for a terminal, or does nothing if it is off."""

    is_on: bool = False

    def __call__(self, colour: str, text: str) -> str:
        return f"\x1b[{_CODES[colour]}m{text}\x1b[0m" if self.is_on and text else text


def paint_for(stream: TextIO) -> Paint:
    """Colours for a terminal, unless NO_COLOR is set (https://no-color.org)."""
    # An empty NO_COLOR counts as unset, as the convention says.
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return Paint()
    return Paint(stream.isatty())


def visible(text: str) -> str:
    """The text with control characters escaped: a terminal would obey those of a spec."""
    if text.isprintable():
        return text
    return "\n".join(map(in_a_line, text.split("\n")))


def in_a_line(text: str) -> str:
    """The text on one line, with control characters and line ends escaped."""
    return "".join(_escape_character(char) for char in text)


def _escape_character(char: str) -> str:
    if char == "\t":
        return _TAB
    return char if char.isprintable() else char.encode("unicode_escape").decode()


def width(text: str) -> int:
    """The terminal columns that a text takes: 2 for a wide character, 0 for a combining one."""
    if text.isascii():  # nearly always; the tables of unicodedata are slow to load
        return len(text)
    from unicodedata import category, east_asian_width

    return sum(
        0 if category(c) in ("Mn", "Me") else 1 + (east_asian_width(c) in "WF") for c in text
    )


# Other forms


def comma_separated(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """CSV as in RFC 4180, except that lines end with LF."""
    import csv
    import io

    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return stream.getvalue()


def as_json(value: object) -> str:
    import json

    # Readable as it is: names may be in any script.
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"
