"""Published networks by name: `list`, `init`, and every command that takes a spec."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import archdsl
from archdsl.catalogue import listing
from archdsl.cli.main import main
from archdsl.program import published
from archdsl.report.text import width
from archdsl.resources import folder

MINE = "use x3d_s\n\nnetwork mine = x3d_s(size = 182)\n"


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_the_names_in_the_texts_are_those_that_the_parser_finds() -> None:
    parsed = [(p.stem, name) for p in published.files() for name in archdsl.load(p).networks]
    assert list(published.networks()) == parsed
    names = [name for _, name in parsed]
    assert len(set(names)) == len(names)


def test_no_published_spec_has_the_name_of_a_file_of_the_library() -> None:
    library = {path.name for path in folder("library").iterdir()}
    assert not library & {path.name for path in published.files()}


def test_every_published_network_of_a_paper_cites_it() -> None:
    own = {entry.spec for entry in archdsl.list() if entry.paper is None}
    assert own == {"tiny", "tiny_rows", "tiny_space"}


def test_a_name_is_a_published_spec(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["flops", "x3d_s", "--format", "json"]) == 0
    printed = capsys.readouterr()
    assert json.loads(printed.out)["macs"] == 1_962_892_112
    assert printed.err == "`x3d_s` is published with archdsl\n"


def test_a_name_is_a_network_in_a_published_spec(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["flops", "autox3d_l_plain"]) == 0
    printed = capsys.readouterr()
    assert printed.out.startswith("autox3d_l_plain at ")
    assert printed.err == "`autox3d_l_plain` is in `autox3d_l`, which is published with archdsl\n"
    assert archdsl.load("autox3d_l_plain").network().name == "autox3d_l_plain"
    assert archdsl.load("autox3d_l_plain").network("autox3d_l").name == "autox3d_l"


def test_a_file_in_the_folder_comes_first(capsys: pytest.CaptureFixture[str]) -> None:
    Path("x3d_s.arch").write_text(
        "network x3d_s() {\n  input x: 3 x 8^2\n  return x -> flatten\n}\n"
    )
    assert main(["flops", "x3d_s"]) == 0
    printed = capsys.readouterr()
    assert printed.out.startswith("x3d_s at x 3 x 8^2")
    assert printed.err == "`x3d_s` is x3d_s.arch, and not the published `x3d_s`\n"


def test_a_path_is_taken_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    Path("mine.arch").write_text(MINE)
    assert main(["flops", "mine.arch"]) == 0
    assert capsys.readouterr().err == ""
    assert main(["flops", "x3d_s.arch"]) == 1
    assert "help: `x3d_s` without `.arch` is the published one" in capsys.readouterr().err


def test_a_folder_of_the_name_does_not_hide_a_network() -> None:
    Path("x3d_s").mkdir()
    assert main(["flops", "x3d_s"]) == 0


def test_a_name_that_nothing_has(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["flops", "x3d_q"]) == 1
    assert capsys.readouterr().err.startswith(
        "error[file]: no file and no published network is called `x3d_q`\n"
        "  = help: did you mean `x3d_s`?\n"
    )


def test_a_spec_uses_a_published_one(capsys: pytest.CaptureFixture[str]) -> None:
    Path("mine.arch").write_text(MINE)
    assert main(["check", "mine.arch"]) == 0
    assert capsys.readouterr().err == ""
    assert archdsl.load("mine").network().costs.total.macs == 2_721_933_356


def test_a_file_beside_a_spec_hides_a_published_one_and_this_is_said(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Path("mine.arch").write_text(MINE)
    own = (published.home() / "x3d_s.arch").read_text()
    Path("x3d_s.arch").write_text(own)  # the same text: nothing to say
    assert main(["check", "mine.arch"]) == 0
    assert capsys.readouterr().err == ""
    Path("x3d_s.arch").write_text(own.replace("depth = 2.2", "depth = 1"))
    assert main(["check", "mine.arch"]) == 0
    said = "note[use]: `x3d_s` is x3d_s.arch, and not the published spec of that name\n"
    assert said in capsys.readouterr().err


def test_a_network_is_no_file_to_use(capsys: pytest.CaptureFixture[str]) -> None:
    Path("mine.arch").write_text("use autox3d_l_plain\n")
    assert main(["check", "mine.arch"]) == 1
    help = "help: write `use autox3d_l`, which defines `autox3d_l_plain`"
    assert help in capsys.readouterr().err


def test_mistakes_in_a_published_spec_are_shown_by_its_name() -> None:
    source = archdsl.load("x3d_s").program.main.file.source
    assert source.name == "specs/x3d_s.arch"
    names = {unit.file.source.name for unit in archdsl.load("x3d_s").program.units}
    assert {name.split("/")[0] for name in names} == {"specs", "library"}


@pytest.mark.parametrize(
    "command",
    [
        ["show", "x3d_xs"],
        ["check", "x3d_xs"],
        ["draw", "x3d_xs"],
        ["family", "x3d_xs", "x3d_s"],
        ["transform", "x3d_xs", "widen(2)"],
        ["derive", "tiny_space", "--choose", "smallest"],
        ["expand", "x2d", "--axes", "depth"],
        ["compile", "tiny"],
    ],
    ids=" ".join,
)
def test_commands_take_names(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(command) == 0
    assert "is published with archdsl" in capsys.readouterr().err


def test_sides_of_diff_are_names(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", "autox3d_l:autox3d_l_plain", "autox3d_l_plain"]) == 0
    assert main(["diff", "x3d_s", ": + widen(2)"]) == 1
    assert "error" not in capsys.readouterr().err


def test_list_fits_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert max(map(width, lines)) <= 80
    assert "x3d_s                    3 x 13 x 160^2    3.79 M    1.96 G   73.3" in lines
    assert "Feichtenhofer, CVPR 2020" in lines


def test_list_of_a_pattern(capsys: pytest.CaptureFixture[str]) -> None:
    assert [each.name for each in archdsl.list("x3d_*")] == ["x3d_l", "x3d_m", "x3d_s", "x3d_xs"]
    assert {each.paper for each in archdsl.list("feichtenhofer")} == {"Feichtenhofer, CVPR 2020"}
    assert main(["list", "x3d_q"]) == 1
    assert "help: did you mean `x3d_s`?" in capsys.readouterr().err


def test_list_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list", "x3d_s", "--format", "json"]) == 0
    found = {each["network"]: each for each in json.loads(capsys.readouterr().out)}
    entry = found["x3d_s"]
    assert (entry["macs"], entry["top1"], entry["top1_at"]) == (
        1_962_892_112,
        73.3,
        {"size": "182"},
    )
    assert main(["list", "tiny_space", "--format", "json"]) == 0
    (space,) = json.loads(capsys.readouterr().out)
    assert (space["is_space"], space["params"], space["macs"]) == (True, None, None)


def test_the_table_that_ships_is_what_is_measured(is_updating: bool) -> None:
    shipped = published.home() / listing.SHIPPED
    measured = listing.table(listing.measured())
    if is_updating:
        shipped.write_text(measured)
    assert shipped.read_text() == measured


def test_where_specs_or_the_table_were_edited_they_are_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    specs = tmp_path / "specs"
    specs.mkdir()
    monkeypatch.setattr(published, "home", lambda: specs)
    text = "network one() {\n  input x: 3 x 8^2\n  return x -> flatten -> linear(2)\n}\n"
    (specs / "one.arch").write_text(text)
    assert [entry.params for entry in listing.list_networks()] == [386]
    (specs / listing.SHIPPED).write_text(listing.table(listing.measured()))
    with monkeypatch.context() as without:
        without.setattr(listing, "entries_of", None)
        assert [entry.params for entry in listing.list_networks()] == [386]  # nothing is measured
    (specs / "one.arch").write_text(text.replace("2)", "4)"))
    assert [entry.params for entry in listing.list_networks()] == [772]
    table = listing.table(listing.measured())
    for damaged in (table[:100], "[]", "{}", "[" * 10**5, "\xff", table.replace("772", "7")):
        (specs / listing.SHIPPED).write_text(damaged, encoding="latin-1")
        assert [entry.params for entry in listing.list_networks()] == [772]


@pytest.mark.parametrize("name", ["x3d_s", "i3d", "autox3d_l_plain", "tiny_space"])
def test_init_writes_a_spec_that_is_the_same_network(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["init", name]) == 0
    path = f"my_{name}.arch"
    assert capsys.readouterr().out == f"{path}\n"
    assert max(map(len, Path(path).read_text().splitlines())) <= 80
    assert main(["fmt", "--check", path]) == 0
    assert main(["check", path]) == 0
    if name != "tiny_space":
        assert main(["diff", name, path]) == 0


def test_init_lists_parameters_with_their_values() -> None:
    assert main(["init", "x3d_s", "-o", "new/wide.arch"]) == 0
    text = Path("new/wide.arch").read_text()
    assert "frames = 13" in text
    assert "network wide = x3d_s(classes = 400)\n" in text


def test_init_never_overwrites(capsys: pytest.CaptureFixture[str]) -> None:
    Path("my_x3d_s.arch").write_text("mine")
    assert main(["init", "x3d_s"]) == 1
    assert Path("my_x3d_s.arch").read_text() == "mine"
    assert "my_x3d_s.arch exists already" in capsys.readouterr().err
    assert main(["init", "x3d_s", "-o", "x3d_s.arch"]) == 1
    assert "`x3d_s` is defined by `x3d_s` already" in capsys.readouterr().err
