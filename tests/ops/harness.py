"""Comparing an operation with torch: its emitted form is run on the meta device."""

from __future__ import annotations

import ast
import logging
import warnings
from dataclasses import replace
from typing import Any

import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from archdsl.emit.initialise import first_value
from archdsl.emit.provided import PROVIDED
from archdsl.emit.python import Atom, literal
from archdsl.emit.templates import instantiate
from archdsl.ir.types import TensorType
from archdsl.ops.base import Mismatch, Operation, Types, infer_types
from archdsl.ops.forms import Expression, Layer, Required, Weight

try:
    from fvcore.nn import FlopCountAnalysis
except ImportError:
    FlopCountAnalysis = None

logging.getLogger("fvcore").setLevel(logging.CRITICAL)
NAMES = {"torch": torch, "nn": nn, "F": F, "Tensor": torch.Tensor}
for _lines in PROVIDED.values():
    exec("\n".join(_lines), NAMES)
COVERED: set[type[Operation]] = set()
UNCOUNTED = {"bilinear"}
"""Operations that torch's FlopCounterMode does not count."""


def shape(*sizes: int) -> TensorType:
    return TensorType(sizes)


class Emitted(nn.Module):
    """A module whose forward is one emitted form."""

    def __init__(self, form: Layer | Expression | Weight) -> None:
        super().__init__()
        self.form = form
        if isinstance(form, Layer):
            self.layer = eval(constructor(form), dict(NAMES))
        if isinstance(form, Weight):
            sizes, options = tuple(map(literal, form.shape)), {o.name: o for o in form.options}
            values = {name: literal(option.value) for name, option in options.items()}
            self.weight = nn.Parameter(eval(str(first_value(form, sizes, values)), dict(NAMES)))

    def forward(self, *operands: torch.Tensor) -> Any:
        if isinstance(self.form, Layer):
            return self.layer(*operands)
        if isinstance(self.form, Weight):
            return self._weight(self.form, operands)
        names = [f"x{i}" for i in range(len(operands))]
        text = written(self.form, names)
        assert ast.dump(ast.parse(text)) == ast.dump(ast.parse(emitted(self.form, names)))
        return eval(text, {**NAMES, **dict(zip(names, operands, strict=True))})

    def _weight(self, form: Weight, operands: tuple[torch.Tensor, ...]) -> torch.Tensor:
        if not form.expanded:
            return self.weight
        return self.weight.expand(operands[0].shape[0], *[-1] * len(form.shape))


def constructor(form: Layer) -> str:
    """The text of a constructor, such as `nn.Conv2d(8, 16, 3)`, without defaults, as emitted."""
    shown = []
    for argument in form.arguments:
        if argument.default is not Required.REQUIRED and argument.value == argument.default:
            continue
        value = argument.value
        if argument.uniform and isinstance(value, tuple) and len(set(value)) == 1:
            value = value[0]
        positional = argument.positional and not any("=" in a for a in shown)
        shown.append(repr(value) if positional else f"{argument.name}={value!r}")
    return f"{form.constructor}({', '.join(shown)})"


def emitted(form: Expression, names: list[str]) -> str:
    """The text of a form as emission parses and prints it."""
    values = {name: literal(value) for name, value in form.values.items()}
    return str(instantiate(form.template, [Atom(name) for name in names], values))


def written(form: Expression, names: list[str]) -> str:
    """The text of a form straight from its template, such as `x.mean(dim=2)`."""
    values = {name: repr(value) for name, value in form.values.items()}
    return form.template.format(*names, operands=", ".join(names), **values)


def text(operation: Operation, *operands: TensorType) -> str:
    """The Python of an operation on the operands x, y, z."""
    form = operation.emit(operands, infer_types(operation, operands))
    if isinstance(form, Layer):
        return constructor(form)
    assert isinstance(form, Expression)
    return written(form, list("xyz")[: len(operands)])


def accepted(operation: Operation, *operands: TensorType) -> bool:
    """Whether an operation accepts operands and parameters that were drawn at random."""
    try:
        infer_types(operation, operands)
    except Mismatch:
        return False
    return True


def agree(operation: Operation, *operands: TensorType) -> None:
    """Check that torch has the shapes and costs that the operation declares."""
    COVERED.add(type(operation))
    results = infer_types(operation, operands)
    form = operation.emit(operands, results)
    cost = operation.cost(operands, results).times(results[0].times)
    with warnings.catch_warnings(), torch.device("meta"):
        warnings.simplefilter("ignore")
        module = Emitted(form).eval()
        _same_shapes(module, operands, results)
        assert sum(p.numel() for p in module.parameters()) == cost.parameters
        macs = 0 if operation.name in UNCOUNTED else cost.macs
        assert _counted(module, operands) == 2 * macs
    _same_without_batch(operation, operands)
    if FlopCountAnalysis is not None and operands:
        assert _fvcore(form, operands) == cost.macs + cost.fvcore


def _same_without_batch(operation: Operation, operands: Types) -> None:
    """Check that tensors without a batch give what they give as a batch of one."""
    learned = tuple(replace(operand, samples=0) for operand in operands)
    if learned == operands or not accepted(operation, *learned):
        return
    one, other = (
        Emitted(operation.emit(types, infer_types(operation, types))).eval()
        for types in (operands, learned)
    )
    other.load_state_dict(one.state_dict())
    inputs = _inputs(operands, 1)
    bare = [x[0] if operand.leading else x for x, operand in zip(inputs, operands, strict=True)]
    batched, plain = one(*inputs), other(*bare)
    assert isinstance(batched, tuple) == isinstance(plain, tuple)
    for y, z in zip(*(r if isinstance(r, tuple) else (r,) for r in (batched, plain)), strict=True):
        torch.testing.assert_close(y[0], z, equal_nan=True)


def _inputs(operands: Types, batch: int) -> tuple[torch.Tensor, ...]:
    return tuple(_tensor(operand, _batched(operand, batch)) for operand in operands)


def _tensor(x: TensorType, shape: tuple[int, ...]) -> torch.Tensor:
    """A tensor of a type: random, or the least integers, or false."""
    if x.integers is None:
        return torch.rand(shape)
    return torch.full(shape, False if x.integers.is_truth else x.integers.least)


def _batched(x: TensorType, batch: int) -> tuple[int, ...]:
    """The shape that torch has, for a batch of the network."""
    return (batch * x.samples, *x.shape) if x.samples else x.shape


def _same_shapes(module: Emitted, operands: Types, results: Types) -> None:
    outputs = module(*_inputs(operands, batch=2))
    outputs = outputs if isinstance(outputs, tuple) else (outputs,)
    assert [tuple(y.shape) for y in outputs] == [_batched(result, 2) for result in results]


def _counted(module: Emitted, operands: Types) -> int:
    with FlopCounterMode(display=False) as counter:
        module(*_inputs(operands, 1))
    return counter.get_total_flops()


def _fvcore(form: Layer | Expression | Weight, operands: Types) -> int:
    """What fvcore counts, on real tensors: it cannot trace a convolution on the meta device."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        analysis = FlopCountAnalysis(Emitted(form).eval(), _inputs(operands, 1))
        analysis.unsupported_ops_warnings(False).uncalled_modules_warnings(False)
        total: int = analysis.tracer_warnings("none").total()
    return total
