"""Mistakes in what begins a definition, changes a network or claims something of it."""

from __future__ import annotations

from archdsl.diagnostics import Diagnostic, did_you_mean, error
from archdsl.syntax.fault import Place

_NAMED = {"BLOCK", "CELL", "NETWORK"}
_ENDS = {"_SEP", "RBRACE", "$END"}
_INSERTION = "write `insert NAME after PLACE`"


def _nameless(place: Place) -> Diagnostic | None:
    """`cell {`, or `block (x) {`."""
    first = place.token(place.first)
    is_head = place.at == place.first + 1 and first.type in _NAMED
    if not is_head or place.found.type not in ("LBRACE", "LPAR", "EQUAL"):
        return None
    return error("syntax", f"this {first} has no name", place.span(first), f"write `{first} NAME`")


def _changed_block(place: Place) -> Diagnostic | None:
    """`block a = b + insert c after d`."""
    is_derived = place.token(place.first + 2).type == "EQUAL"
    if place.token(place.first).type != "BLOCK" or not is_derived:
        return None
    if place.found.type != "PLUS" and place.found != "insert":
        return None
    message = "only a network can be changed by an `insert`"
    return error("syntax", message, place.span(place.found), "expected the end of the line")


def _without_plus(place: Place) -> Diagnostic | None:
    """`network b = a insert c after d`, on one line or two; `network b = insert c after d`."""
    starts = place.token(place.first).type == "NETWORK" or "NETWORK" in place.accepted
    if starts and place.found == "insert":
        message, word = "an `insert` is added with `+`", place.found
        return error("syntax", message, place.span(word), help="write `+ insert`")
    if starts and place.before == "insert" and place.token(place.at - 2).type == "EQUAL":
        message, word = "this `insert` has no network to change", place.before
        return error("syntax", message, place.span(word), help="write `NETWORK + insert`")
    return None


def _no_transform(place: Place) -> Diagnostic | None:
    """`network b = a + inset c after d`."""
    if "INSERT" not in place.accepted or place.found.type in _ENDS:
        return None
    help = did_you_mean(str(place.found), ["insert"])
    message = f"`{place.found}` does not change a network"
    return error("syntax", message, place.span(place.found), "expected `insert`", help=help)


def _insertion(place: Place) -> Diagnostic | None:
    """`insert after p`, or `insert a p`."""
    if "AFTER" not in place.accepted or place.before is None:
        return None
    before = place.token(place.at - 2).type
    if place.before == "after" and before in ("INSERT", "LPAR", "COMMA"):
        message = "what to insert is not said"
        return error("syntax", message, place.span(place.before), help=_INSERTION)
    if place.found.type in _ENDS:
        return None
    found = place.found
    message = f"unexpected `{found}`"
    return error("syntax", message, place.span(found), "expected `after`", help=_INSERTION)


def _parted_place(place: Place) -> Diagnostic | None:
    """`a .. b`, or `after a, b` without parentheses."""
    before, found, following = place.before, place.found, place.token(place.at + 1)
    if before is None or before.type != "PLACE":
        return None
    if found.type == "PLACE" and (found[0] in ".*" or before[-1] in ".*"):
        last = following if found[-1] == "." and following.type == "PLACE" else found
        whole = f"{before}{found}" + (str(last) if last is not found else "")
        message = "a place is written without blanks"
        return error("syntax", message, place.span(before, last), help=f"write `{whole}`")
    if found.type in ("PLACE", "COMMA") and "RPAR" not in place.accepted:
        help = "several places stand in parentheses, and so do several insertions"
        message = f"unexpected `{found}`"
        return error("syntax", message, place.span(found), place.expected, help=help)
    return None


def _increase(place: Place) -> Diagnostic | None:
    """`flops +34G`, or `flops 34G on a`."""
    number = place.before
    if number is None or number.type != "NUMBER":
        return None
    help = f"write `+{number} on NETWORK`"
    if "ON" in place.accepted:
        message = f"`+{number}` is what a network has beyond another: name the other"
        return error("syntax", message, place.span(place.token(place.at - 2), number), help=help)
    if place.found.type == "ON":
        message = "`on` tells beyond what a figure with `+` goes"
        return error("syntax", message, place.span(place.found), help=help)
    return None


def _assigned_claim(place: Place) -> Diagnostic | None:
    """`params = 3M`, or `params: 3M`."""
    if place.found.type not in ("EQUAL", "COLON") or not {"PLUS", "NUMBER"} <= place.accepted:
        return None
    message = f"unexpected `{place.found}`"
    help = f"a claim goes without: write `{place.before} VALUE`"
    return error("syntax", message, place.span(place.found), "expected a value", help=help)


RULES = (
    _nameless,
    _changed_block,
    _without_plus,
    _no_transform,
    _insertion,
    _parted_place,
    _increase,
    _assigned_claim,
)
