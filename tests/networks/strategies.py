"""Random valid networks as specs: hypothesis strategies for the whole suite.

`networks()` draws the text of a spec with one network, `random_net`. Shapes are followed while
the text is drawn, so that every network compiles: convolutions with and without groups, pools,
normalisations, activations, residual sums, branches joined, groups folded into the batch,
squeeze-and-excitation, linear maps over channels or positions, learned tensors that broadcast,
integers that are embedded, constants of places, blocks with parameters, tables that repeat them,
and layers that several values share.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from math import prod

from hypothesis import strategies as st

NAME = "random_net"
ACTIVATIONS = ("relu", "silu", "gelu", "sigmoid", "tanh", "hard_swish", "leaky_relu", "elu")


@dataclass(frozen=True)
class Drawn:
    """A value of the network: its expression and its shape."""

    text: str
    shape: tuple[int, ...]

    @property
    def channels(self) -> int:
        return self.shape[0]

    @property
    def extents(self) -> tuple[int, ...]:
        return self.shape[1:]

    @property
    def is_spatial(self) -> bool:
        return 2 <= len(self.shape) <= 4

    def then(self, step: str, shape: tuple[int, ...] | None = None) -> Drawn:
        return Drawn(f"{self.text} -> {step}", self.shape if shape is None else shape)


@dataclass
class Writer:
    """Draws choices, and collects the lines of a spec."""

    draw: Callable[..., object]
    lines: list[str] = field(default_factory=list)
    names: int = 0

    def integer(self, least: int, most: int) -> int:
        value = self.draw(st.integers(least, most))
        assert isinstance(value, int)
        return value

    def flag(self) -> bool:
        return self.integer(0, 1) == 1

    def one_of(self, *choices: str) -> str:
        return choices[self.integer(0, len(choices) - 1)]

    def name(self, value: Drawn) -> Drawn:
        """Give a value a name of its own."""
        self.names += 1
        self.lines.append(f"  v{self.names} = {value.text}")
        return replace(value, text=f"v{self.names}")


# Steps that stand in a chain


def window(writer: Writer, value: Drawn) -> tuple[str, tuple[int, ...]]:
    """An odd kernel and a stride, as numbers or tuples, and the sizes that remain."""
    axes = len(value.extents)
    kernels = [writer.one_of("1", "3", "3", "5") for _ in range(axes)]
    strides = [writer.one_of("1", "1", "2") for _ in range(axes)]
    if writer.flag():
        kernels, strides = kernels[:1] * axes, strides[:1] * axes
    shown = [p[0] if len(set(p)) == 1 else f"({', '.join(p)})" for p in (kernels, strides)]
    left = tuple(-(-size // int(s)) for size, s in zip(value.extents, strides, strict=True))
    return f"{shown[0]}, stride = {shown[1]}", left


def convolve(writer: Writer, value: Drawn) -> Drawn:
    divisors = [n for n in range(1, value.channels + 1) if value.channels % n == 0]
    groups = divisors[writer.integer(0, len(divisors) - 1)]
    channels = groups * writer.integer(1, max(1, 12 // groups))
    words, extents = window(writer, value)
    options = f", groups = {groups}" * (groups > 1) + ", bias = true" * writer.flag()
    return value.then(f"conv({channels}, {words}{options})", (channels, *extents))


def dilate(writer: Writer, value: Drawn) -> Drawn:
    return value.then(f"conv({value.channels}, 3, dilation = {writer.integer(2, 3)})")


def pool(writer: Writer, value: Drawn) -> Drawn:
    if min(value.extents) < 2:
        return activate(writer, value)
    kind = writer.one_of("max_pool", "avg_pool")
    # Over three axes, torch averages no window that is larger than what it slides over.
    if writer.flag() or (len(value.extents) == 3 and min(value.extents) < 3):
        halved = tuple(size // 2 for size in value.extents)
        return value.then(f"{kind}(2)", (value.channels, *halved))
    halved = tuple((size - 1) // 2 + 1 for size in value.extents)
    return value.then(f"{kind}(3, stride = 2, padding = 1)", (value.channels, *halved))


def pool_to(writer: Writer, value: Drawn) -> Drawn:
    size = writer.integer(1, 3)
    extents = (size,) * len(value.extents)
    kind = writer.one_of("avg", "max")
    return value.then(f"adaptive_{kind}_pool({size})", (value.channels, *extents))


def normalise(writer: Writer, value: Drawn) -> Drawn:
    kinds = ["batch_norm", "batch_norm(eps = 1e-3, momentum = 0.01)", "layer_norm"]
    kinds += ["instance_norm(affine = true)"] * (prod(value.extents) > 1)
    kinds += ["group_norm(1)"] * (prod(value.shape) > 1)
    return value.then(writer.one_of(*kinds))


def activate(writer: Writer, value: Drawn) -> Drawn:
    return value.then(writer.one_of(*ACTIVATIONS, "softmax(channels)", "dropout(0.2)"))


def excite(writer: Writer, value: Drawn) -> Drawn:
    return value.then(f"squeeze_excite({writer.integer(1, 4)})")


def mix_channels(writer: Writer, value: Drawn) -> Drawn:
    """A linear map over the channels, which are moved to the end and back."""
    features = writer.integer(1, 8)
    rest = value.extents
    order = ", ".join(map(str, [*range(1, len(value.shape)), 0]))
    back = ", ".join(map(str, [len(rest), *range(len(rest))]))
    mixed = value.then(f"permute(({order})) -> linear({features}) -> permute(({back}))")
    return replace(mixed, shape=(features, *rest))


def enlarge(writer: Writer, value: Drawn) -> Drawn:
    if prod(value.extents) > 512:
        return value
    mode = writer.one_of("nearest", "linear")
    extents = tuple(2 * size for size in value.extents)
    return value.then(f"interpolate(scale = 2, mode = {mode})", (value.channels, *extents))


def shift(writer: Writer, value: Drawn) -> Drawn:
    """A shift by one along the last axis: by a slice and a pad, or by a roll."""
    axis = len(value.shape) - 1
    if value.shape[-1] < 2 or writer.flag():
        return value.then(f"roll({axis}, 1)")
    return value.then(f"slice({axis}, start = 1) -> pad(0, 1, {axis})")


def weigh(writer: Writer, value: Drawn) -> Drawn:
    """A learned tensor with some of the last axes, added, multiplied, or as a matrix."""
    first = writer.integer(0, len(value.shape) - 1)
    sizes = [size if writer.flag() else 1 for size in value.shape[first:]]
    start = writer.one_of("normal", "truncated_normal, std = 0.5", "uniform, least = -1", "0.5")
    learned = f"parameter(({', '.join(map(str, sizes))},), {start})"
    if writer.flag():
        return value.then(f"{writer.one_of('add', 'multiply', 'maximum')}({learned})")
    features = writer.integer(1, 8)
    matrix = f"parameter(({features}, {value.shape[-1]}), {start}) -> transpose(0, 1)"
    return Drawn(f"matmul({value.text}, {matrix})", (*value.shape[:-1], features))


def place(writer: Writer, value: Drawn) -> Drawn:
    """What depends on places of the last axis: constants that are added, compared or looked up."""
    value, length, last = writer.name(value), value.shape[-1], len(value.shape) - 1
    period = writer.integer(1, 9)
    return writer.name(
        Drawn(
            writer.one_of(
                f"{value.text} + waves({length}, {period})",
                f"{value.text} * (arange({length}) / {period} -> sin)",
                f"{value.text} -> masked_fill(arange({length}) % {period} == 0, 0.5)",
                f"{value.text} -> gather({length - 1} - arange({length}), axis = {last})",
                f"{value.text} + (arange({length}) // {period} -> persistent)",
            ),
            value.shape,
        )
    )


STEPS = (convolve, convolve, convolve, normalise, activate, activate, pool, dilate, excite)
RARE = (mix_channels, enlarge, shift, pool_to, weigh, place)


def chain(writer: Writer, value: Drawn) -> Drawn:
    """One to four steps."""
    for _ in range(writer.integer(1, 4)):
        steps = STEPS if writer.integer(0, 3) else RARE
        value = steps[writer.integer(0, len(steps) - 1)](writer, value)
    return value


# Statements: they take a named value, and give one


def sequence(writer: Writer, value: Drawn) -> Drawn:
    return writer.name(chain(writer, value))


def keeping(writer: Writer, value: Drawn, channels: int) -> Drawn:
    """A chain that keeps the extents and ends with the given channels."""
    for _ in range(writer.integer(0, 2)):
        value = (activate, normalise, dilate)[writer.integer(0, 2)](writer, value)
    kernel = writer.one_of("1", "3", "5")
    return value.then(f"conv({channels}, {kernel})", (channels, *value.extents))


def residual(writer: Writer, value: Drawn) -> Drawn:
    branch = writer.name(keeping(writer, value, value.channels))
    weight = writer.one_of("", "0.5 * ", "2 * ")
    total = f"{value.text} + {weight}{branch.text}"
    return writer.name(Drawn(f"relu({total})" if writer.flag() else total, value.shape))


def branches(writer: Writer, value: Drawn) -> Drawn:
    """Two or three parallel branches."""
    widths = [writer.integer(1, 4) for _ in range(writer.integer(2, 3))]
    parts = [writer.name(keeping(writer, value, width)) for width in widths]
    joined = f"concat({', '.join(part.text for part in parts)})"
    return writer.name(Drawn(joined, (sum(widths), *value.extents)))


def gated(writer: Writer, value: Drawn) -> Drawn:
    """A branch that scales its own input."""
    gate = keeping(writer, value, value.channels).then("sigmoid")
    return writer.name(Drawn(f"{value.text} * ({gate.text})", value.shape))


def halves(writer: Writer, value: Drawn) -> Drawn:
    """Channels split in two, one half changed, and both shuffled together."""
    if value.channels % 2:
        return sequence(writer, value)
    half = Drawn("", (value.channels // 2, *value.extents))
    writer.names += 1
    left, right = f"a{writer.names}", f"b{writer.names}"
    writer.lines.append(f"  {left}, {right} = {value.text} -> chunk(2)")
    worked = writer.name(keeping(writer, replace(half, text=left), half.channels))
    joined = f"concat({worked.text}, {right}) -> channel_shuffle(2)"
    return writer.name(Drawn(joined, value.shape))


def grouped(writer: Writer, value: Drawn) -> Drawn:
    """Groups along an axis, computed as separate samples, and merged."""
    axis = writer.integer(1, len(value.shape) - 1)
    size = writer.integer(1, value.shape[axis] + 1)
    shape = (*value.shape[:axis], size, *value.shape[axis + 1 :])
    groups = writer.name(value.then(f"group({size}, {axis})", shape))
    worked = writer.name(keeping(writer, groups, writer.integer(1, 6)))
    merged = worked.then(f"ungroup({value.text}, {axis})", (worked.channels, *value.extents))
    return writer.name(merged)


def repeated(writer: Writer, value: Drawn) -> Drawn:
    """A loop over a tuple of widths."""
    widths = [writer.integer(1, 6) for _ in range(writer.integer(1, 3))]
    looped = writer.name(value)
    shown = ", ".join(map(str, widths)) + ","
    writer.lines.append(f"  for width in ({shown}) {{")
    writer.lines.append(f"    {looped.text} = {looped.text} -> conv(width, 3) -> relu")
    writer.lines.append("  }")
    return replace(looped, shape=(widths[-1], *value.extents))


def applied(writer: Writer, value: Drawn) -> Drawn:
    """A call of a block of the spec."""
    channels, stride = writer.integer(1, 6), writer.integer(1, 2)
    options = f", stride = {stride}" * (stride > 1) + ", se = true" * writer.flag()
    options += f", act = {writer.one_of(*ACTIVATIONS)}" * writer.flag()
    called = f"unit{writer.integer(1, 2)}({channels}{options})"
    return writer.name(value.then(called, (channels, *strided(value.extents, stride))))


def shared(writer: Writer, value: Drawn) -> Drawn:
    """A block or an operation that is used several times, in a loop or side by side."""
    writer.names += 1
    name, width = f"shared{writer.names}", f"channels = {value.channels}"
    made = writer.one_of(
        f"unit1({width})", f"unit2({width}, se = true)", f"conv({width}, kernel = 3)"
    )
    writer.lines.append(f"  share {name} = {made}")
    if writer.flag():
        looped = writer.name(value)
        writer.lines.append(f"  for i in range({writer.integer(1, 4)}) {{")
        writer.lines.append(f"    {looped.text} = {looped.text} -> {name} -> relu")
        writer.lines.append("  }")
        return looped
    left = writer.name(value.then(name))
    right = writer.name(value.then(f"{activate(writer, Drawn('', ())).text[4:]} -> {name}"))
    return writer.name(Drawn(f"{left.text} + {right.text}", value.shape))


def table(writer: Writer, value: Drawn) -> Drawn:
    """A table over the running value."""
    lines = ["    | block | channels | number | stride | se | act |"]
    writer.lines += [f"  {value.text} -> relu", "  table (mid = channels + i) {"]
    shape = value.shape
    for row in range(writer.integer(1, 4)):
        if row and writer.flag():
            lines.append("    |---|---|---|---|---|---|")
        block = f"unit{writer.integer(1, 3)}"
        channels, number, stride = (writer.integer(1, n) for n in (6, 3, 2))
        se = writer.one_of("-", "true", "false")
        act = writer.one_of("-", *ACTIVATIONS[:4])
        lines.append(f"    | {block} | {channels} | {number} | {stride} | {se} | {act} |")
        shape = (channels, *strided(shape[1:], stride))
    writer.lines += [*lines, "  }"]
    return writer.name(Drawn("in", shape))


def strided(extents: tuple[int, ...], stride: int) -> tuple[int, ...]:
    return tuple(-(-size // stride) for size in extents)


WHOLE = (sequence, sequence, applied, repeated, shared, table)
PARTED = (residual, branches, gated, halves, grouped)
STATEMENTS = WHOLE + PARTED


# Specs


def block(writer: Writer, number: int) -> list[str]:
    """A block that takes any tensor; the third has `mid` channels inside."""
    norm = writer.one_of("batch_norm", "batch_norm(gamma = 0)", "layer_norm")
    kernel = writer.one_of("1", "3", "5")
    mid = "mid" if number == 3 else "channels"
    groups = writer.one_of("1", "channels") if mid == "channels" else "1"
    inner = f"unit1({mid}, stride)" if number == 2 else f"conv({mid}, {kernel}, stride) -> {norm}"
    lines = [
        f'"""Unit {number}."""',
        f"block unit{number}(x, channels, stride = 1, se = false, act: block = relu"
        + (", mid = 2 * channels" if number == 3 else "")
        + ") {",
        f"  y = x -> {inner} -> act",
        f"  if se {{ y = y -> squeeze_excite({writer.integer(1, 3)}) }}",
        f"  y = y -> conv(channels, groups = {groups})",
    ]
    if writer.flag():
        lines.append("  if stride == 1 and x.channels == channels { y = x + y }")
    return [*lines, f"  return y -> {writer.one_of('act', norm, 'relu')}", "}"]


def input_of(writer: Writer) -> Drawn:
    """An input with one to three axes after the channels; some are of integers, embedded."""
    axes = writer.integer(1, 3)
    most = {1: 32, 2: 16, 3: 8}[axes]
    extents = tuple(writer.integer(4, most) for _ in range(axes))
    if writer.integer(0, 5):
        shape = (writer.integer(1, 4), *extents)
        writer.lines.append(f"  input x0: {' x '.join(map(str, shape))}")
        return Drawn("x0", shape)
    below, features = writer.integer(1, 9), writer.integer(2, 4)
    shown = " x ".join(map(str, extents))
    writer.lines.append(f"  input x0: {shown} integers below {below}")
    return writer.name(Drawn(f"x0 -> embedding({below}, {features})", (*extents, features)))


def ending(writer: Writer, value: Drawn, first: Drawn) -> str:
    """A head, the tensor as it is, or several outputs."""
    head = writer.one_of("tensor", "classes", "classes", "several")
    if head == "tensor":
        return f"  return {value.text}"
    if head == "several":
        return f"  return {value.text}, {first.text} -> mean"
    return f"  {value.text} -> adaptive_avg_pool(1) -> flatten -> dropout(0.5) -> linear(classes)"


@st.composite
def networks(draw: Callable[..., object], most_statements: int = 5) -> str:
    """The text of a valid spec with the network `random_net`."""
    writer = Writer(draw)
    value = start = input_of(writer)
    for _ in range(writer.integer(1, most_statements)):
        value = STATEMENTS[writer.integer(0, len(STATEMENTS) - 1)](writer, value)
    body = [*writer.lines, ending(writer, value, start)]
    blocks = [line for number in (1, 2, 3) for line in block(writer, number)]
    waves = "block waves(n, period) { return arange(n) / period -> cos }"
    head = ["use squeeze_excite", "", waves, *blocks]
    head += [f"network {NAME}(classes: int = 5) {{"]
    return "\n".join([*head, *body, "}", ""])
