"""Names in settings that nothing defines, in branches too that evaluation does not take."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set

from archdsl.diagnostics import Diagnostic, did_you_mean, error
from archdsl.program.names import FUNCTIONS, words_in_types
from archdsl.settings.forms import Vocabulary
from archdsl.settings.reading.parameters import Definition
from archdsl.source import Span
from archdsl.syntax import tree


def undefined(
    definition: Definition, vocabulary: Vocabulary, outside: Set[str], spans: Sequence[Span]
) -> Iterator[Diagnostic]:
    """Errors for names that are no parameter, no word, and not among those of `outside`.

    A name whose sizes are read, such as `video` in `video.height`, is not among these: it is an
    input of whatever network a recipe is for. Nor are names in some `spans`, or unknown settings.
    """
    # The text is searched and not evaluated: a name may be in a branch that nothing takes.
    nodes = list(tree.walk([*definition.parameters, *definition.settings]))
    sized = {node.value.span for node in nodes if isinstance(node, tree.Attribute)}
    unknown = [s.span for s in definition.settings if s.name not in vocabulary.forms]
    own = [parameter.name for parameter in definition.parameters]
    known = {*own, *FUNCTIONS, *vocabulary.words, *words_in_types([definition]), *outside}
    for node in nodes:
        if not isinstance(node, tree.Name) or node.name in known or node.span in sized:
            continue
        if not any(span.holds(node.span) for span in (*spans, *unknown)):
            hint = did_you_mean(node.name, own)
            yield error("name", f"`{node.name}` is not defined", node.span, help=hint)
