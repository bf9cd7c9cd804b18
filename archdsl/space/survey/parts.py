"""What a survey of a space finds: states, and the parts of the network between them.

A part is a statement of a body, or a row of a table: as much as is run at once. It has a row for
every way in which it can come out. What it gets and leaves are states: all that a name can be at
one point of a body.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field

from archdsl.build.request import Rules
from archdsl.build.values import Value
from archdsl.ir.graph import Graph
from archdsl.plan.decisions import Pick
from archdsl.space.survey.outcomes import Outcome
from archdsl.space.survey.values import key_of


@dataclass(eq=False, slots=True)
class State:
    """What a name can be at one point of a body: values in no graph, numbered as they are found."""

    name: str
    values: list[Value] = field(default_factory=list)
    _numbers: dict[Hashable, int] = field(default_factory=dict, repr=False)

    def number(self, value: Value) -> int:
        """The number of a value, which becomes one of the state's."""
        key = key_of(value)
        if key not in self._numbers:
            self._numbers[key] = len(self.values)
            self.values.append(value)
        return self._numbers[key]


@dataclass(eq=False, slots=True)
class Body:
    """The body of a block that decides something, at one place: its parts are surveyed by itself.

    `arguments` has a single value, and `result` all that the call can return. The part `caller`
    calls it, in some of the ways in which that comes out. `run` gives the graph of the call alone,
    by some rules and as is picked.
    """

    name: str
    caller: Part | None
    arguments: State
    run: Callable[[Rules, Pick], Graph] = field(repr=False)
    result: State = field(default_factory=lambda: State(".result"))


@dataclass(frozen=True, slots=True, eq=False)
class Way:
    """One way in which a part comes out.

    - `read` and `left` are numbers of values of the states that it reads and leaves.
    - `questions` are what it asks, in order: decisions by name, and bodies that it calls.
    - `taken` has the text of the option of each of these decisions, and `called` the number of the
      result of each body.

    In the outcome, the tensors of states come before those of results and arguments of bodies.
    """

    read: tuple[int, ...]
    questions: tuple[str | Body, ...]
    taken: Mapping[str, str]
    called: Mapping[Body, int]
    left: tuple[int, ...]
    outcome: Outcome

    def answer(self, question: str | Body) -> str | int:
        """How a question of it comes out."""
        return self.called[question] if isinstance(question, Body) else self.taken[question]


@dataclass(frozen=True, slots=True)
class Failure:
    """A way in which a part cannot come out, since there is a mistake."""

    read: tuple[int, ...]
    taken: Mapping[str, str]
    called: Mapping[Body, int]


@dataclass(eq=False, slots=True)
class Part:
    """As much of a network as is run at once, of `body`, or of the network itself.

    `label` is what people would call it; of a row in a table, what its decisions begin with.
    """

    label: str
    body: Body | None
    reads: tuple[State, ...]
    leaves: tuple[State, ...]
    ways: list[Way] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
