"""The process that judges a text aside: a question comes in, an answer goes out, and it ends."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from archdsl.analysis.judging import judge
from archdsl.studio.told import Told, tell_diagnostic, tell_report


def answer(path: Path, text: str) -> Told:
    """What is said of a file if it had a text."""
    found = judge(path, {path.resolve(): text})
    return {
        "diagnostics": list(map(tell_diagnostic, found.diagnostics)),
        "report": tell_report(found.report) if found.report else None,
    }


if __name__ == "__main__":
    asked = json.load(sys.stdin.buffer)
    sys.stdout.write(json.dumps(answer(Path(asked["path"]), asked["text"])))
