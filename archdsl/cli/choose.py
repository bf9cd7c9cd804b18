"""`--choose`: the decisions that a command makes in a space before it does anything else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from archdsl.build.request import Request
from archdsl.build.values import Given
from archdsl.source import Source
from archdsl.space.words import chosen as named_member
from archdsl.space.words import is_word
from archdsl.spec import Spec
from archdsl.syntax.parser import parse_argument


def chosen(spec: Spec, name: str, given: Mapping[str, Given], texts: Sequence[str]) -> Spec:
    """The spec with decisions made in a network: those that are named, and by a word all others.

    Raises:
        CompileError: one of them cannot be read, or there is no such member.
    """
    written = [text for text in texts if not is_word(text)]
    if written:
        spec = spec.decided(name, [parse_argument(Source("--choose", each)) for each in written])
    for word in filter(is_word, texts):
        network = spec.build(name, given)
        request = Request.of(spec.program, name, network.plan)
        spec = spec.member(name, named_member(request, word))
    return spec
