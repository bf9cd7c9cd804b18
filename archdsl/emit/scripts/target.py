"""What a script must know of the module beside it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Target:
    """The emitted module of a network.

    `arguments` are the open ones of its constructor, such as `classes` and `dropout`; `title`
    is the first line of its doc, or its name.
    One that `gives_probabilities` takes the softmax itself, and is tested only.
    `alias` is what the scripts call the class where they have another of its name.
    """

    module: str
    class_name: str
    arguments: tuple[str, ...]
    title: str
    gives_probabilities: bool = False
    alias: str | None = None

    @property
    def local_name(self) -> str:
        """What the scripts call the class."""
        return self.alias or self.class_name
