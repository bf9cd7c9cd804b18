"""What names mean, where they are defined, and what a rename changes or refuses."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from archdsl import compiler
from archdsl.analysis.names.files import specs_below, users
from archdsl.analysis.names.finding import Names, occurrences
from archdsl.analysis.names.renaming import Refused, edited, rename
from archdsl.analysis.names.symbol import Kind, Occurrence, Role
from archdsl.program.files import Unsaved
from archdsl.program.program import Program
from archdsl.program.published import files
from archdsl.syntax import tree

HERE = Path("/nowhere").resolve()


def load(path: Path, unsaved: Unsaved) -> Program:
    return compiler.resolve(path, (), unsaved)


def names_of(text: str, name: str = "a", **others: str) -> Names:
    texts = {HERE / f"{stem}.arch": each for stem, each in {name: text, **others}.items()}
    return Names(load(HERE / f"{name}.arch", texts))


def at(names: Names, words: str, ahead: int = 0) -> Occurrence:
    text = names.program.main.file.source.text
    found = names.at(text.index(words) + ahead)
    assert found is not None
    return found


def said(occurrence: Occurrence) -> list[str]:
    """`parameter of unit`, for each symbol."""
    return [
        f"{each.kind.value} of {each.definition.name}" if each.owner else each.kind.value
        for each in occurrence.all_symbols
    ]


UNIT = """\
block unit(x, channels: int, kind: plain | gated = plain, stride = 1) {
  y = x -> conv(channels, 3, stride) -> batch_norm
  if kind == gated { y = y * sigmoid(y) }
  unit = y -> relu
  return unit
}
"""
NETWORK = """\
network a(size = 32, classes = 10) {
  input image: 3 x size^2
  init conv: normal(std = 0.1)
  table (kind = gated if wide else plain, stride = i + 1) {
    | stage | block | channels | wide  |
    |-------|-------|----------|-------|
    | first | unit  | 8        | true  |
    | last  | unit  | 16       | false |
  }
  relu
  return in -> mean -> linear(features = classes)
}
network b = a(size = 64) + set(channels, value = 24, rows = last) + insert relu after (first, l*)
claim b { params 1k; macs +1 on a }
recipe train for b { epochs 3; clip(frames = image.channels); freeze "first, last"; crop 8 }
"""


@pytest.mark.parametrize(
    ("words", "meaning"),
    [
        ("x -> conv", ["parameter of unit"]),
        ("conv(channels", ["operation"]),
        ("channels, 3", ["parameter of unit"]),
        ("gated { y", ["word"]),
        ("unit = y", ["variable of unit"]),
        ("unit\n}", ["variable of unit"]),
        ("image: 3", ["input of a"]),
        ("std = 0.1", ["option of init"]),
        ("kind = gated if", ["column of a", "parameter of unit"]),
        ("wide else", ["column of a"]),
        ("i + 1", ["word"]),
        ("channels | wide", ["column of a", "parameter of unit"]),
        ("unit  | 8", ["block"]),
        ("first | unit", ["stage of a"]),
        ("features = classes", ["option of linear"]),
        ("a(size = 64)", ["network"]),
        ("size = 64", ["parameter of a"]),
        ("channels, value", ["column of a"]),
        ("last) + insert", ["stage of a"]),
        ("first, l*", ["stage of a"]),
        ("params 1k", ["metric"]),
        ("a }\n", ["network"]),
        ("b { epochs", ["network"]),
        ("epochs 3", ["setting of recipe"]),
        ("frames = image", ["option of recipe"]),
        ("image.channels", ["input of a"]),
        ('first, last"', ["stage of a"]),
        ('last"; crop', ["stage of a"]),
    ],
)
def test_name_means(words: str, meaning: list[str]) -> None:
    assert said(at(names_of(UNIT + NETWORK), words)) == meaning


def test_block_is_meant_where_its_name_is_not_assigned_yet() -> None:
    names = names_of(UNIT + "block two(x) {\n  unit = x -> unit(8)\n  return unit\n}\n")
    found = names.of(names.program.main).occurrences
    kinds = [each.symbols[0].kind for each in found if each.text == "unit"]
    assert kinds[-3:] == [Kind.VARIABLE, Kind.BLOCK, Kind.VARIABLE]


def test_pattern_matches_several_labels() -> None:
    names = names_of(UNIT + NETWORK + "network c = a + insert relu after *st\n")
    found = at(names, "*st", 1)
    assert [each.name for each in found.symbols] == ["first", "last"]
    assert found.role is Role.MATCHES


@pytest.mark.parametrize("path", files(), ids=lambda path: path.stem)
def test_every_name_of_published_specs_is_known(path: Path) -> None:
    """All but parts of labels inside blocks, and the input of a network that is left open."""
    program = load(path, {})
    names = Names(program)
    found = names.of(program.main).occurrences
    unknown = [
        each.text
        for each in found
        if not each.all_symbols and each.role not in (Role.LABELS, Role.MATCHES)
    ]
    assert set(unknown) <= {"video"}
    spans = {(each.span.start, each.span.end) for each in found}
    assert len(spans) == len(found)
    for node in tree.walk(program.main.file.definitions):
        if isinstance(node, tree.Name) and re.fullmatch(r"\w+", node.span.text):
            assert (node.span.start, node.span.end) in spans


def test_program_of_a_used_file_sees_uses() -> None:
    texts = {"unit": UNIT, "a": f"use unit\n{NETWORK}"}
    user = names_of(texts["a"], unit=UNIT)
    (block,) = at(user, "unit  | 8").symbols
    ((unit, place),) = user.definitions(block)
    assert (unit.path.stem, place.text, place.start) == ("unit", "unit", 6)
    assert [each.span.line for each in occurrences([user], [block])] == [8, 9, 1]


# Renaming


def renamed(texts: Mapping[str, str], words: str, new: str) -> Mapping[str, str]:
    """The texts after a rename at the first of some words in the first text."""
    unsaved = {HERE / f"{name}.arch": text for name, text in texts.items()}
    programs = [Names(load(path, unsaved)) for path in unsaved]
    symbol = at(programs[0], words).symbols[0]
    after = edited(rename(programs, symbol, new, load, unsaved))
    return {path.stem: text for path, text in after.items()}


def test_rename_of_a_parameter_follows_columns_and_short_arguments() -> None:
    user = "use unit\nblock two(x, kind: plain | gated) {\n  x -> unit(8, stride = 2, kind)\n}\n"
    table = f"use unit\n{NETWORK}"
    after = renamed({"unit": UNIT, "two": user, "a": table}, "kind: plain", "manner")
    assert "if manner == gated" in after["unit"]
    assert "unit(8, stride = 2, manner = kind)" in after["two"]
    assert "table (manner = gated if wide" in after["a"]
    after = renamed({"two": user, "unit": UNIT}, "kind: plain", "manner")
    assert after == {
        "two": user.replace("(x, kind", "(x, manner").replace("2, kind", "2, kind = manner")
    }


def test_rename_of_a_stage_follows_labels() -> None:
    text = (UNIT + NETWORK).replace("l*", "last")
    after = renamed({"a": text}, "last  |", "end")
    assert after["a"].count("end") == 4
    assert 'freeze "first, end"' in after["a"]


@pytest.mark.parametrize(
    ("words", "new", "why"),
    [
        ("conv(", "fold", "`conv` is a name of the language"),
        ("unit(x", "relu", "`relu` is already an operation"),
        ("unit(x", "a", "`a` is defined twice"),
        ("unit(x", "for", "`for` is a keyword"),
        ("y = x", "x", "would mean something else"),
        ("y = x", "relu", "would mean something else"),
        ("last  |", "end", "`l*` at a.arch:19 names it by a pattern"),
        ("size = 32", "side", "know a network's `size` by its name"),
        ("std", "deviation", "is a name of the language"),
    ],
)
def test_rename_is_refused(words: str, new: str, why: str) -> None:
    with pytest.raises(Refused, match=re.escape(why)):
        renamed({"a": UNIT + NETWORK}, words, new)


def test_rename_is_refused_where_the_text_leaves_open_what_is_meant() -> None:
    passing = "block via(x, make: block = unit) { return x -> make(channels = 8) }\n"
    with pytest.raises(Refused, match="which may be this one"):
        renamed({"a": UNIT + passing}, "channels: int", "width")
    # Where no block is passed on, `make` is none of these.
    renamed({"a": UNIT + passing.replace("= unit", "= conv")}, "channels: int", "width")
    recipe = "recipe base { crop image.height }\n"
    with pytest.raises(Refused, match="does not say for which network"):
        renamed({"a": UNIT + NETWORK + recipe}, "image: 3", "picture")
    shared = NETWORK.replace("network b", "block other(x, channels) { conv(channels) }\nnetwork b")
    with pytest.raises(Refused, match="also gives `channels` of `other` a value"):
        renamed(
            {"a": UNIT + shared.replace("| last  | unit ", "| last  | other")}, "channels: int", "w"
        )


def test_rename_is_refused_in_files_of_archdsl() -> None:
    with pytest.raises(Refused, match=r"library/glore.arch, which comes with archdsl"):
        renamed({"a": "use glore\nnetwork a() { input x: 8 x 4^2; x -> glore }\n"}, "glore }", "g")


def test_users_of_a_file_are_told_by_their_text(tmp_path: Path) -> None:
    texts = {"a": "", "b": "use a\n", "c": "use sub.b\n", "d": "# use a\n", "sub/b": "use a\n"}
    (tmp_path / "sub").mkdir()
    (tmp_path / ".hidden").mkdir()
    (tmp_path / ".hidden" / "e.arch").write_text("use a\n")
    for name, text in texts.items():
        (tmp_path / f"{name}.arch").write_text(text)
    (tmp_path / "f.arch").write_bytes(b"\xff use a\n")
    found = users(specs_below([tmp_path]), tmp_path / "a.arch")
    assert [str(path.relative_to(tmp_path)) for path in found] == [
        "a.arch",
        "b.arch",
        "sub/b.arch",
        "c.arch",
    ]
