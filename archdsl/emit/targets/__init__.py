"""What a module can be made for. A target has a folder of its own, and a line in this table."""

from __future__ import annotations

from collections.abc import Mapping

from archdsl.emit.targets.base import Target
from archdsl.emit.targets.readable import READABLE

TARGETS: Mapping[str, Target] = {target.name: target for target in (READABLE,)}
