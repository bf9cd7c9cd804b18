"""What a choice can come out as: its options as they are written, and the texts they go by.

Steps are numbers one by one, and `2 of {a, b, c}` is every selection of two, as a tuple.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import combinations
from math import comb
from typing import NamedTuple

from archdsl import limits
from archdsl.build.context import Frame
from archdsl.build.uses import place_in
from archdsl.build.values import describe, tensors_in
from archdsl.diagnostics import Label
from archdsl.ir.graph import Value as GraphValue
from archdsl.params.numbers import Number, is_integer, is_number, show_number
from archdsl.plan.decisions import OtherOptions
from archdsl.program.places import dotted
from archdsl.syntax import tree


class Option(NamedTuple):
    """An option as it is written, and the text that it goes by."""

    node: tree.Expression | tree.Dash
    text: str


@lru_cache(maxsize=4096)
def option_text(node: tree.Expression | tree.Dash) -> str:
    """The text that an option goes by: of a number its value, so that `2.50` is `2.5`."""
    if isinstance(node, tree.Number):
        return show_number(node.value)
    if isinstance(node, tree.Tuple):
        return _tuple_text(map(option_text, node.items))
    from archdsl.syntax.printing.expressions import flat  # few networks are spaces

    return flat(node)


def _tuple_text(items: Iterable[str]) -> str:
    texts = [*items]
    return f"({texts[0]},)" if len(texts) == 1 else f"({', '.join(texts)})"


def option_texts(frame: Frame, node: tree.Choice) -> tuple[str, ...]:
    """The texts of the options of a choice, as decisions spell them."""
    return tuple([option.text for option in options_of(frame, node)])


def options_of(frame: Frame, node: tree.Choice) -> Sequence[Option]:
    """The options of a choice; with an amount, every selection of that many."""
    written = [each for option in node.options for each in _written(frame, option)]
    if node.amount is not None:
        return _selections(frame, node, written)
    options = [Option(option, option_text(option)) for option in written]
    _check_several(frame, options)
    return options


def decision_name(frame: Frame, node: tree.Choice) -> str:
    """The name of the decision that a choice is here."""
    place = place_in(frame.unit, node)
    # A parameter that the command line gives stands in no file.
    name = frame.use.place if place is None else dotted(frame.use.path, place)
    if name:
        return name
    message = "a choice must stand in the text of a network, a block or a cell"
    raise frame.fault("choice", message, node.span, help="decide here: write one of the options")


def tensors_among(frame: Frame, node: tree.Choice) -> Iterator[GraphValue]:
    """The tensors that a choice could take, where they have names."""
    for option in node.options:
        names = option.items if isinstance(option, tree.Tuple) else (option,)
        for name in names:
            if isinstance(name, tree.Name) and name.name in frame.names:
                yield from tensors_in(frame.names[name.name])


def _written(
    frame: Frame, option: tree.Expression | tree.Steps | tree.Dash
) -> Iterator[tree.Expression | tree.Dash]:
    """An option, or the numbers of steps."""
    if not isinstance(option, tree.Steps):
        yield option
        return
    first, last = _number(frame, option.first), _number(frame, option.last)
    by = _number(frame, option.by) if option.by else 1
    if by <= 0 or last < first:
        message = "steps must go upwards: `FIRST..LAST by STEP`"
        raise frame.fault("choice", message, option.span)
    count = int((last - first) / by) + 1
    if count > limits.OPTIONS:
        message = f"a choice has at most {limits.OPTIONS:,} options, but these are {count:,}"
        raise frame.fault("size", message, option.span)
    frame.step(option.span, count)
    for place in range(count):
        value = first + place * by
        yield tree.Number(show_number(value), value, span=option.span)


def _number(frame: Frame, node: tree.Expression) -> Number:
    value = frame.evaluate(node)
    if is_number(value):
        return value
    message = f"steps are between numbers, but this is {describe(value)}"
    raise frame.misused("choice", message, frame.as_written(value, node))


# `2 of {a, b, c}`


def _selections(
    frame: Frame, node: tree.Choice, written: list[tree.Expression | tree.Dash]
) -> Sequence[Option]:
    """Every selection of the amount, as a tuple in the order of the text."""
    options = _selectable(frame, written)
    amount = _amount(frame, node, len(options))
    sizes = range(1 if node.at_most else amount, amount + 1)
    count = sum(comb(len(options), size) for size in sizes)
    if count > limits.OPTIONS:
        message = f"a choice has at most {limits.OPTIONS:,} options, but these are {count:,}"
        raise frame.fault("size", message, node.span)
    frame.step(node.span, count)
    # A survey asks for them again and again. Nodes at two places are equal, but spans are not.
    key = node.span, sizes, tuple([(option.text, option.node.span) for option in options])
    known = frame.context.selections
    if key not in known:
        chosen = (some for size in sizes for some in combinations(options, size))
        known[key] = [_selection(node, some) for some in chosen]
    return known[key]


def items_of(frame: Frame, node: tree.Choice) -> list[Option]:
    """What a choice with an amount selects from."""
    return _selectable(frame, [each for option in node.options for each in _written(frame, option)])


def _selectable(frame: Frame, written: list[tree.Expression | tree.Dash]) -> list[Option]:
    items = [item for option in written for item in _items(frame, option)]
    options = [Option(item, option_text(item)) for item in items]
    _check_different(frame, options)
    return options


def _selection(node: tree.Choice, chosen: Sequence[Option]) -> Option:
    # Items are printed once for all selections.
    selection = tree.Tuple(tuple([option.node for option in chosen]), span=node.span)
    return Option(selection, _tuple_text([option.text for option in chosen]))


def _items(frame: Frame, option: tree.Expression | tree.Dash) -> Iterator[tree.Expression]:
    """What can be selected of an option: its entries if it is a tuple, or itself."""
    if isinstance(option, tree.Dash):
        message = "`-` is no value, so it cannot be one of several"
        raise frame.fault("choice", message, option.span, help="write `none`")
    if isinstance(option, tree.Tuple):
        yield from option.items
        return
    # Only a name is looked up: to evaluate a call would add it to the network.
    value = frame.evaluate(option) if isinstance(option, tree.Name) else None
    if not isinstance(value, tuple):
        yield option
        return
    for place in range(len(value)):
        index = tree.Number(str(place), place, span=option.span)
        yield tree.Index(option, index, span=option.span)


def _amount(frame: Frame, node: tree.Choice, available: int) -> int:
    assert node.amount is not None
    amount = frame.evaluate(node.amount)
    if not is_integer(amount) or amount < 1:
        message = f"an integer of at least 1 must be before `of`, but this is {describe(amount)}"
        raise frame.misused("choice", message, frame.as_written(amount, node.amount))
    if amount > available and not node.at_most:
        message = f"these are {available} to choose from, fewer than {amount}"
        raise frame.misused("choice", message, frame.as_written(amount, node.amount))
    return min(amount, available)


def _check_different(frame: Frame, options: list[Option]) -> None:
    """Check that no two options are alike."""
    seen: dict[str, tree.Node] = {}
    for option in options:
        if option.text in seen:
            also = (Label(seen[option.text].span, "the first one"),)
            message = f"`{option.text}` is an option twice"
            raise frame.fault("choice", message, option.node.span, also=also)
        seen[option.text] = option.node


def _check_several(frame: Frame, options: list[Option]) -> None:
    """Check that a choice has several options, no two of them alike."""
    _check_different(frame, options)
    if len(options) == 1:
        message = f"a choice needs at least two options, but this is only `{options[0].text}`"
        raise frame.fault("choice", message, options[0].node.span, help="write it without braces")


def other_options(frame: Frame, node: tree.Choice, name: str, other: OtherOptions) -> Exception:
    """The fault of a decision that is asked for by another choice, or with other options."""
    if other.before.span != node.span:
        message = f"two choices of this network are both called `{name}`"
        also = (Label(other.before.span, "the first one"),)
        hint = "give a stage, a variable or a block another name: they name the decisions"
        return frame.fault("choice", message, node.span, also=also, help=hint)
    message = f"`{name}` is one decision, but has other options here than at another place"
    also = (Label(other.before.span, f"here it is {' or '.join(other.before.options[:4])}"),)
    hint = "write `each` before the choice, so that every place decides by itself"
    return frame.fault("choice", message, node.span, also=also, help=hint)
