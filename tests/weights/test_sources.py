"""Each source of weights: a state dict of other code gives its outputs in our module.

X3D is in `test_import`, and what networks over videos take from those over images in
`test_inflation`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import torch
from emit.running import ROOT, network_class, randomise_norms
from rivals import let_torchvision_load, pytorchvideo_i3d_r50, pytorchvideo_slow_r50
from torch import Tensor, nn

import archdsl
from archdsl.cli.main import main
from archdsl.weights.importing import Import, import_weights
from archdsl.weights.layout import Layout
from archdsl.weights.sources import SOURCES, recognise
from archdsl.weights.sources.base import by_ending
from weights import inception
from weights.flat import inception_spec
from weights.slowfast import slowfast_i3d

Printed = pytest.CaptureFixture[str]
State = dict[str, Tensor]
SPECS, NETWORKS = ROOT / "specs", ROOT / "tests" / "networks"


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    yield
    torch.set_num_threads(before)


@dataclass(frozen=True)
class Case:
    """Other code, its weights as they are stored, and the network here; a clip for both.

    `make` gives the network, and `stored` the content of a file with its weights.
    """

    library: str
    title: str
    make: Callable[[], nn.Module]
    spec: Callable[[Path], Path]
    network: str
    clip: tuple[int, ...]
    given: dict[str, Any]
    stored: Callable[[State], State] = dict


def video(name: str, **changed: nn.Module) -> nn.Module:
    """A network of torchvision, with other modules in some places."""
    let_torchvision_load()
    models = pytest.importorskip("torchvision.models.video", exc_type=ImportError)
    network: nn.Module = getattr(models, name)()
    for place, module in changed.items():
        network.set_submodule(place, module)
    return network


def mvit(name: str) -> nn.Module:
    """torchvision's for small clips, which it does not let one ask for."""
    let_torchvision_load()
    models = pytest.importorskip("torchvision.models.video.mvit", exc_type=ImportError)
    whole, small = models._mvit, {"spatial_size": (64, 64), "temporal_size": 8}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(models, "_mvit", lambda **given: whole(**{**given, **small}))
        network: nn.Module = getattr(models, name)()
    return network


def port() -> nn.Module:
    """An I3D whose norms have no scale, as in the authors' code."""
    network = inception.i3d()
    randomise_norms(network)
    for module in network.modules():
        if isinstance(module, nn.BatchNorm3d):
            nn.init.ones_(module.weight)
    return network


def narrow(folder: Path) -> Path:
    (folder / "i3d.arch").write_text(inception_spec("i3d"))
    return folder / "i3d.arch"


def slow(folder: Path) -> Path:
    """The network of Slow-R50: I3D-R50 with other kernels over time."""
    text = (SPECS / "i3d_r50.arch").read_text().partition("\nrecipe")[0]
    text = text.replace("use attention_nas\n", "").replace("(5, 7, 7)", "(1, 7, 7)")
    for before, after in (("(3, 3, 3)", "(1,)"), ("(3, 1, 3, 1)", "(1,)")):
        text = text.replace(f"{before} ", f"{after} ")
    for before in ("(3, 1, 3, 1, 3, 1)", "(1, 3, 1)"):
        text = text.replace(f"{before} ", "(3,) ")
    (folder / "i3d_r50.arch").write_text(text)
    return folder / "i3d_r50.arch"


def at(path: Path) -> Callable[[Path], Path]:
    return lambda _: path


I3D = (narrow, "i3d", (3, 9, 33, 33), {"window": (2, 2, 2), "classes": 11})
R50 = (at(SPECS / "i3d_r50.arch"), "i3d_r50_pytorchvideo", (3, 8, 32, 32), {})
R3D = (at(NETWORKS / "r3d_18.arch"),)

CASES = {
    "pytorch-i3d": Case("pytorch-i3d", "pytorch-i3d's I3D", port, *I3D),
    "kinetics_i3d_pytorch": Case(
        "kinetics-i3d-pytorch", "kinetics_i3d_pytorch's I3D", port, *I3D, inception.renamed
    ),
    "kinetics-i3d": Case("kinetics-i3d", "kinetics-i3d's I3D", port, *I3D, inception.in_tensorflow),
    "i3d_r50 of PyTorchVideo": Case(
        "pytorchvideo",
        "PyTorchVideo's I3D-R50 or C2D-R50",
        partial(pytorchvideo_i3d_r50, (4, 1, 1)),
        *R50,
    ),
    "slow_r50": Case(
        "pytorchvideo",
        "PyTorchVideo's Slow-R50",
        partial(pytorchvideo_slow_r50, (8, 1, 1)),
        *(slow, "i3d_r50", (3, 8, 32, 32), {"classes": 400}),
    ),
    "i3d_r50 of SlowFast": Case("slowfast", "SlowFast's ResNet", slowfast_i3d, *R50),
    "s3d": Case(
        "torchvision",
        "torchvision's S3D",
        partial(video, "s3d", avgpool=nn.AvgPool3d((2, 2, 2), 1)),
        *(at(SPECS / "s3d.arch"), "s3d_torchvision", (3, 16, 64, 64), {"window": (2, 2, 2)}),
    ),
    "r3d_18": Case(
        "torchvision",
        "torchvision's R3D, MC3 or R(2+1)D",
        partial(video, "r3d_18"),
        *(*R3D, "r3d_18", (3, 4, 32, 32), {}),
    ),
    "mc3_18": Case(
        "torchvision",
        "torchvision's R3D, MC3 or R(2+1)D",
        partial(video, "mc3_18"),
        *(*R3D, "mc3_18", (3, 4, 32, 32), {}),
    ),
    "r2plus1d_18": Case(
        "torchvision",
        "torchvision's R3D, MC3 or R(2+1)D",
        partial(video, "r2plus1d_18"),
        *(at(NETWORKS / "r2plus1d_18.arch"), "r2plus1d_18", (3, 4, 32, 32), {}),
    ),
    "swin3d_t": Case(
        "torchvision",
        "torchvision's Swin3D",
        partial(video, "swin3d_t"),
        *(at(NETWORKS / "swin3d_t.arch"), "swin3d_t", (3, 4, 40, 64), {}),
    ),
    "mvit_v2_s": Case(
        "torchvision",
        "torchvision's MViTv2",
        partial(mvit, "mvit_v2_s"),
        *(at(NETWORKS / "mvit_v2_s.arch"), "mvit_v2_s", (3, 8, 64, 64), {"frames": 8, "size": 64}),
    ),
}
FAST = ("pytorch-i3d", "kinetics_i3d_pytorch", "kinetics-i3d", "mc3_18")
"""Those whose networks are small, or narrow as in the tests of inflation."""


def stored(case: Case, folder: Path) -> tuple[nn.Module, Path]:
    """Other code with random weights, and the file that has them."""
    theirs = case.make().eval()
    if case.make is not port:
        randomise_norms(theirs)
    for parameter in theirs.parameters():
        if parameter.ndim != 1:  # what starts at zero, such as positions
            parameter.data += 0.02 * torch.randn(parameter.shape)
    torch.save({"model_state": case.stored(theirs.state_dict())}, folder / "theirs.pt")
    return theirs, folder / "theirs.pt"


def imported(case: Case, file: Path, **given: Any) -> tuple[nn.Module, Import]:
    """Our network with the weights of a file."""
    given = {**case.given, **given}
    network = archdsl.load(case.spec(file.parent)).network(case.network, **given)
    done = import_weights(network, file, case.library)
    ours = network_class(network)()
    ours.load_state_dict(done.state)
    return ours.eval(), done


@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=() if n in FAST else pytest.mark.slow) for n in CASES]
)
def test_outputs_are_those_of_the_other_code(name: str, tmp_path: Path) -> None:
    case = CASES[name]
    theirs, file = stored(case, tmp_path)
    ours, done = imported(case, file)
    assert done.match.own.source.title == case.title
    clip = torch.randn(2, *case.clip)
    with torch.no_grad():
        expected = theirs(clip)
        assert (ours(clip) - expected).abs().max() < 1e-5 * expected.abs().max()


@pytest.mark.parametrize("name", CASES)
def test_a_file_is_recognised_by_its_keys(name: str) -> None:
    case = CASES[name]
    with torch.device("meta"):
        state = case.stored(case.make().state_dict())
    source = recognise(f"module.{key}" for key in state)
    assert source is recognise(state)
    assert source is not None
    assert (source.library, source.title) == (case.library, case.title)


def test_what_two_sources_could_be_is_neither() -> None:
    """SlowFast with two pathways has the keys of one, and more."""
    with torch.device("meta"):
        keys = [*slowfast_i3d().state_dict()]
    other = [key.replace("pathway0", "pathway1") for key in keys]
    assert recognise(keys) is not None
    assert recognise([*keys, *other]) is None


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Files of the I3D that several libraries have."""
    torch.manual_seed(0)
    found = {}
    for name in FAST[:3]:
        folder = tmp_path_factory.mktemp("weights")
        _, found[name] = stored(CASES[name], folder)
    return found


def run(file: Path, library: str, classes: int = 11) -> int:
    """The exit status of an import into the narrow I3D."""
    spec, out = narrow(file.parent), file.parent / "own.pt"
    command = ["weights", "import", str(file), "--from", library, "--spec", str(spec)]
    return main([*command, "-o", str(out), "--force", "--set", f"classes={classes}"])


def test_a_linear_layer_takes_a_convolution_of_one_position(files: dict[str, Path]) -> None:
    """Where our head averages first, its layer has other axes than theirs."""
    for name, file in files.items():
        case = CASES[name]
        states = [imported(case, file, window=w)[1].state for w in (None, (2, 2, 2))]
        linear, conv = (states[0]["classifier.linear.weight"], states[1]["classifier.conv.weight"])
        assert torch.equal(linear, conv.flatten(1))
        assert linear.shape == (11, 128)


def test_another_number_of_classes_is_found_behind_a_layout(
    files: dict[str, Path], capsys: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "250")
    assert run(files["kinetics-i3d"], "kinetics-i3d", classes=5) == 0
    printed = capsys.readouterr().out
    reset = "reset       classifier.linear.weight, classifier.linear.bias: 5 classes, but the file"
    assert f"{reset} has 11" in printed
    rows = {tuple(line.split()[:2]): line for line in printed.splitlines() if line}
    path = "RGB/inception_i3d/Conv3d_1a_7x7"
    assert rows["conv_1a.conv", f"{path}/conv_3d"].endswith("t h w i o -> o i t h w")
    assert ("mixed_5b.branch3.wide.norm", MISSPELT) in rows
    assert "- note        it pads even sizes on one side alone" in printed


MISSPELT = "RGB/inception_i3d/Mixed_5b/Branch_2/Conv3d_0a_3x3/batch_norm"


def in_torchs_order(state: State) -> State:
    return {k: v.permute(4, 3, 0, 1, 2) if k.endswith("/w") else v for k, v in state.items()}


CHANGES: dict[str, tuple[Callable[[State], State], tuple[str, ...]]] = {
    "more": (
        lambda s: {**s, "RGB/inception_i3d/more/w": torch.ones(2)},
        ("i3d has no place for 1 tensor of", "RGB/inception_i3d/more/w"),
    ),
    "less": (
        lambda s: {k: v for k, v in s.items() if k != f"{MISSPELT}/beta"},
        ("lacks 1 tensor of i3d", "mixed_5b.branch3.wide.norm: bias"),
    ),
    "order": (
        in_torchs_order,
        ("weight 8 x 3 x 7 x 7^2, but conv_1a.conv: weight 7 x 7 x 7 x 3 x 8 as t h w i o",),
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_does_not_fit_is_named(
    change: str, files: dict[str, Path], tmp_path: Path, capsys: Printed
) -> None:
    edit, messages = CHANGES[change]
    state = torch.load(files["kinetics-i3d"], weights_only=True)["model_state"]
    torch.save(edit(state), tmp_path / "a.pt")
    assert run(tmp_path / "a.pt", "kinetics-i3d") == 1
    printed = capsys.readouterr().err
    for message in messages:
        assert message in printed


def test_inspect_names_the_source(files: dict[str, Path], capsys: Printed) -> None:
    known = "the keys of pytorch-i3d's I3D: `--from pytorch-i3d`"
    assert main(["weights", "inspect", str(files["pytorch-i3d"])]) == 0
    assert f"- keys        {known.replace('the keys', 'those')}" in capsys.readouterr().out
    assert run(files["pytorch-i3d"], "kinetics-i3d") == 1
    assert f"they are {known}" in capsys.readouterr().err


def test_layouts() -> None:
    kernel = torch.randn(3, 4, 5, 6, 7)
    moved = Layout.read("t h w i o -> o i t h w")
    assert torch.equal(moved.applied(kernel), kernel.permute(4, 3, 0, 1, 2))
    assert moved.shape((3, 4, 5, 6, 7)) == (7, 6, 3, 4, 5)
    assert torch.equal(moved.inverse.applied(moved.applied(kernel)), kernel)
    assert moved.shape((3, 4, 5)) is None
    squeezed = Layout.read("1 1 c -> c")
    assert squeezed.shape((1, 1, 7)) == (7,)
    assert squeezed.shape((1, 7, 1)) is None
    assert Layout.read("c -> 1 c").applied(torch.ones(7)).shape == (1, 7)
    for text in ("a b -> a", "a a -> a a", "a -> b"):
        with pytest.raises(ValueError, match="does not name the same axes"):
            Layout.read(text)


def test_the_longest_end_of_a_name_counts() -> None:
    table = {"weight": 1, "norm.weight": 2, "last.norm.weight": 3}
    names = ("conv.weight", "a.norm.weight", "a.last.norm.weight", "a.bias", "xnorm.weight")
    assert [by_ending(table, name) for name in names] == [1, 2, 3, None, 1]


def test_each_library_has_sources_with_titles_of_their_own() -> None:
    titles = [source.title for sources in SOURCES.values() for source in sources]
    assert len(titles) == len({*titles}) > 10
    for sources in SOURCES.values():
        for source in sources:
            assert source.marks or not source.blocks
            names = [each for block in source.blocks.values() for each in block]
            assert all(re.fullmatch(r"[\w.{}/]*", each.at) for each in names)
