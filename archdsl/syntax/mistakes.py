"""Rules that explain syntax mistakes: what is wrong, where, and what to write instead.

An LALR parser only knows which tokens it expected. The rules here and in `heads`, `clauses`,
`formulas`, `misread_choices` and `borrowed` recognise the usual mistakes from the tokens around.
They are tried in order, special ones first.
"""

from __future__ import annotations

from collections.abc import Callable

from lark import Token

from archdsl.diagnostics import Diagnostic, did_you_mean, error, nearest
from archdsl.source import Span
from archdsl.syntax import borrowed, clauses, formulas, heads, misread_choices
from archdsl.syntax.fault import Fault

_DEFINITIONS = ("block", "cell", "claim", "network", "recipe", "search", "use")
_STATEMENTS = tuple("disputed else for if init input note require return share table".split())
_ENDS = {"_SEP": "the end of the line", "RBRACE": "`}`", "$END": "the end of the file"}


def explain(fault: Fault) -> Diagnostic:
    """The diagnostic of the first rule that recognises the mistake."""
    explanations = (rule(fault) for rule in _RULES)
    return next(filter(None, explanations), None) or fault.unexpected()


def keyword(token: Token) -> str | None:
    """The keyword that a token is or, for a misspelt one, that its author is likely to mean."""
    if token.type != "NAME":
        return str(token)
    return nearest(str(token), _DEFINITIONS + _STATEMENTS)


def _is_keyword(token: Token) -> bool:
    return token.type != "NAME" and token.isidentifier()


def _decimal(fault: Fault) -> Diagnostic | None:
    """`.5` or `5.`."""
    found, following = fault.found, fault.token(fault.at + 1)
    if found.type == "DOT" and following.type == "NUMBER" and found.end_pos == following.start_pos:
        span, help = fault.span(found, following), f"write `0.{following}`"
        return error("syntax", "a number must begin with a digit", span, help=help)
    number, dot = fault.token(fault.at - 2), fault.before
    if dot and dot.type == "DOT" and number.type == "NUMBER" and number.end_pos == dot.start_pos:
        span, help = fault.span(number, dot), f"write `{number}.0` or `{number}`"
        return error("syntax", "a number must end with a digit", span, help=help)
    return None


def _reserved(fault: Fault) -> Diagnostic | None:
    """A keyword in the place of a name."""
    token, following = fault.found, fault.token(fault.at + 1)
    # In `for = 3` the parser stops at `=`, but the keyword before it is the mistake.
    if token.type == "EQUAL" and fault.at == fault.first + 1:
        token = fault.token(fault.first)
    elif "NAME" not in fault.accepted or (fault.at == fault.first and following.type != "EQUAL"):
        return None
    if not _is_keyword(token):
        return None
    message = f"`{token}` is a keyword, and cannot be a name"
    return error("syntax", message, fault.span(token))


def _misspelt(fault: Fault) -> Diagnostic | None:
    """A line that begins with a misspelt keyword."""
    first = fault.token(fault.first)
    is_definition = "NETWORK" in fault.accepted
    # In a claim two names may follow each other.
    is_after_names = fault.token(fault.first + 1).type == "NAME"
    begins_it = fault.at - fault.first <= 1 + is_after_names and fault.found.type not in _ENDS
    if first.type != "NAME" or not (begins_it or fault.found.type == "LBRACE"):
        return None
    help = did_you_mean(str(first), _DEFINITIONS if is_definition else _STATEMENTS)
    if not help:
        return None
    kind = "definition" if is_definition else "statement"
    return error("syntax", f"no {kind} begins with `{first}`", fault.span(first), help=help)


def _misplaced(fault: Fault) -> Diagnostic | None:
    """A keyword at the head of a line where it is not allowed."""
    if fault.at != fault.first or not _is_keyword(fault.found):
        return None
    is_else = fault.found.type == "ELSE"
    message = "this `else` has no `if`" if is_else else f"`{fault.found}` is not allowed here"
    return error("syntax", message, fault.span(fault.found), fault.expected)


def _missing(fault: Fault) -> Diagnostic | None:
    """A statement that ends too early. The label is after its last word, where the end is."""
    end = _ENDS.get(fault.found.type)
    if not end or fault.before is None:
        return None
    # The found token can be lines further down. Nobody looks for the mistake there.
    offset = fault.before.end_pos or 0
    if fault.found == ";":
        end = "`;`"
    elif fault.found.type == "$END" and fault.source.text[offset:].strip():
        end = _ENDS["_SEP"]  # recovery parses each definition by itself: more text follows
    message = f"{fault.expected or 'expected more'} before {end}"
    is_arrow = fault.before.type == "ARROW"
    help = "to break a chain, begin the next line with `->`" if is_arrow else None
    return error("syntax", message, Span(fault.source, offset, offset), help=help)


def _rowless(fault: Fault) -> Diagnostic | None:
    """A table that ends with its header."""
    if fault.found.type != "RBRACE" or "RBRACE" in fault.accepted or "_SEP" not in fault.accepted:
        return None
    return error("syntax", "this table has no rows", fault.span(fault.found), "expected a row")


def _equals(fault: Fault) -> Diagnostic | None:
    """`if a = b`, or `f(x) = y`."""
    if fault.found.type != "EQUAL" or "COMPARE" not in fault.accepted:
        return None
    earlier = {token.type for token in fault.tokens[fault.first : fault.at]}
    # A second `=` in an assignment, or one in a condition, is meant as a comparison.
    compares = earlier & {"IF", "EQUAL", "RETURN"}
    help = "to compare two values, write `==`" if compares else "only a name can be assigned"
    return fault.unexpected(help)


def _wildcard(fault: Fault) -> Diagnostic | None:
    """`24 x * x 64^2`, `24 x - x 64^2` and `>=24 x 64^2` in an expected shape."""
    found, before = fault.found, fault.before
    after = before.type if before is not None else ""
    help = "in an expected shape, `_` is a size that may be any"
    if found == ">=" and after in ("_BY", "VBAR"):
        help = "a size can have an upper bound, `<=28`, or be any, `_`"
    elif found.type == "NUMBER" and before == "x" and fault.token(fault.at - 2).type == "MINUS":
        found = fault.token(fault.at - 2)
    elif found != "*" or after not in ("_BY", "VBAR"):
        return None
    message = f"unexpected `{found}`"
    return error("syntax", message, fault.span(found), fault.expected, help=help)


def _cell(fault: Fault) -> Diagnostic | None:
    """`| 3, 3 |`, `| ×3 |`, `| -- |`, `| ... |` in a row."""
    found, before = fault.found, fault.before
    if found.type == "COMMA" and "VBAR" in fault.accepted:
        help = "several values stand in parentheses, `(3, 3)`, and a number has no commas"
    elif found.type in ("RULE", "RANGE") and (found.type == "RULE" or before == "|"):
        help = "a cell without a value is `-`"
    elif found.type == "_BY" and before == "|":
        help = f"write `{fault.token(fault.at + 1)}`"
    else:
        return None
    return fault.unexpected(help)


def _bare_argument(fault: Fault) -> Diagnostic | None:
    """`conv 8`, `(3 3 3)`."""
    found, before = fault.found, fault.before
    if found.type not in ("NUMBER", "NAME") or before is None:
        return None
    if before.type == "NUMBER" and len(found) == 3:
        help = f"write `{before}{found}`: a number has no blanks"
    elif before.type == "NUMBER":
        help = f"several values have commas between: `({before}, {found})`"
    elif before.type == "NAME":
        help = f"arguments stand in parentheses: `{before}({found})`"
    else:
        return None
    return fault.unexpected(help)


_RULES: tuple[Callable[[Fault], Diagnostic | None], ...] = (
    _decimal,
    *heads.RULES,
    *misread_choices.RULES,
    *clauses.RULES,
    *formulas.RULES,
    *borrowed.RULES,
    _reserved,
    _misspelt,
    _misplaced,
    _rowless,
    _wildcard,
    _cell,
    _missing,
    _equals,
    _bare_argument,
)
