"""The targets of emission. Each has a folder of its own, and an entry in this table."""

from __future__ import annotations

from collections.abc import Mapping

from archdsl.emit.targets.base import Target
from archdsl.emit.targets.infer import INFER
from archdsl.emit.targets.readable import READABLE
from archdsl.emit.targets.train import TRAIN

TARGETS: Mapping[str, Target] = {target.name: target for target in (READABLE, INFER, TRAIN)}
