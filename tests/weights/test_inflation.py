"""`archdsl weights import --from torchvision-2d`: a network over videos starts as one over images.

On a clip of equal frames, away from the first and last, it gives the features of that network.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
import torch
from emit.running import ROOT, network_class
from torch import Tensor

import archdsl
from archdsl.cli.main import main
from archdsl.diagnostics import CompileError
from archdsl.weights.importing import Import, import_weights
from archdsl.weights.inflation import Inflation, fits, identity, inflated
from weights import flat

Printed = pytest.CaptureFixture[str]
REPEAT, CENTRE = Inflation.REPEAT, Inflation.CENTRE


@dataclass(frozen=True)
class Pair:
    """A network over videos, and the one over images whose weights it starts from."""

    spec: Path
    weights: Path
    flat: flat.Flat

    @property
    def network(self) -> archdsl.Network:
        return archdsl.load(self.spec).network()

    def imported(self, inflation: Inflation) -> Import:
        return import_weights(self.network, self.weights, "torchvision-2d", None, inflation)


MAKERS: dict[str, tuple[Callable[[], str], Callable[[], flat.Flat]]] = {
    "i3d": (lambda: flat.inception_spec("i3d"), flat.googlenet),
    "s3d": (lambda: flat.inception_spec("s3d"), flat.googlenet),
    "resnet": (lambda: flat.RESNET, flat.resnet),
    "mobilenet_v2": (lambda: flat.MOBILENET_V2, flat.mobilenet_v2),
    "mobilenet_v3": (lambda: flat.MOBILENET_V3, flat.mobilenet_v3),
}

Pairs = Callable[[str], Pair]


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> Pairs:
    @cache
    def made(name: str) -> Pair:
        torch.manual_seed(3)
        folder = tmp_path_factory.mktemp(name)
        spec, network = MAKERS[name][0](), MAKERS[name][1]()
        stem = name if name in ("i3d", "s3d") else "net"
        (folder / f"{stem}.arch").write_text(spec)
        torch.save(network.network.state_dict(), folder / "flat.pt")
        return Pair(folder / f"{stem}.arch", folder / "flat.pt", network)

    return made


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@torch.no_grad()
def distances(pair: Pair, inflation: Inflation, frames: int) -> list[float]:
    """How far the features of each frame are from those of the image, relative to the largest."""
    ours = network_class(pair.network)().double().eval()
    ours.load_state_dict(pair.imported(inflation).state)
    image = torch.randn(1, 3, 32, 32, dtype=torch.float64)
    theirs: Tensor = pair.flat.features(image)
    found: Tensor = ours.forward_features(image[:, :, None].expand(-1, -1, frames, -1, -1))
    errors = (found - theirs[:, :, None]).abs() / theirs.abs().max()
    return errors.amax((0, 1, 3, 4)).tolist()


@pytest.mark.parametrize(
    ("name", "frames", "reach", "exact"),
    [
        ("i3d", 128, 6, 1e-12),
        # Variances of norms that pass on are rounded in float32.
        pytest.param("s3d", 128, 6, 1e-6, marks=pytest.mark.slow),
        ("resnet", 9, 4, 1e-12),
        ("mobilenet_v2", 9, 4, 1e-12),
    ],
)
def test_equal_frames_give_the_features_of_the_image(
    name: str, frames: int, reach: int, exact: float, pairs: Pairs
) -> None:
    """Each frame does so that zeros before and after the clip do not reach."""
    found = distances(pairs(name), REPEAT, frames)
    inside = found[reach : len(found) - reach]
    assert inside
    assert max(inside) < exact
    assert max(found) > 1e-4


@pytest.mark.parametrize(
    "name",
    [
        *("resnet", "mobilenet_v2", "mobilenet_v3"),
        *(pytest.param(name, marks=pytest.mark.slow) for name in ("i3d", "s3d")),
    ],
)
def test_a_centred_kernel_sees_one_frame(name: str, pairs: Pairs) -> None:
    """So no frame is near the ends. MobileNetV3 needs that, since its gates see all frames."""
    assert max(distances(pairs(name), CENTRE, 8)) < (1e-6 if name == "s3d" else 1e-12)


def test_the_map_is_printed_with_what_becomes_of_kernels(
    pairs: Pairs, capsys: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    pair = pairs("resnet")
    command = ["weights", "import", str(pair.weights), "--from", "torchvision-2d"]
    out = str(pair.spec.with_name("out.pt"))
    assert main([*command, "--spec", str(pair.spec), "-o", out]) == 0
    printed = capsys.readouterr().out.splitlines()
    rows = {line.split()[0]: " ".join(line.split()[1:]) for line in printed if line}
    assert rows["conv1.conv"] == "conv1 1 weight 64 x 3 x 5 x 7^2 repeated 5 times, / 5"
    assert rows["res3.conv_norm_act1.conv"] == "layer2.0.conv1 1 weight 128 x 256 x 1 x 1^2"
    assert rows["res4.projection.conv"] == "layer3.0.downsample.0 1 weight 1024 x 512 x 1 x 1^2"
    assert "- imported    102 of 104 tensors, from a state dict" in printed
    assert any(line.startswith("- reset       classifier.linear.weight") for line in printed)
    assert (
        main([*command, "--spec", str(pair.spec), "-o", out, "--inflate", "centre", "--force"]) == 0
    )
    assert "in the middle of 5" in capsys.readouterr().out


def test_what_has_no_counterpart_is_listed(
    pairs: Pairs, capsys: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "400")
    pair = pairs("s3d")
    command = ["weights", "import", str(pair.weights), "--from", "torchvision-2d"]
    command += ["--spec", str(pair.spec), "-o", str(pair.spec.with_name("out.pt"))]
    assert main(command) == 0
    printed = capsys.readouterr().out
    assert "- identity    conv_2c.time, mixed_3-5b.branch2-3.wide.time, mixed_3-5c" in printed
    assert (
        "- unused      aux1-2.conv.conv, aux1-2.conv.bn, aux1-2.fc1-2: s3d has no such" in printed
    )
    assert "expect `normalise(mean = 0.5, std = 0.5)`" in printed


def test_inserted_cells_start_anew(pairs: Pairs, tmp_path: Path, capsys: Printed) -> None:
    pair = pairs("resnet")
    more = "use non_local\nnetwork more = net + insert non_local after res3\n"
    (tmp_path / "net.arch").write_text(pair.spec.read_text() + more)
    command = ["weights", "import", str(pair.weights), "--from", "torchvision-2d"]
    command += ["--spec", str(tmp_path / "net.arch"), "--network", "more"]
    assert main([*command, "-o", str(tmp_path / "out.pt")]) == 0
    assert "- anew        res3_non_local: inserted, so the file has no" in capsys.readouterr().out
    state = torch.load(tmp_path / "out.pt", weights_only=True)["model_state"]
    assert not state["res3_non_local.norm.weight"].any()


@pytest.mark.slow
def test_the_same_names_serve_networks_over_images(tmp_path: Path) -> None:
    """torchvision's classifiers, into specs of them: nothing is inflated."""
    for name, module in (("mobilenet_v2", "mobilenetv2"), ("mobilenet_v3_large", "mobilenetv3")):
        theirs = flat.finished(getattr(flat.torchvision(module), name)())
        torch.save(theirs.state_dict(), tmp_path / "flat.pt")
        network = archdsl.load(ROOT / "tests" / "networks" / f"{name}.arch").network()
        done = import_weights(network, tmp_path / "flat.pt", "torchvision-2d")
        ours = network_class(network)().double().eval()
        ours.load_state_dict(done.state)
        image = torch.randn(1, 3, 32, 32, dtype=torch.float64)
        with torch.no_grad():
            assert torch.equal(ours(image), theirs(image))


State = dict[str, Tensor]


def with_time(state: State) -> State:
    return {
        k: v.unsqueeze(2).expand(-1, -1, 3, -1, -1) if v.ndim == 4 else v for k, v in state.items()
    }


CHANGES: dict[str, tuple[Callable[[State], State], str]] = {
    "over time": (with_time, "is not of a network over images: 17 tensors are over time"),
    "another kernel": (
        lambda s: {**s, "conv1.weight": s["conv1.weight"][..., :5, :5]},
        "conv1: weight 64 x 3 x 5^2, but conv1.conv: weight 64 x 3 x 5 x 7^2",
    ),
    "a deeper one": (
        lambda s: {**s, "layer3.1.conv1.weight": torch.ones(2)},
        "the file has 1, 1, 2, 1 residual blocks in its stages, net has 1, 1, 1, 1",
    ),
    "a part": (
        lambda s: {k: v for k, v in s.items() if "layer4" not in k},
        "lacks 20 tensors of net",
    ),
    "NaN": (
        lambda s: {**s, "layer1.0.conv2.weight": s["layer1.0.conv2.weight"] * torch.nan},
        "layer1.0.conv2.weight of {} holds NaN",
    ),
    "integers": (
        lambda s: {**s, "conv1.weight": s["conv1.weight"].to(torch.int8)},
        "conv1.weight is of torch.int8 in it",
    ),
    "others": (lambda s: {"stem.weight": torch.ones(2)}, "the keys of {} are not those of"),
    "nothing": (
        lambda s: {},
        "the keys of {} are not those of torchvision's GoogLeNet, torchvision",
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_weights_that_do_not_fit_are_refused(
    change: str, pairs: Pairs, tmp_path: Path, capsys: Printed
) -> None:
    pair, (edit, message) = pairs("resnet"), CHANGES[change]
    path = tmp_path / "a.pt"
    torch.save(edit(torch.load(pair.weights, weights_only=True)), path)
    command = ["weights", "import", str(path), "--from", "torchvision-2d"]
    assert main([*command, "--spec", str(pair.spec), "-o", str(tmp_path / "out.pt")]) == 1
    assert message.format(path) in capsys.readouterr().err
    assert not (tmp_path / "out.pt").exists()


def test_another_member_than_the_spec_has(pairs: Pairs, tmp_path: Path, capsys: Printed) -> None:
    command = ["weights", "import", str(pairs("i3d").weights), "--from", "torchvision-2d"]
    spec, out = str(pairs("resnet").spec), str(tmp_path / "out.pt")
    assert main([*command, "--spec", spec, "-o", out]) == 1
    assert "torchvision's GoogLeNet has no name for 96 tensors of net" in capsys.readouterr().err


def test_kernels_along_time() -> None:
    weight = torch.randn(4, 2, 3, 3, dtype=torch.float64)
    repeated = inflated(weight, (4, 2, 5, 3, 3), REPEAT)
    torch.testing.assert_close(repeated.sum(2), weight, rtol=0, atol=1e-15)
    assert torch.equal(repeated[:, :, 0], repeated[:, :, 4])
    centred = inflated(weight, (4, 2, 5, 3, 3), CENTRE)
    assert torch.equal(centred[:, :, 2], weight)
    assert not centred[:, :, [0, 1, 3, 4]].any()
    with pytest.raises(CompileError, match="a kernel of 2 frames has no middle"):
        inflated(weight, (4, 2, 2, 3, 3), CENTRE)
    clip = torch.randn(1, 3, 7, 2, 2)
    passed = torch.nn.functional.conv3d(clip, identity((3, 3, 5, 1, 1)), padding=(2, 0, 0))
    assert torch.equal(passed, clip)
    for shape in ((3, 3, 2, 1, 1), (3, 1, 3, 1, 1), (3, 3, 3, 1, 3)):
        with pytest.raises(CompileError, match="cannot pass on what it gets"):
            identity(shape)


@pytest.mark.parametrize(
    ("there", "here", "is_fit"),
    [
        ((4, 2, 3, 3), (4, 2, 5, 3, 3), True),
        ((4, 2, 3, 3), (4, 2, 3, 3), True),
        ((4, 2), (4, 2, 1, 1, 1), True),
        ((4, 2), (4, 2, 1, 3, 3), False),
        ((4, 2, 3, 3), (4, 2, 5, 3, 1), False),
        ((4,), (4, 1), False),
        ((4,), (4,), True),
    ],
)
def test_which_shapes_fit(there: tuple[int, ...], here: tuple[int, ...], is_fit: bool) -> None:
    assert fits(there, here) is is_fit


NET = """
network net(classes: int = 7) {{
  input clip: 3 x {size}
  first = clip -> conv(4, kernel = 3)
  last = first -> batch_norm -> relu -> conv(8, kernel = {kernel})
  return last -> adaptive_avg_pool(1) -> flatten -> linear(classes)
}}
"""


def test_a_network_of_the_same_names_over_images(tmp_path: Path, capsys: Printed) -> None:
    """The emitted module of one spec gives the weights of another's, with other classes."""
    specs = {
        "flat": NET.format(size="8^2", kernel="3"),
        "net": NET.format(size="5 x 8^2", kernel="(5, 3, 3)"),
    }
    for name, text in specs.items():
        (tmp_path / f"{name}.arch").write_text(text)
    theirs = network_class(archdsl.load(tmp_path / "flat.arch").network("net"))(classes=9)
    path, out = tmp_path / "flat.pt", tmp_path / "out.pt"
    torch.save({"model": theirs.state_dict()}, path)
    command = ["weights", "import", str(path), "--from", "own-2d", "-o", str(out)]
    assert main([*command, "--spec", str(tmp_path / "net.arch"), "--inflate", "centre"]) == 0
    printed = capsys.readouterr().out
    assert "in the middle of 5" in printed
    assert "- reset       linear.weight, linear.bias: 7 classes, but the file has 9" in printed
    state = torch.load(out, weights_only=True)["model_state"]
    assert torch.equal(state["last.weight"][:, :, 2], theirs.state_dict()["last.weight"])
    torch.save({"model": {"other.weight": torch.ones(2)}}, path)
    assert main([*command, "--spec", str(tmp_path / "net.arch"), "--force"]) == 1
    assert "it holds other.weight in `model`" in capsys.readouterr().err
