"""Running something once for every way in which it can be decided.

What will be asked is known only while it runs, since an option can ask for more. So the first run
takes the first option of everything. Each later one repeats the answers of the run before it up to
the last that has an option left, and takes the next of these.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias, TypeVar

from archdsl.plan.decisions import Decision
from archdsl.space.survey.parts import Body

T = TypeVar("T")

Question: TypeAlias = Decision | Body
"""What can be asked: how a decision is made, and which of its results a body has."""


@dataclass(slots=True)
class _Answer:
    """The answers to one question, and the place of the one that is tried."""

    question: Question
    answers: Sequence[int]
    place: int = 0

    @property
    def taken(self) -> int:
        return self.answers[self.place]

    @property
    def is_last(self) -> bool:
        return self.place + 1 == len(self.answers)


@dataclass(slots=True)
class Asking:
    """Answers questions, in a different way in each run."""

    path: list[_Answer] = field(default_factory=list)
    asked: int = 0

    @property
    def answers(self) -> list[tuple[Question, int]]:
        """The questions of the last run, with what was answered."""
        return [(answer.question, answer.taken) for answer in self.path]

    def take(self, question: Question, answers: Sequence[int]) -> int:
        """One of the answers to a question, which is asked once in a run."""
        if self.asked == len(self.path):
            self.path.append(_Answer(question, answers))
        answer = self.path[self.asked]
        assert answer.question == question, "a run that asks other questions than before"
        self.asked += 1
        return answer.taken

    def runs(self, run: Callable[[], T]) -> Iterator[T]:
        """What every run gives; until the next, `answers` are those of that run."""
        while True:
            self.asked = 0
            yield run()
            while self.path and self.path[-1].is_last:
                self.path.pop()
            if not self.path:
                return
            self.path[-1].place += 1
