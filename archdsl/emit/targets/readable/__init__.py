"""The module that people read, train and change: every operation as the spec has it."""

from __future__ import annotations

from archdsl.emit.targets.base import Target

READABLE = Target("readable")
