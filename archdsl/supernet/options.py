"""What each option of a decision gives the constructor of a member.

An argument that the text computes with is the decision itself. Any other, such as the kernel of a
block that is chosen, is looked up by the option.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from archdsl.diagnostics import CompileError, error
from archdsl.emit.arguments import Argument
from archdsl.emit.leaves import same
from archdsl.emit.module import Definitions
from archdsl.emit.names import variable
from archdsl.ir.written import Parameter
from archdsl.ops.forms import PyValue
from archdsl.supernet.members import Sample

Given = dict[str, PyValue]
"""Arguments of the constructor, by name."""

Table = Mapping[str, Mapping[str, Given]]
"""For each decision its options, with what each gives."""


class Ambiguous(Exception):
    """An argument may follow from several decisions, for all that the members of a sample show."""


def options_given(network: str, found: Definitions, sample: Sample) -> Table:
    """What each option gives the constructor of a member of a network.

    Raises:
        CompileError: an argument hangs on several decisions at once.
        Ambiguous: more members are needed.
    """
    table = {name: {text: Given() for text in sample.options(name)} for name in sample.decisions}
    # The class has the members in an order of its own.
    taken = [sample.taken[root] for root in found.roots]
    for argument in found.network.signature.arguments:
        column = [cell.value for cell in argument.column.values()]
        for decision, values in _values(
            network, argument, list(zip(column, taken, strict=True)), sample
        ):
            for option, value in values.items():
                table[decision][option][variable(argument.name)] = value
    _check_all_used(network, table, sample)
    return table


def _check_all_used(network: str, table: Table, sample: Sample) -> None:
    """Check that no decision is without effect: the members that it tells apart would be one."""
    for name, options in table.items():
        if not any(options.values()):
            message = f"no layer of a member of `{network}` follows from `{name}`"
            hint = f"decide it: `choose({name} = {next(iter(options))})`"
            span = sample.decisions[name].span
            raise CompileError([error("supernet", message, span, help=hint)])


Column = Sequence[tuple[PyValue, Mapping[str, str]]]
"""The value of an argument in each member, with what that member has taken."""


def _values(
    network: str, argument: Argument, column: Column, sample: Sample
) -> Iterator[tuple[str, Mapping[str, PyValue]]]:
    """The decision that an argument follows from, and its value for each option."""
    leaf = argument.leaf
    if isinstance(leaf, Parameter) and leaf.name in sample.decisions:
        yield leaf.name, _by_option(column, leaf.name) or {}
        return
    if all(same(column[0][0], value) for value, _ in column):
        return  # an open parameter of the network, such as the number of classes
    tried = {name: _by_option(column, name) for name in sample.decisions}
    possible = {name: values for name, values in tried.items() if values is not None}
    found = {
        name: values
        for name, values in possible.items()
        if len(values) == len(sample.options(name))
    }
    if len(found) > 1 or (possible and not found):
        raise Ambiguous
    if not found:
        message = f"`{argument.name}` of a member of `{network}` hangs on several decisions at once"
        hint = (
            "a supernet can share weights where each follows from one, or is computed in the text"
        )
        raise CompileError([error("supernet", message, help=hint)])
    yield from found.items()


def _by_option(column: Column, decision: str) -> Mapping[str, PyValue] | None:
    """The value of an argument for each option of a decision; None if some option has several."""
    values: dict[str, PyValue] = {}
    for value, taken in column:
        # What a member does not decide has no effect in it.
        option = taken.get(decision)
        if option is not None and not same(values.setdefault(option, value), value):
            return None
    return values
