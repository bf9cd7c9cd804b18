"""Characters that the language does not have, and what is meant by them.

They come from papers, word processors and other languages.
"""

from __future__ import annotations

import re

_LOOKALIKES = {
    "→": "->",
    "⟶": "->",
    "⇒": "->",
    "·": "*",
    "⋅": "*",
    "÷": "/",
    "≤": "<=",
    "≥": ">=",
    "≠": "!=",
    "&": "and",
    "&&": "and",
    "∧": "and",
    "!": "not",
    "¬": "not",
    "²": "^2",
    "³": "^3",
    "…": "..",
}
_LOOKALIKES |= dict.fromkeys("\u2212\u2013\u2014", "-") | dict.fromkeys("“”„", '"')
# The wide forms of Chinese and Japanese text.
_LOOKALIKES |= dict(zip("\uff1b\uff0c\uff1a\uff08\uff09", ";,:()", strict=True))
_WRITTEN = {
    "@": "write `matmul(x, y)`; there are no decorators",
    "~": "write `not` of a condition, `where(x, 0, 1)` of a tensor",
    "\\": "a line may break inside parentheses, and before `->` and `+`",
    "$": "a name is written alone: `n`",
    "`": "a name is written alone: `n`",
    "⊕": "write `x + y`",
    "⊙": "write `x * y`",
    "⊗": "write `x * y`, or `matmul(x, y)`",
    "∘": "write a chain: `x -> f -> g`",
    "√": "write `sqrt(a)`",
    "∞": "leave the bound out",
}
_QUOTES = "'\u2018\u2019"
_QUOTED = re.compile(rf"[{_QUOTES}]([A-Za-z_]\w*)[{_QUOTES}]")
_BLANKS = "\u00a0\u2002\u2003\u2009\u200a\u200b\u202f\u3000\ufeff"


def lookalike(characters: str) -> str | None:
    """What stands here for a sign of papers, or None where there is no such thing."""
    return None if characters[0] in _QUOTES else _LOOKALIKES.get(characters)


def character_hint(characters: str, before: str, line: str) -> str | None:
    """What to write for characters that are `before` nothing in the language.

    `before` is what the line has before them, and `line` begins with them.
    """
    if characters == "?":
        # Tables are where papers leave a size open; elsewhere it is C's conditional.
        is_cell = before.lstrip().startswith("|")
        shape = "in an expected shape, `_` is a size that may be any"
        return shape if is_cell else "write `a if test else b`"
    if characters == "~" and line[1:2].isdecimal():
        return "write the number alone"
    if characters == "@" and before.rstrip().endswith(("acc", "top")):
        return "write `top1`"
    if quoted := _QUOTED.match(line):
        return f'a word has no quotes, and a text has double ones: `{quoted[1]}`, `"{quoted[1]}"`'
    if characters[0] in _QUOTES:
        return "texts of recipes and claims have double quotes, and words have none"
    if characters[0] in _BLANKS:
        return "write a plain blank"
    if characters[0].isalpha():
        return "a name consists of the letters a to z, digits and `_`"
    return _WRITTEN.get(characters)
