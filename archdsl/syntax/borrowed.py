"""Rules that explain statements and values as other languages write them, Python above all.

Each rule looks at a fault and gives its diagnostic, or None where the fault is none of its kind.
Its docstring shows the text that it is for.
"""

from __future__ import annotations

from collections.abc import Iterator

from lark import Token

from archdsl.diagnostics import Diagnostic, error
from archdsl.foreign import names, words
from archdsl.syntax.fault import Fault

_WITH_BODIES = {"FOR", "IF", "ELSE"}


def _statement(fault: Fault) -> Diagnostic | None:
    """`def f(x):`, `import torch`, `elif n == 2 {`, `let y = x`."""
    first, found = fault.token(fault.first), fault.found
    # `} elif` stands where a statement has ended, and so on the line of another.
    word = found if found in words.STATEMENTS else first
    is_near = word is found or fault.at - fault.first <= 4
    if word.type != "NAME" or word not in words.STATEMENTS or not is_near:
        return None
    kind = "definition" if "NETWORK" in fault.accepted else "statement"
    message, help = f"no {kind} begins with `{word}`", words.STATEMENTS[str(word)]
    return error("syntax", message, fault.span(word), help=help)


def _dotted_call(fault: Fault) -> Diagnostic | None:
    """`nn.Conv2d(3, 32, 3)`, `x -> F.relu`, `x.view(-1, 8)`, `conv(x, 8).relu()`."""
    path = list(_dotted(fault))
    if fault.found.type == "DOT" and fault.before == ")":
        message, help = (
            "a value has no methods",
            "a chain goes on with `->`: `x -> conv(8) -> relu`",
        )
        return error("syntax", message, fault.span(fault.found), help=help)
    if len(path) < 2 or fault.found.type not in ("LPAR", "DOT"):
        return None
    module, name = path[0], str(path[-1])
    span = fault.span(path[0], path[-1])
    # The parser stops at the dot of a step, `x -> F.relu`, and at the call of any other path.
    if module in names.LIBRARIES or module == "self" or fault.found.type == "DOT":
        message = f"a name has no dots, but this is `{span.text}`"
        known = names.hint(name if module != "self" else "self")
        return error("syntax", message, span, help=known or f"write `{name.lower()}(...)`")
    message = f"a tensor has no methods, but this calls `{name}`"
    return error("syntax", message, fault.span(path[-1]), help=names.method_hint(name))


def _dotted(fault: Fault) -> Iterator[Token]:
    """The names of the dotted path around a fault, from its first on."""
    at = fault.at - 1
    while fault.token(at - 1).type == "DOT" and fault.token(at - 2).type in ("NAME", "IN"):
        at -= 2
    if fault.token(at).type not in ("NAME", "IN"):
        return
    yield fault.token(at)
    while fault.token(at + 1).type == "DOT" and fault.token(at + 2).type == "NAME":
        at += 2
        yield fault.token(at)


def _lambda(fault: Fault) -> Diagnostic | None:
    """`f = lambda y: y -> relu`."""
    before = fault.tokens[fault.first : fault.at]
    word = next((token for token in before if token == "lambda"), None)
    if word is None:
        return None
    message, help = "`lambda` is not part of the language", names.hint("lambda")
    return error("syntax", message, fault.span(word), help=help)


def _membership(fault: Fault) -> Diagnostic | None:
    """`n is none`, `n in (1, 2)`."""
    if fault.found == "is":
        help = "write `==`"
    elif fault.found.type == "IN" and "COMPARE" in fault.accepted:
        help = "compare with each: `n == 1 or n == 2`"
    else:
        return None
    return fault.unexpected(help)


def _unbraced(fault: Fault) -> Diagnostic | None:
    """`if (n == 1) conv(8)`, `else relu`, `for (i in range(3)) {`, `for i = 0`."""
    first = fault.token(fault.first)
    # `else` follows a brace, so that it begins no statement of its own.
    word = fault.before if fault.before is not None and fault.before.type == "ELSE" else first
    if word.type not in _WITH_BODIES:
        return None
    if fault.at == fault.first + 1 and fault.found.type == "LPAR":
        help = "write `for i in range(n) { ... }`, without parentheses"
    elif fault.found.type == "EQUAL" and word.type == "FOR":
        help = "write `for i in range(n) { ... }`"
    elif fault.accepted == {"LBRACE"} or ("LBRACE" in fault.accepted and fault.before == ")"):
        help = f"a body stands in braces: `{word} ... {{ ... }}`"
    else:
        return None
    return fault.unexpected(help)


def _comprehension(fault: Fault) -> Diagnostic | None:
    """`sum(i for i in range(3))`, `conv(8) for i in range(3)`."""
    if fault.found.type != "FOR" or fault.at == fault.first or "NAME" in fault.accepted:
        return None
    help = "write `for i in range(n) { ... }`, in which a tuple can grow: `t = t + (a,)`"
    return fault.unexpected(help)


def _colon(fault: Fault) -> Diagnostic | None:
    """`if n == 1:`, `x[:, 0]`, `slice(1, 0:3)`."""
    if fault.found.type != "COLON":
        return None
    first = fault.token(fault.first)
    before, opening = fault.before, fault.token(fault.at - 2)
    if "LBRACE" in fault.accepted and first.type in _WITH_BODIES:
        help = f"a body stands in braces: `{first} ... {{ ... }}`"
    elif "RSQB" in fault.accepted or before == "[":
        help = "write `x -> slice(axis, start, stop)`, or `x -> select(axis, index)`"
    elif opening.type in ("LPAR", "COMMA") and before is not None and before.type == "NAME":
        help = f"write `{before} = ...`"
    elif "RPAR" in fault.accepted and before is not None and before.type == "NUMBER":
        help = "give both as arguments: `slice(axis, start, stop)`"
    elif first.type == "NAME" and fault.at == fault.first + 1:
        help = f"write `{first} = ...`"
    else:
        return None
    return fault.unexpected(help)


def _bracket(fault: Fault) -> Diagnostic | None:
    """`kernel = [3, 3, 3]`, `x.shape[0, 1]`."""
    if fault.found.type == "LSQB" and "NUMBER" in fault.accepted:
        help = "several values stand in parentheses, `(a, b)`, and options in braces, `{a, b}`"
    elif fault.found.type == "COMMA" and "RSQB" in fault.accepted:
        help = "write one index, `x.shape[0]`; of tensors, `x -> select(axis, index)`"
    else:
        return None
    return fault.unexpected(help)


RULES = (
    _statement,
    _dotted_call,
    _lambda,
    _membership,
    _unbraced,
    _comprehension,
    _colon,
    _bracket,
)
