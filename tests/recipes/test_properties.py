"""Any settings give a recipe or diagnostics, and never a traceback."""

from __future__ import annotations

from contextlib import suppress

from hypothesis import strategies as st
from laws import law

from archdsl.diagnostics import CompileError
from archdsl.recipes.recipe import VOCABULARY
from tests.recipes.harness import mistakes, spec

_words = sorted(VOCABULARY.words)
_values = st.sampled_from(
    [
        *(
            "0",
            "-1",
            "2",
            "32",
            "0.5",
            "1e9",
            "1e-30",
            "none",
            "true",
            '"text"',
            "32..40",
            "(1, 2)",
        ),
        *("video", "video.height", "n", "conv", "range(3)", "x if true else 2", "(32, 32)", "r()"),
        *_words,
    ]
)
_options = st.sampled_from(["lr", "momentum", "frames", "stride", "size", "at", "mean", "betas"])
_named = st.builds("{} = {}".format, _options, _values)
_calls = st.builds("{}({})".format, st.sampled_from(_words), st.lists(_named).map(", ".join))
_names = st.sampled_from([*VOCABULARY.forms, "for", "wibble"])
_settings = st.one_of(
    _names,
    st.builds("{} {}".format, _names, _values | _calls),
    st.builds("{}({})".format, _names, st.lists(_named, min_size=1).map(", ".join)),
)


@law(st.lists(_settings, min_size=1, max_size=4), few=40, many=500)
def test_any_recipe_is_made_or_refused(settings_text: list[str]) -> None:
    with suppress(CompileError):
        assert all(mistake.message for mistake in mistakes(spec(*settings_text)))
