"""A space without members: the mistake of all that refuses them, not that of one of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from archdsl.build.request import Built
from archdsl.diagnostics import Diagnostic, Label, counted, error
from archdsl.source import Span

_SHOWN = 6
"""Places that a message shows at most."""


def without_members(name: str, last: Built, causes: Sequence[Diagnostic], *, is_all: bool) -> Built:
    """What the build of a space comes to of which all members are refused, or the first ones.

    `causes` are what refuses them, and `last` is the build of the last one.
    """
    if not last.decisions:
        return last  # a network without choices: its requirement is a check
    findings = [each for each in last.findings if not each.diagnostic.is_error]
    found = replace(last.findings[-1], diagnostic=_told(name, causes, is_all=is_all))
    return replace(last, findings=(*findings, found))


def _told(name: str, causes: Sequence[Diagnostic], *, is_all: bool) -> Diagnostic:
    places: Counter[Span] = Counter()
    messages: dict[Span, str] = {}
    for cause in causes:
        places[cause.labels[0].span] += 1
        messages.setdefault(cause.labels[0].span, cause.message)
    if len(causes) == 1 and is_all:
        message = f"`{name}` has no member: the only one is refused"
    elif is_all:
        message = f"`{name}` has no member: all {len(causes):,} are refused"
    else:
        message = f"no member of `{name}` was found: the first {len(causes):,} are refused"
    (first, often), *others = places.most_common(_SHOWN)
    texts = {span: f"{counted(count, 'time')}: {messages[span]}" for span, count in others}
    also = [Label(span, text) for span, text in texts.items()]
    label = f"{counted(often, 'time')}: {messages[first]}"
    return error("require", message, first, label, also=also, help=_HELP)


_HELP = "leave more options, or require less of them"
