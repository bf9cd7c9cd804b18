"""What the text of a class says: its docstring, and the strings that explain its fields."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Mapping
from itertools import pairwise


def docstring(kind: type) -> str:
    """A docstring without its indentation."""
    return inspect.cleandoc(kind.__doc__ or "")


def attribute_docs(kind: type) -> Mapping[str, str]:
    """The text below each field of a class that has one; nothing without the class's source."""
    try:
        tree = ast.parse(inspect.getsource(kind))
    except OSError:  # a distribution may have compiled files only
        return {}
    (node,) = tree.body
    assert isinstance(node, ast.ClassDef)
    return {
        field.target.id: " ".join(text.value.value.split())
        for field, text in pairwise(node.body)
        if isinstance(field, ast.AnnAssign)
        and isinstance(field.target, ast.Name)
        and isinstance(text, ast.Expr)
        and isinstance(text.value, ast.Constant)
        and isinstance(text.value.value, str)
    }
