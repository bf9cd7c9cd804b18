"""Numbers for people: `18.41 G`, `156.20 MiB`. Programs get the integers."""

from __future__ import annotations

_THOUSANDS = ("", "k", "M", "G", "T", "P", "E")
_BINARY = ("B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB")


def readable(value: int) -> str:
    """Two decimals and a suffix from a thousand on: `936`, `5.20 k`, `18.41 G`."""
    return _scaled(value, 1000, _THOUSANDS)


def readable_bytes(value: int) -> str:
    """In powers of 1024: `512 B`, `156.20 MiB`."""
    return _scaled(value, 1024, _BINARY)


def _scaled(value: int, base: int, suffixes: tuple[str, ...]) -> str:
    power = 0
    # 999,999 is 1.00 M, not 1000.00 k.
    while power < len(suffixes) - 1 and round(abs(value) / base**power, 2) >= base:
        power += 1
    digits = f"{value:,}" if power == 0 else f"{value / base**power:,.2f}"
    return f"{digits} {suffixes[power]}".rstrip()


def share(part: int, whole: int) -> str:
    """A part of a whole in percent, `-` where the whole is nothing."""
    return f"{100 * part / whole:.1f} %" if whole else "-"
