"""Names in the emitted module: what the spec calls things, as Python can say it."""

from __future__ import annotations

import builtins
import keyword
import sys
from collections import Counter
from collections.abc import Iterable, Iterator

_MODULE_ATTRIBUTES = frozenset(
    """
    add_module append apply bfloat16 buffers call_super_init children compile cpu cuda double
    dump_patches eval extra_repr float forward forward_features get_buffer get_extra_state
    get_parameter get_submodule half insert ipu load_state_dict model_state module modules mtia
    named_buffers
    named_children named_modules named_parameters parameters register_buffer
    register_forward_hook register_module register_parameter requires_grad_ reset_parameters
    set_extra_state set_submodule share_memory state_dict to to_empty train training type xpu
    zero_grad
    """.split()
)
"""What an attribute of an nn.Module, or the first word of a key of its state, must not be."""

_TAKEN = frozenset(
    "self torch nn F math Tensor size block module i super tuple range int float min max"
    " isinstance round_to".split()
)
"""Names that emitted code uses for itself."""

_FILES = frozenset(
    "recipe video run train evaluate hubconf network dependencies torch torchvision torchcodec"
    " lightning pytorch_lightning numpy av PIL tqdm matplotlib tensorboard safetensors".split()
)
"""What a module must not be called: its neighbours, and what they import from elsewhere."""

_CLASSES = frozenset({"F", "INPUTS", "Module", "Tensor"})


def attribute(name: str) -> str:
    """A name that an attribute of a module can have."""
    return _python(name, _MODULE_ATTRIBUTES)


def variable(name: str) -> str:
    """A name that a local variable or an argument can have; capitals begin those of classes."""
    made = _python(name, _TAKEN)
    return made + "_" if made[:1].isupper() else made


def file_name(name: str) -> str:
    """A name that a network's module can have, beside scripts that import from elsewhere."""
    taken = keyword.iskeyword(name) or name in _FILES or name in sys.stdlib_module_names
    return name + "_" if taken else name


def _python(name: str, taken: Iterable[str]) -> str:
    bare = _lettered(name.lstrip("_"), "value")
    reserved = keyword.iskeyword(bare) or bare in taken
    return bare + "_" if reserved else bare


def _lettered(name: str, prefix: str) -> str:
    """The name, with a word before it unless it begins with a letter."""
    return name if name[:1].isalpha() else prefix + name


def class_name(name: str, doc: str | None) -> str:
    """`squeeze_excite` as `SqueezeExcite`; where the doc string begins with the name, as there.

    A doc string that begins "AutoX3D-L: ..." makes `autox3d_l` the class `AutoX3DL`.
    """
    made = _spelled(name, doc)
    if not made:
        made = "".join(part[:1].upper() + part[1:] for part in name.split("_"))
        made = _lettered(made, "Block")
    reserved = keyword.iskeyword(made) or made in _CLASSES or hasattr(builtins, made)
    return made + "_" if reserved else made


def class_doc(name: str, doc: str | None) -> str | None:
    """The first paragraph of a doc string, without the name that it may begin with."""
    if not doc:
        return None
    paragraph = first_paragraph(doc)
    if not _spelled(name, doc):
        return paragraph
    rest = paragraph.partition(":")[2].strip()
    return rest[:1].upper() + rest[1:]


def network_doc(name: str, doc: str | None) -> str:
    """What a network is, in a paragraph: its doc, else its name."""
    return class_doc(name, doc) or f"The network {name}."


def first_paragraph(doc: str) -> str:
    return doc.partition("\n\n")[0]


def _spelled(name: str, doc: str | None) -> str:
    """The name as the head of its doc string spells it, if it does."""
    head, colon, _ = (doc or "").partition(":")
    spelled = "".join(filter(str.isalnum, head)) if colon else ""
    agrees = spelled.isascii() and spelled.lower() == name.replace("_", "").lower()
    return spelled if agrees and spelled[:1].isupper() else ""


def numbered(bases: Iterable[str]) -> Iterator[str]:
    """Each base once as it is, those that occur several times with a number: conv1, conv2."""
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
