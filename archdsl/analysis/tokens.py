"""What each word of a text is, for its colour: from the tokens, and from what names mean.

The names are those of the text as far as it parses. In a definition that does not, a word is
looked up among what the file and the language define.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum

from archdsl.analysis.drafts.lexed import end, lexed, start
from archdsl.analysis.names.finding import Names
from archdsl.analysis.names.meanings import Meanings
from archdsl.analysis.names.symbol import Kind, Occurrence, Role
from archdsl.program.names import TYPE_WORDS
from archdsl.source import Source
from archdsl.syntax.layout import SPELLING
from archdsl.syntax.tokens import Token


class Look(Enum):
    """What a word is, under the names that editors have for it."""

    NAMESPACE = "namespace"
    CLASS = "class"
    TYPE = "type"
    FUNCTION = "function"
    METHOD = "method"
    PARAMETER = "parameter"
    VARIABLE = "variable"
    PROPERTY = "property"
    MEMBER = "enumMember"
    KEYWORD = "keyword"
    COMMENT = "comment"
    STRING = "string"
    NUMBER = "number"
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class Coloured:
    """A word with what it is, whether it is defined here, and whether the language defines it."""

    start: int
    end: int
    look: Look
    defines: bool = False
    of_language: bool = False


_BY_KIND = {
    Kind.FILE: Look.NAMESPACE,
    Kind.BLOCK: Look.FUNCTION,
    Kind.CELL: Look.FUNCTION,
    Kind.NETWORK: Look.CLASS,
    Kind.RECIPE: Look.CLASS,
    Kind.SEARCH: Look.CLASS,
    Kind.PARAMETER: Look.PARAMETER,
    Kind.INPUT: Look.PARAMETER,
    Kind.VARIABLE: Look.VARIABLE,
    Kind.TABLE: Look.PROPERTY,
    Kind.COLUMN: Look.PROPERTY,
    Kind.STAGE: Look.PROPERTY,
    Kind.OPERATION: Look.FUNCTION,
    Kind.FUNCTION: Look.FUNCTION,
    Kind.TRANSFORM: Look.FUNCTION,
    Kind.SETTING: Look.PROPERTY,
    Kind.METHOD: Look.METHOD,
    Kind.OPTION: Look.PARAMETER,
    Kind.METRIC: Look.PROPERTY,
    Kind.SIZE: Look.PROPERTY,
    Kind.RUNNING: Look.VARIABLE,
    Kind.WORD: Look.MEMBER,
}
_BY_TYPE = {
    "COMMENT": Look.COMMENT,
    "DOC": Look.STRING,
    "OPEN_DOC": Look.STRING,
    "TEXT": Look.STRING,
    "OPEN_TEXT": Look.STRING,
    "NUMBER": Look.NUMBER,
    "ARROW": Look.OPERATOR,
    "COMPARE": Look.OPERATOR,
    "AT_MOST": Look.OPERATOR,
    "PLUS": Look.OPERATOR,
    "MINUS": Look.OPERATOR,
    "TIMES": Look.OPERATOR,
    "CIRCUMFLEX": Look.OPERATOR,
    "RANGE": Look.OPERATOR,
    "_BY": Look.OPERATOR,
}
_SOFT = frozenset({*filter(str.isidentifier, SPELLING.values()), "axis"})
"""Words that are keywords where they name nothing."""

_SIGN = re.compile(r"(x[0-9]*)+")
_SIZES = {"NUMBER", "NAME", "RPAR", "RSQB"}
"""After a size, `x` is the sign of a shape."""


def coloured(source: Source, names: Names) -> Iterator[Coloured]:
    """The words of a text in order; `names` are those of its definitions that parse."""
    own = names.of(names.program.main).occurrences
    known = {each.span.start: each for each in own if each.span.text}
    meanings = Meanings(names.program, names.program.main)
    tokens = [token for token in lexed(source).everything if token.type != "_SEP"]
    for last, token, following in zip([None, *tokens], tokens, [*tokens[1:], None], strict=False):
        found = _named(token, known) or _told(token, last, following, meanings)
        if found is not None:
            yield found


def _named(token: Token, known: Mapping[int, Occurrence]) -> Coloured | None:
    """A word by what it means."""
    each = known.get(start(token))
    if each is None or not each.all_symbols or token.type in _BY_TYPE:
        return None
    first = each.all_symbols[0]
    of_language = first.file is None and first.kind not in (Kind.WORD, Kind.RUNNING)
    is_defined = each.role is Role.DEFINES
    return Coloured(start(token), end(token), _BY_KIND[first.kind], is_defined, of_language)


def _told(
    token: Token, last: Token | None, following: Token | None, meanings: Meanings
) -> Coloured | None:
    """A word by its token, and by what stands beside it."""
    look = _BY_TYPE.get(token.type)
    if look is None and token.type == "NAME":
        look = _of_name(token, last, following, meanings)
    elif look is None and token.isidentifier():
        look = Look.KEYWORD
    return Coloured(start(token), end(token), look) if look is not None else None


def _of_name(
    token: Token, last: Token | None, following: Token | None, meanings: Meanings
) -> Look | None:
    """A name that is not known by its place: a type, the sign of a shape, or one in a draft."""
    before, after = last.type if last else "", following.type if following else ""
    if token in TYPE_WORDS and before in ("COLON", "VBAR"):
        return Look.TYPE
    if _SIGN.fullmatch(token) and before in _SIZES:
        return Look.OPERATOR if token == "x" else Look.NUMBER
    symbol = meanings.symbol(str(token))
    if symbol is not None and after != "EQUAL":
        return _BY_KIND[symbol.kind]
    if token in _SOFT:
        return Look.KEYWORD
    return Look.PARAMETER if after == "EQUAL" and before in ("LPAR", "COMMA") else Look.VARIABLE
