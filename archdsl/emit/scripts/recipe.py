"""recipe.py: the one file of the scripts that differs from network to network.

A recipe's settings are constants at its top. What a researcher edits are functions: the optimiser,
the rate, the loss, and the clips, composed of the pieces of video.py. A setting that a recipe does
not have is a neutral value where the loop reads it, and otherwise not there.
"""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from archdsl.diagnostics import CompileError, error
from archdsl.emit.imports import Imported, import_lines, names_defined, names_used
from archdsl.emit.names import first_paragraph
from archdsl.emit.pages import page
from archdsl.emit.python import (
    Atom,
    Attribute,
    Call,
    Docstring,
    Keyword,
    Return,
    Statement,
    literal,
    render,
)
from archdsl.emit.scripts.settings import constants, number
from archdsl.emit.scripts.target import Target
from archdsl.frozen import Frozen
from archdsl.recipes.recipe import (
    AutoAugment,
    Cosine,
    FullLength,
    RandAugment,
    Recipe,
    ScaleJitter,
    Sgd,
    Views,
)

if TYPE_CHECKING:
    from archdsl.searches.search import Search

_WIDTH = 84

_VIDEO = """
Clip augmented centre_crop crops exactly normalised random_crop shorter_side
spread_clips whole_video
"""

_BESIDE = ("errors", "labels", "decoding", "video", "policy")
"""The scripts that it imports."""

_HOMES = {
    "math": Imported("math"),
    "random": Imported("random"),
    "torch": Imported("torch"),
    "Any": Imported("typing", "Any"),
    "defaultdict": Imported("collections", "defaultdict"),
    "get_close_matches": Imported("difflib", "get_close_matches"),
    "fnmatchcase": Imported("fnmatch", "fnmatchcase"),
    "F": Imported("torch.nn.functional", None, "F"),
    **{name: Imported("torch", name) for name in ("Tensor", "nn")},
    "Fault": Imported("errors", "Fault"),
    "OpenVideo": Imported("decoding", "OpenVideo"),
    **{name: Imported("labels", name) for name in ("OneLabel", "SeveralLabels")},
    **{name: Imported("video", name) for name in _VIDEO.split()},
    "Mapping": Imported("collections.abc", "Mapping"),
    **{name: Imported("policy", name) for name in ("Importance", "Policy", "Score")},
}
"""Where recipe.py has its names from, the network's module aside."""


class RecipeView(Frozen):
    """What the template asks."""

    docstring: list[str]
    imports: list[str]
    constants: str
    functions: str


class BodyView(Frozen):
    """What the template of the functions asks."""

    is_trained: bool
    is_supernet: bool
    is_tested: bool
    gives_probabilities: bool
    activation: str
    """What makes probabilities of scores."""
    has_classes: bool
    sets_dropout: bool
    freezes: bool
    has_rates: bool
    names_parts: bool
    kind: str
    """The network's class, if it is an argument: train.py may have it from another module."""
    made: str
    """The network, made as the recipe has it."""
    undecayed: str
    """Which parameters have no weight decay."""
    spared: str
    """What tells such a one."""
    optimizer: list[str]
    warmup: bool
    schedule: str
    final: bool
    loss: list[str]
    several: bool
    """Whether videos have several labels."""
    jitters: bool
    """Whether videos are scaled by their shorter side, to a random length, not to one size."""
    flip: bool
    augmentation: str
    """A policy of torchvision and its options, as arguments."""
    protocol: str
    test: Views | FullLength
    whole: str
    """The call that reads a video in its full length, if that is the test."""


def recipe_script(recipe: Recipe, target: Target, search: Search | None = None) -> str:
    """The text of recipe.py; with a search, it also says how that is done."""
    own, functions = _own_text(recipe, target, search)
    body = _body(recipe, target, target.class_name)
    is_taken = target.class_name in names_defined(f"{own}\n{body}\n{functions}") | set(_HOMES)
    alias = f"{target.class_name}Network" if is_taken else None
    if alias:
        body = _body(recipe, target, alias)
    if functions:
        body = f"{body}\n\n\n{functions}"
    names = names_used(f"{own}\n{body}")
    imports = [_HOMES[name] for name in names & set(_HOMES)]
    imports.append(Imported(target.module, target.class_name, alias))
    docstring = render((Docstring(_header(recipe, target, search)),))
    stated = import_lines(imports, (target.module, *_BESIDE))
    return page("recipe.py.j2", recipe=RecipeView(docstring, stated, own, body))


def _own_text(recipe: Recipe, target: Target, search: Search | None) -> tuple[str, str]:
    """The constants, and the functions of a search, if there is one."""
    if search is None:
        return "\n".join(constants(recipe, target, recipe.name)), ""
    # few networks are searched
    from archdsl.emit.scripts.searching import search_constants, search_functions

    own = constants(recipe, target, search.name, search_constants(search, recipe))
    return "\n".join(own), search_functions(search, recipe)


def _header(recipe: Recipe, target: Target, search: Search | None) -> str:
    """What is trained, and how the recipe's own text describes that."""
    verb = "tested" if target.gives_probabilities else "trained and tested"
    verb = verb if target.is_tested else "trained while its space is searched"
    how = f"the recipe {recipe.name}"
    if search is not None:
        verb, how = "trained while its space is searched", f"{how}, and the search {search.name}"
    title = f"How {target.module}.{target.class_name} is {verb}: {how}."
    parts = [title, first_paragraph(target.title)]
    if search is not None and search.doc:
        parts += filter(None, search.doc.split("\n\n"))
    if recipe.doc:
        parts += filter(None, recipe.doc.split("\n\n"))  # also what no paper printed
    if recipe.pretrained and not target.gives_probabilities:
        file = "--weights takes a file of weights, and what fits of it"
        parts.append(f"The paper starts from {recipe.pretrained}; {file}.")
    return "\n\n".join(textwrap.fill(part, _WIDTH) for part in parts)


def _body(recipe: Recipe, target: Target, name: str) -> str:
    """The functions, in which the network's class has this name."""
    schedule, is_trained = recipe.schedule, not target.gives_probabilities
    is_chosen = is_trained and target.is_tested and not target.is_supernet
    view = BodyView(
        is_trained=is_trained,
        is_supernet=target.is_supernet,
        is_tested=target.is_tested,
        gives_probabilities=target.gives_probabilities,
        activation="sigmoid()" if recipe.loss == "binary_cross_entropy" else "softmax(1)",
        has_classes=target.has_classes,
        sets_dropout=_sets_dropout(recipe, target),
        freezes=is_trained and bool(recipe.freeze),
        has_rates=bool(recipe.rates),
        names_parts=is_trained and bool(recipe.freeze or recipe.rates),
        kind=name if is_chosen else "",
        made=_made(recipe, target, "kind" if is_chosen else name),
        undecayed=" and ".join(recipe.no_decay),
        spared=_spared(recipe, target),
        optimizer=render((_optimizer(recipe),), 1),
        warmup=recipe.warmup is not None,
        schedule=schedule.name,
        final=isinstance(schedule, Cosine) and bool(schedule.final),
        loss=render((_loss(recipe),), 1),
        several=recipe.loss == "binary_cross_entropy",
        jitters=isinstance(recipe.scale, ScaleJitter),
        flip=bool(recipe.flip),
        augmentation=_augmentation(recipe),
        protocol=_protocol(recipe),
        test=recipe.test,
        whole=_whole(recipe),
    )
    return page("recipe_functions.py.j2", recipe=view).strip("\n")


def _sets_dropout(recipe: Recipe, target: Target) -> bool:
    """Whether the rate is set from outside: the network has no argument for it."""
    is_trained = not target.gives_probabilities
    return is_trained and recipe.dropout is not None and "dropout" not in target.arguments


def check_dropout(recipe: Recipe, supernet: Target) -> None:
    """Check that a supernet has the rate as an argument: its layers are made anew for each path.

    Raises:
        CompileError: it has not.
    """
    if recipe.dropout is None or "dropout" in supernet.arguments:
        return
    message = (
        f"`{recipe.name}` sets `dropout`, but the network of this search has no such parameter"
    )
    help = "write `dropout = 0.5` among its parameters, and `dropout(dropout)` where it drops"
    raise CompileError([error("supernet", message, help=help)])


def _made(recipe: Recipe, target: Target, name: str) -> str:
    """The network as a recipe has it: `Tiny(classes=classes)`."""
    options = [Keyword("classes", Atom("classes"))] if target.has_classes else []
    is_trained = not target.gives_probabilities
    if is_trained and recipe.dropout is not None and "dropout" in target.arguments:
        options.append(Keyword("dropout", Atom("DROPOUT")))
    return str(Call(Atom(name), tuple(options)))


def _spared(recipe: Recipe, target: Target) -> str:
    """What tells a parameter without weight decay. A supernet has all its tensors in one place."""
    tests = {"norms": "isinstance(module, norms)", "biases": 'name == "bias"'}
    if target.is_supernet:
        tests = {"norms": "is_of_norm(model, name)", "biases": 'name.endswith("/bias")'}
    return " or ".join(tests[kind] for kind in recipe.no_decay)


def _optimizer(recipe: Recipe) -> Statement:
    optimizer = recipe.optimizer
    groups = Atom("groups") if recipe.no_decay or recipe.rates else Call(Atom("model.parameters"))
    options = [Keyword("lr", Atom("LEARNING_RATE"))]
    if isinstance(optimizer, Sgd):
        options.append(Keyword("momentum", Atom("MOMENTUM")))
    else:
        options.append(Keyword("betas", Atom("BETAS")))
    options.append(Keyword("weight_decay", Atom("WEIGHT_DECAY")))
    if isinstance(optimizer, Sgd) and optimizer.nesterov:
        options.append(Keyword("nesterov", literal(True)))
    kind = "SGD" if isinstance(optimizer, Sgd) else "AdamW"
    return Return(Call(Atom(f"torch.optim.{kind}"), (groups, *options)))


def _loss(recipe: Recipe) -> Statement:
    if recipe.loss == "binary_cross_entropy":
        whole = (Atom("logits"), Atom("labels"), Keyword("reduction", literal("none")))
        each = Call(Atom("F.binary_cross_entropy_with_logits"), whole)
        return Return(Call(Attribute(each, "mean"), (literal(1),)))
    options = [Keyword("reduction", literal("none"))]
    if recipe.label_smoothing:
        options.append(Keyword("label_smoothing", Atom("LABEL_SMOOTHING")))
    operands = (Atom("logits"), Atom("labels"))
    return Return(Call(Atom("F.cross_entropy"), (*operands, *options)))


def _augmentation(recipe: Recipe) -> str:
    match recipe.augment:
        case AutoAugment():
            return '"AutoAugment"'
        case RandAugment(number=number, magnitude=magnitude):
            return f'"RandAugment", {number}, {magnitude}'
    return ""


def _protocol(recipe: Recipe) -> str:
    """The views of the test, in words."""
    test = recipe.test
    if not isinstance(test, Views):
        most = f", at most {test.frames} frames of it" if test.frames is not None else ""
        return f"The whole video in one pass{most}."
    clips = f"{test.clips} clips, evenly spread" if test.clips > 1 else "The clip in the middle"
    crops = "3 crops" if test.crops > 1 else "one crop"
    return f"{clips}, and {crops} of {test.size} x {test.size} of each."


def _whole(recipe: Recipe) -> str:
    """The call that reads a video in its full length."""
    test = recipe.test
    if isinstance(test, Views):
        return ""
    scale = Call(Atom("exactly"), tuple(literal(side) for side in test.size))
    rate = number(recipe.clip.rate)
    options = {"stride": literal(test.stride), "rate": rate, "scale": scale}
    if test.frames is not None:
        options["most"] = literal(test.frames)
    given = (Keyword(name, value) for name, value in options.items())
    return str(Call(Atom("whole_video"), (Atom("video"), *given)))
