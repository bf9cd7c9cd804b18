"""Text to syntax tree, or to diagnostics.

A text is parsed strictly first. Only one that fails is parsed again with error recovery, which is
slower and gives no tree.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import islice

from lark import Token

from archdsl import limits
from archdsl.diagnostics import CompileError, Diagnostic, Diagnostics, error
from archdsl.source import Source, Span
from archdsl.syntax import tree
from archdsl.syntax.decision_names import leading_decision
from archdsl.syntax.grammar import END, Driver, Session, Unexpected, grammar
from archdsl.syntax.layout import arrange
from archdsl.syntax.separators import TooDeep

# Characters that editors show as an end of line where this compiler counts none, or do not show.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f\ud800-\udfff]+|\r(?!\n)")


def parse(source: Source) -> tree.File:
    """The syntax tree of a source.

    Raises:
        CompileError: with all its syntax mistakes, in the order of the text.
    """
    _refuse_control_characters(source)
    session = grammar().session(source)
    try:
        file = _parse(session)
    except (Unexpected, TooDeep):
        # There is no tree then, but there is a mistake, so the next line raises.
        session = _diagnose(source)
    _raise(session.margin.mistakes)
    return file


def parse_argument(source: Source) -> tree.Argument:
    """The tree of `name = value`, the form of arguments on the command line.

    Raises:
        CompileError: the text is not an argument.
    """
    _refuse_control_characters(source)
    session = grammar().session(source)
    try:
        tokens = list(arrange(leading_decision(session.tokens())))
    except TooDeep as deep:
        raise CompileError([deep.diagnostic(source)]) from None
    _raise(session.margin.mistakes)
    driver = session.driver("argument")
    for position, token in enumerate(tokens):
        # Asked before it is fed: a token that fails would change the state that the message needs.
        if not driver.accepts(token.type):
            raise CompileError([_misplaced(session, driver, tokens, position)])
        driver.feed(token)
    if not driver.accepts(END):
        raise CompileError([_misplaced(session, driver, tokens, len(tokens))])
    argument: tree.Argument = driver.finish()
    _raise(session.margin.mistakes)
    return argument


def _misplaced(session: Session, driver: Driver, tokens: list[Token], position: int) -> Diagnostic:
    from archdsl.syntax.fault import Fault
    from archdsl.syntax.mistakes import explain

    fault = Fault(session.source, tokens, 0, position, driver.accepted(), session.spelling)
    return explain(fault)


def _parse(session: Session) -> tree.File:
    driver = session.driver("file")
    for token in arrange(session.tokens()):
        driver.feed(token)
    file: tree.File = driver.finish()
    return file


def _diagnose(source: Source) -> Session:
    """A session that has collected all mistakes of a text."""
    from archdsl.syntax.recovery import mistakes  # not needed for a text without mistakes

    session = grammar().session(source)
    tokens, found = list(session.tokens()), session.margin.mistakes
    blamed = [diagnostic.labels[0].span.start for diagnostic in found]
    found += islice(mistakes(session, tokens, blamed), limits.MISTAKES)
    return session


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
            f"character U+{ord(run[0][0]):04X} is not allowed in a spec",
            Span(source, *run.span()),
        )
        for run in runs
    )
