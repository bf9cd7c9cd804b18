"""Names and texts of a spec never become code, and no name of a spec breaks the emitted file."""

from __future__ import annotations

import ast
import keyword
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

import archdsl
from archdsl.emit.names import attribute, class_name, file_name, numbered, variable
from archdsl.emit.scripts import NAMES, SEARCH_NAMES
from emit.running import network_class, samples

SCRIPTS = [name.removesuffix(".py") for name in NAMES]
SEARCH_SCRIPTS = [name.removesuffix(".py") for name in SEARCH_NAMES]

HOSTILE = [
    'a """ + __import__("os").system("true") + """ b',
    "ends in a backslash \\",
    'ends in quotes "',
    "{{ 7 * 7 }} {% raw %} {0} %s",
    "# not a comment",
    "\u2028 line separators \u2029 and \u202e reversed",
]


def _network(tmp_path: Path, text: str) -> archdsl.Network:
    path = tmp_path / "spec.arch"
    path.write_text(text, encoding="utf-8")
    return archdsl.load(path).network()


@pytest.mark.parametrize("doc", HOSTILE)
def test_docstrings_stay_text(tmp_path: Path, doc: str) -> None:
    escaped = doc.replace('"""', "'''")
    text = f'"""{escaped} """\nnetwork spec() {{\n  input x: 3 x 8^2\n  conv(4)\n}}\n'
    network = _network(tmp_path, text)
    spec = ast.parse(network.source()).body[-1]
    assert _called(spec) == {"super().__init__", "super", "nn.Conv2d", "self.conv"}
    *head, entry = ast.parse(network.build()["hubconf.py"]).body
    assert _called(entry) == {"_spec.Spec", "_load_weights"}
    paths = {f"os.path.{name}" for name in ("abspath", "dirname", "samefile")}
    assert set().union(*map(_called, head)) == {"ImportError", *paths}
    assert escaped.strip()[:3] in (ast.get_docstring(ast.parse(network.source())) or "")
    network_class(network)


def _called(tree: ast.AST) -> set[str]:
    return {ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}


NAMES = ["class", "lambda", "None", "self", "torch", "nn", "Tensor", "forward", "training", "super"]
NAMES += ["parameters", "print", "__init__", "__class__", "_private", "size", "i"]
NAMES += ["int", "F", "math", "Unit", "Spec", "tuple", "range", "max", "module"]
NAMES += ["choices", "shared", "dealt"]
NAMES += ["round_to", "isinstance"]


@pytest.mark.parametrize("name", NAMES)
def test_any_name_can_be_used(tmp_path: Path, name: str) -> None:
    """As part of the names of a network, a block, a parameter, an input and a value."""
    text = f"""
    block {name}_(x, {name}, k = 3) {{
      {name}__ = x -> conv({name}, kernel = k)
      y = {name}__ + ({name}__ -> conv({name}))
      return y -> relu
    }}
    network {name}_net({name} = 4) {{
      input {name}_in: 3 x 8^2
      {name}_value = {name}_in -> {name}_({name}) -> {name}_(2 * {name}, k = 1)
      {name}_value -> mean(positions) -> linear({name})
    }}
    """
    network = _network(tmp_path, text)
    outputs = network_class(network)()(*samples(network, 2))
    assert outputs.shape == (2, 4)


@pytest.mark.parametrize("name", NAMES)
def test_any_name_can_be_a_parameter_and_an_input(tmp_path: Path, name: str) -> None:
    text = f"""
    block unit(x, {name}) {{ return x -> conv({name}) -> relu }}
    network spec(classes = 5) {{
      input {name}: 3 x 8^2
      unit(4)
      unit(6)
      mean(positions)
      linear(classes)
    }}
    """
    network = _network(tmp_path, text)
    assert network_class(network)(classes=7)(torch.randn(1, 3, 8, 8)).shape == (1, 7)


@given(st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,12}", fullmatch=True))
def test_every_name_becomes_an_identifier(name: str) -> None:
    for valid in (attribute(name), variable(name), class_name(name, None), file_name(name)):
        assert valid.isidentifier()
        assert not keyword.iskeyword(valid)
    for valid in (attribute(name), variable(name), class_name(name, None)):
        assert not valid.startswith("__")


def test_no_attribute_hides_one_of_modules() -> None:
    """A layer under such a name would never be found: the class comes before `_modules`."""
    public = [name for name in dir(nn.Module()) if not name.startswith("_")]
    assert [name for name in public if attribute(name) == name] == []


def test_no_module_hides_an_import_of_the_scripts_beside_it() -> None:
    of_searches = ["supernet", "connections", "connection_learner", *SEARCH_SCRIPTS]
    taken = ["torch", "hubconf", "train", "random", "av", "class", *SCRIPTS, *of_searches]
    assert [file_name(name) for name in taken] == [f"{name}_" for name in taken]
    assert file_name("x3d_s") == "x3d_s"


@given(st.lists(st.sampled_from(["conv", "conv1", "conv2", "conv_", "x"]), max_size=12))
def test_numbered_names_are_all_different(names: list[str]) -> None:
    unique = list(numbered(names))
    assert len(unique) == len(set(unique)) == len(names)


def test_capitals_come_from_the_docstring() -> None:
    assert class_name("autox3d_l", "AutoX3D-L: a table") == "AutoX3DL"
    assert class_name("squeeze_excite", "Squeezes and excites.") == "SqueezeExcite"
    assert class_name("glore", "__import__('os'): no") == "Glore"
    assert [class_name(n, None) for n in ("r3d_18", "x2d", "vit_b_16")] == [
        "R3D18",
        "X2D",
        "VitB16",
    ]
