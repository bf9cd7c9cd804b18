"""Words of Python and other languages that begin statements, and names of arguments and types."""

from __future__ import annotations

from collections.abc import Collection

STATEMENTS = {
    "def": "write `block NAME(x) { ... }`",
    "fn": "write `block NAME(x) { ... }`",
    "func": "write `block NAME(x) { ... }`",
    "function": "write `block NAME(x) { ... }`",
    "class": "write `block NAME(x) { ... }`, or `network NAME() { ... }`",
    "module": "write `block NAME(x) { ... }`, or `network NAME() { ... }`",
    "model": "write `network NAME() { ... }`",
    "import": "write `use FILE` for blocks of another file; operations need none",
    "from": "write `use FILE` for blocks of another file; operations need none",
    "include": "write `use FILE`",
    "elif": "write `else if`",
    "elseif": "write `else if`",
    "while": "write `for i in range(n) { ... }`",
    "switch": "write `if test { ... } else if test { ... }`",
    "match": "write `if test { ... } else if test { ... }`",
    "let": "leave it out: `y = ...` gives a name",
    "const": "leave it out: `y = ...` gives a name",
    "var": "leave it out: `y = ...` gives a name",
    "val": "leave it out: `y = ...` gives a name",
    "auto": "leave it out: `y = ...` gives a name",
    "assert": "write `require CONDITION`; shapes stand in the column `expect` of a table",
    "raise": "leave it out: what cannot be built is a mistake by itself",
    "try": "leave it out: what cannot be built is a mistake by itself",
    "with": "leave it out: write the statements alone",
    "output": "write `return y`",
    "outputs": "write `return y`",
    "yield": "write `return a, b` for several results",
    "global": "leave it out: give the block a parameter",
    "del": "leave it out: nothing needs to be deleted",
}
"""What to write for a statement that begins with a word of another language."""

_ARGUMENTS = {
    "kernel_size": "kernel",
    "ksize": "kernel",
    "kernel_shape": "kernel",
    "out_channels": "channels",
    "out_chs": "channels",
    "planes": "channels",
    "filters": "channels",
    "num_filters": "channels",
    "out_features": "features",
    "units": "features",
    "embed_dim": "features",
    "output_size": "size",
    "strides": "stride",
    "pads": "padding",
    "dilation_rate": "dilation",
    "num_groups": "groups",
    "num_heads": "heads",
    "n_heads": "heads",
    "dims": "axes",
    "keepdim": "keep",
    "keepdims": "keep",
    "ceil_mode": "ceil",
    "scale_factor": "scale",
    "upscale_factor": "factor",
    "downscale_factor": "factor",
    "is_causal": "causal",
    "normalized_shape": "axes",
    "elementwise_affine": "affine",
    "split_size": "sizes",
    "split_size_or_sections": "sizes",
    "chunks": "parts",
    "shifts": "shift",
    "repeats": "times",
    "use_bias": "bias",
    "epsilon": "eps",
    "drop_prob": "p",
    "drop": "p",
    "rate": "p",
    "pooling": "kernel",
    "pool_size": "kernel",
    "exponent": "constant",
    "learning_rate": "lr",
    "wd": "weight_decay",
    "decay": "weight_decay",
    "milestones": "at",
    "gamma": "factor",
    "min_lr": "final",
    "num_frames": "frames",
    "num_classes": "classes",
    "n_classes": "classes",
    "sampling_rate": "stride",
}
"""What a parameter or an option is called here."""

_LEFT_OUT = {
    "in_channels": "leave it out: the channels that enter are known",
    "in_features": "leave it out: the features that enter are known",
    "num_features": "leave it out: the channels that enter are known",
    "num_channels": "leave it out: the channels that enter are known",
    "inplace": "leave it out: it changes no result",
    "device": "leave it out: the emitted module moves tensors",
    "dtype": "leave it out: the emitted module converts tensors",
    "data_format": "leave it out: axes are C x T x H x W",
    "input_shape": "leave it out: the network has an `input`",
    "activation": "write it as the next step: `x -> conv(8) -> relu`",
    "act": "write it as the next step: `x -> conv(8) -> relu`",
    "padding_mode": "pad before: `x -> pad(1, mode = reflect) -> conv(8, 3, padding = 0)`",
    "initial": "write `init conv: he_fan_out` in the network",
    "kernel_initializer": "write `init conv: he_fan_out` in the network",
    "name": "give the result a name: `y = x -> ...`",
    "track_running_stats": "leave it out: statistics are always kept",
    "dampening": "leave it out: there is none",
    "return_indices": "leave it out: there are no indices of a pool",
}
"""What to do with a parameter that there is not."""

_TYPES = {
    "float": "number",
    "double": "number",
    "integer": "int",
    "long": "int",
    "boolean": "bool",
    "list": "tuple",
    "callable": "block",
    "module": "block",
    "null": "none",
}
"""What the types of parameters are called here, by their names in small letters."""


_VALUES = {
    "bilinear": "linear",
    "trilinear": "linear",
    "bicubic": "cubic",
    "nearest-exact": "nearest_exact",
    "reflection": "reflect",
    "edge": "replicate",
    "replication": "replicate",
    "wrap": "circular",
    "kaiming": "he_fan_in",
    "kaiming_normal": "he_fan_in",
    "he": "he_fan_in",
    "he_normal": "he_fan_in",
    "msra": "he_fan_out",
    "xavier_uniform": "xavier",
    "glorot": "xavier",
    "glorot_uniform": "xavier",
    "trunc_normal": "truncated_normal",
    "gaussian": "normal",
    "float16": "fp16",
    "bfloat16": "bf16",
    "float32": "fp32",
    "multistep": "steps",
    "step": "steps",
    "cosine_annealing": "cosine",
    "bce": "binary_cross_entropy",
    "bce_loss": "binary_cross_entropy",
    "bce_with_logits": "binary_cross_entropy",
    "bcewithlogitsloss": "binary_cross_entropy",
    "sigmoid": "binary_cross_entropy",
    "multilabel": "binary_cross_entropy",
    "multi_label": "binary_cross_entropy",
    "ce": "cross_entropy",
    "crossentropyloss": "cross_entropy",
    "softmax": "cross_entropy",
}
"""What a word that is given as a value is called here."""


_METRICS = {
    "params": "parameters param n_params num_params weights",
    "macs": "mac madds mult_adds multiply_adds mults gmacs",
    "flops": "flop gflops",
    "top1": "accuracy acc acc1 top_1 top1_acc",
    "top5": "acc5 top_5 top5_acc",
    "memory": "mem vram ram peak_memory",
    "activations": "activation acts",
}
"""What is measured, with its names elsewhere."""

_TIMES = frozenset("fps throughput runtime time speed".split())


def metric_hint(name: str) -> str | None:
    """What a figure is called here, or what there is of it."""
    if name.lower() in _TIMES:
        return "write `latency` for the time of one sample, predicted on this machine"
    own = next((own for own, theirs in _METRICS.items() if name.lower() in theirs.split()), None)
    return f"it is called `{own}` here" if own else None


def value_hint(word: str, choices: Collection[str]) -> str | None:
    """What a word of another library is called here, of these choices."""
    own = _VALUES.get(word.lower())
    return f"it is called `{own}` here" if own in choices else None


def argument_hint(name: str, names: Collection[str]) -> str | None:
    """What an argument of another library is called here, of these names; or what to do instead."""
    if name == "dim":
        own = next((own for own in ("axis", "axes") if own in names), None)
        return own and f"write `{own}`, which counts without the batch: `dim=1` is `{own} = 0`"
    own = _ARGUMENTS.get(name)
    if own in names:
        return f"it is called `{own}` here"
    return _LEFT_OUT.get(name)


def type_hint(name: str) -> str | None:
    """What a type of another language is called here."""
    own = _TYPES.get(name.lower())
    return f"the type `{name}` is called `{own}` here" if own else None
