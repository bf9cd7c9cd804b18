"""What values show of themselves, at a prompt and in a notebook."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

import archdsl

HOSTILE = '''"""<script>alert(1)</script> & "quotes"."""

"""<img src=x onerror=alert(2)>"""
network a(classes = 10) {
  input x: 3 x 32^2
  return x -> conv(16) -> mean -> linear(classes)
}
'''
ALLOWED = {"b", "p", "pre", "strong", "table", "td", "th", "tr", "div"}
ALLOWED |= {"svg", "g", "title", "rect", "path", "text", "tspan", "style"}


class Tags(HTMLParser):
    """The tags of a page, and their attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data: str) -> None:
        self.text += data


def html(value: Any) -> Tags:
    return Tags(value._repr_html_())


@pytest.fixture(scope="module")
def x3d() -> archdsl.Network:
    return archdsl.load("x3d_s").network()


def test_dir_has_what_is_public() -> None:
    assert {*archdsl.__all__, "list"} == {*dir(archdsl)}
    assert all(hasattr(archdsl, name) for name in dir(archdsl))


def test_dir_of_values_has_no_private_names(x3d: archdsl.Network) -> None:
    for value in (x3d, archdsl.load("x3d_s")):
        assert "network" in dir(value) or "draw" in dir(value)
        assert not [name for name in dir(value) if name.startswith("_")]


@pytest.mark.parametrize(
    ("expression", "shown"),
    [
        ("network.costs", "<Costs: 3,794,322 parameters, 1,962,892,112 MACs>"),
        ("network.draw()", "<Drawing of x3d_s>"),
        ("network.graph", "<Graph of x3d_s: 372 operations>"),
        ("network.program", "<Program specs/x3d_s.arch: 6 files>"),
        ("network.plan", "<Plan of x2d: 5 rows>"),
    ],
)
def test_a_prompt_prints_one_line(x3d: archdsl.Network, expression: str, shown: str) -> None:
    assert repr(eval(expression, {"network": x3d})) == shown


def test_a_spec_names_its_networks() -> None:
    text = "".join(f"network n{i}() {{\n  input x: 8\n  return x -> relu\n}}\n" for i in range(5))
    assert repr(archdsl.parse(text)) == "<Spec text: n0, n1, n2, 2 more>"


def test_a_notebook_shows_the_table_and_the_picture(x3d: archdsl.Network) -> None:
    shown = html(x3d)
    assert {"table", "svg"} <= shown.tags <= ALLOWED
    for text in ("res4.0-10", "bottleneck", "96 x 13 x 10^2", "36.1 %", "1.96 G"):
        assert text in shown.text


def test_a_notebook_shows_the_decisions_of_a_space() -> None:
    shown = html(archdsl.load("tiny_space").network())
    assert "pair.op1.over" in shown.text
    assert "temporal, spatial, spatiotemporal" in shown.text


def test_a_notebook_shows_networks_and_mistakes_of_a_spec() -> None:
    sound = "network sound() {\n  input x: 8\n  return x -> linear(4)\n}\n"
    broken = "network broken() {\n  input x: 8\n  return x -> rellu\n}\n"
    needing = "network needing(n) {\n  input x: 8\n  return x -> linear(n)\n}\n"
    shown = html(archdsl.parse(sound + broken + needing))
    assert "x 8" in shown.text
    assert "has mistakes" in shown.text
    assert "depends on n" in shown.text
    assert "did you mean `relu`?" in shown.text


def test_what_a_spec_says_is_text_in_a_notebook() -> None:
    spec = archdsl.parse(HOSTILE, "<b onclick=alert(3)>.arch")
    for value in (spec, spec.network(), spec.network().draw()):
        shown = html(value)
        assert shown.tags <= ALLOWED
        assert not [name for name in shown.attributes if name.startswith("on")]
    assert '<b onclick=alert(3)>.arch <script>alert(1)</script> & "quotes".' in html(spec).text


@pytest.mark.parametrize("name", ["x3d_s", "tiny_space"])
def test_recipes_show_their_settings(name: str) -> None:
    recipe = archdsl.load(name).network().recipe()
    assert recipe is not None
    assert all(line in html(recipe).text for line in recipe.lines)


def test_searches_walks_and_expansions_are_tables() -> None:
    space = archdsl.load("tiny_space")
    assert "hold_out 0.2" in html(space.search()).text
    assert "7,562,240" in html(space.network().walk).text
    x2d = archdsl.load("x2d")
    assert "stretch(2.4)" in html(archdsl.expand(x2d, target=40_000_000, axes=["depth"])).text
    assert "quicken(2)" in html(archdsl.follow(x2d, "fast")).text


def test_costs_are_shown_in_each_convention(x3d: archdsl.Network) -> None:
    shown = html(x3d.costs)
    assert "2,135,116,112" in shown.text
    assert "FLOPs (PyTorchVideo)" in shown.text
    assert "24 x 13 x 40^2" in html(x3d.breakdown("stage")).text


def test_published_networks_are_a_table() -> None:
    assert "Feichtenhofer, CVPR 2020" in html(archdsl.list("x3d_s")).text


def test_a_drawing_keeps_what_somebody_edited(x3d: archdsl.Network, tmp_path: Path) -> None:
    drawing, place = x3d.draw(depth=1), tmp_path / "new" / "x.svg"
    assert drawing.save(place) == place == drawing.save(str(place))
    place.write_text(place.read_text().replace("x3d_s", "my network"))
    with pytest.raises(archdsl.CompileError, match="was edited"):
        drawing.save(place)
    drawing.save(place, force=True)
    assert "my network" not in place.read_text()


def test_a_drawing_has_the_formats_of_the_command(x3d: archdsl.Network, tmp_path: Path) -> None:
    x3d.draw().save(tmp_path / "x.mmd")
    x3d.draw().save(tmp_path / "x.dot")
    with pytest.raises(archdsl.CompileError, match=r"must end with \.svg, \.png, \.dot or \.mmd"):
        x3d.draw().save(tmp_path / "x.pdf")
    assert {path.name for path in tmp_path.iterdir()} == {"x.mmd", "x.dot"}


def test_what_cannot_be_drawn_is_refused(x3d: archdsl.Network) -> None:
    with pytest.raises(archdsl.CompileError, match="there is no convention `mac`"):
        x3d.draw(convention="mac")
    with pytest.raises(archdsl.CompileError, match="no cell is called `cell_4a`"):
        x3d.draw(cell="cell_4a")


# Texts that are not saved


def test_a_text_uses_files_beside_its_path(tmp_path: Path) -> None:
    (tmp_path / "part.arch").write_text("block part(x) { return x -> relu }\n")
    (tmp_path / "whole.arch").write_text("not a spec")
    text = "use part\nnetwork whole() {\n  input x: 8\n  return x -> part\n}\n"
    spec = archdsl.parse(text, tmp_path / "whole.arch")
    assert spec.network().outputs == ((8,),)
    assert (tmp_path / "whole.arch").read_text() == "not a spec"
    with pytest.raises(archdsl.CompileError, match=r"there is no `part\.arch`"):
        archdsl.parse(text).network()


def test_a_traceback_ends_with_the_excerpt() -> None:
    with pytest.raises(archdsl.CompileError) as failure:
        archdsl.parse("network a() {\n  input x: 8\n  return x -> rellu\n}\n").network()
    (excerpt,) = failure.value.__notes__
    assert "3 |   return x -> rellu\n  |               ^^^^^" in excerpt
