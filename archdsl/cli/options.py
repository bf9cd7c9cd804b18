"""What commands share: their flags, the network that these ask for, and diagnostics to stderr."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Iterable, Iterator

from archdsl.build.values import Given
from archdsl.diagnostics import CompileError, Diagnostic, Severity, error, suggestion
from archdsl.ir.types import AXES, show_shape
from archdsl.source import Source, Span
from archdsl.spec import Network, Spec, load
from archdsl.syntax.parser import parse_argument

Shape = tuple[int, ...]

_SIZE = re.compile(r"([0-9]{1,9})(?:\^([1-8]))?")


class Parser(argparse.ArgumentParser):
    """A parser with the end of its help made only when somebody asks for it."""

    details: Callable[[], str] | None = None

    def format_help(self) -> str:
        self.epilog = self.details() if self.details else self.epilog
        return super().format_help()


def command(
    commands: argparse._SubParsersAction[Parser],
    name: str,
    summary: str,
    details: str | Callable[[], str],
) -> Parser:
    """A command's own parser: `details`, with examples, end its help."""
    parser = commands.add_parser(
        name,
        help=summary,
        description=summary[0].upper() + summary[1:] + ".",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.details = (lambda: details) if isinstance(details, str) else details
    return parser


def add_network(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("spec", metavar="SPEC", help="a file of the language")
    add_choice(parser)


def add_choice(parser: argparse.ArgumentParser) -> None:
    """Which network of a spec, with which parameters."""
    parser.add_argument(
        "--network",
        metavar="NAME",
        help="the network meant; by default the one named like the file, or the only one",
    )
    add_set(parser)


def add_set(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--set",
        metavar="KEY=VALUE",
        action="append",
        default=[],
        dest="parameters",
        help="another value of a parameter, written as in a spec; repeatable",
    )


def add_input(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--input",
        metavar="SHAPE",
        action="append",
        default=[],
        dest="inputs",
        help="another size of the input, its parameters as they are: THW as 16x356x356, CTHW"
        " as 3x16x356^2, HW for images; NAME=SHAPE, repeated, where there are several inputs",
    )


def add_force(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--force", action="store_true", help="overwrite what would stay else")


def add_depth(parser: argparse.ArgumentParser, default: str) -> None:
    parser.add_argument("--depth", metavar="N", type=_levels, help=f"levels to open; {default}")


def _levels(text: str) -> int:
    if not re.fullmatch("[1-9][0-9]{0,3}", text):
        raise argparse.ArgumentTypeError(f"levels are counted from 1, not {text!r}")
    return int(text)


def asked(arguments: argparse.Namespace) -> tuple[Spec, str, dict[str, Given]]:
    """The spec, and the name and parameters of the network in it that the flags ask for.

    Raises:
        CompileError: there is none such.
    """
    spec = load(arguments.spec)
    name = spec.choose(arguments.network)
    return spec, name, given(spec, arguments)


def given(spec: Spec, arguments: argparse.Namespace) -> dict[str, Given]:
    """The parameters that `--set` gives.

    Raises:
        CompileError: one of them has no value or no name.
    """
    written = [parse_argument(Source("--set", text)) for text in arguments.parameters]
    return spec.arguments(written)


def network(arguments: argparse.Namespace) -> Network:
    """The network that the flags ask for, `--input` aside.

    Raises:
        CompileError: there is none such.
    """
    spec, name, given = asked(arguments)
    return spec.build(name, given)


def network_at_input(arguments: argparse.Namespace) -> Network:
    """The network that the flags ask for, its inputs at the sizes that `--input` gives.

    Raises:
        CompileError: there is none such.
    """
    return at_input(network(arguments), arguments)


def at_input(built: Network, arguments: argparse.Namespace) -> Network:
    """A network with its inputs at the sizes that `--input` gives.

    Raises:
        CompileError: it does not take them.
    """
    return built.at(**dict(_named_shapes(built, arguments.inputs))) if arguments.inputs else built


def _named_shapes(network: Network, inputs: Iterable[str]) -> Iterator[tuple[str, Shape]]:
    names = list(network.inputs)
    for text in inputs:
        name, _, sizes = text.rpartition("=")
        name = name.strip()
        if not name and len(names) > 1:
            hint = f"say which: `--input {names[0]}={text}`"
            raise _fault(text, f"there are several inputs: {', '.join(names)}", hint)
        if name and name not in names:
            raise _fault(text, f"there is no input `{name}`", suggestion(name, names))
        name = name or names[0]
        yield name, _shape(text, sizes, network.inputs[name])


def _shape(text: str, sizes: str, own: Shape) -> Shape:
    """The sizes as written; where they lack the channels, these stay as they are."""
    shape: list[int] = []
    for part in re.split("[x,\u00d7]", sizes.replace(" ", "")):
        match = _SIZE.fullmatch(part)
        if not match or int(match[1]) == 0:
            hint = "sizes are positive integers with `x` between them: 16x356x356, 16x356^2"
            raise _fault(text, f"`{part}` is no size" if part else "a size is missing", hint)
        shape += [int(match[1])] * int(match[2] or 1)
    if len(shape) not in (len(own), len(own) - 1):
        axes = " x ".join(AXES.get(len(own), map(str, range(len(own)))))
        message = f"the input is {axes} ({show_shape(own)}); {len(shape)} sizes do not fit it"
        raise _fault(text, message, "give all of them, or all but the first")
    return tuple(shape) if len(shape) == len(own) else (own[0], *shape)


def _fault(text: str, message: str, hint: str | None) -> CompileError:
    place = Span(Source("--input", text), 0, len(text))
    return CompileError([error("input", message, place, help=hint)])


def report(diagnostics: Iterable[Diagnostic]) -> None:
    """Print diagnostics, after what was printed before them."""
    listed = list(diagnostics)
    if not listed:
        return
    from archdsl.report.diagnostics import render
    from archdsl.report.text import paint_for

    sys.stdout.flush()
    sys.stderr.write(render(listed, paint_for(sys.stderr)))
    sys.stderr.flush()


def report_warnings(diagnostics: Iterable[Diagnostic]) -> None:
    """Print what is no mere note: those are for `check`."""
    report(d for d in diagnostics if d.severity is not Severity.NOTE)
