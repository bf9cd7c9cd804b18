"""The words of the language that no docstring explains, with a line for each."""

from __future__ import annotations

from collections.abc import Mapping

from archdsl.analysis.names.symbol import Kind

FUNCTIONS = {
    "int": ("int(a)", "`a` without its fraction: `int(-2.7)` is -2."),
    "floor": ("floor(a)", "The integer below."),
    "ceil": ("ceil(a)", "The integer above."),
    "round": ("round(a)", "The nearest integer; halves are rounded up."),
    "round_to": (
        "round_to(a, multiple)",
        "The nearest multiple, but at least one, and the next one if it is below 0.9 `a`.",
    ),
    "abs": ("abs(a)", "The absolute value."),
    "sqrt": ("sqrt(a)", "The square root: exact where it is a fraction."),
    "min": ("min(a, ...)", "The least of numbers, or of one tuple of numbers."),
    "max": ("max(a, ...)", "The greatest of numbers, or of one tuple of numbers."),
    "sum": ("sum(a, ...)", "The sum of numbers, or of one tuple of numbers."),
    "len": ("len(t)", "The number of entries of a tuple."),
    "range": ("range(start, stop, step)", "A tuple of integers, up to but without `stop`."),
}
"""The signature of each function on values, and what it gives."""

SIZES = {
    "channels": "The size of the first axis.",
    "length": "The size of the second axis of C x L.",
    "frames": "The size of the axis of time, of C x T x H x W.",
    "height": "The size of the last axis but one, of C x H x W and C x T x H x W.",
    "width": "The size of the last axis, of C x H x W and C x T x H x W.",
    "shape": "All sizes, a tuple, without the batch.",
    "rank": "The number of axes, without the batch.",
    "elements": "The product of all sizes.",
    "positions": "The product of all sizes but the first.",
    "weight": "The weight of a shared layer, as a tensor.",
}
"""What stands behind the dot of a tensor."""

COLUMNS = {
    "block": "The block that the row applies, with arguments if needed.",
    "number": "How many times the block is applied, one after another; 1 unless given.",
    "stride": "The stride of the first block of the row; the others get 1.",
    "stage": "The name of the stage that begins with this row.",
    "expect": "The shape that must come out; another is a mistake.",
    "printed": "The shape that the paper prints; another is noted.",
}
"""The columns of tables that have a meaning of their own."""

TYPES = {
    "int": "An integer.",
    "number": "A number, exact: an integer or a fraction.",
    "bool": "`true` or `false`.",
    "tuple": "Several values.",
    "tensor": "What flows through the network.",
    "block": "A block or an operation, as a value.",
    "none": "The absence of a value.",
}
"""The types of parameters. Other names in a type are words."""

COUNTERS = {
    "i": "The number of the block in its stage, from 0.",
    "index": "The number of the block among all of the body that ask for it, from 0.",
    "count": "How many blocks of the body ask for `index` or `count`.",
}
"""What definitions of a table read."""

SCHEMES = {
    "he_fan_out": "He et al., 2015: normal, by the connections that leave.",
    "he_fan_in": "He et al., 2015: normal, by the connections that enter.",
    "xavier": "Glorot and Bengio, 2010: uniform.",
    "zeros": "All weights start at 0.",
    "normal": "Normal, with mean 0 and a standard deviation `std`.",
    "truncated_normal": "Normal, without values beyond 2 standard deviations `std`.",
}
"""How `init` lets weights start."""

IN_CELLS = {
    "keys_values": "Where dot products take keys and values from: `cell` or `operation`.",
    "alpha": "How many operations may be combined.",
    "beta": "How many values one operation may read.",
}
"""The settings of a cell."""

METRICS = {
    "params": "The elements of all weights and biases.",
    "macs": "Multiply-adds of convolutions, linear layers and matrix products, for one view.",
    "flops": "Two for each multiply-add.",
    "torch": "As torch's `FlopCounterMode` counts: the same as `flops`.",
    "pytorchvideo": "As PyTorchVideo counts: multiply-adds, and 5 for each normalised element.",
    "fvcore": "As fvcore's `FlopCountAnalysis` counts.",
    "activations": "The elements that operations with multiply-adds put out.",
    "bytes": "What every operation reads and writes, in bytes.",
    "memory": "The peak of a forward pass, in bytes, by the model of memory.",
    "training_memory": "The peak of a training step, in bytes, by the model of memory.",
    "latency": "The predicted time of the readable module on this machine.",
    "infer_latency": "The predicted time of the module for inference on this machine.",
    "top1": "An accuracy in percent. It is kept as published.",
    "top5": "An accuracy in percent. It is kept as published.",
    "cells": "The number of attention cells.",
    "operations": "The operations of a cell.",
    "inputs": "The most values that one operation of a cell reads.",
    "outputs": "The operations of a cell that are combined.",
    "types": "The types of attention in every cell, of `dot` and `map`.",
    "dimensions": "What the operations of every cell attend over.",
    "keys_values": "Where the cells take keys and values from: `cell` or `operation`.",
    "path": "Operations that lead from one to the next in every cell.",
    "same": "Places whose cells have one graph.",
}
"""What a claim can be about."""

CHANGES = {
    "insert": "Applies a block to the tensors of some places: `insert glore after res4`.",
    "choose": "Makes decisions of a space: `choose(widest = 16, size = first)`.",
}
"""What can follow a derivation and is no transform of rows and inputs."""

STATEMENTS = {
    "input": ("input ${1:video}: ${2:3 x 16 x 224^2}", "An argument of the network."),
    "init": ("init ${1:conv}: ${2:he_fan_out}", "How the weights of an operation start."),
    "table": (
        "table {\n\t| block | channels | number | stride |\n"
        "\t|-------|----------|--------|--------|\n"
        "\t| $0    |          |        |        |\n}",
        "Applies a block for each row, one after another.",
    ),
    "share": ("share ${1:name} = ${2:block}", "One set of layers for all calls of the name."),
    "require": ("require $0", "Members of a space for which it is false do not exist."),
    "return": ("return $0", "Ends the body, and gives its value."),
    "if": ("if $1 { $0 }", "Decided while the network is built."),
    "for": ("for ${1:i} in ${2:range(3)} { $0 }", "Runs once for each entry of a tuple."),
}
"""The statements of bodies: what is inserted, as a snippet, and what each does."""

DEFINITIONS = {
    "use": ("use $0", "Brings in what another file defines."),
    "block": ("block ${1:name}(x, $2) {\n\treturn x -> $0\n}", "A graph with parameters."),
    "cell": ("cell ${1:name} {\n\tprepare(${2})\n\t$0\n}", "A graph of attention operations."),
    "network": (
        "network ${1:name}(${2:classes: int = 400}) {\n\tinput video: 3 x 16 x 224^2\n\t$0\n}",
        "A block with inputs.",
    ),
    "recipe": ("recipe ${1:name} for ${2:network} {\n\t$0\n}", "How a network is trained."),
    "search": ("search ${1:name} for ${2:space} {\n\t$0\n}", "What is wanted of a space."),
    "claim": ("claim ${1:network} {\n\t$0\n}", "What a paper prints about a network."),
}
"""The definitions of a file, likewise."""

LINES: Mapping[Kind, Mapping[str, str]] = {
    Kind.SIZE: SIZES,
    Kind.COLUMN: COLUMNS,
    Kind.METRIC: METRICS,
    Kind.TRANSFORM: CHANGES,
    Kind.SETTING: IN_CELLS,
    Kind.METHOD: SCHEMES,
    Kind.WORD: COUNTERS,
    Kind.RUNNING: {"in": "The running value: what the last statement without a name gave."},
}
"""The line of a word, by the kind of its symbol."""


def line_of(word: str) -> str | None:
    """What a keyword or a type does; None for any other word."""
    written = {**DEFINITIONS, **STATEMENTS}
    return written[word][1] if word in written else TYPES.get(word)
