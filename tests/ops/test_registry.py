"""Every operation has a name, parameters of a kind, a docstring and a test against torch."""

from __future__ import annotations

from dataclasses import fields

import pytest

from archdsl.ir.integers import Range
from archdsl.ir.types import TensorType
from archdsl.ops import FAMILIES, OPERATIONS
from archdsl.ops.base import Operation, infer_types
from archdsl.ops.embedding import Embedding
from archdsl.ops.sources import Input, Parameter
from archdsl.params.kinds import kind_of

from .harness import COVERED, agree, shape


def test_sources() -> None:
    agree(Parameter((3, 4)))
    agree(Parameter(5, "ones"), shape(3, 4))
    agree(Parameter((3, 4), "normal"), shape(7))
    agree(Embedding(5, 3), TensorType((7, 2), integers=Range(0, 4)))
    agree(Embedding(5, 3, padding_index=4), TensorType((7,), integers=Range(1, 2)))
    assert infer_types(Input((7,), 5), ()) == (TensorType((7,), integers=Range(0, 4)),)
    assert infer_types(Input((3, 16, 224, 224)), ()) == (shape(3, 16, 224, 224),)


def test_names_are_unique() -> None:
    assert sum(map(len, FAMILIES)) == len(OPERATIONS)


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)
def test_declaration(operation: type[Operation]) -> None:
    assert not (operation.__doc__ or "").startswith((f"{operation.__name__}(", "Base"))
    for field in fields(operation):
        kind = kind_of(field)
        assert kind.expects
        assert kind.accepts(field.default) or field.default not in (None, 0, 1, True, False)


def test_every_operation_was_compared_with_torch(request: pytest.FixtureRequest) -> None:
    """Runs last: the file is the last in order that uses `agree`."""
    if len(request.session.items) < 100 or hasattr(request.config, "workerinput"):
        pytest.skip("only some of the tests run in this process")
    assert set(OPERATIONS.values()) - COVERED == {Input}
