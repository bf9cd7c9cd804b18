"""Any settings give a search or diagnostics, and never a traceback."""

from __future__ import annotations

from contextlib import suppress

from hypothesis import strategies as st
from laws import law

from archdsl.diagnostics import CompileError
from archdsl.searches.methods import METHODS
from archdsl.searches.search import VOCABULARY
from tests.searches.harness import mistakes, spec

_words = sorted(VOCABULARY.words)
_numbers = ("0", "-1", "2", "12", "0.5", "2G", "1e9", "1e-30", "1e30", "1 / 3")
_others = (
    "none",
    "true",
    '"text"',
    "1..3",
    "<= 2",
    "<= r",
    "(1, 2)",
    "n",
    "r",
    "conv",
    "video",
    "x",
)
_values = st.sampled_from([*_numbers, *_others, *_words, "(fast, depth)", "2 if true else x"])
_options = st.sampled_from(
    [*"trials startup kernel population axes times epochs draws estimator target lr".split()]
)
_named = st.builds("{} = {}".format, _options, _values)
_called = st.sampled_from(
    [*(method.name for method in METHODS), "hinge", "power", "adam", "r", "n", "wibble"]
)
_calls = st.builds("{}({})".format, _called, st.lists(_named, max_size=3).map(", ".join))
_names = st.sampled_from([*VOCABULARY.forms, "wibble"])
_settings = st.one_of(
    _names,
    st.builds("{} {}".format, _names, _values | _calls),
    st.builds("{}({})".format, _names, st.lists(_named, min_size=1, max_size=2).map(", ".join)),
)


@law(st.lists(_settings, min_size=1, max_size=4), few=40, many=500)
def test_any_search_is_made_or_refused(settings_text: list[str]) -> None:
    with suppress(CompileError):
        assert all(mistake.message for mistake in mistakes(spec(*settings_text)))
