"""Attention in NumPy, written from the equations of the papers, to compare emitted modules with.

A clip has the shape T x H x W x C, as in AttentionNAS, and `clips` are a batch of them. Weights
have the names that they have in an emitted module.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Weights = Mapping[str, Array]


def within(weights: Weights, part: str) -> Weights:
    """The weights of a submodule, by their names in it."""
    prefix = f"{part}."
    return {k.removeprefix(prefix): v for k, v in weights.items() if k.startswith(prefix)}


# Layers


def affine(x: Array, weights: Weights, name: str) -> Array:
    """A linear map of the last axis: a linear layer, or a convolution with kernel 1."""
    matrix = weights[f"{name}.weight"]
    y: Array = np.einsum("...i,oi->...o", x, matrix.reshape(matrix.shape[:2]))
    return y + weights.get(f"{name}.bias", np.zeros(1))


def sigmoid(x: Array) -> Array:
    return 1 / (1 + np.exp(-x))


def softmax(x: Array) -> Array:
    powers = np.exp(x - x.max(axis=-1, keepdims=True))
    shares: Array = powers / powers.sum(axis=-1, keepdims=True)
    return shares


PHI: Mapping[str, Callable[[Array], Array]] = {
    "none": lambda x: x,
    "relu": lambda x: np.maximum(x, 0),
    "sigmoid": sigmoid,
    "softmax": softmax,
}


def batch_norm(clips: Array, weights: Weights, eps: float = 1e-5, training: bool = False) -> Array:
    """Batch norm with the statistics of the batch in training, and the running ones otherwise."""
    mean, variance = weights["norm.running_mean"], weights["norm.running_var"]
    if training:
        mean, variance = clips.mean((0, 1, 2, 3)), clips.var((0, 1, 2, 3))
    scaled = (clips - mean) / np.sqrt(variance + eps)
    return scaled * weights["norm.weight"] + weights["norm.bias"]


# Before and after the operations of a cell


def taps(old: int, new: int) -> Array:
    """The matrix of linear interpolation from `old` to `new` places, without aligned corners."""
    matrix = np.zeros((new, old))
    for place in range(new):
        centre = min(max((place + 0.5) * old / new - 0.5, 0), old - 1)
        low = int(centre)
        matrix[place, low] += 1 - (centre - low)
        matrix[place, min(low + 1, old - 1)] += centre - low
    return matrix


def bilinear(clip: Array, height: int, width: int) -> Array:
    """Every frame resized to height x width."""
    rows, columns = taps(clip.shape[1], height), taps(clip.shape[2], width)
    resized: Array = np.einsum("ih,jw,thwc->tijc", rows, columns, clip)
    return resized


def groups(clip: Array, frames: int | None) -> list[Array]:
    """A clip in groups of frames; the last group is padded with zeros."""
    if frames is None:
        return [clip]
    padded = [np.zeros((frames, *clip.shape[1:])) for _ in range(0, len(clip), frames)]
    for index, frame in enumerate(clip):
        padded[index // frames][index % frames] = frame
    return padded


def merged(parts: list[Array], like: Array) -> Array:
    return np.concatenate(parts)[: len(like)]


def prepare(clip: Array, weights: Weights, size: int | None, frames: int | None) -> list[Array]:
    reduced = affine(clip, weights, "conv")
    return groups(reduced if size is None else bilinear(reduced, size, size), frames)


def combine(clips: Array, read: list[list[Array]], weights: Weights, training: bool) -> Array:
    """The outputs of the operations on each clip's groups, combined and added to the clips."""
    whole = [merged(parts, clip) for parts, clip in zip(read, clips, strict=True)]
    resized = np.stack([bilinear(clip, *clips.shape[2:4]) for clip in whole])
    return clips + batch_norm(affine(resized, weights, "conv"), weights, training=training)


# Operations of AttentionNAS


def to_2d(f: Array, over: str) -> Array:
    """ReshapeTo2D: T x HWC, HW x TC or THW x C."""
    t, h, w, c = f.shape
    if over == "temporal":
        return f.reshape(t, h * w * c)
    if over == "spatial":
        return np.moveaxis(f, 0, 2).reshape(h * w, t * c)
    return f.reshape(t * h * w, c)


def from_2d(rows: Array, over: str, like: Array) -> Array:
    t, h, w, _ = like.shape
    if over == "spatial":
        return np.moveaxis(rows.reshape(h, w, t, -1), 2, 0)
    return rows.reshape(t, h, w, -1)


def dot_product(f: Array, context: Array, weights: Weights, over: str, phi: str) -> Array:
    """Equation B; if the context is the operation's own input, this is equation A."""
    query = to_2d(affine(f, weights, "query"), over)
    key = to_2d(affine(context, weights, "key"), over)
    value = to_2d(affine(context, weights, "value"), over)
    return from_2d(PHI[phi](query @ key.T) @ value, over, f)


COLUMNS = {"temporal": (0, 2, 3), "spatial": (0, 1), "spatiotemporal": (0,)}
SQUEEZE = {
    "temporal": "thwc,kchw->tk",
    "spatial": "thwc,kct->hwk",
    "spatiotemporal": "thwc,kc->thwk",
}
SCALED = {"temporal": (0,), "spatial": (1, 2), "spatiotemporal": (0, 1, 2)}


def map_based(f: Array, weights: Weights, over: str, phi: str) -> Array:
    """Rows scaled by phi(linear(the mean of a linear map of the row))."""
    sizes = np.moveaxis(f, -1, 0).shape
    table = weights["squeeze.weight"].reshape(-1, *(sizes[axis] for axis in COLUMNS[over]))
    squeezed = np.einsum(SQUEEZE[over], f, table) + weights["squeeze.bias"]
    scale = PHI[phi](affine(squeezed.mean(-1).reshape(-1), weights, "relate"))
    shape = [size if axis in SCALED[over] else 1 for axis, size in enumerate(f.shape)]
    return scale.reshape(shape) * affine(f, weights, "value")


def gated(f: Array, weights: Weights) -> Array:
    return f * sigmoid(affine(f.mean((0, 1, 2)), weights, "conv"))


@dataclass(frozen=True)
class Attention:
    """One operation of a cell: its dimension, type and activation, and its inputs."""

    over: str
    by: str = "dot"
    phi: str = "softmax"
    gate: bool = False
    inputs: tuple[str, ...] = ("f0",)

    def of(self, f: Array, context: Array, weights: Weights) -> Array:
        if self.by == "map":
            y = map_based(f, weights, self.over, self.phi)
        else:
            y = dot_product(f, context, weights, self.over, self.phi)
        return gated(y, within(weights, "feature_gate")) if self.gate else y


# Whole cells


@dataclass(frozen=True)
class Cell:
    """A cell: its operations are called `op1`, `op2`, ..., and the `outputs` are combined."""

    operations: tuple[Attention, ...]
    outputs: tuple[str, ...]
    keys_values: str = "operation"
    channels: int = 4
    size: int | None = 3
    frames: int | None = 3

    def of(self, clips: Array, weights: Weights, training: bool = False) -> Array:
        entry = within(weights, "f0")
        read = [
            [self._read(group, weights) for group in prepare(clip, entry, self.size, self.frames)]
            for clip in clips
        ]
        return combine(clips, read, within(weights, "combine"), training)

    def _read(self, f0: Array, weights: Weights) -> Array:
        """The outputs of the operations on one group of frames, concatenated."""
        known = {"f0": f0}
        for number, operation in enumerate(self.operations, start=1):
            own = within(weights, f"op{number}")
            f = self._input(number, known, weights)
            known[f"op{number}"] = operation.of(f, f0 if self.keys_values == "cell" else f, own)
        return np.concatenate([known[name] for name in self.outputs], axis=-1)

    def _input(self, number: int, known: Mapping[str, Array], weights: Weights) -> Array:
        values = [known[name] for name in self.operations[number - 1].inputs]
        if len(values) == 1:
            return values[0]
        shares = softmax(weights[f"{self._sum_before(number)}.weights"].reshape(-1))
        return sum((s * v for s, v in zip(shares, values, strict=True)), np.zeros(1))

    def _sum_before(self, number: int) -> str:
        """The attribute of the weighted sum before an operation, numbered if there are several."""
        summing = [k for k, o in enumerate(self.operations, start=1) if len(o.inputs) > 1]
        return f"weighted_sum{summing.index(number) + 1}" if len(summing) > 1 else "weighted_sum"


# Other blocks


def glore(clips: Array, weights: Weights, training: bool = False) -> Array:
    """Positions are projected onto nodes, convolved among them, and projected back."""
    back = np.stack([_reason(clip, weights) for clip in clips])
    return clips + batch_norm(affine(back, weights, "conv"), weights, 1e-4, training)


def _reason(clip: Array, weights: Weights) -> Array:
    projection = affine(clip, weights, "project")
    nodes = np.einsum("thwn,thws->ns", projection, affine(clip, weights, "state"))
    related = nodes + affine(nodes.T, weights, "relate").T
    updated = affine(np.maximum(related, 0), weights, "update")
    back: Array = np.einsum("thwn,ns->thws", projection, updated)
    return back


def non_local(
    clips: Array, weights: Weights, pool: bool, frames: int | None, training: bool = False
) -> Array:
    """z = W y + x with y = softmax(theta phi^T / sqrt(width)) g, group by group."""
    read = [
        merged([_embedded_gaussian(group, weights, pool) for group in groups(clip, frames)], clip)
        for clip in clips
    ]
    mixed = affine(np.stack(read), weights, "conv")
    return clips + batch_norm(mixed, weights, training=training)


def _embedded_gaussian(clip: Array, weights: Weights, pool: bool) -> Array:
    seen = _pooled(clip) if pool else clip
    query = affine(clip, weights, "query")
    key, value = affine(seen, weights, "key"), affine(seen, weights, "value")
    affinity = np.einsum("thwc,uijc->thwuij", query, key) / np.sqrt(query.shape[-1])
    attention = softmax(affinity.reshape(*clip.shape[:3], -1))
    read: Array = np.einsum("thwp,pc->thwc", attention, value.reshape(-1, value.shape[-1]))
    return read


def _pooled(clip: Array) -> Array:
    """Max pooling over 2 x 2 positions; an odd last row or column is dropped."""
    t, h, w, c = clip.shape
    places = clip[:, : h // 2 * 2, : w // 2 * 2].reshape(t, h // 2, 2, w // 2, 2, c)
    largest: Array = places.max((2, 4))
    return largest
