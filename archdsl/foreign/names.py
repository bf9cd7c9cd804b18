"""What other libraries call the operations and blocks of the language.

A similar name is often another thing: `upsample` is nearest to `sample`, and `drop_path` to
`dropout`. docs/torch_names.md is the table for readers; this one is for mistakes, and a test holds
them together.

Names are looked up without their case, `_`, a leading `lazy` and a rank: `nn.LazyConv3d` is `conv`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

_CALLED = {
    "adaptive_avg_pool(size)": "adaptiveavgpool",
    "adaptive_max_pool(size)": "adaptivemaxpool",
    "affine_grid(x, y)": "affinegrid",
    "alpha_dropout(p)": "alphadropout",
    "avg_pool(kernel)": "avgpool averagepooling averagepool",
    "basic_block": "basicblock",
    "batch_norm": "batchnorm batchnormalization syncbatchnorm bn",
    "bottleneck_block": "bottleneckblock bottleneck",
    "channel_dropout(p)": "dropout1d dropout2d dropout3d spatialdropout",
    "channel_shuffle(groups)": "channelshuffle nativechannelshuffle",
    "chunk(parts, axis)": "tensorsplit",
    "clamp(least, most)": "clip clipbyvalue hardclip",
    "concat(x, y)": "cat concatenate hstack vstack dstack",
    "conv(channels, kernel)": "conv convolution",
    "conv(x.channels, kernel, groups = x.channels)": "depthwiseconv dwconv",
    "conv_norm_act": "convmodule convnormact convnormactivation convbnrelu convbnact basicconv",
    "conv_transpose(channels, kernel)": "convtranspose transposedconv deconv",
    "cosine_similarity(x, y)": "cosinesimilarity",
    "divide(x, y)": "div truedivide",
    "dropout(p)": "dropout",
    "embedding(vocabulary, features)": "embedding",
    "expand(shape)": "broadcastto expandas",
    "feature_alpha_dropout(p)": "featurealphadropout",
    "flatten(start, end)": "ravel",
    "flip(axes)": "fliplr flipud",
    "full(shape, value)": "fill fulllike zeroslike oneslike newzeros newones",
    "gather(x, index, axis)": "indexselect take takealongdim",
    "grid_sample(x, y)": "gridsample",
    "group_norm(groups)": "groupnorm groupnormalization gn",
    "hard_shrink": "hardshrink",
    "hard_sigmoid": "hardsigmoid hsigmoid",
    "hard_swish": "hardswish hswish",
    "hard_tanh": "hardtanh",
    "instance_norm": "instancenorm instancenormalization",
    "interpolate(scale = 2)": "upsample upsampling upsamplingbilinear upsamplingnearest "
    "upsamplebilinear upsamplenearest",
    "layer_scale": "layerscale",
    "layer_norm": "layernorm layernormalization ln",
    "leaky_relu": "leakyrelu lrelu",
    "linear(features)": "linear dense fc fullyconnected addmm",
    "local_response_norm(size)": "localresponsenorm crossmaplrn lrn",
    "log_sigmoid": "logsigmoid",
    "log_softmax(axis)": "logsoftmax",
    "lp_pool(p, kernel)": "lppool",
    "matmul(x, y)": "mm bmm dot baddbmm tensordot",
    "max": "globalmaxpool globalmaxpooling",
    "max(axes)": "amax reducemax",
    "max_pool(kernel)": "maxpool maxpooling",
    "mean": "globalavgpool globalaveragepooling gap",
    "mean(axes)": "reducemean",
    "min(axes)": "amin reducemin",
    "mlp": "feedforward ffn",
    "multi_head_attention(heads)": "multiheadattention selfattention mhsa mha attention "
    "multiheadattentionforward",
    "multiply(x, y)": "mul",
    "negative": "neg",
    "non_local": "nonlocalblock nonlocal",
    "norm(axes)": "vectornorm",
    "normalize(axis)": "l2norm l2normalize",
    "pad(before)": "zeropad zeropadding constantpad",
    "pad(before, mode = circular)": "circularpad",
    "pad(before, mode = reflect)": "reflectionpad",
    "pad(before, mode = replicate)": "replicationpad",
    "pairwise_distance(x, y)": "pairwisedistance",
    "parameter(shape, normal)": "randn",
    "parameter(shape)": "parameterlist parameterdict uninitializedparameter",
    "permute(axes)": "movedim moveaxis",
    "pixel_shuffle(factor)": "pixelshuffle depthtospace",
    "pixel_unshuffle(factor)": "pixelunshuffle spacetodepth",
    "power(x, y)": "pow",
    "repeat(times)": "tile repeatinterleave",
    "reshape(shape)": "view viewas reshapeas",
    "rms_norm": "rmsnorm rmsnormalization",
    "scaled_dot_product_attention(query, key, value)": "scaleddotproductattention",
    "greater(x, y)": "gt",
    "greater_equal(x, y)": "ge",
    "less(x, y)": "lt",
    "less_equal(x, y)": "le",
    "equal(x, y)": "eq",
    "not_equal(x, y)": "ne",
    "remainder(x, y)": "mod fmod",
    "silu": "swish",
    "slice(axis, start, stop)": "narrow",
    "softmax(channels)": "softmax2d",
    "split(sizes, axis)": "splitwithsizes unbind",
    "squeeze_excite": "squeezeexcitation squeezeexcite selayer semodule seblock",
    "stochastic_depth(p)": "droppath stochasticdepth dropconnect",
    "subtract(x, y)": "sub",
    "sum(axes)": "reducesum",
    "tanh_shrink": "tanhshrink",
    "transformer_block(heads)": "transformerencoderlayer encoderblock",
    "transpose(a, b)": "swapaxes swapdims mt",
    "unsqueeze(axis)": "expanddims newaxis",
}
"""What each thing of the language is called by others."""

_ENTERING = {
    "conv": "the channels that enter are known",
    "conv_transpose": "the channels that enter are known",
    "linear": "the features that enter are known",
    "batch_norm": "the channels that enter are known",
    "instance_norm": "the channels that enter are known",
    "group_norm": "the channels that enter are known",
    "layer_norm": "the features that enter are known",
    "rms_norm": "the features that enter are known",
}
"""What others give too, and is left out here."""

_LOSS = "a loss is no part of a network, but of training: see recipes"

_WRITTEN = {
    "a step that is `none` is left out": "identity",
    "a chain is written `x -> a -> b`; one to use again is a block": "sequential",
    "layers in a row are a chain, a `for` or a table": "modulelist moduledict container",
    "a module is a block: `block NAME(x) { ... }`": "module",
    "write the activation itself: `x -> relu`": "activation getactivation",
    "write `conv(features, patch, stride = patch, padding = 0)`, and `flatten`": "patchembed "
    "patchembedding",
    "write `init conv: he_fan_out` in the network": "kaimingnormal kaiminguniform xaviernormal "
    "xavieruniform truncnormal",
    "write `arange(n) / (n - 1)`": "linspace",
    "write `arange(n) -> unsqueeze(1)` for the rows, and `arange(n)` for the columns": "meshgrid",
    "write `slice(axis, start, stop)`": "cropping crop centercrop",
    "compare places: `arange(n) -> unsqueeze(1) >= arange(n)`": "tril triu",
    "write it with `matmul`, `transpose`, `linear` and `sum`": "einsum",
    "write `reshape(shape)` and `permute(axes)`, or `unflatten` and `flatten`": "rearrange",
    "write `mean(axes)`, `max(axes)` or `sum(axes)`": "reduce",
    "write two convolutions: one with `groups = x.channels`, and one of kernel 1": "separableconv "
    "depthwiseseparableconv",
    "write `for i in range(depth) { transformer_block(heads) }`": "transformerencoder transformer",
    "there is no decoder: write a block that attends to a second input": "transformerdecoder "
    "transformerdecoderlayer",
    "write `embedding(vocabulary, features)`, and `sum` or `mean` over the axis": "embeddingbag",
    "there are no one-hot vectors: `embedding` looks integers up": "onehot",
    "there are no recurrent layers": "lstm gru rnn lstmcell grucell rnncell rnnbase rnncellbase "
    "simplernn convlstm",
    "there is no sorting and no search for values": "argmax argmin argsort sort topk unique "
    "nonzero",
    "there is no noise but that of dropouts": "gumbelsoftmax gaussiannoise rand randint",
    "there is no unpooling: write `interpolate(scale = 2)` or `conv_transpose`": "maxunpool",
    "there is no random pooling: write `max_pool(kernel)`": "fractionalmaxpool "
    "fractionalmaxpool2dwithindices fractionalmaxpool3dwithindices",
    "there are no indices of a pool: write `max_pool(kernel)`": "maxpool1dwithindices "
    "maxpool2dwithindices maxpool3dwithindices adaptivemaxpool1dwithindices "
    "adaptivemaxpool2dwithindices adaptivemaxpool3dwithindices",
    "there are no distances between all pairs: write `matmul(x, transpose(x))`": "pdist cdist",
    "write `conv(channels, kernel)`, and `transpose` around it": "convtbc",
    "write `matmul(x, y)`, which has no other formats": "groupedmm scaledmm scaledgroupedmm",
    "several processes are started by `torchrun train.py`": "dataparallel distributeddataparallel",
    _LOSS: "crossentropy binarycrossentropy binarycrossentropywithlogits kldiv linearcrossentropy "
    "adaptivelogsoftmaxwithloss linearcrossentropyoptions nllloss2d",
    "leave `padding` out: a convolution pads half its kernel unless told otherwise": "same",
    "write `padding = 0`": "valid",
    "run `archdsl show` to see shapes": "print",
    "leave it out: an empty body is `{ }`": "pass",
    "write `for i in range(len(t))`, and `t[i]`": "enumerate",
    "write the pairs: `for a, b in ((1, 2), (3, 4))`": "zip",
    "write `a or b`, `a and b`": "any all",
    "a parameter has types: `channels: int`": "isinstance",
    "there are no texts in networks": "str string format",
    "a tuple is written `(a, b)`": "list tuple dict",
    "write the number": "pi inf nan",
    "a block is named, `block NAME(x) { ... }`, or made by giving arguments, `conv(kernel = 3)`": (
        "lambda partial"
    ),
    "a body has no attributes: write `y = ...`, and `x -> y`": "self super",
    "numbers are exact, and of one kind": "float double long",
    "one of several is a choice: `{a, b}`": "oneof choice choices layerchoice valuechoice "
    "mutable suggestcategorical categorical gridsearch sampleone",
    "some of several are a choice: `2 of {a, b, c}`, or at most two: `<= 2 of {a, b, c}`": "manyof "
    "inputchoice permutate",
    "numbers to choose from are written `{4..28 by 4}`": "suggestint suggestfloat intvar quniform "
    "loguniform qrandint floatv intv",
}
"""What to write for a name of others that is no single name here."""

_EXACT = {
    "None": "write `none`",
    "True": "write `true`",
    "False": "write `false`",
    "null": "write `none`",
}
"""Names whose case matters."""

_METHODS = {
    "write `x.shape[0]`, or `x.channels`, `x.frames`, `x.height`, `x.width`": "size shape",
    "write `x.rank`": "dim ndim ndimension",
    "write `x.elements`": "numel nelement",
    "leave it out: the emitted module moves and converts tensors": "contiguous to cuda cpu detach "
    "clone half type typeas float double bfloat16 requiresgrad",
    "write `x -> transpose`": "t",
    "write `power(x, y)`, or `square`": "pow",
}
"""What to write for a method of tensors, whose name alone would say too little."""

LIBRARIES = frozenset(
    "nn F torch np numpy tf keras layers jnp jax einops math timm torchvision functional".split()
)
"""Modules that stand before the dot of what they define."""

_RANK = re.compile(r"[123]d$")


def hint(name: str) -> str | None:
    """What to write for a name of another library; None for any other name."""
    if name in _EXACT:
        return _EXACT[name]
    if name in LIBRARIES:
        return "names have no module before them: write `conv`, `relu`"
    code = called(name)
    if code is None:
        return _find(_inverted_written(), name) or (_LOSS if _key(name).endswith("loss") else None)
    own = code.partition("(")[0]
    text = f"it is called `{own}` here" + (f": write `{code}`" if own != code else "")
    return f"{text}; {_ENTERING[own]}" if own in _ENTERING else text


def called(name: str) -> str | None:
    """What a name of another library is called here, as code; None where there is no one name."""
    return _find(_inverted_called(), name)


def entering_hint(operation: str) -> str | None:
    """The help where an operation may have been given what enters it."""
    known = _ENTERING.get(operation)
    return f"{known}: leave them out" if known else None


def method_hint(name: str) -> str:
    """What to write for a method of a tensor."""
    code = called(name)
    if code is None:
        return _find(_inverted_methods(), name) or hint(name) or f"write `x -> {name}(...)`"
    takes_two = code.partition("(")[2].startswith("x,")
    return f"write `{code}`" if takes_two else f"write `x -> {code}`"


def _find(meanings: Mapping[str, str], name: str) -> str | None:
    key = _key(name)
    # `Dropout3d` is another thing than `Dropout`, but `Conv3d` is `conv`.
    return meanings.get(key) or meanings.get(_RANK.sub("", key.removeprefix("lazy")))


def _key(name: str) -> str:
    return name.replace("_", "").lower()


def _inverted(table: Mapping[str, str]) -> Mapping[str, str]:
    return {foreign: own for own, names in table.items() for foreign in names.split()}


@cache
def _inverted_called() -> Mapping[str, str]:
    return _inverted(_CALLED)


@cache
def _inverted_written() -> Mapping[str, str]:
    return _inverted(_WRITTEN)


@cache
def _inverted_methods() -> Mapping[str, str]:
    return _inverted(_METHODS)
