"""Rules that explain syntax mistakes in derivations, claims and recipes.

Each rule looks at a fault and gives its diagnostic, or None where the fault is none of its kind.
Its docstring shows the text that it is for.
"""

from __future__ import annotations

import re

from archdsl.diagnostics import Diagnostic, did_you_mean, error
from archdsl.syntax.fault import Fault
from archdsl.syntax.lexemes import TIMES

_DERIVED = {"BLOCK", "NETWORK"}
_ENDS = {"_SEP", "RBRACE", "$END"}
_MULTIPLES = {"k": "k", "K": "k", "M": "M", "m": "M", "G": "G", "B": "G", "T": "T"}
"""What a letter after a figure is likely to mean: papers print 3.8B for 3.8G."""

_MULTIPLE = re.compile("([kKMmGBT])(?:B|FLOPs?|MACs?|flops|macs|params)?")

_INSERTION = "write `insert NAME after PLACE`"


def _derivation(fault: Fault) -> Diagnostic | None:
    """`network b extends a`, `network b: a`, `network b = a * 2`, `network b = a.widen(2)`."""
    first, name, found = fault.token(fault.first), fault.token(fault.first + 1), fault.found
    if first.type not in _DERIVED:
        return None
    is_derived = fault.token(fault.first + 2).type == "EQUAL"
    if fault.at == fault.first + 2 and found.type in ("NAME", "COLON"):
        base = fault.token(fault.at + 1)
        help = f"write `{first} {name} = {base if base.type == 'NAME' else 'BASE'}`"
    elif is_derived and first.type == "NETWORK" and found.type in ("MINUS", "TIMES", "DOT"):
        help = "changes are added: `network b = a + widen(2)`, or `+ insert BLOCK after PLACE`"
    else:
        return None
    return fault.unexpected(help)


def _changed_block(fault: Fault) -> Diagnostic | None:
    """`block a = b + insert c after d`."""
    is_derived = fault.token(fault.first + 2).type == "EQUAL"
    if fault.token(fault.first).type != "BLOCK" or not is_derived:
        return None
    if fault.found.type != "PLUS" and fault.found != "insert":
        return None
    message = "an `insert` can only change a network"
    return error("syntax", message, fault.span(fault.found), "expected the end of the line")


def _without_plus(fault: Fault) -> Diagnostic | None:
    """`network b = a insert c after d`, on one line or two; `network b = insert c after d`."""
    starts = fault.token(fault.first).type == "NETWORK" or "NETWORK" in fault.accepted
    if starts and fault.found == "insert":
        message, word = "an `insert` must be added with `+`", fault.found
        return error("syntax", message, fault.span(word), help="write `+ insert`")
    if starts and fault.before == "insert" and fault.token(fault.at - 2).type == "EQUAL":
        message, word = "this `insert` has no network to change", fault.before
        return error("syntax", message, fault.span(word), help="write `NETWORK + insert`")
    return None


def _no_transform(fault: Fault) -> Diagnostic | None:
    """`network b = a + inset c after d`, or `+ stretch` without its options."""
    word = fault.before
    if word is None or word.type != "NAME" or fault.token(fault.at - 2).type != "PLUS":
        return None
    # After `+` a bare name can only become a call, so the parser wants its parenthesis.
    if "LPAR" not in fault.accepted or fault.token(fault.first).type != "NETWORK":
        return None
    near = did_you_mean(str(word), ["insert"])
    help = near or f"write `insert {word} after PLACE`, or a transform such as `widen(2)`"
    message, label = f"`{word}` does not change a network", "expected `insert` or a call"
    return error("syntax", message, fault.span(word), label, help=help)


def _insertion(fault: Fault) -> Diagnostic | None:
    """`insert after p`, or `insert a p`."""
    if "AFTER" not in fault.accepted or fault.before is None:
        return None
    before = fault.token(fault.at - 2).type
    # `after` is a soft keyword, and `layout` sees it only after a block. Here the parser has taken
    # it for the name of the block, and stops at the token that follows.
    if fault.before == "after" and before in ("INSERT", "LPAR", "COMMA"):
        message = "this `insert` must name a block before `after`"
        return error("syntax", message, fault.span(fault.before), help=_INSERTION)
    if fault.found.type in _ENDS:
        return None
    found = fault.found
    message = f"unexpected `{found}`"
    return error("syntax", message, fault.span(found), "expected `after`", help=_INSERTION)


def _split_place(fault: Fault) -> Diagnostic | None:
    """`a .. b`, or `after a, b` without parentheses."""
    before, found, following = fault.before, fault.found, fault.token(fault.at + 1)
    if before is None or before.type != "PLACE":
        return None
    if found.type == "PLACE" and (found[0] in ".*" or before[-1] in ".*"):
        last = following if found[-1] == "." and following.type == "PLACE" else found
        # `b .. f` is three tokens, `b.. f` two: `layout` joins those that touch.
        whole = f"{before}{found}" + (str(last) if last is not found else "")
        message = "a place must be written without blanks"
        return error("syntax", message, fault.span(before, last), help=f"write `{whole}`")
    if found.type in ("PLACE", "COMMA") and "RPAR" not in fault.accepted:
        help = "put several places, or several insertions, in parentheses"
        return fault.unexpected(help)
    return None


def _increase(fault: Fault) -> Diagnostic | None:
    """`flops +34G`, or `flops 34G on a`."""
    number = fault.before
    if number is None or number.type != "NUMBER":
        return None
    help = f"write `+{number} on NETWORK`"
    # A decrease would need another metric: claimed figures are never negative.
    if fault.token(fault.at - 2).type == "MINUS":
        help = "only an increase can be claimed: claim it for the other network"
    if "ON" in fault.accepted:
        message = f"`+{number}` must name the network that it is an increase on"
        return error("syntax", message, fault.span(fault.token(fault.at - 2), number), help=help)
    if fault.found.type == "ON":
        message = "`on` must follow a figure with `+`"
        return error("syntax", message, fault.span(fault.found), help=help)
    return None


def _figure(fault: Fault) -> Diagnostic | None:
    """`params 3.8 M`, `latency 3 ms`, `top1 76%`, `params < 4M`, `note hello` in a claim."""
    found, before, number = fault.found, fault.before, fault.token(fault.at - 2)
    if before is None or not any(token.type == "CLAIM" for token in fault.tokens[:2]):
        return None
    help = None
    if before.type == "NUMBER" and found.type == "NAME":
        multiple = _MULTIPLE.fullmatch(str(found))
        suffix = _MULTIPLES[multiple[1]] if multiple else found if found in TIMES else ""
        help = f"write `{before}{suffix}`"
    elif before.type == "NUMBER" and found.type == "COMMA":
        help = "a figure has no commas: write `3.8M`, or all its digits"
    elif before == "%" and number.type == "NUMBER":
        found, help = before, f"an accuracy is a percentage: write `{number}`"
    elif found.type in ("COMPARE", "AT_MOST"):
        help = "write the figure as it is printed; its last digit says how exact it is"
    elif before == "note" and found.type == "NAME":
        help = f'write `note "{found} ..."`'
    elif number.type == "MINUS" and before.type == "NUMBER" and found.type == "NUMBER":
        help = "a name has no `-`: write `top1`"
    elif found.type == "PLUS" and fault.at - fault.first <= 3:
        help = "derive a network, `network b = a + widen(2)`, and state it of `b`"
    elif found.type == "LBRACE" and fault.at == fault.first + 1:
        help = "write `claim NETWORK { ... }`"
    if help is None:
        return None
    message = f"unexpected `{found}`"
    return error("syntax", message, fault.span(found), help=help)


def _assigned(fault: Fault) -> Diagnostic | None:
    """`params = 3M`, `params: 3M`; in a recipe `epochs = 30`."""
    after_name = {"PLUS", "NUMBER"} <= fault.accepted or {"TEXT", "NUMBER"} <= fault.accepted
    if fault.found.type not in ("EQUAL", "COLON") or not after_name:
        return None
    message = f"unexpected `{fault.found}`"
    help = f"write `{fault.before} {fault.token(fault.at + 1)}`, without `{fault.found}`"
    return error("syntax", message, fault.span(fault.found), "expected a value", help=help)


def _more_than_a_value(fault: Fault) -> Diagnostic | None:
    """`crop 32 px`, `freeze stem, stage1`, `batch 1,024`, `optimizer sgd lr 0.1` in a recipe."""
    before, found = fault.before, fault.found
    after_text = before is not None and before.type == "TEXT" and found.type == "COMMA"
    if before is None or not ("RANGE" in fault.accepted or after_text):
        return None
    if found.type == "COMMA" and before.type == "NUMBER":
        help = "a number has no commas, and several values stand in parentheses"
    elif found.type == "COMMA":
        help = "several values stand in parentheses, or in one text with commas"
    elif found.type == "NAME" and before.type == "NUMBER":
        help = f"a value has no unit: write `{before}`"
    elif found.type in ("NUMBER", "NAME") and before.type == "NAME":
        help = "options stand in parentheses: `sgd(lr = 0.1)`, `rates(head = 10)`"
    else:
        return None
    return fault.unexpected(help)


def _bound(fault: Fault) -> Diagnostic | None:
    """`macs < 2G`, `macs >= 1G` or `1G <= macs <= 2G` in a search."""
    heads = (token.type for token in reversed(fault.tokens[: fault.at]) if token.type in _HEADS)
    if next(heads, None) != "SEARCH":
        return None
    one, sign, two, *rest = (fault.token(fault.first + place) for place in range(5))
    help = None
    if (one.type, sign.type, two.type) == ("NAME", "COMPARE", "NUMBER"):
        help = f"write `{one} <= {two}`" if sign == "<" else f"write a range: `{one} {two}..MOST`"
    elif one.type == "NUMBER" and two.type == "NAME":
        most = rest[1] if rest[1].type == "NUMBER" else "MOST"
        help = f"write a range: `{two} {one}..{most}`"
    return fault.unexpected(help) if help else None


_HEADS = frozenset({"BLOCK", "CELL", "NETWORK", "CLAIM", "RECIPE", "SEARCH"})

RULES = (
    _derivation,
    _changed_block,
    _without_plus,
    _no_transform,
    _insertion,
    _split_place,
    _figure,
    _increase,
    _assigned,
    _bound,
    _more_than_a_value,
)
