"""What can stand at a cursor, and what is known of the place: the answer to a question."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto


class Slot(Enum):
    """What can stand at the cursor."""

    NOTHING = auto()
    """A new name, or a number: nothing that is known already."""
    DEFINITION = auto()
    FILE = auto()
    TYPE = auto()
    AXIS = auto()
    STATEMENT = auto()
    VALUE = auto()
    STEP = auto()
    ARGUMENT = auto()
    SIZE = auto()
    COLUMN = auto()
    BINDING = auto()
    CELL = auto()
    INITIALISED = auto()
    SCHEME = auto()
    SETTING = auto()
    SETTING_VALUE = auto()
    OPTION = auto()
    CLAIMED = auto()
    CLAIMED_VALUE = auto()
    NETWORK = auto()
    RECIPE = auto()
    BASE = auto()
    CHANGE = auto()
    INSERTED = auto()
    PLACE = auto()


@dataclass(frozen=True)
class Cursor:
    """What is written at an offset: the word that has begun there, and what it is a part of.

    `callee` is called around it, `given` are the arguments that it has, and `argument` is the one
    whose value this is. `keyword` is that of the definition, and `base` what that derives from.
    """

    slot: Slot
    start: int
    word: str = ""
    keyword: str = ""
    base: str | None = None
    callee: str | None = None
    given: tuple[str, ...] = ()
    argument: str | None = None
    setting: str | None = None
    column: str | None = None
