"""Warnings for text that has no effect, or another one than it seems to have.

They are found in the text alone, whatever the numbers of a network are. What cannot be wrong has no
warning: a block that no network uses is for other files, and `if false` leaves something out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Set
from itertools import pairwise

from archdsl.diagnostics import Diagnostic, Label, warning
from archdsl.ops import OPERATIONS
from archdsl.program.names import FUNCTIONS, TAU, words_in_types
from archdsl.program.program import Named, Unit
from archdsl.program.stages import STAGE
from archdsl.source import Span
from archdsl.syntax import tree

_LANGUAGE = {*OPERATIONS, *FUNCTIONS}


def without_effect(unit: Unit) -> Iterator[Diagnostic]:
    """The warnings of one file."""
    read: set[str] = set()
    for definition in unit.file.definitions:
        if isinstance(definition, tree.Use):
            continue
        nodes = _nodes(unit, definition)
        named = {node.name for node in nodes if isinstance(node, tree.Name)}
        read |= named
        yield from _without_choices(unit, nodes)
        if isinstance(definition, tree.Claim) and not definition.items:
            yield warning("unused", "this claim states nothing", definition.span)
        elif isinstance(definition, tree.Cell | tree.Recipe | tree.Search):
            yield from _unread_parameters(definition, definition.parameters, named)
        elif isinstance(definition, tree.Network):
            # `tau` is for the transforms of clips.
            yield from _unread_parameters(definition, definition.parameters, named | {TAU})
            yield from _in_body(definition, nodes, named)
        elif isinstance(definition, tree.Block):
            # The first parameter is the running value, which a block need not name.
            yield from _unread_parameters(definition, definition.parameters[1:], named)
            yield from _in_body(definition, nodes, named)
    yield from _unused_files(unit, read)


def _nodes(unit: Unit, definition: tree.Definition) -> Sequence[tree.Node]:
    """The nodes of a definition; those of a cell as it is written, which is no block yet."""
    own = unit.names.get(definition.name) if isinstance(definition, Named) else None
    is_it = own is not None and own.node is definition
    return own.nodes if own is not None and is_it else [*tree.walk([definition])]


def _in_body(
    definition: tree.Block | tree.Network, nodes: Sequence[tree.Node], named: Set[str]
) -> Iterator[Diagnostic]:
    bodies = [definition.body]
    for node in nodes:
        if isinstance(node, tree.If):
            bodies += [node.body, node.otherwise]
        elif isinstance(node, tree.For):
            bodies.append(node.body)
        elif isinstance(node, tree.Chain):
            yield from _whole_sum(node)
    for body in bodies:
        yield from _after_return(body)
        yield from _stages_of_one_name(body)
        yield from _unread_values(definition, body, named)


def _without_choices(unit: Unit, nodes: Iterable[tree.Node]) -> Iterator[Diagnostic]:
    """Warnings for `each` before what decides nothing."""
    for node in nodes:
        anew = _decided_anew(node)
        if anew and not _may_decide(unit, anew):
            message = "there is no choice in this, so `each` has no effect"
            yield warning("choice", message, node.span)


def _decided_anew(node: tree.Node) -> Sequence[tree.Node]:
    match node:
        case tree.Each(value=tree.Call() | tree.Name() as used):
            return (used,)
        case tree.Insertion(block=block, each=True):
            return (block,)
        case tree.For(body=body, each=True):
            return body
    return ()


def _may_decide(unit: Unit, nodes: Sequence[tree.Node]) -> bool:
    """Whether a choice is in a text, or in a block that it uses, as far as these are known."""
    waiting, seen = [(unit, [*tree.walk(nodes)])], set[int]()
    while waiting:
        own, found = waiting.pop()
        if any(isinstance(node, tree.Choice) or _calls_unknown(own, node) for node in found):
            return True
        used = (
            own.names[n.name] for n in found if isinstance(n, tree.Name) and n.name in own.names
        )
        for definition in used:
            if definition.number not in seen:
                seen.add(definition.number)
                waiting.append((definition.unit, [*definition.nodes]))
    return False


def _calls_unknown(unit: Unit, node: tree.Node) -> bool:
    """Whether a node calls a block that goes by a name of the body alone."""
    steps = node.steps if isinstance(node, tree.Chain) else ()
    called = [node.function] if isinstance(node, tree.Call) else []
    called += [step for step in steps if isinstance(step, tree.Name)]
    return any(not {name.name} & (unit.names.keys() | _LANGUAGE) for name in called)


def _unread_parameters(
    definition: tree.Block | tree.Cell | tree.Network | tree.Recipe | tree.Search,
    parameters: Sequence[tree.Parameter],
    named: Set[str],
) -> Iterator[Diagnostic]:
    """Parameters that nothing reads: whatever they are given, nothing changes."""
    for parameter in parameters:
        if parameter.name not in named:
            message = f"nothing in `{definition.name}` reads the parameter `{parameter.name}`"
            yield warning("unused", message, parameter.span)


def _unread_values(
    definition: tree.Block | tree.Network, body: tuple[tree.Statement, ...], named: Set[str]
) -> Iterator[Diagnostic]:
    """Names for numbers, or for shared blocks, that nothing reads: `kernel = 5` sets no default.

    Of tensors, the graph knows what is not read.
    """
    nothing = f"nothing in `{definition.name}`"
    numbers = {each.name for each in definition.parameters if each.default or each.types}
    for statement in body:
        if isinstance(statement, tree.Share) and statement.name not in named:
            message = f"{nothing} uses the shared block `{statement.name}`"
            yield warning("unused", message, statement.span)
        elif isinstance(statement, tree.Assign):
            unread = [name for name in statement.targets if name not in named]
            if unread and _is_number(statement.value, numbers):
                yield warning("unused", f"{nothing} reads `{unread[0]}`", statement.span)


def _is_number(value: tree.Expression, numbers: Set[str]) -> bool:
    """Whether an expression is made of numbers, of sizes, and of these names alone."""
    nodes = [*tree.walk([value])]
    sized = {id(node.value) for node in nodes if isinstance(node, tree.Attribute)}
    names = [n.name for n in nodes if isinstance(n, tree.Name) and id(n) not in sized]
    return all(name in numbers or name in FUNCTIONS for name in names)


def _unused_files(unit: Unit, read: Set[str]) -> Iterator[Diagnostic]:
    """Files of which this one names nothing: they are read in vain."""
    for use, used in unit.used:
        # A file that `--use` names is for what the command line names.
        if use not in unit.file.definitions:
            continue
        defined = [definition.node for definition in used.own]
        names = {each.name for each in (*defined, *used.own_recipes)}
        if names and not (names | words_in_types(defined)) & read:
            yield warning("unused", f"nothing here uses what `{use.name}` defines", use.span)


def _whole_sum(chain: tree.Chain) -> Iterator[Diagnostic]:
    """`x + x -> relu`, where `x + (x -> relu)` is likely to be meant: nobody doubles x so."""
    first = chain.first
    is_sum = isinstance(first, tree.Binary) and first.operator in ("+", "-")
    # Parentheses make no node, but the span includes them.
    if not isinstance(first, tree.Binary) or not is_sum or first.span.text.startswith("("):
        return
    terms = [*_terms(first.left)]
    if isinstance(first.right, tree.Name) and first.right.name in terms:
        text, step = first.span.text, chain.steps[0].span.text
        message = f"`->` takes the whole sum: this is `({text}) -> {step}`"
        help = f"write `{first.left.span.text} {first.operator} ({first.right.name} -> {step})`"
        help += ", or put the sum in parentheses"
        yield warning("chain", message, first.span, help=help)


def _terms(node: tree.Expression) -> Iterator[str]:
    """The names among the terms of a sum."""
    while isinstance(node, tree.Binary) and node.operator in ("+", "-"):
        if isinstance(node.right, tree.Name):
            yield node.right.name
        node = node.left
    if isinstance(node, tree.Name):
        yield node.name


def _stages_of_one_name(body: tuple[tree.Statement, ...]) -> Iterator[Diagnostic]:
    """Stages of one name, in one table or in several that all run.

    Their labels are numbered, so that no label is the name.
    """
    first: dict[str, Span] = {}
    for table in (statement for statement in body if isinstance(statement, tree.Table)):
        columns = [column.name for column in table.columns]
        for row in (line for line in table.rows if isinstance(line, tree.Row)):
            named = (cell for name, cell in zip(columns, row.cells, strict=False) if name == STAGE)
            for cell in (cell for cell in named if isinstance(cell, tree.Name)):
                known = first.setdefault(cell.name, cell.span)
                if known is not cell.span:
                    message = f"there are several stages `{cell.name}`, whose labels are numbered"
                    help = "write `-` in rows that continue a stage"
                    also = [Label(known, "the first one")]
                    yield warning("table", message, cell.span, also=also, help=help)


def _after_return(body: tuple[tree.Statement, ...]) -> Iterator[Diagnostic]:
    for statement, following in pairwise(body):
        if isinstance(statement, tree.Return):
            yield warning("unreachable", "statements after `return` are never run", following.span)
            return
