"""The page of a spec: what it shows, and what it can never do."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

import archdsl
from archdsl import files, limits
from archdsl.cli.main import main
from archdsl.space.survey import steps
from page.pages import ALLOWED, Read, made, made_of, read

HOSTILE = '''"""</title></style><script>alert(1)</script> & "double" 'single' javascript:alert(2)

<img src=https://example.org/x onerror=alert(3)> `<b>code</b>` \u202etxet
"""

"""<svg onload=alert(4)>"""
network a(classes = 10) {
  input x: 3 x 8 x 32^2
  y = x -> conv(4)
  return x -> conv(16) -> mean -> linear(classes)
}

"""</pre></textarea><!-- -->"""
recipe r for a {
  epochs 3
  batch 2
  optimizer sgd(lr = 0.1)
  clip(frames = 8, stride = 1)
  crop 32
  pretrained "</pre><script>alert(5)</script>"
  resize 32
  test views(clips = 1, size = 32)
}

claim a {
  disputed params 12M "</td><script>alert(6)</script>"
  top1 50
  note "]]><script>alert(7)</script>"
}
'''
SPACE = """network a() {
  input x: 3 x 8^2
  y = x -> conv({8, 16, 24})
  return y -> conv(y.channels)
}
"""
BROKEN = """network a() {
  input x: 8 x 8^2
  return x -> conv(16) -> relu -> conv(9, groups = 2) -> relu
}
network b() {
  input x: 8 x 8^2
  return x -> conv(4)
}
claim a { params 3 }
"""


@cache
def page(name: str) -> Read:
    """The page of a published spec, as it is read."""
    return read(made(name).html)


@pytest.fixture(scope="module", params=["x3d_s", "autox3d_s", "tiny_space", "hostile", "broken"])
def any_page(request: pytest.FixtureRequest) -> Read:
    own = {"hostile": HOSTILE, "broken": BROKEN}
    if request.param in own:
        return read(made_of(own[request.param], "'<b>&.arch").html)
    return page(request.param)


# What it can never do


def test_nothing_runs_and_nothing_is_asked_for(any_page: Read) -> None:
    assert any_page.tags <= ALLOWED
    assert not [name for name in any_page.attributes if name.startswith("on")]
    assert any_page.attributes.isdisjoint({"src", "srcset", "action", "background", "poster"})
    assert all(href.startswith("#") for href in any_page.hrefs)
    assert "url(" not in any_page.styles
    assert "@import" not in any_page.styles
    (policy,) = [
        meta["content"] for meta in any_page.metas if "Policy" in meta.get("http-equiv", "")
    ]
    assert policy.startswith("default-src 'none'; ")
    assert "script" not in policy


def test_tags_are_closed_and_links_lead_somewhere(any_page: Read) -> None:
    assert not any_page.open
    assert len(any_page.ids) == len(set(any_page.ids))
    assert {href.removeprefix("#") for href in any_page.hrefs} <= {*any_page.ids}


def test_what_a_spec_says_is_text() -> None:
    shown = read(made_of(HOSTILE, "'<b>&.arch").html)
    for text in (
        "</title></style><script>alert(1)</script> & \"double\" 'single' javascript:alert(2)",
        "<img src=https://example.org/x onerror=alert(3)> <b>code</b> \\u202etxet",
        "<svg onload=alert(4)>",
        "</pre></textarea><!-- -->",
        'pretrained "</pre><script>alert(5)</script>"',
        "</td><script>alert(6)</script>",
        "]]><script>alert(7)</script>",
        "'<b>&.arch",
    ):
        assert text in shown.text, text


# What it shows


def test_a_network_is_shown_with_all_that_there_is() -> None:
    shown = page("x3d_s")
    for text in (
        "X3D-S: thirteen frames, every sixth (Feichtenhofer, CVPR 2020).",
        "3 × 13 × 160²",
        "res4.0-10",
        "709.44 M",
        "2,135,116,112",
        "56.37 MiB",
        "x3d_s(size = 182)",
        "1.9629G",
        "as published",
        "Auto-X3D, supplement, Table 1: per view, ten clips of three crops",
        "optimizer sgd(lr = 0.1, momentum = 0.9, nesterov = true, weight_decay = 5e-05)",
        "network x3d_s = x2d(frames = 13, tau = 6, size = 160, bottleneck = 2.25, depth = 2.2)",
        f"archdsl {archdsl.__version__}",
        archdsl.load("x3d_s").program.digest,
    ):
        assert text in shown.text, text


def test_rows_of_a_stage_fold_and_boxes_lead_to_rows() -> None:
    html = made("autox3d_s").html
    assert html.count('<tr class="stage"') == 8  # four stages of two networks
    linked = re.search(r'data-path="stage3\.2-4".*?<a href="#([^"]+)"', html, re.DOTALL)
    assert linked
    assert re.search(rf'id="{linked[1]}"[^>]*>\s*<td>stage3\.2-4</td>', html)


def test_a_network_is_drawn_with_more_and_less_of_it_open() -> None:
    html = made("x3d_s").html
    assert re.findall(r'<label for="n0-level\d">(.*?)</label>', html) == [
        "by row",
        "stages folded",
        "blocks opened",
    ]
    shown = [
        picture.count('data-open="yes"') for picture in re.findall("<svg.*?</svg>", html, re.S)
    ]
    assert shown[1] < shown[0] < shown[2]


def test_several_networks_have_a_table_of_contents() -> None:
    shown = page("autox3d_s")
    assert "#n0" in shown.hrefs
    assert "#n1" in shown.hrefs
    assert "1 met, 1 disputed, 1 as published" in shown.text
    assert "2 met, 1 as published" in shown.text


def test_a_space_is_shown_with_its_members() -> None:
    shown = page("tiny_space")
    for text in (
        "1,152",
        "6.25 M to 7.56 M",
        "pair.op1.over",
        "temporal, spatial, spatiotemporal",
        "5 % of the members cost at most 6.25 M MACs, 25 % 6.29 M MACs",
        "method bandit(12, startup = 6)",
        "Twelve trials, judged on a fifth of the training videos.",
    ):
        assert text in shown.text, text


def test_a_space_whose_costs_are_not_known_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steps, "WAYS", 1)
    shown = read(made_of(SPACE).html)
    assert (
        "What its members cost is not known: its parts come out in more than 1 ways" in shown.text
    )
    assert "8, 16, 24" in shown.text


def test_mistakes_are_shown_and_networks_up_to_them() -> None:
    made_page = made_of(BROKEN)
    shown = read(made_page.html)
    assert made_page.has_errors
    assert "1 error" in shown.text
    assert "3 |   return x -> conv(16) -> relu -> conv(9, groups = 2) -> relu" in shown.text
    assert "It has mistakes, and is shown as far as it could be built." in shown.text
    assert "not measured" in shown.text
    assert "4 × 8²" in shown.text  # the other network is whole


def test_a_claim_that_is_not_met_is_an_error() -> None:
    text = "network a() {\n  input x: 8\n  return x -> linear(4)\n}\nclaim a { params 3 }\n"
    made_page = made_of(text)
    assert made_page.has_errors
    assert "✗ not met" in read(made_page.html).text


def test_claims_about_networks_of_other_files_are_shown() -> None:
    shown = read(made_of("use x3d_s\nclaim x3d_s(size = 182) { macs 2.7G }\n").html)
    assert "2.722G" in shown.text
    assert "res4.0-10" in shown.text


def test_what_is_too_much_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "REPORTED", 1)
    monkeypatch.setattr(limits, "REPORTED_ROWS", 3)
    monkeypatch.setattr(limits, "REPORTED_LINES", 4)
    shown = read(made("autox3d_s").html)
    assert "1 more networks are not shown" in shown.text
    assert "10 more rows are not shown" in shown.text
    assert "more lines are not shown" in shown.text
    assert {href.removeprefix("#") for href in shown.hrefs} <= {*shown.ids}


# The command


def test_the_command_writes_a_file_that_is_kept_when_edited(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = tmp_path / "new" / "x.html"
    for _ in range(2):
        assert main(["report", "specs/x3d_s.arch", "-o", str(place)]) == 0
        assert capsys.readouterr().out == f"{place}\n"
    first = place.read_bytes()
    assert files.is_ours(first)
    place.write_text(place.read_text().replace("X3D-S", "Y3D-S"))
    assert main(["report", "specs/x3d_s.arch", "-o", str(place)]) == 1
    assert "was edited" in capsys.readouterr().err
    assert main(["report", "specs/x3d_s.arch", "-o", str(place), "--force"]) == 0
    assert place.read_bytes() == first


def test_the_command_says_mistakes_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("broken.arch").write_text(BROKEN)
    assert main(["report", "broken.arch"]) == 1
    out, err = capsys.readouterr()
    assert out == "build/broken.html\n"
    assert "error[" in err
    assert Path("build/broken.html").is_file()


@pytest.mark.parametrize("text", ["network a( {\n", "", '"""Only a text."""\n'])
def test_what_defines_nothing_has_no_page(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    spec, place = tmp_path / "a.arch", tmp_path / "a.html"
    spec.write_text(text)
    assert main(["report", str(spec), "-o", str(place)]) == 1
    assert "error[" in capsys.readouterr().err
    assert not place.exists()
