"""The suite compares thousands of modules with torch; few examples of each are enough."""

from __future__ import annotations

import pytest
from hypothesis import settings

settings.register_profile("ops", max_examples=20, deadline=None)
settings.load_profile("ops")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What looks back on all comparisons comes last."""
    items.sort(key=lambda item: item.name == "test_every_operation_was_compared_with_torch")
