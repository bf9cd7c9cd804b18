"""Evaluating what is no network: to its value, or to all the mistakes that are in the way.

Recipes and searches have parameters and expressions as networks have, but no graph.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from archdsl.build.context import Frame
from archdsl.build.machine import top_level_frame
from archdsl.build.request import Budget, Fault, Findings
from archdsl.diagnostics import CompileError, Diagnostics
from archdsl.ir.builder import Builder
from archdsl.program.program import Program, Unit

Result = TypeVar("Result")


def attempt(
    program: Program, unit: Unit, work: Callable[[Frame], Result], diagnostics: Diagnostics
) -> Result | None:
    """What some work in a frame of a file comes to; None if a mistake stops it.

    Everything found goes to `diagnostics`, warnings included.
    """
    # Diagnostics need a graph, to say in which network they are.
    findings = Findings(Builder(""))
    result = None
    try:
        result = work(top_level_frame(program, unit, Budget(), findings))
    except Fault as fault:
        findings.report(fault)
    except CompileError as failure:
        findings.collect(failure)
    diagnostics.extend(findings)
    return result
