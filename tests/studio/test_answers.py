"""What a page is answered: the same that the commands print."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import sleep
from typing import Any

import pytest

import archdsl
from archdsl.costs.figures import CONVENTIONS
from archdsl.program.published import locate
from archdsl.studio import questions
from archdsl.studio.aside import Aside
from archdsl.studio.asked import Body
from archdsl.studio.desk import Desk
from archdsl.studio.disk import Disk
from tests.studio.harness import FIRST, Studio

ROOT = Path(__file__).resolve().parents[2]


def first(text: str = FIRST) -> archdsl.Network:
    return archdsl.parse(text).network()


@pytest.mark.parametrize("convention", CONVENTIONS)
@pytest.mark.parametrize("by", ["row", "operation"])
def test_costs_are_those_of_the_network(shared: Studio, convention: str, by: str) -> None:
    look = shared.look(convention=convention, by=by)["look"]
    network = first()
    cost, params = look["totals"][:2]
    assert cost["value"] == network.costs.total.total(CONVENTIONS[convention])
    assert (params["name"], params["value"]) == ("parameters", network.costs.total.params)
    assert [line["name"] for line in look["lines"]] == [p.name for p in network.breakdown(by)]
    assert sum(line["part"] for line in look["lines"]) == pytest.approx(1)
    assert look["input"] == "video 3 x 8 x 64^2"


def test_lines_and_boxes_say_where_they_are_written(shared: Studio) -> None:
    look = shared.look()["look"]
    lines = {line["name"]: line for line in look["lines"]}
    assert (lines["stage1.0"]["line"], lines["stage1.1-2"]["line"]) == (11, 12)
    assert {line["file"] for line in look["lines"]} == {str(shared.path)}
    assert look["picture"]["files"] == {"first.arch": str(shared.path)}
    assert 'data-file="first.arch" data-line="12" data-last="12"' in look["picture"]["svg"]


def test_rows_of_a_derived_network_are_in_another_file(shared: Studio) -> None:
    text = "use x3d_s\n\nnetwork mine = x3d_s(classes = 10)\n"
    look = shared.look(text=text)["look"]
    file = look["lines"][1]["file"]
    assert file.endswith("x2d.arch")
    source = shared.ask("source", name=file)["text"]
    assert "bottleneck" in source.splitlines()[look["lines"][1]["line"] - 1]
    assert file in look["picture"]["files"].values()


@pytest.mark.parametrize("name", ["specs/x3d_l.arch", "/etc/passwd", "../x.arch"])
def test_no_file_is_read_that_the_text_does_not_use(shared: Studio, name: str) -> None:
    shared.look()
    sent = f'{{"name": "{name}"}}'.encode()
    headers = {"Content-Type": "application/json"}
    response, content = shared.request("POST", shared.base + "source", sent, headers)
    assert (response.status, content) == (404, f"the text uses no file `{name}`\n".encode())


def test_stages_fold_and_rows_open(shared: Studio) -> None:
    plain, folded, opened = (
        shared.look(turned=turned)["look"]["picture"]["svg"]
        for turned in ([], ["stage1"], ["stage1.1-2"])
    )
    assert plain.count('data-path="stage1.') == 3
    assert folded.count('data-path="stage1.') == 0
    assert opened.count('data-path="stage1.1"') == 1


def test_a_mistake_is_told_with_its_place_and_what_mends_it(shared: Studio) -> None:
    answer = shared.look(text=FIRST.replace("-> flatten", "-> flaten"))
    (mistake,) = answer["diagnostics"]
    (label,) = mistake["labels"]
    assert (mistake["severity"], mistake["message"]) == ("error", "`flaten` is not defined")
    assert FIRST[: label["from"]].endswith("adaptive_avg_pool -> ")
    assert mistake["fix"] | {"text": "flatten"} == mistake["fix"]
    assert answer["look"]["whole"] is False
    # It is drawn up to the mistake.
    assert "error[name], line 15" in answer["look"]["picture"]["svg"]


def test_a_text_that_does_not_parse_has_no_network(shared: Studio) -> None:
    answer = shared.look(text=FIRST.replace("network first(", "network first(("))
    assert (answer["look"], answer["networks"]) == (None, None)
    assert answer["diagnostics"][0]["code"] == "syntax"
    assert shared.look(text="")["look"] is None


def test_texts_of_a_spec_are_escaped_in_the_picture(shared: Studio) -> None:
    text = FIRST.replace("network first", "network evil").replace("claim first", "claim evil")
    text = text.replace("in -> adaptive", '"<script>" -> adaptive')
    for turned in ([], ["<script>alert(1)</script>"]):
        answer = shared.look(text=text, turned=turned)
        assert "<script" not in (answer["look"] or {"picture": {"svg": ""}})["picture"]["svg"]


def test_changes_and_inputs_are_those_of_the_language(shared: Studio) -> None:
    changes = ["stretch(2)", "resize(size = 96)"]
    look = shared.look(changes=changes)["look"]
    spec = archdsl.parse(FIRST).derive("b", "first", *changes)
    assert look["macs"] == spec.network("b").costs.total.macs
    assert look["shown"] == "first + stretch(2) + resize(size = 96)"
    assert look["base"]["macs"] == first().costs.total.macs
    look = shared.look(input="16x96x96")["look"]
    assert look["macs"] == first().at(video=(3, 16, 96, 96)).costs.total.macs


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"input": "3 by 4"}, "sizes must be positive integers separated by `x`"),
        ({"input": "audio=16x96x96"}, "the network has no input `audio`"),
        ({"changes": ["strech(2)"]}, "no transform is called `strech`"),
        ({"changes": ["bottleneck(2)"]}, "the blocks of this network have no inner width"),
        ({"changes": ["widen(2) \n network evil = first"]}, ""),
    ],
)
def test_what_cannot_be_looked_at_is_refused(
    shared: Studio, asked: dict[str, Any], message: str
) -> None:
    answer = shared.look(**asked)
    assert answer["look"] is None
    assert answer["refused"][0]["message"].startswith(message)
    assert answer["diagnostics"] == []


def test_the_module_is_the_one_that_compile_writes(shared: Studio) -> None:
    network = first()
    for target in ("readable", "infer", "train"):
        text = shared.look("module", target=target)["text"]
        own = network.source() if target == "readable" else network.lowered(target).text
        # The head names the file and its digest.
        assert text.partition("import ")[2] == own.partition("import ")[2]
    (mistake,) = shared.look("module", target="readable", text=FIRST.replace("relu", "rel"))[
        "mistakes"
    ]
    assert mistake["message"] == "`rel` is not defined"


def test_the_difference_is_from_what_is_saved(shared: Studio) -> None:
    assert shared.look("diff")["equal"] is True
    found = shared.look("diff", text=FIRST.replace("| unit  | 64 ", "| unit  | 72 "))
    assert found["verdict"].startswith("The networks differ: 1 row changed, 3 rows equal")
    changed = [pair for pair in found["pairs"] if pair["status"] == "changed"]
    assert changed[0]["changes"] == ["channels 64 -> 72"]
    assert changed[0]["line"] == 13
    assert "parameters    209,592 -> " in " ".join(found["facts"])


def test_claims_are_judged_aside(shared: Studio) -> None:
    judged = shared.ask("judge", text=FIRST.replace("74.3M", "75M"))
    (claim,) = judged["report"]["claims"]
    assert (claim["claimed"], claim["verdict"]) == ("75M", "not met")
    assert [each["code"] for each in judged["diagnostics"]] == ["claim"]
    assert shared.ask("judge", text="network {")["report"] is None


def test_a_judge_that_ends_by_itself_is_a_line(
    shared: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("archdsl.studio.aside.COMMAND", ("/bin/false",))
    (mistake,) = shared.ask("judge", text=FIRST)["mistakes"]
    assert mistake["message"] == "what judges the text ended with status 1"


def test_a_judge_is_ended_by_the_next_one(tmp_path: Path) -> None:
    aside, spec, started = Aside(), tmp_path / "first.arch", tmp_path / "started"
    sleeper = tmp_path / "sleeper"
    sleeper.write_text(f"#!/bin/sh\ntouch {started}\nexec sleep 600\n")
    sleeper.chmod(0o700)
    with ThreadPoolExecutor() as pool, pytest.MonkeyPatch.context() as patch:
        patch.setattr("archdsl.studio.aside.COMMAND", (str(sleeper),))
        first = pool.submit(aside.judge, spec, {spec: FIRST})
        while not started.exists():
            sleep(0.01)
        patch.undo()
        judged = aside.judge(spec, {spec: FIRST})
        assert judged
        assert judged.report
        assert first.result() is None
    aside.stop()


def test_places_name_the_file_as_the_page_does() -> None:
    desk = Desk(Disk(locate("autox3d_l")))
    file: dict[str, Any] = questions.fact(desk, "file") or {}
    asked = {"network": None, "changes": [], "input": "", "convention": "macs", "by": "row"}
    answer: dict[str, Any] = questions.answer(
        desk, "analyse", Body({**asked, "text": file["text"], "turned": []})
    )
    assert file["name"] in {each["labels"][0]["file"] for each in answer["diagnostics"]}


def test_a_space_is_drawn_with_its_decisions(shared: Studio) -> None:
    text = FIRST.replace("| unit  | 64 ", "| unit  | {64, 72} ")
    answer = shared.look(text=text)
    assert answer["networks"][0]["space"] is True
    assert "1 decision is open" in answer["look"]["picture"]["svg"]
    (space,) = shared.ask("judge", text=text)["report"]["spaces"]
    assert (space["members"], space["all"]) == ("2", True)


def proposed(shared: Studio, text: str) -> list[str]:
    """What can be written where a text has a `§`."""
    asked = {"text": text.replace("§", ""), "offset": text.index("§")}
    return [each["label"] for each in shared.ask("complete", **asked)["proposals"]]


def test_words_are_proposed_where_they_can_stand(shared: Studio) -> None:
    text = FIRST.replace("-> relu", "-> re§")
    assert {"relu", "relu6", "unit"} <= set(proposed(shared, text))
    assert "stride" in proposed(shared, FIRST.replace("kernel = 3, stride", "kernel = 3, §"))
    # Also in a text that does not parse.
    broken = FIRST.replace("-> relu", "-> (§").replace("claim", "# claim")
    assert "batch_norm" in proposed(shared, broken)
    assert "x3d_s" in proposed(shared, f"use §\n{FIRST}")


def test_a_word_is_explained(shared: Studio) -> None:
    answer = shared.ask("explain", text=FIRST, offset=FIRST.index("batch_norm") + 3)
    assert FIRST[answer["from"] : answer["to"]] == "batch_norm"
    assert answer["said"][0]["signature"].startswith("batch_norm(")
    assert shared.ask("explain", text=FIRST, offset=FIRST.index("  table")) == {"said": []}


@pytest.mark.parametrize("offset", [-1, len(FIRST) + 1, True, 1.5, "0", None])
def test_a_place_must_be_in_the_text(shared: Studio, offset: object) -> None:
    body = json.dumps({"text": FIRST, "offset": offset}).encode()
    headers = {"Content-Type": "application/json"}
    response, content = shared.request("POST", shared.base + "complete", body, headers)
    assert (response.status, content) == (400, b"`offset` must be a place in the text\n")


def test_a_text_is_laid_out(shared: Studio) -> None:
    assert shared.ask("format", text=FIRST.replace("| unit  | 64 ", "|unit|64"))["text"] == FIRST
    assert shared.ask("format", text="network {")["mistakes"][0]["code"] == "syntax"


def test_characters_outside_of_the_first_plane_count_once(shared: Studio) -> None:
    answer = shared.look(text=f"# \U0001f3ac\n{FIRST.replace('-> flatten', '-> flaten')}")
    assert answer["diagnostics"][0]["labels"][0]["from"] == FIRST.index("flatten") + 4


@pytest.mark.slow
def test_a_hundred_thousand_operations_are_survived(shared: Studio) -> None:
    text = """network big() {
      input x: 8 x 4 x 8^2
      for i in range(50000) { x = x -> conv(8) -> relu }
      return x
    }
    """
    look = shared.look(text=text, by="operation")["look"]
    assert (look["operations"], len(look["lines"]), look["more"]) == (100_001, 1_000, 99_000)
    answer = shared.look(text=text.replace("50000", "60000"))
    assert answer["diagnostics"][0]["message"].startswith("network `big` has more than 110,000")
    assert shared.look()["look"]["whole"] is True
