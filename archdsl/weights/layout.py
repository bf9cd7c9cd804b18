"""The order of a tensor's axes elsewhere, and how it becomes the order that it has here.

A layout is written as `t h w i o -> o i t h w`: the axes in the file, then those of the network. An
axis of one element, which only one side has, is a 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

Shape = tuple[int, ...]

_ONE = "1"


@dataclass(frozen=True)
class Layout:
    """The names of a tensor's axes in the file and in the network."""

    there: tuple[str, ...]
    here: tuple[str, ...]

    @classmethod
    def read(cls, text: str) -> Layout:
        """A layout from its text.

        Raises:
            ValueError: the two sides name other axes, or one of them twice.
        """
        there, here = (tuple(side.split()) for side in text.split("->"))
        named = [name for name in there if name != _ONE]
        if sorted(named) != sorted(set(named)) or sorted(named) != sorted(_named(here)):
            raise ValueError(f"{text!r} does not name the same axes on both sides")
        return cls(there, here)

    @property
    def inverse(self) -> Layout:
        """From the network to the file."""
        return Layout(self.here, self.there)

    def __str__(self) -> str:
        return f"{' '.join(self.there)} -> {' '.join(self.here)}"

    def shape(self, there: Shape) -> Shape | None:
        """The shape here of a tensor that has this one in the file; None if it cannot have it."""
        if len(there) != len(self.there):
            return None
        sizes = dict(zip(self.there, there, strict=True))
        ones = [size for name, size in zip(self.there, there, strict=True) if name == _ONE]
        if any(size != 1 for size in ones):
            return None
        return tuple(1 if name == _ONE else sizes[name] for name in self.here)

    def applied(self, tensor: Tensor) -> Tensor:
        """A tensor of the file with the axes that it has here."""
        named = [place for place, name in enumerate(self.there) if name != _ONE]
        kept = tensor.reshape([tensor.shape[place] for place in named])
        order = [self.there[place] for place in named]
        moved = kept.permute([order.index(name) for name in _named(self.here)])
        for place, name in enumerate(self.here):
            moved = moved.unsqueeze(place) if name == _ONE else moved
        return moved


def _named(axes: tuple[str, ...]) -> list[str]:
    return [name for name in axes if name != _ONE]
