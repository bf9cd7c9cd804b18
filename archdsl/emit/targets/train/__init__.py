"""The module for training: the classes and weights of the readable one, with faster convolutions.

It has no passes, since a state dict of either is one of both.
"""

from __future__ import annotations

from archdsl.emit.targets.base import Target
from archdsl.emit.targets.train.forms import form

TRAIN = Target("train", form=form, layers="train_layers.py.j2")
