"""The initialisation of weights: the bodies of `reset_parameters`.

A network with rules in its `init` block visits all modules and applies them. Layers without a rule
are reset as torch does, so that calling the method again gives a fresh network.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction

from archdsl.emit.branches import opposite
from archdsl.emit.members import Slot
from archdsl.emit.parts import Fork, Part, Stage
from archdsl.emit.python import (
    Atom,
    Attribute,
    Call,
    Comment,
    Expr,
    For,
    If,
    Infix,
    Keyword,
    Python,
    Statement,
    Subscript,
    Tuple,
    literal,
    renamed,
)
from archdsl.ir.graph import Graph, Initialisation
from archdsl.ops.forms import Form, Layer, PyValue, Weight

_WEIGHT, _BIAS = Atom("module.weight"), Atom("module.bias")
_PADDING = Atom("module.padding_idx")


def initialisation(
    graph: Graph, forms: Mapping[int, Form], blocks: Sequence[str]
) -> tuple[Statement, ...]:
    """A loop over all modules that initialises each by the spec's rule, or by torch's own.

    `forms` are those of the nodes. `blocks` are the classes that have a `reset_parameters`. It sets
    some weights of its layers to zero, so it must run after the layers have been initialised.
    """
    layers = _layers(graph, forms)
    rules = [rule for rule in graph.initialisations if rule.operation in layers]
    others = [*_classes_without_rule(layers, {rule.operation for rule in rules}), *blocks]
    branches: tuple[Statement, ...] = ()
    if others:
        test = _is_one_of(others)
        branches = (If(test, (Expr(Call(Atom("module.reset_parameters"))),)),)
    for rule in reversed(rules):
        branches = (_branch(rule, layers[rule.operation], branches),)
    modules = Call(Atom("self.modules"))
    if not blocks:
        return (For(Atom("module"), modules, branches),)
    inside_out = Call(Atom("reversed"), (Call(Atom("list"), (modules,)),))
    return (
        # `modules` yields a block before its layers.
        Comment("Reset layers before the blocks that contain them."),
        For(Atom("module"), inside_out, branches),
    )


def initialised_as(
    graph: Graph, operation: str, layer: Layer, module: Python
) -> Iterator[Statement]:
    """Statements that give a new layer of an operation its first weights, if a rule has them."""
    rules = [rule for rule in graph.initialisations if rule.operation == operation]
    names = {str(own): Attribute(module, str(own).split(".")[1]) for own in (_WEIGHT, _BIAS)}
    for rule in rules:
        yield from renamed(_branch(rule, [layer], ()).body, names)


def _layers(graph: Graph, forms: Mapping[int, Form]) -> dict[str, list[Layer]]:
    """The layers of each operation that has any, by its name."""
    found: dict[str, list[Layer]] = {}
    for node in graph:
        form = forms.get(node.index)
        if isinstance(form, Layer):
            found.setdefault(node.operation.name, []).append(form)
    return found


def _classes_without_rule(
    layers: Mapping[str, list[Layer]], ruled: Collection[str]
) -> Iterable[str]:
    """The classes of layers with weights or statistics that no rule covers."""
    others = (layer for name in layers.keys() - ruled for layer in layers[name])
    return sorted({layer.constructor for layer in others if not layer.shared})


def _is_one_of(names: Iterable[str]) -> Python:
    kinds = tuple(map(Atom, names))
    return Call(Atom("isinstance"), (Atom("module"), kinds[0] if len(kinds) == 1 else Tuple(kinds)))


def own_initialisation(parts: Iterable[Part]) -> Iterator[Statement]:
    """Statements for what a class must initialise itself: free parameters, and zeroed weights."""
    for part in parts:
        if isinstance(part, Fork):
            first, second = map(tuple, map(own_initialisation, (part.first, part.second)))
            if first or second:
                test = part.test if first else opposite(part.test)
                yield If(test, first or second, second if first else ())
            continue
        if isinstance(part, Stage):
            continue  # its modules have no weights that begin at zero
        slot = part
        if slot.member.module is not None:
            continue  # a later use of shared layers
        if isinstance(slot.member.form, Weight):
            own = Atom(f"self.{slot.attribute}")
            yield Expr(_initialised(slot.member.form, own, slot.values))
        if slot.buffer is not None:
            yield buffer_computed(slot)
        for name in slot.zero:
            zeroed = Expr(Call(Atom("nn.init.zeros_"), (Atom(f"self.{slot.attribute}.{name}"),)))
            if slot.flag is None:
                yield zeroed
            else:
                assert isinstance(slot.member.form, Layer)
                kind = Atom(slot.member.form.constructor)
                test = Call(Atom("isinstance"), (Atom(f"self.{slot.attribute}"), kind))
                yield If(test, (zeroed,))


def buffer_computed(slot: Slot) -> Statement:
    """The statement that computes a buffer anew."""
    return Expr(Call(Atom(f"self.{slot.attribute}.copy_"), (slot.buffer or Atom(""),)))


def first_value(weight: Weight, sizes: Sequence[Python], options: Mapping[str, Python]) -> Python:
    """The expression of a weight's first value: a tensor of `sizes`."""
    match weight.initial:
        case "zeros" | "ones":
            return Call(Atom(f"torch.{weight.initial}"), (*sizes,))
        case "constant":
            return Infix("*", (options["val"], Call(Atom("torch.ones"), (*sizes,))))
        case "normal":
            drawn = Call(Atom("torch.randn"), (*sizes,))
            return Infix("*", (options["std"], drawn)) if options else drawn
    return _initialised(weight, Call(Atom("torch.empty"), (*sizes,)), options)


def _initialised(weight: Weight, tensor: Python, options: Mapping[str, Python]) -> Python:
    """The call that gives a tensor a weight's first value in place."""
    positional = {option.name for option in weight.options if option.positional}
    given = (
        value if name in positional else Keyword(name, value) for name, value in options.items()
    )
    return Call(Atom(f"nn.init.{weight.initial}_"), (tensor, *given))


def _branch(rule: Initialisation, layers: list[Layer], others: tuple[Statement, ...]) -> If:
    test = _is_one_of(sorted({layer.constructor for layer in layers}))
    return If(test, (Expr(_scheme(rule)), *_bias(layers), *_padding(layers)), others)


def _scheme(rule: Initialisation) -> Python:
    options = tuple(
        Keyword(name, literal(float(value) if isinstance(value, Fraction) else value))  # type: ignore[arg-type]
        for name, value in rule.options.items()
    )
    match rule.scheme:
        case "he_fan_out" | "he_fan_in":
            mode = Keyword("mode", literal(rule.scheme.removeprefix("he_")))
            return Call(Atom("nn.init.kaiming_normal_"), (_WEIGHT, mode))
        case "xavier":
            return Call(Atom("nn.init.xavier_uniform_"), (_WEIGHT,))
        case "normal":
            return Call(Atom("nn.init.normal_"), (_WEIGHT, *options))
        case "truncated_normal":
            return Call(Atom("nn.init.trunc_normal_"), (_WEIGHT, *options))
        case "zeros":
            return Call(Atom("nn.init.zeros_"), (_WEIGHT,))
    raise TypeError(f"no way to emit the initialisation {rule.scheme}")


def _bias(layers: list[Layer]) -> tuple[Statement, ...]:
    """Set biases to zero; with a test if only some of the layers have one."""
    biased = {_has_bias(layer) for layer in layers}
    zeroed = Expr(Call(Atom("nn.init.zeros_"), (_BIAS,)))
    if biased == {False}:
        return ()
    if biased == {True}:
        return (zeroed,)
    return (If(_is_given(_BIAS), (zeroed,)),)


def _padding(layers: list[Layer]) -> tuple[Statement, ...]:
    """Set the vectors of paddings to zero again; with a test if only some layers have one."""
    padded = {_value_of(layer, "padding_idx") is not None for layer in layers}
    vector = Subscript(_WEIGHT, _PADDING)
    zeroed = Expr(Call(Atom("nn.init.zeros_"), (vector,)))
    if padded == {False}:
        return ()
    return (zeroed,) if padded == {True} else (If(_is_given(_PADDING), (zeroed,)),)


def _has_bias(layer: Layer) -> bool:
    return bool(_value_of(layer, "bias"))


def _value_of(layer: Layer, name: str) -> PyValue:
    """The value of an argument; None if the layer has no such argument."""
    return next((a.value for a in layer.arguments if a.name == name), None)


def _is_given(value: Python) -> Python:
    return Infix("is", (value, Atom("not None")))
