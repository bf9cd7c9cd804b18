"""A judgement in a process of its own is that of this process."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from archdsl.analysis.apart import judge_apart
from archdsl.analysis.judging import judge

TEXT = """\
network tiny() {
  input video: 3 x 8 x 16^2
  return video -> conv(4)
}
claim tiny { params 3 }
"""


def test_it_says_what_is_said_here_and_runs_no_python_beside_the_spec(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("archdsl", "json", "lark", "pickle"):
        Path(f"{name}.py").write_text(f"open('{name}.run', 'w')")
    spec = Path("tiny.arch")
    unsaved = {spec.resolve(): TEXT}
    found = asyncio.run(judge_apart(spec, unsaved))
    assert found is not None
    assert found == judge(spec, unsaved)
    assert [each.code for each in found.diagnostics if each.is_error] == ["claim"]
    assert not [*tmp_path.glob("*.run")]
