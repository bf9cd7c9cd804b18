"""docs/operations.md, written from the operations and from the blocks of the library.

What an operation is called, takes and does stands in its class. Its example is compiled here: the
page shows the shape that comes out and the line of PyTorch that the module has.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from document import ROOT

from archdsl.analysis.describing import operations as describing
from archdsl.analysis.describing.attributes import docstring
from archdsl.ir.types import show_shape
from archdsl.ops import FAMILIES
from archdsl.ops.base import Operation
from archdsl.ops.comparison import Comparison
from archdsl.program.loading import parse_program
from archdsl.source import Source
from archdsl.spec import Spec
from archdsl.syntax import tree
from archdsl.syntax.parser import parse

PAGE = ROOT / "docs" / "operations.md"

_MARKS = {
    "operations": ("<!-- operations: begin -->\n", "<!-- operations: end -->\n"),
    "library": ("<!-- library: begin -->\n", "<!-- library: end -->\n"),
}
_SIZE = r"\d+(?:\^\d+)?"
_SHAPE = re.compile(rf"(?:{_SIZE} x )*{_SIZE} integers below \d+|{_SIZE}(?: x {_SIZE})+")
_HEADER = "| operation | what it gives | PyTorch |\n|---|---|---|\n"
_USUAL = "16 x 8 x 14^2"
"""What an operation is shown on whose docstring has no example."""


def written(page: str) -> str:
    """The page with both lists as they should be."""
    for name, listing in (("operations", operations()), ("library", library())):
        begin, end = _MARKS[name]
        before, _, rest = page.partition(begin)
        _, _, after = rest.partition(end)
        page = f"{before}{begin}{listing}{end}{after}"
    return page


# Operations


def operations() -> str:
    """Links to the families, then the families."""
    return "\n".join([*map(_link, FAMILIES), "", *map(_family, FAMILIES)])


def _titled(family: tuple[type[Operation], ...]) -> tuple[str, str]:
    """What a family is, and a remark, from the docstring of its file."""
    doc = (sys.modules[family[0].__module__].__doc__ or "").splitlines()[0]
    title, _, remark = doc.rstrip(".").partition(": ")
    return title, f"{_capital(remark)}." if remark else ""


def _link(family: tuple[type[Operation], ...]) -> str:
    title, _ = _titled(family)
    anchor = re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-")
    names = ", ".join(f"`{kind.name}`" for kind in family if kind.name != "input")
    return f"- [{title}](#{anchor}): {names}"


def _family(family: tuple[type[Operation], ...]) -> str:
    """A family: a table of the operations that a line explains, then a section for each other."""
    title, remark = _titled(family)
    members = [kind for kind in family if kind.name != "input"]
    short = [kind for kind in members if not describing.example(kind)]
    parts = [f"## {title}\n", *([f"{remark}\n"] if remark else [])]
    if short:
        parts.append(f"{_HEADER}{''.join(map(_row, short))}")
    return "\n".join([*parts, *(_section(kind) for kind in members if kind not in short)])


def _capital(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}"


def _row(kind: type[Operation]) -> str:
    meaning = " ".join(docstring(kind).split()).replace("|", "\\|")
    _, form = _compiled(_example(kind))
    return f"| `{describing.signature(kind)}` | {meaning} | `{form}` |\n"


def _section(kind: type[Operation]) -> str:
    """An operation with its words, what its parameters take, and its example."""
    takes: dict[str, list[str]] = {}
    for field in describing.parameters(kind):
        takes.setdefault(describing.expects(field), []).append(f"`{field.name}`")
    listed = "".join(f"- {', '.join(names)}: {what}\n" for what, names in takes.items())
    example = _example(kind)
    shape, form = _compiled(example)
    shown = f"`{example}` gives `{shape}`:\n`{form}`\n"
    words = f"{describing.words(kind)}\n"
    parts = [f"### {kind.name}\n", f"`{describing.signature(kind)}`\n", words]
    return "\n".join([*parts, *([listed] if listed else []), shown])


def _example(kind: type[Operation]) -> str:
    if found := describing.example(kind):
        return found
    if issubclass(kind, Comparison):
        return f"{kind.name}({_USUAL}, {_USUAL}) -> where(1, 0)"  # conditions are no result
    if len(describing.operands(kind)) == 1:
        return f"{_USUAL} -> {kind.name}"
    return f"{kind.name}({_USUAL}, {_USUAL})"


def _compiled(example: str) -> tuple[str, str]:
    """The shape that an example gives, and its form in PyTorch."""
    inputs: list[str] = []

    def named(found: re.Match[str]) -> str:
        inputs.append(found[0])
        return "xyz"[len(inputs) - 1]

    call = _SHAPE.sub(named, example)
    lines = [f"  input {name}: {shape}" for name, shape in zip("xyz", inputs, strict=False)]
    text = "\n".join(["network example() {", *lines, f"  return {call}", "}\n"])
    network = Spec(parse_program(Source("example.arch", text))).network()
    return " and ".join(map(show_shape, network.outputs)), _form(network.source())


def _form(module: str) -> str:
    """The layer that a module holds, else what its `forward` does."""
    nodes = ast.walk(ast.parse(module))
    functions = {node.name: node.body for node in nodes if isinstance(node, ast.FunctionDef)}
    for statement in functions.get("__init__", ()):
        if isinstance(statement, ast.Assign):
            return _unparsed(statement.value)
        if isinstance(statement, ast.Expr) and "register_buffer" in ast.unparse(statement):
            return _unparsed(statement)
    form = "; ".join(map(_unparsed, functions["forward"]))
    return form.removesuffix("; return x").removeprefix("return ").removeprefix("x = ")


def _unparsed(node: ast.AST) -> str:
    return ast.unparse(node).replace("'", '"')


# The library


def library() -> str:
    """A list for each file: its blocks with their parameters, and the first line on each."""
    return "\n".join(map(_file, sorted((ROOT / "archdsl" / "library").glob("*.arch"))))


def _file(path: Path) -> str:
    file = parse(Source(path.name, path.read_text()))
    return f"### use {path.stem}\n\n{file.doc}\n\n{''.join(_blocks(file))}"


def _blocks(file: tree.File) -> Iterator[str]:
    for definition in file.definitions:
        if isinstance(definition, tree.Block):
            parameters = ", ".join(parameter.span.text for parameter in definition.parameters)
            yield f"- `{definition.name}({parameters})`{_summary(definition)}\n"
        elif isinstance(definition, tree.Derived):
            base = definition.base.span.text
            yield f"- `{definition.name} = {base}`{_summary(definition)}\n"


def _summary(definition: tree.Block | tree.Derived) -> str:
    """The first paragraph on a block, without the name of its class."""
    paragraph = " ".join((definition.doc or "").split("\n\n")[0].split())
    summary = re.sub(r"^\w+: ", "", paragraph)
    return f": {_capital(summary)}" if summary else ""
