"""Text to syntax tree, or to diagnostics."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import islice

from lark import Token

from archdsl import limits
from archdsl.diagnostics import CompileError, Diagnostic, Diagnostics, error
from archdsl.source import Source, Span
from archdsl.syntax import tree
from archdsl.syntax.grammar import END, Driver, Reading, Unexpected, grammar
from archdsl.syntax.layout import TooDeep, arrange

# What Python or an editor would take for an end of line, or not take at all.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f\ud800-\udfff]+|\r(?!\n)")


def parse(source: Source) -> tree.File:
    """The syntax tree of a source.

    Raises:
        CompileError: the text is not of the language; all its syntax mistakes, in order.
    """
    _refuse_control_characters(source)
    reading = grammar().reading(source)
    try:
        file = _parse(reading)
    except (Unexpected, TooDeep):
        reading = _diagnosed(source)
    _raise(reading.margin.mistakes)
    return file


def parse_argument(source: Source) -> tree.Argument:
    """The tree of `name = value`, as a flag gives it.

    Raises:
        CompileError: the text is no argument.
    """
    _refuse_control_characters(source)
    reading = grammar().reading(source)
    try:
        tokens = list(arrange(reading.tokens()))
    except TooDeep as deep:
        raise CompileError([deep.told(source)]) from None
    _raise(reading.margin.mistakes)
    driver = reading.driver("argument")
    for position, token in enumerate(tokens):
        if not driver.accepts(token.type):
            raise CompileError([_misplaced(reading, driver, tokens, position)])
        driver.feed(token)
    if not driver.accepts(END):
        raise CompileError([_misplaced(reading, driver, tokens, len(tokens))])
    argument: tree.Argument = driver.finish()
    _raise(reading.margin.mistakes)
    return argument


def _misplaced(reading: Reading, driver: Driver, tokens: list[Token], position: int) -> Diagnostic:
    from archdsl.syntax.fault import Fault
    from archdsl.syntax.mistakes import explain

    fault = Fault(reading.source, tokens, 0, position, driver.accepted(), reading.spelling)
    return explain(fault)


def _parse(reading: Reading) -> tree.File:
    driver = reading.driver("file")
    for token in arrange(reading.tokens()):
        driver.feed(token)
    file: tree.File = driver.finish()
    return file


def _diagnosed(source: Source) -> Reading:
    """The text read once more, for its mistakes."""
    from archdsl.syntax.recovery import mistakes  # most texts have none

    reading = grammar().reading(source)
    tokens, told = list(reading.tokens()), reading.margin.mistakes
    blamed = [diagnostic.labels[0].span.start for diagnostic in told]
    told += islice(mistakes(reading, tokens, blamed), limits.MISTAKES)
    return reading


def _raise(found: Iterable[Diagnostic]) -> None:
    diagnostics = Diagnostics()
    for diagnostic in sorted(found, key=lambda diagnostic: diagnostic.labels[0].span.start):
        diagnostics.add(diagnostic)
    diagnostics.stop_on_errors()


def _refuse_control_characters(source: Source) -> None:
    runs = islice(_CONTROL.finditer(source.text), limits.MISTAKES)
    _raise(
        error(
            "syntax",
            f"character U+{ord(run[0][0]):04X} cannot stand in a spec",
            Span(source, *run.span()),
        )
        for run in runs
    )
