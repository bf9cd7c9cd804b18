"""`archdsl completion`: what a shell needs to complete command lines, read off the parsers.

The script is whole: no completion starts Python. It is written anew for each version of archdsl.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from archdsl.cli import options
from archdsl.cli.shells import SHELLS, Command, Flag, Kind

_COMPLETION = """\
Prints a script that completes commands, flags, the words that a flag takes,
specs and the names of published networks. To load it:

  bash   eval "$(archdsl completion bash)"              in ~/.bashrc
  zsh    archdsl completion zsh > DIR/_archdsl          DIR of $fpath
  fish   archdsl completion fish > ~/.config/fish/completions/archdsl.fish
"""

_KINDS = {
    "SPEC": Kind.SPEC,
    "A": Kind.SPEC,
    "B": Kind.SPEC,
    "DIR": Kind.FOLDER,
    "RUN": Kind.FOLDER,
    "BUILD": Kind.FOLDER,
    "FILE": Kind.FILE,
    "LIST": Kind.FILE,
    "OUT": Kind.FILE,
}
"""What an argument is, by the word that stands for it in the help."""


def add_completion(commands: argparse._SubParsersAction[options.Parser]) -> None:
    summary = "print a script that completes command lines"
    parser = options.command(commands, "completion", summary, _COMPLETION)
    parser.add_argument("shell", choices=SHELLS, help="the shell")
    parser.set_defaults(run=_completion)


def _completion(arguments: argparse.Namespace) -> int:
    from archdsl.cli.main import parsers
    from archdsl.program.published import networks

    _, commands = parsers(())
    names = [name for _, name in networks()]
    listed = [each for name in commands.choices for each in _commands(name, commands)]
    sys.stdout.write(SHELLS[arguments.shell](listed, names))
    return 0


def _commands(
    name: str, added: argparse._SubParsersAction[options.Parser], above: str = ""
) -> Iterator[Command]:
    """A command, and the commands inside it."""
    parser = added.choices[name]
    help = next((each.help for each in added._choices_actions if each.dest == name), None)
    words: tuple[str, ...] = ()
    kind = Kind.TEXT
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for inner in action.choices:
                yield from _commands(inner, action, f"{name} ")
        if not action.option_strings:
            words, kind = _words(action), _kind(action)
    flags = tuple(_flag(action) for action in parser._actions if action.option_strings)
    yield Command(above + name, help or "", flags, kind, words)


def _flag(action: argparse.Action) -> Flag:
    kind = Kind.NONE if action.nargs == 0 else _kind(action)
    return Flag(tuple(action.option_strings), (action.help or "") % {}, kind, _words(action))


def _words(action: argparse.Action) -> tuple[str, ...]:
    return tuple(map(str, action.choices or ()))


def _kind(action: argparse.Action) -> Kind:
    if action.choices:
        return Kind.TEXT
    if action.dest == "name" and not action.option_strings:
        return Kind.SPEC  # of `init`
    known = _KINDS.get(str(action.metavar), Kind.TEXT)
    return Kind.FILE if known is Kind.TEXT and action.type is Path else known
