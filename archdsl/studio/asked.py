"""What a page asks for, read from JSON: each value is of its kind, or the request is refused."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

from archdsl import limits
from archdsl.costs.breakdown import LEVELS
from archdsl.costs.figures import CONVENTIONS, Convention
from archdsl.studio.gate import Refusal

BODY = 2 * limits.SOURCE_BYTES
"""Bytes of one request: a text of a spec, whose characters JSON may write longer."""

_CHANGES = 20
"""Transforms in a row that a page can ask for."""


@dataclass(frozen=True)
class Body:
    """The values of a request by name."""

    values: Mapping[str, object]

    @classmethod
    def read(cls, content: bytes) -> Body:
        """The values that a JSON object has.

        Raises:
            Refusal: it is no JSON object.
        """
        try:
            values = json.loads(content)
        except (ValueError, RecursionError):
            values = None
        if not isinstance(values, dict):
            raise Refusal(HTTPStatus.BAD_REQUEST, "the body must be a JSON object")
        return cls(values)

    def text(self, name: str) -> str:
        """A text.

        Raises:
            Refusal: it is missing, or no text that a file can hold.
        """
        value = self.values.get(name)
        if not isinstance(value, str):
            raise _wrong(name, "a text")
        try:
            value.encode()
        except UnicodeEncodeError:  # half a character, as JavaScript can write it
            raise _wrong(name, "a text of whole characters") from None
        return value

    def text_or_none(self, name: str) -> str | None:
        """A text, or None where there is none."""
        return None if self.values.get(name) is None else self.text(name)

    def texts(self, name: str) -> tuple[str, ...]:
        """Several texts.

        Raises:
            Refusal: it is no list of texts.
        """
        value = self.values.get(name)
        if not isinstance(value, list):
            raise _wrong(name, "a list of texts")
        return tuple(Body({name: each}).text(name) for each in value)

    def offset(self, name: str) -> int:
        """A place in the text of the request, in whole characters.

        Raises:
            Refusal: it is no place in it.
        """
        value = self.values.get(name)
        if type(value) is not int or not 0 <= value <= len(self.text("text")):
            raise _wrong(name, "a place in the text")
        return value

    def one_of(self, name: str, known: Mapping[str, object]) -> str:
        """A word that must be known.

        Raises:
            Refusal: it is another.
        """
        value = self.text(name)
        if value not in known:
            raise _wrong(name, f"one of {', '.join(known)}")
        return value


def _wrong(name: str, kind: str) -> Refusal:
    return Refusal(HTTPStatus.BAD_REQUEST, f"`{name}` must be {kind}")


@dataclass(frozen=True)
class Asked:
    """A text, and how one of its networks is looked at.

    Without a `network` it is the one that the file is named like. `changes` are transforms of it,
    and `input` has the sizes of its inputs, both as a spec and the command line write them.
    `turned` is what is open in the picture, see `draw.outline.View`.
    """

    text: str
    network: str | None
    changes: tuple[str, ...]
    input: str
    convention: Convention
    by: str
    turned: frozenset[str]

    @classmethod
    def read(cls, body: Body) -> Asked:
        """The question of a body.

        Raises:
            Refusal: a value is missing or of another kind.
        """
        changes = body.texts("changes")
        if len(changes) > _CHANGES:
            raise _wrong("changes", f"at most {_CHANGES} transforms")
        return cls(
            body.text("text"),
            body.text_or_none("network"),
            changes,
            body.text("input"),
            CONVENTIONS[body.one_of("convention", CONVENTIONS)],
            body.one_of("by", LEVELS),
            frozenset(body.texts("turned")),
        )
