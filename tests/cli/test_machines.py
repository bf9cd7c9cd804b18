"""`check --format json`, `sarif` and `github`: diagnostics that programs read."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from archdsl.analysis.judging import judge
from archdsl.cli.main import main
from archdsl.diagnostics import Diagnostic, Fix, Meant, did_you_mean, error
from archdsl.diagnostics import Label as At
from archdsl.report.machines import diagnostic_object, sarif, workflow_commands
from archdsl.source import Source, Span

CASES = Path(__file__).parents[1] / "cases"
BROKEN = "network a() {\n  input x: 3 x 8^2\n  return x -> rellu\n}\n"

# The required properties of the objects of SARIF 2.1.0 that are written, as its schema lists them,
# and the values that it allows.
REQUIRED = {
    "log": {"version", "runs"},
    "run": {"tool"},
    "tool": {"driver"},
    "driver": {"name"},
    "rule": {"id"},
    "result": {"message"},
    "fix": {"artifactChanges"},
    "change": {"artifactLocation", "replacements"},
    "replacement": {"deletedRegion"},
}
LEVELS = {"none", "note", "warning", "error"}


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "broken.arch").write_text(BROKEN)


def checked(form: str, capsys: pytest.CaptureFixture[str], *specs: str) -> str:
    """What `check` prints for mistakes; nothing of it is on stderr."""
    assert main(["check", *(specs or ["broken.arch"]), "--format", form]) == 1
    printed = capsys.readouterr()
    assert printed.err == ""
    return printed.out


def test_json_holds_the_diagnostics(capsys: pytest.CaptureFixture[str]) -> None:
    found = json.loads(checked("json", capsys))
    place = {"file": "broken.arch", "line": 3, "column": 15, "end_line": 3, "end_column": 20}
    assert found["diagnostics"] == [
        {
            "severity": "error",
            "code": "name",
            "message": "`rellu` is not defined",
            "labels": [{**place, "text": ""}],
            "notes": [],
            "help": "did you mean `relu`?",
            "fix": {**place, "replacement": "relu"},
        }
    ]
    assert [spec["networks"] for spec in found["specs"]] == [["a"]]


def test_json_of_what_cannot_be_read(capsys: pytest.CaptureFixture[str]) -> None:
    found = json.loads(checked("json", capsys, "nothing.arch", "broken.arch"))
    assert [each["code"] for each in found["diagnostics"]] == ["file", "name"]
    assert found["diagnostics"][0]["labels"] == []
    assert found["diagnostics"][0]["fix"] is None


def test_notes_leave_the_status_0(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "autox3d_m", "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert {each["severity"] for each in found["diagnostics"]} == {"note"}
    assert {"disputed"} == {each["code"] for each in found["diagnostics"]}
    assert len(found["claims"]) == 6


# SARIF


def has(kind: str, value: dict[str, Any]) -> None:
    assert REQUIRED[kind] <= value.keys(), kind


def check_location(location: dict[str, Any]) -> None:
    uri = location["artifactLocation"]["uri"]
    assert "\\" not in uri
    assert " " not in uri
    region = location["region"]
    start, end = ((region[f"{side}Line"], region[f"{side}Column"]) for side in ("start", "end"))
    assert (1, 1) <= start <= end


def check_sarif(text: str) -> list[dict[str, Any]]:
    """Check that a text is valid SARIF, and return its results."""
    log = json.loads(text)
    has("log", log)
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    has("run", run)
    has("tool", run["tool"])
    driver = run["tool"]["driver"]
    has("driver", driver)
    for rule in driver["rules"]:
        has("rule", rule)
    assert run["columnKind"] in {"utf16CodeUnits", "unicodeCodePoints"}
    for result in run["results"]:
        has("result", result)
        assert result["message"]["text"]
        assert result["level"] in LEVELS
        assert driver["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        for location in (*result.get("locations", ()), *result.get("relatedLocations", ())):
            check_location(location["physicalLocation"])
        for fix in result.get("fixes", ()):
            has("fix", fix)
            for change in fix["artifactChanges"]:
                has("change", change)
                for replacement in change["replacements"]:
                    has("replacement", replacement)
    return list(run["results"])


def test_sarif_is_valid_for_all_kinds_of_mistakes(capsys: pytest.CaptureFixture[str]) -> None:
    specs = [str(path) for path in sorted(CASES.rglob("*/*.arch"))[::4]]
    results = check_sarif(checked("sarif", capsys, *specs))
    assert len({result["ruleId"] for result in results}) > 10
    assert any("relatedLocations" in result for result in results)
    assert any("fixes" in result for result in results)


def test_sarif_of_no_mistakes(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "tiny", "--format", "sarif"]) == 0
    assert check_sarif(capsys.readouterr().out) == []


def test_sarif_of_a_fix(capsys: pytest.CaptureFixture[str]) -> None:
    (result,) = check_sarif(checked("sarif", capsys))
    assert result["message"]["text"] == "`rellu` is not defined\nhelp: did you mean `relu`?"
    (change,) = result["fixes"][0]["artifactChanges"]
    region = {"startLine": 3, "startColumn": 15, "endLine": 3, "endColumn": 20}
    expected = {"deletedRegion": region, "insertedContent": {"text": "relu"}}
    assert change["replacements"] == [expected]


@pytest.mark.parametrize(
    ("name", "uri"),
    [
        ("a b/c%.arch", "a%20b/c%25.arch"),
        ("c:d.arch", "c%3Ad.arch"),
        ("名.arch", "%E5%90%8D.arch"),
        ("/tmp/a b.arch", "file:///tmp/a%20b.arch"),
    ],
)
def test_paths_are_addresses(name: str, uri: str) -> None:
    mistake = error("code", "message", Span(Source(name, "text"), 0, 2))
    (result,) = check_sarif(sarif([mistake]))
    assert result["locations"][0]["physicalLocation"]["artifactLocation"] == {"uri": uri}


# GitHub


def test_github(capsys: pytest.CaptureFixture[str]) -> None:
    assert checked("github", capsys) == (
        "::error title=archdsl name,file=broken.arch,line=3,endLine=3,col=15,endColumn=20"
        "::`rellu` is not defined%0Ahelp: did you mean `relu`?\n"
    )


def test_github_escapes_what_ends_a_property_or_a_command() -> None:
    source = Source("50%,a:b\r\n.arch", "one\ntwo")
    mistake = error("code", "100 % of\na::b\x1b[2J", Span(source, 0, 7), notes=["x,y"])
    assert workflow_commands([mistake]) == (
        "::error title=archdsl code,file=50%25%2Ca%3Ab%0D%0A.arch,line=1,endLine=2"
        "::100 %25 of%0Aa::b\\x1b[2J%0Anote: x,y\n"
    )


def test_github_without_a_place() -> None:
    assert workflow_commands([error("file", "gone")]) == "::error title=archdsl file::gone\n"


# Fixes


def fix_of(text: str, start: int, end: int, help: str | None) -> Fix | None:
    return error("code", "message", Span(Source("a", text), start, end), help=help).fix


def test_the_fix_is_where_the_wrong_name_is() -> None:
    meant = Meant("kernl", "kernel")
    fix = fix_of("conv(8, kernl = 3)", 8, 17, meant)
    assert fix is not None
    assert (fix.span.start, fix.span.end, fix.text) == (8, 13, "kernel")
    assert fix_of("kernl = kernl", 0, 13, meant) is None  # which one?
    assert fix_of("my_kernl = 3", 0, 12, meant) is None
    assert fix_of("kernl", 0, 5, "did you mean `kernel`?") is None


def test_a_diagnostic_without_a_place_has_no_fix() -> None:
    near = did_you_mean("x3d_q.arch", ["x3d_s.arch"])
    assert near == "did you mean `x3d_s.arch`?"
    assert error("file", "gone", help=near).fix is None
    assert diagnostic_object(error("file", "gone", also=[], help=near))["fix"] is None


def all_mistakes(folder: Path) -> list[tuple[Path, Diagnostic]]:
    found = []
    for path in sorted(folder.rglob("*.arch")):
        found += [(path, each) for each in judge(path).diagnostics if isinstance(each.help, Meant)]
    return found


def test_every_did_you_mean_of_the_cases_is_a_fix_that_ends_the_mistake(tmp_path: Path) -> None:
    cases = tmp_path / "cases"
    shutil.copytree(CASES, cases)
    mistakes = all_mistakes(cases)
    assert len(mistakes) > 50
    for path, mistake in mistakes:
        fix = mistake.fix
        assert fix is not None, mistake
        text, wrong = fix.span.source.text, Path(fix.span.source.name)
        wrong.write_text(text[: fix.span.start] + fix.text + text[fix.span.end :])
        after = judge(path).diagnostics
        wrong.write_text(text)
        assert all(each.message != mistake.message for each in after if at(each) == at(mistake))


def at(diagnostic: Diagnostic) -> int | None:
    first: At | None = next(iter(diagnostic.labels), None)
    return first.span.start if first else None
