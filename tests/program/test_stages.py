"""Labels of stages: listings, modules and decisions call a stage by one name."""

from __future__ import annotations

from archdsl.ir.naming import name_all
from archdsl.network import Network
from tests.mistakes import load_text

BLOCKS = """
block unit(x, channels) { return x -> conv(channels) }
block other(x, channels) { return x -> conv(channels, 3) }
"""

TABLE = """
network net(deep = false) {{
  input x: 3 x 16^2

  table {{
    | stage | block               | channels | number |
    |-------|---------------------|----------|--------|
    | -     | unit                | {0}      | 1      |
    |-------|---------------------|----------|--------|
    | -     | conv(bias = true)   | {0}      | 1      |
    |-------|---------------------|----------|--------|
    | -     | unit(channels = 4)  | -        | -      |
    |-------|---------------------|----------|--------|
    | -     | other if deep else unit | {0}  | 1      |
    |-------|---------------------|----------|--------|
    | -     | unit                | {0}      | 2      |
    | -     | other               | {0}      | 1      |
    | last  | unit                | {0}      | 1      |
  }}
}}
"""

LABELS = ["unit1", "unit2", "stage1", "stage2", "last", "conv"]


def labels(network: Network) -> list[str]:
    """The labels of what stands in the network itself."""
    graph = network.graph
    naming = name_all(graph)
    paths = (naming.scope_paths[s.index] for s in graph.scopes if s.kind in ("block", "stage"))
    nodes = (naming.path(node) for node in graph if graph.scopes[node.scope].kind == "row")
    own = [path for path in (*paths, *nodes) if path and "." not in path]
    return list(dict.fromkeys(own))


def test_a_stage_is_called_by_its_name_its_only_block_or_its_number() -> None:
    network = load_text(BLOCKS + TABLE.format("8")).network("net")
    assert labels(network) == LABELS
    compile(network.module.text, "net.py", "exec")  # all of them are attributes
    rows = [part.name for part in network.breakdown("stage")]
    assert rows == ["unit1", "conv", "unit2", "stage1", "stage2", "last"]


def test_decisions_have_the_labels_of_listings() -> None:
    network = load_text(BLOCKS + TABLE.format("{8, 16}")).network("net")
    assert [each.name for each in network.decisions] == [
        "unit1.channels",
        "conv.channels",
        "stage1.channels",
        "stage2.row0.channels",
        "stage2.row1.channels",
        "last.channels",
    ]


def test_a_block_that_is_chosen_has_no_name_before_it_is() -> None:
    row = "table { | block | channels |\n|---|---|\n| {unit, other} | {8, 16} | }"
    spec = load_text(f"{BLOCKS}\nnetwork net() {{\n input x: 3 x 16^2\n {row}\n}}")
    assert {each.name for each in spec.network("net").decisions} == {
        "stage1.block",
        "stage1.channels",
    }
    made = spec.derive("made", "net", "choose(stage1.block = other)").network("made")
    assert labels(made) == ["other"]
