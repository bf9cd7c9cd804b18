"""Names in the emitted module: the names of the spec, made valid and unused in Python.

A spec is untrusted, and its names become attributes, arguments, classes and files. So a name that
would hide something that the emitted code uses gets an underscore after it.
"""

from __future__ import annotations

import builtins
import keyword
import sys
from collections import Counter
from collections.abc import Collection, Iterable, Iterator

# Written out, since torch is not imported at compile time; a test compares it with `dir`.
_MODULE_ATTRIBUTES = frozenset(
    """
    T_destination add_module append apply bfloat16 buffers call_super_init children compile cpu cuda
    double dump_patches eval extra_repr float forward forward_features get_buffer get_classifier
    get_extra_state get_parameter get_submodule group_matcher half insert ipu load_state_dict module
    modules mtia named_buffers named_children named_modules named_parameters num_classes
    num_features parameters register_backward_hook register_buffer register_forward_hook
    register_forward_pre_hook register_full_backward_hook register_full_backward_pre_hook
    register_load_state_dict_post_hook register_load_state_dict_pre_hook register_module
    register_parameter register_state_dict_post_hook register_state_dict_pre_hook requires_grad_
    reset_classifier reset_parameters set_extra_state set_grad_checkpointing set_submodule
    share_memory state_dict to to_empty train training type xpu zero_grad
    """.split()
)
"""Names that attributes of modules must not have: methods of `nn.Module`, and our own methods.

`module` is no method, but a part of keys in checkpoints that `load_weights` leaves out.
"""

_TAKEN = frozenset(
    "self torch nn F math Tensor block choices module device i super tuple range int float min max"
    " isinstance round_to group ungroup mean_of_positions in_chunks converted".split()
)
"""Names that emitted code uses, so that variables must not have them."""

_FILES = frozenset(
    "recipe errors disk tables formats classes lists labels packets pictures decoding video"
    " processes loading weight_files weight_keys weights checkpoints log stopping arguments"
    " held_out learner resuming run epochs options train evaluate scoring"
    " confusion labelled predict hubconf network dependencies"
    " policy cost_tables paths_within path_costs path_learner finding search_pictures front_picture"
    " found_files search supernet"
    " connections connection_learner"
    " torch torchvision torchcodec lightning pytorch_lightning"
    " numpy av PIL tqdm matplotlib tensorboard safetensors".split()
)
"""Names that a module must not have: the files beside it, and packages that these import.

Python looks into the folder of a script first, so `numpy.py` there would replace NumPy.
"""

_CLASSES = frozenset(
    "BELOW Checkpointed CheckpointedWithNorms F GatedSum INPUTS Module StochasticDepth Supernet"
    " Tensor Unchanged WeightedSum".split()
)


_FUNCTIONS = frozenset(
    "load_weights arguments covering combinations dealt shared"
    " checkpoint first_and_again nullcontext partial".split()
)

_VALUES = frozenset("xyzuvw")
"""The variables of values without a name in the spec; they may be numbered."""


def attribute(name: str) -> str:
    """The name as an attribute of a module."""
    return _python(name, _MODULE_ATTRIBUTES)


def variable(name: str) -> str:
    """The name as a local variable or an argument.

    A capital could be the name of an emitted class, so it gets an underscore. The name of a
    decision has dots.
    """
    valid = _python(name.replace(".", "_"), _TAKEN)
    return valid + "_" if valid[:1].isupper() else valid


def file_name(name: str) -> str:
    """The name as a module beside the scripts of a build folder."""
    taken = keyword.iskeyword(name) or name in _FILES or name in sys.stdlib_module_names
    return name + "_" if taken else name


def _python(name: str, taken: Iterable[str]) -> str:
    # Leading underscores would make an attribute private, and two of them mangle its name.
    bare = _starting_with_letter(name.lstrip("_"), "value")
    reserved = keyword.iskeyword(bare) or bare in taken
    return bare + "_" if reserved else bare


def _starting_with_letter(name: str, prefix: str) -> str:
    """The name, with a prefix unless it begins with a letter."""
    return name if name[:1].isalpha() else prefix + name


def class_name(name: str, doc: str | None) -> str:
    """The name as a class: `squeeze_excite` as `SqueezeExcite`.

    A docstring can give the capitals: "AutoX3D-L: ..." makes `autox3d_l` the class `AutoX3DL`.
    """
    spelled = _spelling(name, doc)
    if not spelled:
        camel = "".join(map(_capital, name.split("_")))
        spelled = _starting_with_letter(camel, "Block")
    reserved = keyword.iskeyword(spelled) or spelled in _CLASSES or hasattr(builtins, spelled)
    return spelled + "_" if reserved else spelled


def _capital(word: str) -> str:
    """A word of a name with a capital, `r3d` as `R3D`: letters around a digit abbreviate."""
    is_short = len(word) <= _SHORT and any(map(str.isdigit, word[1:-1]))
    return word.upper() if is_short else word[:1].upper() + word[1:]


_SHORT = 4
"""The most characters of a word that is an abbreviation, such as `r3d` or `s3d`."""


def function_name(name: str, variables: Collection[str]) -> str:
    """The name as a function, which none of the `variables` must hide."""
    valid = variable(name)
    is_taken = valid in variables or valid in _FUNCTIONS or valid.rstrip("0123456789") in _VALUES
    return valid + "_" if is_taken else valid


def free(name: str, taken: Collection[str]) -> str:
    """The name, with underscores if others have it."""
    while name in taken:
        name += "_"
    return name


def class_doc(name: str, doc: str | None) -> str | None:
    """The first paragraph of a docstring, without the name that it may begin with."""
    if not doc:
        return None
    paragraph = first_paragraph(doc)
    if not _spelling(name, doc):
        return paragraph
    rest = paragraph.partition(":")[2].strip()
    return rest[:1].upper() + rest[1:]


def network_doc(name: str, doc: str | None) -> str:
    """A paragraph about a network: from its docstring, or its name if it has none."""
    return class_doc(name, doc) or f"The network {name}."


def first_paragraph(doc: str) -> str:
    return doc.partition("\n\n")[0]


def _spelling(name: str, doc: str | None) -> str:
    """The name as its docstring spells it before a colon; empty if it does not."""
    head, colon, _ = (doc or "").partition(":")
    spelled = "".join(filter(str.isalnum, head)) if colon else ""
    agrees = spelled.isascii() and spelled.lower() == name.replace("_", "").lower()
    return spelled if agrees and spelled[:1].isupper() else ""


def numbered(bases: Iterable[str]) -> Iterator[str]:
    """Unique names: `conv` stays `conv` if it occurs once, several become `conv1`, `conv2`."""
    names = list(bases)
    total, seen = Counter(names), Counter[str]()
    taken = {name for name, count in total.items() if count == 1}
    for name in names:
        seen[name] += 1
        unique = name if total[name] == 1 else f"{name}{seen[name]}"
        while total[name] > 1 and unique in taken:
            unique += "_"
        taken.add(unique)
        yield unique
