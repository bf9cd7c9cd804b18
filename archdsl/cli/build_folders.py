"""What commands share that run the module of a build folder: which one, with which weights."""

from __future__ import annotations

import argparse
from pathlib import Path


def add_build(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("build", metavar="BUILD", type=Path, help="a folder of `archdsl compile`")


def add_weights(parser: argparse.ArgumentParser) -> None:
    """The flags of a file of weights, and of the arguments that make the network fit to it."""
    parser.add_argument("--weights", metavar="FILE", type=Path, help="a checkpoint or a state dict")
    help = "the place of the weights in FILE, where several fit"
    parser.add_argument("--checkpoint-key", metavar="NAME", help=help)
    parser.add_argument(
        "--set",
        metavar="KEY=NUMBER",
        action="append",
        default=[],
        dest="given",
        type=_argument,
        help="set an argument of the network's class, such as classes=51; repeatable",
    )


def _argument(text: str) -> tuple[str, int | float]:
    name, _, value = text.partition("=")
    try:
        return name.strip(), int(value)
    except ValueError:
        pass
    try:
        return name.strip(), float(value)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"must be NAME=NUMBER, such as classes=51, but this is {text!r}"
        ) from None
