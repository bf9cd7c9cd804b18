"""Rules that explain syntax mistakes in choices, requirements and searches.

Each rule looks at a fault and gives its diagnostic, or None where the fault is none of its kind.
Its docstring shows the text that it is for.
"""

from __future__ import annotations

from archdsl.diagnostics import Diagnostic, error
from archdsl.syntax.fault import Fault
from archdsl.syntax.lexemes import SUFFIXES
from archdsl.syntax.separators import OPERAND

_COMMAS = "options have commas between: `{a, b}`"
_STEPS = "numbers from one to another are written `{4..28 by 4}`"
_BLOCK = "give the choice a name before: `block NAME = {a, b}`"
_VALUES = {"NUMBER", "NAME", "CONSTANT", "NONE", "LPAR", "LCHOICE", "IN", "CELL", "TEXT", "DOT"}
_SEARCH = "write `search NAME for SPACE { ... }`"


def _empty(fault: Fault) -> Diagnostic | None:
    """`y = {}`."""
    opening = fault.before
    if opening is None or (opening.type, fault.found.type) != ("LCHOICE", "RCHOICE"):
        return None
    message = "a choice needs at least two options, but this has none"
    return error("choice", message, fault.span(opening, fault.found), help="write `{a, b}`")


def _options(fault: Fault) -> Diagnostic | None:
    """`{3 5}`, `{a | b}`, `{4:28:4}`, `{4, 8, ..., 28}`, `{4..28 step 4}`, `{a = 1, b = 2}`."""
    found, before = fault.found, fault.before
    if not fault.in_choice or before is None:
        return None
    is_range = "BY" in fault.accepted and before.type in OPERAND
    is_number = before.type == "NUMBER"
    if found.type == "BY" or before == "by":
        help = _STEPS
    elif found.type == "RANGE":
        help = "write the step after `by`: `{4..28 by 4}`" if is_range else _STEPS
    elif found.type in _VALUES and before.type in OPERAND:
        has_word = is_range and found.type == "NAME"
        help = f"write `by` for `{found}`: `{{4..28 by 4}}`" if has_word else _COMMAS
    elif found.type == "VBAR":
        help = _COMMAS
    elif found.type == "COLON":
        help = _STEPS if is_number else "options have no names: `{a, b}`"
    elif found.type == "EQUAL":
        help = "options have no names: `{a, b}`"
    else:
        return None
    return fault.unexpected(help)


def _alternatives(fault: Fault) -> Diagnostic | None:
    """`kernel = 3 | 5`, `block a = b | c`."""
    before, after = fault.before, fault.token(fault.at + 1)
    is_between = before is not None and before.type in OPERAND and after.type in _VALUES
    if fault.found.type != "VBAR" or not is_between:
        return None
    are_plain = {before.type, after.type} <= {"NUMBER", "NAME"} if before is not None else False
    help = f"write `{{{before}, {after}}}`" if are_plain else "write `{a, b}`"
    return fault.unexpected(f"one of several is a choice: {help}")


def _range(fault: Fault) -> Diagnostic | None:
    """`channels = 4..28`, `channels = 4 by 2`."""
    is_range = fault.found.type == "RANGE" and "RANGE" not in fault.accepted
    is_step = fault.found == "by" and not fault.in_choice
    before = fault.before
    if not (is_range or is_step) or before is None or before.type not in OPERAND:
        return None
    if fault.token(fault.first).type == "FOR" or fault.token(fault.first) == "search":
        return None
    return fault.unexpected("a choice of numbers stands in braces: `{4..28}`, `{4..28 by 4}`")


def _amount(fault: Fault) -> Diagnostic | None:
    """`each 3`, `2 of (a, b)`, `2 {a, b}`."""
    before, found = fault.before, fault.found
    if before is None:
        return None
    if fault.token(fault.at - 2).type == "EACH" and before.type == "NUMBER":
        message = f"`each` must stand before a choice, a block or a call, but this is {before}"
        return error("syntax", message, fault.span(before), help="write `each {3, 5}`")
    is_amount = "OF" in fault.accepted
    if is_amount and found == "of":
        return fault.unexpected("options stand in braces: `2 of {a, b, c}`")
    if is_amount and before.type == "NUMBER" and found.type in ("LBRACE", "LCHOICE"):
        return fault.unexpected(f"write `{before} of {{...}}`")
    return None


def _no_value(fault: Fault) -> Diagnostic | None:
    """`x -> {relu, gelu}`, `{relu, gelu}(x)`, `insert {a, b} after p`, `network n = {a, b}`."""
    found, before = fault.found, fault.before
    first = fault.token(fault.first)
    if before is not None and before.type == "RCHOICE" and found.type == "LPAR":
        return fault.unexpected("give the choice a name before, `act = {relu, gelu}`: `x -> act`")
    if found.type not in ("LCHOICE", "EACH") or "LCHOICE" in fault.accepted or before is None:
        return None
    if before.type == "ARROW":
        help = "give the choice a name before, `act = {relu, gelu}`: `x -> act`"
    elif first.type == "NETWORK" and before.type == "PLUS":
        help = "let an argument be the choice: `widen({2, 3})`"
    elif before.type in ("INSERT", "EACH") or first.type == "SHARE":
        help = _BLOCK
    elif first.type == "NETWORK" and before.type == "EQUAL":
        help = "a network is derived from one: let it have a parameter, `NETWORK(e = {1, 2})`"
    elif first.type in ("RECIPE", "SEARCH") or "NAME" in fault.accepted:
        help = "no choice can stand here: write one name"
    else:
        return None
    return fault.unexpected(help)


def _require(fault: Fault) -> Diagnostic | None:
    """`require a => b`, `require a = b`, `require a, "why"`, and `require` outside of a body."""
    found, first = fault.found, fault.token(fault.first)
    if found.type == "REQUIRE":
        in_search = "NAME" in fault.accepted and "NETWORK" not in fault.accepted
        help = "a search has bounds: `macs <= 2G`" if in_search else "write it in a network"
        message = "a requirement must stand in the body of a block, cell or network"
        return error("syntax", message, fault.span(found), help=help)
    if first.type != "REQUIRE" and first != "require":
        return None
    if found.type == "EQUAL":
        sign = ">=" if fault.token(fault.at + 1) == ">" else "=="
        return fault.unexpected(f"to compare two values, write `{sign}`")
    is_before_text = found.type in ("COMMA", "COLON") and fault.token(fault.at + 1).type == "TEXT"
    if is_before_text or found.type in ("NAME", "TEXT"):
        return fault.unexpected('the reason follows the condition: `require a < b "why"`')
    return None


def _search(fault: Fault) -> Diagnostic | None:
    """`search {`, `search a {`, `search a of b {`, `search a for b` without settings."""
    first, found, name = fault.token(fault.first), fault.found, fault.token(fault.first + 1)
    if first.type != "SEARCH":
        return None
    if fault.at == fault.first + 1:
        return error("syntax", "this search has no name", fault.span(first), help=_SEARCH)
    if "FOR" in fault.accepted and found.type in ("LBRACE", "_SEP", "$END"):
        message = "this search does not say what it searches"
        help = f"write `search {name} for SPACE {{ ... }}`"
        return error("syntax", message, fault.span(first, name), help=help)
    if "FOR" in fault.accepted:
        return fault.unexpected(_SEARCH)
    if fault.accepted & {"LBRACE"} and found.type in ("_SEP", "$END"):
        message, end = "this search has no settings", fault.before or found
        return error("syntax", message, fault.span(first, end), help=_SEARCH)
    if found.type == "PLUS":
        return fault.unexpected("give the changed network a name before: `network b = a + ...`")
    return None


def _bound(fault: Fault) -> Diagnostic | None:
    """`macs < 2G`, `macs >= 1G`, `macs 1.9G to 2.1G`, `latency <= 2 ms` in a search."""
    found, before = fault.found, fault.before
    if before is None or found.type not in ("COMPARE", "NAME"):
        return None
    is_bound = found.type == "COMPARE" and {"RANGE", "TEXT"} <= fault.accepted
    if is_bound or (found == "to" and "RANGE" in fault.accepted):
        return fault.unexpected("a bound is written `macs <= 2G`, or `macs 1.9G..2.1G`")
    if fault.token(fault.at - 2).type == "AT_MOST" and before.type == "NUMBER":
        suffix = next((each for each in (str(found), found[0]) if each in SUFFIXES), "")
        return fault.unexpected(f"write `{before}{suffix}`")
    return None


def _decision(fault: Fault) -> Diagnostic | None:
    """`network b = a + choose(stage1 . row0 = 8)`, and `choose(stage1.row0.block: t3_s3)`."""
    found, before = fault.found, fault.before
    is_added = any(token.type == "PLUS" for token in fault.tokens[fault.first : fault.at])
    if fault.token(fault.first).type != "NETWORK" or not is_added or before is None:
        return None
    is_path = fault.token(fault.at - 2).type == "DOT" or before == "]"
    is_keyword = before.type == "DOT" and found.isidentifier()
    if not is_keyword and not (is_path and found.type in ("EQUAL", "COLON")):
        return None
    help = "a decision is named as `archdsl check` prints it: `stage1.row0.block = t3_s3`"
    return fault.unexpected(help)


def _block_choice(fault: Fault) -> Diagnostic | None:
    """`block a = 2 of {b, c}`, `block a = (b, c)`."""
    first, is_block = fault.token(fault.first), fault.at == fault.first + 3
    if first.type != "BLOCK" or not is_block or fault.found.type not in ("NUMBER", "LPAR"):
        return None
    return fault.unexpected("one of several blocks is written `{a, b}`")


RULES = (
    _empty,
    _options,
    _alternatives,
    _range,
    _amount,
    _no_value,
    _require,
    _search,
    _bound,
    _decision,
    _block_choice,
)
