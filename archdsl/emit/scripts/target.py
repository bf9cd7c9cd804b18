"""What the scripts are made for: a network's module as its neighbours see it."""

from __future__ import annotations

from archdsl.frozen import Frozen


class Target(Frozen):
    """The emitted module of a network.

    `arguments` are the open ones of its constructor, such as `classes` and `dropout`; `title`
    is the first line of its doc, or its name; `classes` are as many as it has by itself.
    One that `gives_probabilities` takes the softmax itself, and is tested only. A supernet has the
    weights of many networks. What is trained to search a space is not tested.
    """

    module: str
    class_name: str
    arguments: tuple[str, ...]
    title: str
    classes: int
    gives_probabilities: bool = False
    is_supernet: bool = False
    is_tested: bool = True

    @property
    def has_classes(self) -> bool:
        """Whether the number of classes can be chosen."""
        return "classes" in self.arguments
