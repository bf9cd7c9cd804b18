"""What the cookbook shows is not only sound: its modules run, and give what the spec says."""

from __future__ import annotations

from collections import defaultdict, deque

import pytest
import torch
from document import ROOT, Page
from rivals import let_torchvision_load
from torch import Tensor, nn

from archdsl.network import Network
from archdsl.program.loading import parse_program
from archdsl.source import Source
from archdsl.spec import Spec

PAGE = Page.read(ROOT / "docs" / "cookbook.md")
USES_SPECS = "use x3d_s\n"
"""What is made of networks of specs/ is run by other tests."""

SPECS = {
    block.line: block.text
    for block in PAGE.blocks
    if block.language == "arch" and USES_SPECS not in block.text
}

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("line", SPECS)
def test_modules_give_the_shapes_of_the_spec(line: int) -> None:
    spec = _spec(SPECS[line])
    networks = [spec.network(name) for name in spec.networks]
    for network in (each for each in networks if not each.open_decisions):
        with torch.device("meta"):
            inputs = [torch.empty(1, *shape) for shape in network.inputs.values()]
            outputs = _module(network)(*inputs)
        outputs = outputs if isinstance(outputs, tuple) else (outputs,)
        assert tuple(tuple(output.shape[1:]) for output in outputs) == network.outputs


def test_video_swin_is_torchvisions() -> None:
    """With several windows along each axis, so that they are shifted along each."""
    let_torchvision_load()
    from torchvision.models.video.swin_transformer import SwinTransformer3d

    window = (2, 7, 7)
    torch.manual_seed(0)
    theirs = SwinTransformer3d([2, 4, 4], 96, [2, 2, 6, 2], [3, 6, 12, 24], list(window)).eval()
    for parameter in theirs.parameters():
        nn.init.normal_(parameter, std=0.05)
    (text,) = (text for text in SPECS.values() if "network video_swin_t" in text)
    ours = _module(_spec(text).network(frames=8, window=window)).eval()
    _take_weights(ours, theirs)
    clip = torch.randn(1, 3, 8, 224, 224)
    with torch.no_grad():
        torch.testing.assert_close(ours(clip), theirs(clip), rtol=1e-4, atol=1e-4)


def _take_weights(ours: nn.Module, theirs: nn.Module) -> None:
    """The weights of another network, those of one shape in their order."""
    found: dict[tuple[int, ...], deque[Tensor]] = defaultdict(deque)
    for weight in theirs.parameters():
        found[_sizes(weight)].append(weight)
    for own in ours.parameters():
        own.data = found[_sizes(own)].popleft().data.reshape(own.shape)
    assert not any(found.values())


def _sizes(weight: Tensor) -> tuple[int, ...]:
    """A shape without the axis that is the batch of what is learned."""
    return tuple(size for size in weight.shape if size != 1)


def _spec(text: str) -> Spec:
    return Spec(parse_program(Source("example.arch", text)))


def _module(network: Network) -> nn.Module:
    names: dict[str, object] = {}
    exec(network.source(), names)
    classes = (each for each in reversed(names.values()) if isinstance(each, type))
    made = next(each for each in classes if issubclass(each, nn.Module))()
    assert isinstance(made, nn.Module)
    return made
