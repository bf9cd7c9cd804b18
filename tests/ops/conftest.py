from __future__ import annotations

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the test that counts all comparisons last."""
    items.sort(key=lambda item: item.name == "test_every_operation_was_compared_with_torch")
