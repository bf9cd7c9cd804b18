"""The PyTorch module that the text would be compiled to."""

from __future__ import annotations

from archdsl.emit.targets import TARGETS
from archdsl.studio.asked import Asked, Body
from archdsl.studio.desk import Desk
from archdsl.studio.looking import asked_for
from archdsl.studio.told import Told


def module(desk: Desk, body: Body) -> Told:
    """The text of the module for a target."""
    asked, target = Asked.read(body), body.one_of("target", TARGETS)
    with desk.analysed(asked.text) as analysis:
        network = asked_for(analysis, asked)
        return {"text": network.source() if target == "readable" else network.lowered(target).text}
