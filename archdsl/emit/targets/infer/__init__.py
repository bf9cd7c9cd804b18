"""The module for inference: what follows a convolution is done with it, and nothing is trained.

The order of the passes counts. Norms and activations are joined first, since that leaves blocks of
one convolution, which dissolve; only then is such a convolution in the block of the sum that it can
do, and the activation behind that sum comes last.
"""

from __future__ import annotations

from archdsl.emit.targets.base import Target
from archdsl.emit.targets.infer.forms import form
from archdsl.passes.chunk_channels import chunk_channels
from archdsl.passes.drop_training import drop_training
from archdsl.passes.fold_norm import fold_norm
from archdsl.passes.fuse_activation import fuse_activation
from archdsl.passes.fuse_add import fuse_add
from archdsl.passes.in_place import in_place
from archdsl.passes.inline import inline
from archdsl.passes.pool_as_mean import pool_as_mean

INFER = Target(
    "infer",
    (
        drop_training,
        fold_norm,
        fuse_activation,
        inline,
        fuse_add,
        fuse_activation,
        pool_as_mean,
        in_place,
        chunk_channels,
    ),
    form,
    "infer_layers.py.j2",
)
