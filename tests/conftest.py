"""Options of the whole suite."""

from __future__ import annotations

import gc
import os

import pytest
from hypothesis import HealthCheck, settings

# The imported libraries are a million objects. At Python's own thresholds, the search for garbage
# goes through all of them so often that it takes a third of the suite's time.
gc.set_threshold(100_000, 10, 10)

if "PYTEST_XDIST_WORKER" in os.environ:
    # Workers share the cores; this is read when torch is imported, by what they start as well.
    os.environ.setdefault("OMP_NUM_THREADS", "1")

# Reports are as wide as the terminal, or 80 columns where there is none: so in every run.
os.environ.pop("COLUMNS", None)

# The same examples in each run, and no time limits: a law does not fail by chance, nor because the
# machine is busy.
settings.register_profile(
    "suite", derandomize=True, deadline=None, suppress_health_check=list(HealthCheck)
)
settings.load_profile("suite")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update", action="store_true", help="rewrite the expected output of cases")


@pytest.fixture
def is_updating(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--update"))
