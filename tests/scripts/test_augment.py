"""What torchvision makes of a clip in the scripts: one draw for all of its frames."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest
import torch
from rivals import let_torchvision_load

from archdsl.recipes.recipe import AutoAugment, RandAugment
from scripts import folders
from scripts.conftest import Load


@pytest.mark.parametrize("policy", [AutoAugment(), RandAugment()], ids=lambda policy: policy.name)
def test_one_draw_is_for_all_frames_of_a_clip(
    load_script: Load, policy: AutoAugment | RandAugment
) -> None:
    let_torchvision_load()
    script = load_script(replace(folders.MINIMAL, name=f"small_{policy.name}", augment=policy))
    torch.manual_seed(1)
    frame = torch.randint(0, 256, (3, 1, 24, 24), dtype=torch.uint8)
    still = frame.expand(3, 5, 24, 24)
    options = (policy.number, policy.magnitude) if isinstance(policy, RandAugment) else ()
    name = type(policy).__name__

    def changed(seed: int) -> torch.Tensor:
        clip: torch.Tensor = script.video.augmented(still, Random(seed), name, *options)
        return clip

    made = [changed(seed) for seed in range(20)]
    assert all(clip.shape == still.shape and clip.dtype == torch.uint8 for clip in made)
    assert all(torch.equal(clip, clip[:, :1].expand_as(clip)) for clip in made)
    assert torch.equal(made[3], changed(3))
    assert any(not torch.equal(clip, still) for clip in made)
