"""Scripts of completion for bash, zsh and fish: the same commands, as each shell writes them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto


class Kind(Enum):
    """What an argument is, and so what completes it. `NONE` is that of a flag without a value."""

    NONE = auto()
    TEXT = auto()
    SPEC = auto()
    FILE = auto()
    FOLDER = auto()


@dataclass(frozen=True)
class Flag:
    """A flag with the kind of its value, and the words that it takes if these are known."""

    names: tuple[str, ...]
    help: str
    kind: Kind
    words: tuple[str, ...]


@dataclass(frozen=True)
class Command:
    """A command, such as `flops` or `weights import`, and what its arguments are."""

    name: str
    help: str
    flags: tuple[Flag, ...]
    kind: Kind
    words: tuple[str, ...]

    @property
    def spelt(self) -> list[str]:
        """Every way to write a flag of it."""
        return [name for flag in self.flags for name in flag.names]


def _quoted(text: str) -> str:
    """A word of a shell, whatever is in it. All three end a quotation in the same way."""
    return "'" + text.replace("'", "'\\''") + "'"


def _first_sentence(help: str) -> str:
    return " ".join(help.split()).partition("; ")[0]


# bash

_BASH = """\
# Completion of archdsl for bash:  eval "$(archdsl completion bash)"
_archdsl_take() { local each; while IFS= read -r each; do COMPREPLY+=("$each"); done; }
_archdsl_words() { _archdsl_take < <(compgen -W "$1" -- "$cur"); }
_archdsl_files() { compopt -o filenames 2>/dev/null; _archdsl_take < <(compgen -f -- "$cur"); }
_archdsl_folders() { compopt -o filenames 2>/dev/null; _archdsl_take < <(compgen -d -- "$cur"); }
_archdsl_specs() {
  _archdsl_folders
  _archdsl_take < <(compgen -f -X '!*.arch' -- "$cur")
  _archdsl_words NAMES
}
_archdsl() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} command=${COMP_WORDS[1]}
  COMPREPLY=()
  if ((COMP_CWORD == 1)); then _archdsl_words COMMANDS; return; fi
  case $command in NESTED) ((COMP_CWORD > 2)) && command+=" ${COMP_WORDS[2]}" ;; esac
  case "$command $prev" in
VALUES
  esac
  if [[ $cur == -* ]]; then
    case $command in
FLAGS
    esac
    return
  fi
  case $command in
ARGUMENTS
  esac
}
complete -F _archdsl archdsl
"""

_IN_BASH = {
    Kind.SPEC: "_archdsl_specs",
    Kind.FILE: "_archdsl_files",
    Kind.FOLDER: "_archdsl_folders",
    Kind.TEXT: ":",
}


def bash(commands: Sequence[Command], names: Sequence[str]) -> str:
    """A script for bash 3.2 and later, as macOS has it."""
    values = [
        f"    {_quoted(f'{command.name} {name}')}) {_by_bash(flag.kind, flag.words)}; return ;;"
        for command in commands
        for flag in command.flags
        if flag.kind is not Kind.NONE
        for name in flag.names
    ]
    flags = [
        f"      {_quoted(command.name)}) _archdsl_words {_quoted(' '.join(command.spelt))} ;;"
        for command in commands
    ]
    arguments = [f"    {_quoted(c.name)}) {_by_bash(c.kind, c.words)} ;;" for c in commands]
    parts = {
        "NAMES": _quoted(" ".join(names)),
        "COMMANDS": _quoted(" ".join(command.name for command in _outer(commands))),
        "NESTED": "|".join(c.name for c in _outer(commands) if _inner(c, commands)),
        "VALUES": "\n".join(values),
        "FLAGS": "\n".join(flags),
        "ARGUMENTS": "\n".join(arguments),
    }
    return _filled(_BASH, parts)


def _by_bash(kind: Kind, words: Sequence[str]) -> str:
    return f"_archdsl_words {_quoted(' '.join(words))}" if words else _IN_BASH[kind]


def _filled(script: str, parts: dict[str, str]) -> str:
    """A script with the words in capitals replaced, in one pass: help has such words, too."""
    return re.sub("|".join(parts), lambda word: parts[word[0]], script)


def _outer(commands: Sequence[Command]) -> list[Command]:
    return [command for command in commands if " " not in command.name]


def _inner(outer: Command, commands: Sequence[Command]) -> list[Command]:
    return [command for command in commands if command.name.startswith(f"{outer.name} ")]


# zsh

_ZSH = """\
#compdef archdsl
# Completion of archdsl for zsh:  archdsl completion zsh > DIR/_archdsl, DIR of $fpath
_archdsl_specs() {
  _alternative 'files:spec:_files -g "*.arch"' 'networks:published network:(NAMES)'
}
_archdsl_of() {
  case $1 in
BODIES
  esac
}
_archdsl() {
  local -a commands=(
COMMANDS
  )
  if ((CURRENT == 2)); then _describe command commands; return; fi
  shift words; ((CURRENT--))
  _archdsl_of $words[1]
}
if [[ $funcstack[1] == _archdsl ]]; then _archdsl "$@"; else compdef _archdsl archdsl; fi
"""

_IN_ZSH = {
    Kind.SPEC: "_archdsl_specs",
    Kind.FILE: "_files",
    Kind.FOLDER: "_files -/",
    Kind.TEXT: " ",
}


def zsh(commands: Sequence[Command], names: Sequence[str]) -> str:
    """A script for zsh, to be loaded as a function or evaluated."""
    listed = [f"    {_quoted(f'{c.name}:{_first_sentence(c.help)}')}" for c in _outer(commands)]
    bodies = []
    for command in commands:
        inner = _inner(command, commands)
        body = _nested_in_zsh(command, inner) if inner else _arguments_in_zsh(command)
        bodies.append(f"    {_quoted(command.name)}) {body} ;;")
    parts = {
        "NAMES": " ".join(names),
        "BODIES": "\n".join(bodies),
        "COMMANDS": "\n".join(listed),
    }
    return _filled(_ZSH, parts)


def _nested_in_zsh(command: Command, inner: Sequence[Command]) -> str:
    listed = " ".join(_quoted(f"{c.name.split()[-1]}:{_first_sentence(c.help)}") for c in inner)
    describe = f"local -a inner=({listed}); _describe command inner"
    deeper = f'shift words; ((CURRENT--)); _archdsl_of "{command.name} $words[1]"'
    return f"if ((CURRENT == 2)); then {describe}; else {deeper}; fi"


def _arguments_in_zsh(command: Command) -> str:
    specs = [each for flag in command.flags for each in _flag_in_zsh(flag)]
    rest = f"*:argument:{_by_zsh(command.kind, command.words)}"
    return f"_arguments {' '.join(map(_quoted, [*specs, rest]))}"


def _flag_in_zsh(flag: Flag) -> Iterator[str]:
    help = _first_sentence(flag.help)
    for sign in "\\[]:":
        help = help.replace(sign, f"\\{sign}")
    value = "" if flag.kind is Kind.NONE else f":value:{_by_zsh(flag.kind, flag.words)}"
    for name in flag.names:
        yield f"*{name}[{help}]{value}"


def _by_zsh(kind: Kind, words: Sequence[str]) -> str:
    return f"({' '.join(words)})" if words else _IN_ZSH[kind]


# fish

_IN_FISH = {
    Kind.SPEC: "-x -a '(__fish_complete_suffix .arch) {names}'",
    Kind.FILE: "-r -F",
    Kind.FOLDER: "-x -a '(__fish_complete_directories)'",
    Kind.TEXT: "-x",
}


def fish(commands: Sequence[Command], names: Sequence[str]) -> str:
    """A script for fish 3.0 and later."""
    title = "# Completion of archdsl for fish:  archdsl completion fish | source"
    lines = [title, "complete -c archdsl -f"]
    for command in _outer(commands):
        about = f"-a {command.name} -d {_quoted(_first_sentence(command.help))}"
        lines.append(f"complete -c archdsl -n __fish_use_subcommand {about}")
    lines += [line for command in commands for line in _lines_of_fish(command, names)]
    return "\n".join(lines) + "\n"


def _lines_of_fish(command: Command, names: Sequence[str]) -> Iterator[str]:
    seen = [f"__fish_seen_subcommand_from {word}" for word in command.name.split()]
    when = f"complete -c archdsl -n {_quoted('; and '.join(seen))}"
    for flag in command.flags:
        spelt = " ".join(f"-l {n[2:]}" if n.startswith("--") else f"-s {n[1:]}" for n in flag.names)
        value = "" if flag.kind is Kind.NONE else f" {_by_fish(flag.kind, flag.words, names)}"
        yield f"{when} {spelt}{value} -d {_quoted(_first_sentence(flag.help))}"
    if command.words or command.kind is not Kind.TEXT:
        yield f"{when} {_by_fish(command.kind, command.words, names).replace('-x -a', '-a', 1)}"


def _by_fish(kind: Kind, words: Sequence[str], names: Sequence[str]) -> str:
    if words:
        return f"-x -a {_quoted(' '.join(words))}"
    return _IN_FISH[kind].format(names=" ".join(names))


SHELLS = {"bash": bash, "zsh": zsh, "fish": fish}
"""The script of each shell, from the commands and the names of published networks."""
