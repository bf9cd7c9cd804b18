"""The values of settings: here words, ranges and texts are values too."""

from __future__ import annotations

from archdsl.build.context import Frame
from archdsl.build.request import Fault
from archdsl.build.values import Value, show
from archdsl.params.kinds import Kind
from archdsl.params.numbers import is_number
from archdsl.settings.forms import Vocabulary
from archdsl.settings.kinds import PartNames, QuotedText, SizeRange, WordKind
from archdsl.syntax import tree


def evaluate(frame: Frame, node: tree.Expression, kind: Kind, vocabulary: Vocabulary) -> Value:
    """Evaluate an expression where a value of this kind is expected.

    A bare name must be defined, as in the rest of the language, unless the kind accepts words.

    Raises:
        Fault: the expression has no value.
    """
    if isinstance(node, tree.Text) and isinstance(kind, QuotedText | PartNames):
        return node.text
    if isinstance(node, tree.Range) and isinstance(kind, SizeRange):
        return evaluate_range(frame, node, vocabulary.what)
    if isinstance(kind, WordKind | PartNames):
        # A parameter of the definition hides a word of its name.
        if isinstance(node, tree.Name) and node.name not in frame.names:
            return node.name
        if isinstance(node, tree.Tuple):
            return tuple(evaluate(frame, item, kind, vocabulary) for item in node.items)
    fault = _misfit(frame, node, kind, vocabulary)
    if fault is not None:
        raise fault
    return frame.evaluate(node)


def _misfit(
    frame: Frame, node: tree.Expression, kind: Kind, vocabulary: Vocabulary
) -> Fault | None:
    """What is written in a form that this kind does not have, and how it is written."""
    help: str | None = None
    match node, kind:
        case tree.Attribute(), PartNames():
            message, help = "it has a dot", f'write `"{node.span.text}"`'
        case tree.Text(), _:
            message = "it is a text"
        case tree.Range(), _:
            taking = vocabulary.taking(SizeRange)
            message = "it is a range"
            help = f"write `{taking} {node.span.text}`" if taking else None
        case tree.Binary(operator="-", left=left, right=right), SizeRange():
            message, help = "it is a difference", f"write `{left.span.text}..{right.span.text}`"
        case tree.Name(name=name), QuotedText() if name not in frame.names:
            message, help = f"it is the name `{name}`", f'write `"{name}"`'
        case _:
            return None
    message = f"this must be {kind.expects}, but {message}"
    return frame.fault(vocabulary.what, message, node.span, help=help)


def evaluate_range(frame: Frame, node: tree.Range, code: str) -> tuple[Value, Value]:
    """Both ends of a range, the smaller first.

    Raises:
        Fault: an end has no value, or the larger one is first.
    """
    low, high = (frame.evaluate(side) for side in (node.low, node.high))
    if is_number(low) and is_number(high) and low > high:
        # As they are written, `4M..2M`, where they are numbers.
        sides = ((node.low, low), (node.high, high))
        ends = (n.text if isinstance(n, tree.Number) else show(value) for n, value in sides)
        message = f"a range must start with the smaller end, but this is {'..'.join(ends)}"
        help = f"write `{node.high.span.text}..{node.low.span.text}`"
        raise frame.fault(code, message, node.span, help=help)
    return low, high
