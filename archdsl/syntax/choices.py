"""The actions of choices, and what is wrong with one whatever its names stand for.

Numbers that are written out are compared here. What other options are, only a build knows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import TypeAlias

from archdsl import limits
from archdsl.diagnostics import Label
from archdsl.source import Span
from archdsl.syntax import tree
from archdsl.syntax.actions import Actions, Child, node_of, nodes

_Option: TypeAlias = tree.Expression | tree.Steps | tree.Dash

_LONG = 200
"""Characters of an option from which on it is compared as text.

Nested choices are compared again at each level, which takes long for trees.
"""

_SHOWN = 40
"""Characters of an option that a message repeats, at most."""


class Choices(Actions):
    """One action for each rule of choices, under the name of the rule."""

    each = each_choice = node_of(tree.Each, 1)

    _counted = 0  # of all choices so far: each step of a range is compared with the others

    def choice(self, children: list[Child]) -> tree.Choice:
        options = tuple(nodes(children))
        span = self._span(children)
        self._compare(options, span)
        if _count(options) == 1:
            message = "a choice needs at least two options, but this has one"
            self._report("choice", message, span, _meant(options[0]))
        return self._make(tree.Choice, children, options)

    def several(self, children: list[Child]) -> tree.Choice:
        amount, *options = nodes(children)
        self._compare(options, self._span(children))
        self._check_amount(amount)
        return self._make(tree.Choice, children, tuple(options), amount)

    def at_most_several(self, children: list[Child]) -> tree.Choice:
        choice: tree.Choice = children[1]
        return self._make(tree.Choice, children, choice.options, choice.amount, True)

    def steps(self, children: list[Child]) -> tree.Steps:
        first, last, *by = nodes(children)
        steps: tree.Steps = self._make(tree.Steps, children, first, last, by[0] if by else None)
        low, high, step = _ends(steps)
        if step is not None and step <= 0:
            help = "steps go upwards: `{4..28 by 4}`"
            message = f"a step must be greater than 0, but this is {by[0].span.text}"
            self._report("choice", message, by[0].span, help)
        elif low is not None and high is not None and low > high:
            message = f"steps go upwards, but {high} is less than {low}"
            help = f"write `{last.span.text}..{first.span.text}`"
            self._report("choice", message, self._span([first, last]), help)
        return steps

    def _compare(self, options: Sequence[_Option], whole: Span) -> None:
        """Report the first option that there is already, or that there are too many."""
        count = _count(options)
        self._counted += count
        if count > limits.OPTIONS:
            message = f"a choice has at most {limits.OPTIONS:,} options, but these are {count:,}"
            return self._report("size", message, whole)
        if self._counted > limits.TOKENS:
            message = f"the choices of a spec have at most {limits.TOKENS:,} options in all"
            return self._report("size", message, whole)
        seen: dict[object, _Option] = {}
        for option in options:
            for key in _keys(option):
                if key in seen:
                    return self._report_twice(option, seen[key], key)
                seen[key] = option

    def _report_twice(self, option: _Option, earlier: _Option, key: object) -> None:
        text = option.span.text
        is_short = len(text) <= _SHOWN and "\n" not in text
        message = f"{f'`{text}`' if is_short else 'this'} is an option twice"
        if isinstance(option, tree.Steps) and isinstance(key, int | Fraction):
            message = f"these steps reach {float(key):g}, which is an option already"
        also = [Label(earlier.span, "the first one")]
        self._report("choice", message, option.span, also=also)

    def _check_amount(self, amount: tree.Expression) -> None:
        wanted = _value(amount)
        if wanted is not None and (wanted < 1 or isinstance(wanted, Fraction)):
            message = "an integer of at least 1 must be before `of`, but this is"
            self._report("choice", f"{message} {amount.span.text}", amount.span)


def _value(node: tree.Node | None) -> int | Fraction | None:
    """The number that is written here, if it is one."""
    if isinstance(node, tree.Unary) and node.operator == "-":
        inner = _value(node.operand)
        return None if inner is None else -inner
    return node.value if isinstance(node, tree.Number) else None


def _ends(steps: tree.Steps) -> tuple[int | Fraction | None, ...]:
    by = 1 if steps.by is None else _value(steps.by)
    return _value(steps.first), _value(steps.last), by


def _number(steps: tree.Steps) -> int | None:
    """How many options these are; None where only a build knows."""
    low, high, step = _ends(steps)
    if low is None or high is None or step is None or step <= 0 or low > high:
        return None
    return int((high - low) // step) + 1


def _count(options: Sequence[_Option]) -> int:
    """How many options these are as far as it is known; steps without a known end count as two."""
    counts = (_number(each) if isinstance(each, tree.Steps) else 1 for each in options)
    return sum(2 if count is None else count for count in counts)


def _keys(option: _Option) -> Iterator[object]:
    """What this option has in common with an equal one."""
    if isinstance(option, tree.Steps) and (count := _number(option)):
        low, _, step = _ends(option)
        yield from ((low or 0) + i * (step or 1) for i in range(count))
    elif (value := _value(option)) is not None:
        yield value
    else:
        yield option.span.text if option.span.end - option.span.start > _LONG else option


def _meant(option: _Option) -> str:
    """What the author of a choice with one option is likely to mean."""
    match option:
        case tree.Tuple(items=(_, _, *_)):
            return "write the options without parentheses: `{a, b}`"
        case tree.Binary(operator="or"):
            return "options have commas between: `{a, b}`"
        case tree.Steps(first=first):
            return f"write `{first.span.text}`"
    return "write it without braces, or another option after a comma: `{a, b}`"
