"""Random networks with tables, and random transforms: hypothesis strategies.

A network has one table or two, with stages named or not; what its cells and inputs say may be made
of the parameters of X3D's axes, so that some of these go by a parameter and others by rows. Blocks
come from the file itself, from another one, and from the library.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from hypothesis import strategies as st

from archdsl.spec import Spec, load
from tests.networks.strategies import Writer

NAME = "net"

BLOCKS = """use squeeze_excite

block unit(x, channels, mid = 2 * channels, stride = 1, kernel = 3, se = false, act: block = relu) {
  y = x -> conv(mid) -> batch_norm -> act -> conv(mid, kernel, stride, groups = mid)
  if se { y = y -> squeeze_excite(8) }
  return y -> conv(channels) -> batch_norm -> act
}

block plain(x, channels, stride = 1, act: block = relu) {
  return x -> conv(channels, 3, stride) -> batch_norm -> act
}

block large = unit(kernel = 5)
"""

OWN = """
block tail(x) { return x + (x -> conv(x.channels) -> act_of) }

block act_of = hard_swish
"""


@dataclass(frozen=True)
class Files:
    """A spec that defines `net`, with the files that it uses."""

    texts: dict[str, str]

    def load(self, folder: Path) -> Spec:
        for name, text in self.texts.items():
            (folder / f"{name}.arch").write_text(text)
        return load(folder / f"{NAME}.arch")


@dataclass
class _Table:
    """Draws one table; `axes` are the parameters that its cells may be made of.

    `inner` is the column that says how wide blocks are inside, if any.
    """

    writer: Writer
    axes: frozenset[str]
    staged: bool = False
    inner: str = "none"

    def text(self, number: int) -> list[str]:
        writer = self.writer
        self.staged = writer.flag()
        self.inner = inner = writer.one_of("mid", "expansion", "none")
        columns = ["stage"] * self.staged + ["block", "channels", "number", "stride", "se", "act"]
        columns += [inner] * (inner != "none")
        mid = " (mid = int(expansion * channels))" if inner == "expansion" else ""
        lines = [_row(columns)]
        for stage in range(writer.integer(1, 3)):
            lines += ["|---" * len(columns) + "|"] * (stage > 0 and not self.staged)
            name = f"s{number}{stage}"
            for row in range(writer.integer(1, 2 if not self.staged else 1)):
                lines.append(_row(self._cells(name, row)))
        return [f"  table{mid} {{", *lines, "  }"]

    def _cells(self, stage: str, row: int) -> list[str]:
        writer = self.writer
        block = writer.one_of("unit", "unit", "large", "plain")
        channels = str(8 * writer.integer(1, 3))
        number = str(writer.integer(1, 3))
        if "width" in self.axes:
            channels = f"round_to({channels} * width, 8)"
        if "depth" in self.axes:
            number = f"ceil({number} * depth)"
        cells = [stage] * self.staged + [block, channels, number, writer.one_of("1", "1", "2")]
        is_unit = block != "plain"
        cells.append(writer.one_of("-", "true", "false") if is_unit else "-")
        cells.append(writer.one_of("-", "silu", "gelu"))
        if self.inner == "expansion":
            scale = " * bottleneck" if "bottleneck" in self.axes else ""
            cells.append(writer.one_of("2", "2.25", "1.5") + scale if is_unit else "1")
        elif self.inner == "mid":
            cells.append(str(8 * writer.integer(1, 4)) if is_unit else "-")
        return cells


def _row(cells: list[str]) -> str:
    return f"    | {' | '.join(cells)} |"


AXES = ("width", "depth", "bottleneck", "size", "frames", "tau")
_DEFAULTS = {"size": 16, "frames": 4, "tau": 6}


@st.composite
def specs(draw: st.DrawFn) -> Files:
    """Files with a valid network; widths are multiples of 8."""
    writer = Writer(draw)
    axes = frozenset(name for name in AXES if writer.flag())
    parameters = [f"{name} = {_DEFAULTS.get(name, 1)}" for name in AXES if name in axes]
    frames = "frames" if "frames" in axes else "4"
    size = "size" if "size" in axes else "16"
    body = [f"  input video: 3 x {frames} x {size}^2"]
    for number in range(writer.integer(1, 2)):
        body += _Table(writer, axes).text(number)
    body.append("  in -> adaptive_avg_pool(1) -> flatten -> linear(classes)")
    head = f"network base({', '.join([*parameters, 'classes: int = 5'])}) {{"
    base = "\n".join([BLOCKS, head, *body, "}", ""])
    if writer.flag():
        return Files({NAME: base.replace("network base(", f"network {NAME}(")})
    given = f"({writer.one_of('classes = 7', *(f'{a} = {_DEFAULTS.get(a, 1) * 2}' for a in axes))})"
    return Files({"base": base, NAME: f"use base\n{OWN}\nnetwork {NAME} = base{given}\n"})


FACTORS = ("1", "2", "3", "1.5", "0.5", "sqrt(2)")
INSERTIONS = (
    "insert relu after s00",
    "insert silu after (stage1, stage1.0)",
    "insert gelu after *",
)


@st.composite
def changes(draw: st.DrawFn) -> list[str]:
    """One to four transforms in any order; a network may refuse them."""
    writer = Writer(draw)
    return [_change(writer) for _ in range(writer.integer(1, 4))]


def _change(writer: Writer) -> str:
    factor = writer.one_of(*FACTORS)
    value = writer.one_of("silu", "leaky_relu(negative_slope = 0.2)", "none", "large", "(1, 2)")
    return writer.one_of(
        f"stretch({factor})",
        f"stretch({factor}, keep_transitions = true)",
        f"stretch({factor}, stages = s00)",
        f"widen({factor})",
        f"bottleneck({factor})",
        f"resize(factor = {factor})",
        "resize(size = 24)",
        f"lengthen(factor = {factor})",
        "lengthen(frames = 6, rate = 1.5)",
        f"quicken({factor})",
        f"without({writer.one_of('se', 'act', 'mid')})",
        f"replace(unit, by = {writer.one_of('large', 'plain', 'tail')})",
        f"set(act, value = {value})",
        f"set(channels, value = {factor} * 16)",
        *INSERTIONS,
    )
