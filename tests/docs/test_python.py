"""Every public name has its page, which names all that it has."""

from __future__ import annotations

import inspect
import re
from dataclasses import fields, is_dataclass

import pytest
from document import ROOT

import archdsl

_NAMES = dir(archdsl)
_CLASSES = [name for name in _NAMES if inspect.isclass(getattr(archdsl, name))]


def _page(name: str) -> str:
    """`docs/python/compile_error.md` of `CompileError`."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name.strip("_")).lower()
    return (ROOT / "docs" / "python" / f"{words}.md").read_text()


@pytest.mark.parametrize("name", _NAMES)
def test_name_has_its_page(name: str) -> None:
    title = _page(name).splitlines()[0]
    assert title.replace("\\", "") == f"# archdsl.{name}"


@pytest.mark.parametrize("name", _NAMES)
def test_name_is_on_the_first_page(name: str) -> None:
    first = (ROOT / "docs" / "python" / "README.md").read_text()
    assert re.search(rf"`{name}\b", first)


@pytest.mark.parametrize("name", _CLASSES)
def test_all_that_a_class_has_is_on_its_page(name: str) -> None:
    kind, text = getattr(archdsl, name), _page(name)
    own = [field.name for field in fields(kind)] if is_dataclass(kind) else []
    public = {each for each in (*own, *vars_of(kind)) if not each.startswith("_")}
    assert sorted(each for each in public if not re.search(rf"`{each}\b", text)) == []


def vars_of(kind: type) -> set[str]:
    """What a class and those of its bases that are archdsl's define."""
    ours = [each for each in kind.__mro__ if each.__module__.startswith("archdsl")]
    return {name for each in ours for name in vars(each)}


@pytest.mark.parametrize("name", [name for name in _NAMES if name != "__version__"])
def test_help_says_something(name: str) -> None:
    value = getattr(archdsl, name)
    assert inspect.getdoc(value)
    for member, own in vars(value).items() if inspect.isclass(value) else ():
        if not member.startswith("_") and (inspect.isfunction(own) or isinstance(own, property)):
            assert inspect.getdoc(own), f"{name}.{member}"
