from __future__ import annotations

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What looks back on all comparisons comes last."""
    items.sort(key=lambda item: item.name == "test_every_operation_was_compared_with_torch")
