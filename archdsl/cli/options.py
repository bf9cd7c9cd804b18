"""What commands share: their flags, the network that the flags select, diagnostics on stderr."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from pathlib import Path

from archdsl.build.values import Given
from archdsl.costs.breakdown import LEVELS
from archdsl.costs.figures import CONVENTIONS
from archdsl.diagnostics import (
    CompileError,
    Diagnostic,
    Severity,
    alternatives,
    did_you_mean,
    error,
)
from archdsl.network import Network
from archdsl.program.published import locate
from archdsl.report.text import FORMATS
from archdsl.sizes import shapes
from archdsl.source import Source
from archdsl.spec import Spec, load

SPEC = "NAME.arch, or the name of a published network"


class Parser(argparse.ArgumentParser):
    """A parser that makes the end of its help only when somebody asks for it.

    `transform --help` describes every transform, and these are not cheap to import.
    """

    details: Callable[[], str] | None = None

    def format_help(self) -> str:
        from archdsl.report.folding import columns, filled

        details, most = self.details() if self.details else self.epilog, columns(sys.stdout)
        self.epilog = filled(details or "", most)
        self.description = filled(self.description or "", most)
        return super().format_help()


def unknown_argument(parser: argparse.ArgumentParser, argv: Sequence[str], text: str) -> str:
    """The message for an argument that a command does not take, with what is meant by it."""
    before = list(argv)[: list(argv).index(text)] if text in argv else []
    if before[-2:-1] == ["--set"]:
        return f"`--set` takes a name and its value in one: `--set {before[-1]}={text}`"
    if not text.startswith("-"):
        return f"`{text}` is one argument too many"
    if text.removeprefix("--") in FORMATS:
        return f"there is no flag `{text}`: write `--format {text.removeprefix('--')}`"
    flags = [flag for action in parser._actions for flag in action.option_strings]
    near = did_you_mean(text.partition("=")[0], [flag for flag in flags if flag.startswith("--")])
    return f"there is no flag `{text}`" + (f": {near}" if near else "")


def command(
    commands: argparse._SubParsersAction[Parser],
    name: str,
    summary: str,
    details: str | Callable[[], str],
) -> Parser:
    """Add a command. Its help begins with `summary` and ends with `details` and examples."""
    parser = commands.add_parser(
        name,
        help=summary,
        description=summary[0].upper() + summary[1:] + ".",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.details = (lambda: details) if isinstance(details, str) else details
    return parser


def add_network(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("spec", metavar="SPEC", help=SPEC)
    add_choice(parser)


def add_choice(parser: argparse.ArgumentParser) -> None:
    """The flags that select a network of a spec and its parameters."""
    parser.add_argument(
        "--network",
        metavar="NAME",
        help="a network of SPEC; default: the one named like the file, or the only one",
    )
    add_set(parser)
    parser.add_argument(
        "--choose",
        metavar="CHOICE",
        action="append",
        default=[],
        dest="choices",
        help="decide in a space of networks: NAME=OPTION as in a spec, or smallest, largest or"
        " random:SEED for all that is open; repeatable",
    )


def add_set(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--set",
        metavar="KEY=VALUE",
        action="append",
        default=[],
        dest="parameters",
        help="set a parameter of the network, written as in a spec; repeatable",
    )


def add_input(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--input",
        metavar="SHAPE",
        action="append",
        default=[],
        dest="inputs",
        help="run the network at another input size: TxHxW as 16x356x356, CxTxHxW as"
        " 3x16x356^2, HxW for images; NAME=SHAPE if it has several inputs; repeatable",
    )


def add_convention(parser: argparse.ArgumentParser, more: Iterable[str] = ()) -> None:
    """The flag of a convention: one of CONVENTIONS, or of more that a command has."""
    known = (*CONVENTIONS, *more)
    help = f"what to count: {', '.join(known)}; default: macs"
    parser.add_argument("--convention", metavar="NAME", choices=known, default="macs", help=help)


def add_level(parser: argparse.ArgumentParser) -> None:
    help = "the parts to list; default: row"
    parser.add_argument("--by", choices=LEVELS, default="row", help=help)


def add_format(parser: argparse._ActionsContainer) -> None:
    parser.add_argument(
        "--format", choices=FORMATS, default="table", help="how to print; default: table"
    )


def add_force(
    parser: argparse.ArgumentParser,
    kept: str = "files that were edited, or that archdsl did not write",
) -> None:
    """The flag that overwrites what a command keeps otherwise."""
    parser.add_argument("--force", action="store_true", help=f"overwrite {kept}")


def add_depth(parser: argparse.ArgumentParser, default: str) -> None:
    parser.add_argument(
        "--depth", metavar="N", type=_depth, help=f"levels of blocks to open; default: {default}"
    )


def _depth(text: str) -> int:
    if not re.fullmatch("[1-9][0-9]{0,3}", text):
        raise argparse.ArgumentTypeError(f"must be an integer of at least 1, but this is {text!r}")
    return int(text)


def path_ending(*suffixes: str) -> Callable[[str], Path]:
    """The type of an argument that is a path with one of these suffixes."""

    def parse(text: str) -> Path:
        path = Path(text)
        if path.suffix not in suffixes:
            message = f"must end with {alternatives(suffixes)}, but this is {text!r}"
            raise argparse.ArgumentTypeError(message)
        return path

    return parse


def opened(asked: str, uses: Iterable[str] = ()) -> Spec:
    """The spec of a path or a name. Which file a name stands for is said on stderr.

    Raises:
        CompileError: there is no such spec, or it cannot be parsed.
    """
    if (found := locate(asked)).said:
        print(found.said, file=sys.stderr)
    return load(found, uses)


def requested(arguments: argparse.Namespace) -> tuple[Spec, str, dict[str, Given]]:
    """The spec that a command is given, and the name and parameters of the network in it.

    Raises:
        CompileError: the spec has mistakes, or has no such network or parameter.
    """
    spec = opened(arguments.spec)
    name = spec.choose(arguments.network)
    given = given_parameters(spec, arguments)
    if arguments.choices:
        from archdsl.cli.choose import chosen  # few networks are spaces

        spec = chosen(spec, name, given, arguments.choices)
    return spec, name, given


def given_parameters(spec: Spec, arguments: argparse.Namespace) -> dict[str, Given]:
    """The parameters that `--set` gives.

    Raises:
        CompileError: one of them has no name or no value.
    """
    if not arguments.parameters:
        return {}
    from archdsl.syntax.parser import parse_argument  # takes long to load

    written = [parse_argument(Source("--set", text)) for text in arguments.parameters]
    return spec.arguments(written)


def network(arguments: argparse.Namespace) -> Network:
    """The network that the flags select, at its own input size.

    Raises:
        CompileError: there is no such network, or it has mistakes.
    """
    spec, name, given = requested(arguments)
    return spec.build(name, given)


def network_at_input(arguments: argparse.Namespace) -> Network:
    """The network that the flags select, at the input size that `--input` gives.

    Raises:
        CompileError: there is no such network, it has mistakes, or it does not take such an input.
    """
    return at_input(network(arguments), arguments)


def at_input(built: Network, arguments: argparse.Namespace) -> Network:
    """A network at the input size that `--input` gives.

    Raises:
        CompileError: it does not take such an input.
    """
    return built.at(**shapes(built.inputs, arguments.inputs)) if arguments.inputs else built


def cost(flag: str, text: str | None) -> int | None:
    """A cost as the language writes numbers: `2G`, `300M`, `1962892112`.

    Raises:
        CompileError: it is not a number of at least 1.
    """
    from archdsl.syntax.lexemes import parse_number  # few commands take one

    if text is None:
        return None
    try:
        value = parse_number(text.strip())
    except (ValueError, IndexError):  # an empty text has no last character
        value = None
    if value is None or value < 1:
        message = f"`{flag}` must be a number of at least 1, but this is `{text}`"
        raise CompileError([error("cost", message, help="write 2G, 300M or 1962892112")])
    return int(Fraction(value))  # `1.5` costs 1, as costs are integers


def report(diagnostics: Iterable[Diagnostic]) -> None:
    """Print diagnostics to stderr."""
    if not (listed := list(diagnostics)):
        return
    from archdsl.report.diagnostics import Page, render
    from archdsl.report.text import paint_for

    sys.stdout.flush()  # where both streams are one terminal, the result comes first
    sys.stderr.write(render(listed, paint_for(sys.stderr), Page.of(sys.stderr)))
    sys.stderr.flush()


def report_warnings(diagnostics: Iterable[Diagnostic]) -> None:
    """Print warnings and errors. Only `check` prints notes: they say what claims are worth."""
    report(d for d in diagnostics if d.severity is not Severity.NOTE)
