"""What takes longer than a key: claims, recipes, and all members of spaces."""

from __future__ import annotations

from archdsl.claims.figures import SpaceResult, SpecReport
from archdsl.studio.asked import Body
from archdsl.studio.desk import Desk
from archdsl.studio.told import Told, tell_diagnostic


def judge(desk: Desk, body: Body) -> Told:
    """All that `archdsl check` says of a text; `ended` where another one was asked for since."""
    judged = desk.aside.judge(desk.path, desk.unsaved(body.text("text")))
    if judged is None:
        return {"ended": True}
    return {
        "diagnostics": list(map(tell_diagnostic, judged.diagnostics)),
        "report": _report(judged.report) if judged.report else None,
    }


def _report(report: SpecReport) -> Told:
    """The claims of a spec, and its spaces."""
    claims = [
        {
            "network": each.network,
            "metric": each.metric,
            "claimed": each.claimed,
            "measured": each.measured.text if each.measured else "",
            "residual": each.measured.residual if each.measured else "",
            "verdict": each.verdict.value,
        }
        for each in report.claims
    ]
    return {"written": report.written, "claims": claims, "spaces": list(map(_space, report.spaces))}


def _space(space: SpaceResult) -> Told:
    return {
        "name": space.space,
        "members": f"{space.members:,}",
        "all": space.is_all,
        "reason": space.reason,
        "decisions": {name: list(options) for name, options in space.decisions.items()},
    }
