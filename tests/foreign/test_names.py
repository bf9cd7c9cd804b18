"""Tables of foreign names: what they call by our names exists, and torch's names are in them."""

from __future__ import annotations

import inspect

import pytest
import torch.nn.functional as F
from torch import nn

from archdsl.build.schemes import SCHEMES
from archdsl.foreign import names, searching, training, words
from archdsl.ops import OPERATIONS
from archdsl.program.files import library_file_of
from archdsl.program.names import TYPE_WORDS, operation_words
from archdsl.recipes.recipe import VOCABULARY
from archdsl.searches import search as searches
from archdsl.searches.methods import METHODS

OWN = {*OPERATIONS, "none"}
SETTINGS = VOCABULARY.forms

INTERNAL = {
    "Buffer": "a buffer is no layer",
    "DType": "a type",
    "Optional": "a type",
    "Callable": "a type",
    "Tensor": "a type",
    "ScalingType": "a type",
    "SwizzleType": "a type",
    "UninitializedBuffer": "a buffer is no layer",
    "assert_int_or_pair": "an internal",
    "boolean_dispatch": "an internal",
    "handle_torch_function": "an internal",
    "has_torch_function": "an internal",
    "has_torch_function_unary": "an internal",
    "has_torch_function_variadic": "an internal",
}


def test_what_is_called_by_our_names_exists() -> None:
    for code in names._CALLED:
        own = code.partition("(")[0]
        assert own in OWN or library_file_of(own), own


def test_no_name_has_two_meanings() -> None:
    for table in (names._CALLED, names._WRITTEN, names._METHODS):
        listed = [name for foreign in table.values() for name in foreign.split()]
        assert len(listed) == len(set(listed))
    called, written = names._inverted_called(), names._inverted_written()
    assert called.keys() & written.keys() == set()


def test_a_name_of_ours_is_never_told_to_be_another() -> None:
    for operation in OPERATIONS:
        code = names.called(operation)
        assert code is None or code.partition("(")[0] == operation, operation


def test_our_parameters_and_words_exist() -> None:
    parameters = {field for kind in OPERATIONS.values() for field in kind.__dataclass_fields__}
    options = {
        option
        for form in SETTINGS.values()
        for setting in (*getattr(form, "settings", ()), getattr(form, "setting", None))
        if setting is not None
        for option in setting.__dataclass_fields__
    }
    ours = {*parameters, *options, "classes", "heads"}
    assert set(words._ARGUMENTS.values()) - ours == set()
    choices = {word for form in SETTINGS.values() for word in form.words}
    choices |= {word for form in SETTINGS.values() for word in getattr(_kind(form), "words", ())}
    known = {*operation_words(), *SCHEMES, *choices}
    assert set(words._VALUES.values()) - known == set()
    assert set(words._TYPES.values()) <= TYPE_WORDS


def test_settings_of_other_scripts_are_settings_of_recipes() -> None:
    assert set(training._CALLED) <= set(SETTINGS)
    listed = [name for theirs in training._CALLED.values() for name in theirs.split()]
    assert len(listed) == len(set(listed))
    assert not set(listed) & (set(SETTINGS) | set(training._LEFT_TO_SCRIPTS))
    assert not set(training._LEFT_TO_SCRIPTS) & set(SETTINGS)


def test_settings_of_other_tools_are_settings_of_searches() -> None:
    methods = {method.name for method in METHODS}
    assert set(searching._CALLED) <= set(searches.VOCABULARY.forms)
    assert set(searching._METHODS) == methods
    for table, own in (
        (searching._CALLED, set(searches.VOCABULARY.forms)),
        (searching._METHODS, methods),
    ):
        listed = [name for theirs in table.values() for name in theirs.split()]
        assert len(listed) == len(set(listed))
        assert not set(listed) & (own | set(searching._ELSEWHERE))


def _kind(form: object) -> object:
    return getattr(form, "kind", None)


def _public(module: object) -> list[str]:
    return [name for name in dir(module) if not name.startswith("_") and name not in INTERNAL]


LAYERS = [name for name in _public(nn) if inspect.isclass(getattr(nn, name))]
FUNCTIONS = [name for name in _public(F) if callable(getattr(F, name))]


def test_torchs_names_are_explained() -> None:
    """Each has our name, is told what it is called here, or that there is none."""
    foreign = [name for name in (*LAYERS, *FUNCTIONS) if name.lower().rstrip("_") not in OPERATIONS]
    assert [name for name in foreign if names.hint(name) is None] == []


@pytest.mark.parametrize(
    ("name", "own"),
    [
        ("Conv3d", "conv"),
        ("LazyConv2d", "conv"),
        ("Dropout", "dropout"),
        ("Dropout3d", "channel_dropout"),
        ("ReflectionPad2d", "pad"),
        ("relu_", None),
        ("RMSNorm", "rms_norm"),
    ],
)
def test_variants_of_a_name(name: str, own: str | None) -> None:
    code = names.called(name)
    assert own == (code and code.partition("(")[0])


def test_losses_are_told_to_be_of_training() -> None:
    assert "training" in (names.hint("CrossEntropyLoss") or "")
    assert "training" in (names.hint("mse_loss") or "")
