"""What is meant by a name that nothing defines: never worth an error itself."""

from __future__ import annotations

import re
from collections.abc import Collection

from archdsl.diagnostics import did_you_mean
from archdsl.program.files import library_file_of
from archdsl.source import Source
from archdsl.syntax import tree

CANDIDATES = 2_000
"""Names that are compared with a misspelt one, at most: the comparison is quadratic in length."""

_SIZE = re.compile("[BNCTHWDL]")
_TIMES = re.compile("x[0-9]+")


def name_hint(name: tree.Name, spec: Source, known: Collection[str]) -> str | None:
    """How to write an unknown name: after a `use`, under another name, or as it is spelt.

    A name that is not in the text of the spec comes from the command line or from a program.
    """
    if name.name == "x" and name.span.source is spec:
        return "the running value is called `in`"
    if _SIZE.fullmatch(name.name):
        return "a size is a number, without the batch; in an expected shape, `_` is any"
    if _TIMES.fullmatch(name.name):
        return f"write `{name.name[1:]}`"
    file = library_file_of(name.name)
    if file is not None:
        return f"write `use {file}`" if name.span.source is spec else f"give `--use {file}`"
    return _foreign(name.name, known) or did_you_mean(name.name, list(known)[:CANDIDATES])


def _foreign(name: str, known: Collection[str]) -> str | None:
    """What a name of another library is called here."""
    from archdsl.foreign import names  # tables that only a mistake needs

    hint, own = names.hint(name), (names.called(name) or "").partition("(")[0]
    file = None if own in known else library_file_of(own)
    return f"{hint}, after `use {file}`" if file is not None else hint
