"""What an editor shows while somebody types is what the commands print, whatever was typed before.

Most of an analysis is kept from the last one. So here every text is also analysed afresh.
"""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest

from archdsl import limits
from archdsl.analysis.analysis import Analysis, analyse
from archdsl.analysis.judging import judge
from archdsl.diagnostics import Diagnostic
from archdsl.spec import load

ROOT = Path(__file__).resolve().parents[2]
CASES = sorted((ROOT / "tests" / "cases").rglob("*.arch"))[::7]
X3D_S, AUTOX3D_L = (ROOT / "specs" / f"{name}.arch" for name in ("x3d_s", "autox3d_l"))


def placed(diagnostic: Diagnostic) -> tuple[object, ...]:
    """A diagnostic with its places, but not the texts around them, which a change makes others."""
    labels = [
        (at.span.source.name, at.span.start, at.span.end, at.text) for at in diagnostic.labels
    ]
    return diagnostic.severity, diagnostic.code, diagnostic.message, labels, diagnostic.help


def seen(analysis: Analysis) -> object:
    """All that is shown of an analysis."""
    facts = {
        name: (
            facts.span.start,
            facts.is_whole,
            facts.costs.total,
            [(row.name, row.figures, row.outputs, row.span.start) for row in facts.rows],
        )
        for name, facts in analysis.networks.items()
    }
    return [placed(each) for each in analysis.diagnostics], facts


def test_costs_and_rows_are_those_of_the_network() -> None:
    facts = analyse(AUTOX3D_L).networks
    spec = load(AUTOX3D_L)
    assert list(facts) == list(spec.networks)
    for name in spec.networks:
        network = spec.network(name)
        assert facts[name].costs.total == network.costs.total
        rows = [(part.name, part.kind, part.figures) for part in network.breakdown("row")]
        assert [(row.name, row.kind, row.figures) for row in facts[name].rows] == rows


def test_a_row_is_at_its_line_of_the_text() -> None:
    rows = analyse(AUTOX3D_L).networks["autox3d_l_printed"].rows
    last = rows[-2].span
    assert last.text.startswith("| <=264 x 16 x 10^2 | t3_s3 | 3         | 192")
    derived = analyse(AUTOX3D_L).networks["autox3d_l"].rows
    assert {Path(row.span.source.name).name for row in derived} == {"autox3d_s.arch"}


def test_every_diagnostic_is_one_of_check() -> None:
    for path in CASES:
        printed = [placed(each) for each in judge(path).diagnostics]
        shown = [placed(each) for each in analyse(path).diagnostics]
        if len(printed) < limits.MISTAKES:
            assert [each for each in shown if each not in printed] == [], path


def edits(text: str, chance: random.Random, count: int) -> list[str]:
    """Texts as somebody types them: characters removed, words doubled, numbers changed."""
    found = []
    for _ in range(count):
        start = chance.randrange(len(text))
        end = min(len(text), start + chance.randrange(4))
        put = chance.choice(["", " ", "8", "x", "\n", "# note\n", text[start:end] * 2])
        text = text[:start] + put + text[end:]
        found.append(text)
        if chance.random() < 0.5:  # most mistakes are taken back
            text = found[-2] if len(found) > 1 else text
            found.append(text)
    return found


def check_typing(path: Path, seed: int, count: int) -> None:
    whole = path.resolve()
    text = whole.read_text()
    analysis = analyse(whole, {whole: text})
    for typed in edits(text, random.Random(seed), count):
        analysis = analysis.after({whole: typed})
        if analysis.program is not None:
            assert seen(analysis) == seen(analyse(whole, {whole: typed})), typed


@pytest.mark.parametrize("seed", range(2))
def test_what_was_typed_before_makes_no_difference(seed: int) -> None:
    check_typing(X3D_S, seed, 12)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("name", ["autox3d_l", "autox3d_space", "i3d_attention", "x3d_m"])
def test_the_same_of_many_texts(name: str, seed: int) -> None:
    check_typing(ROOT / "specs" / f"{name}.arch", seed, 40)


def test_a_number_typed_in_a_row_changes_the_costs() -> None:
    path = AUTOX3D_L.resolve()
    text = path.read_text()
    before = analyse(path, {path: text})
    after = before.after(
        {path: text.replace("| 3         | 192      | 6 ", "| 3         | 200      | 6 ")}
    )
    fewer = before.networks["autox3d_l_printed"].costs.total.params
    assert after.networks["autox3d_l_printed"].costs.total.params > fewer
    # Nothing that this network reads was typed.
    assert after.networks["autox3d_l"] is before.networks["autox3d_l"]


def test_the_text_of_a_used_file_counts_before_it_is_saved(tmp_path: Path) -> None:
    used, spec = tmp_path / "unit.arch", tmp_path / "net.arch"
    block = "block unit(x) {{\n  x -> conv({})\n}}\n"
    used.write_text(block.format(8))
    spec.write_text("use unit\nnetwork net() {\n  input x: 3 x 8^2\n  x -> unit\n}\n")
    first = analyse(spec)
    assert first.networks["net"].costs.total.params == 24
    second = first.after({used.resolve(): block.format(16)})
    assert second.networks["net"].costs.total.params == 48
    used.unlink()
    kept = second.after({used.resolve(): block.format(16)})
    assert seen(kept) == seen(second)
    assert [each.code for each in second.after().diagnostics] == ["use"]


def test_while_a_text_does_not_parse_the_networks_stay() -> None:
    path = X3D_S.resolve()
    text = path.read_text()
    before = analyse(path, {path: text})
    broken = before.after({path: text + "network {"})
    assert broken.program is None
    assert any(each.is_error for each in broken.diagnostics)
    assert broken.networks == before.networks


def test_a_network_with_a_mistake_is_there_up_to_it(tmp_path: Path) -> None:
    spec = tmp_path / "net.arch"
    spec.write_text("network net() {\n  input x: 3 x 8^2\n  x -> conv(4) -> conv(0)\n}\n")
    facts = analyse(spec).networks["net"]
    assert not facts.is_whole
    assert facts.sketch is not None
    assert facts.sketch.broke_off
    assert facts.costs.total.params == 12


def test_published_specs_are_as_check_finds_them(tmp_path: Path) -> None:
    shutil.copy(X3D_S, tmp_path)
    assert analyse(tmp_path / "x3d_s.arch").diagnostics == ()


@pytest.mark.parametrize("chain", ["wrap", "one -> two -> wrap"])
def test_a_name_can_mean_another_block_of_the_same_files(tmp_path: Path, chain: str) -> None:
    """The program has both blocks `inner` all along: which one `wrap` sees is changed."""
    folder = tmp_path.resolve()

    def block(name: str, body: str) -> str:
        return f"block {name}(x) {{\n  x -> {body}\n}}\n"

    def texts(used: str) -> dict[Path, str]:
        net = f"network net() {{\n  input x: 3 x 8^2\n  x -> {chain}\n}}\n"
        files = {
            "net": "use first\nuse second\nuse unit\n" + net,
            "small": block("inner", "conv(8)"),
            "large": block("inner", "conv(16)"),
            "first": "use small\n" + block("one", "inner"),
            "second": "use large\n" + block("two", "inner"),
            "unit": f"use {used}\n" + block("wrap", "inner"),
        }
        return {folder / f"{name}.arch": text for name, text in files.items()}

    before = analyse(folder / "net.arch", texts("small"))
    after = before.after(texts("large"))
    assert seen(after) == seen(analyse(folder / "net.arch", texts("large")))
    assert after.networks["net"].costs.total.params > before.networks["net"].costs.total.params


def test_help_names_what_there_is_now(tmp_path: Path) -> None:
    spec = tmp_path.resolve() / "net.arch"
    text = "network net() {\n  input x: 3 x 8^2\n  x -> unti\n}\n"
    block = "block unit(x) {\n  x -> conv(8)\n}\n"
    analysis = analyse(spec, {spec: text + block})
    assert [each.help for each in analysis.diagnostics] == ["did you mean `unit`?"]
    for rest in (block.replace("unit", "other"), "", block):
        analysis = analysis.after({spec: text + rest})
        assert seen(analysis) == seen(analyse(spec, {spec: text + rest}))
