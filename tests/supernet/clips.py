"""Clips that tell which way time runs, made as they are asked for: decoding would take longer."""

from __future__ import annotations

import random
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import torch
from torch import Tensor

FRAMES, SIZE = 5, 8
BRIGHTER, DARKER = 1, 0


@lru_cache(8192)
def clip_of(number: int) -> Tensor:
    """A random pattern that grows brighter, (C, T, H, W) in uint8; of an odd number, reversed.

    Two numbers that follow on each other are a clip and its reverse.
    """
    chance = torch.Generator().manual_seed(number // 2)
    pattern = torch.rand(1, 1, SIZE, SIZE, generator=chance)
    offset = torch.rand((), generator=chance)
    slope = 0.25 + 0.25 * torch.rand((), generator=chance)
    time = (torch.arange(FRAMES) - (FRAMES - 1) / 2).view(1, FRAMES, 1, 1) / FRAMES
    clip = offset + pattern * slope * time + 0.3 * pattern
    clip = clip + 0.02 * torch.randn(clip.shape, generator=chance)
    values = ((clip + 0.3) / 1.8 * 255).clamp(0, 255).to(torch.uint8).expand(3, -1, -1, -1)
    return values.flip(1) if number % 2 else values


def labels_of(count: int) -> list[int]:
    return [DARKER if number % 2 else BRIGHTER for number in range(count)]


def sample_of(module: Any) -> Any:
    """What stands for VideoDataset.sample: the path of a video numbers its clip."""

    def sample(dataset: Any, place: int, chance: random.Random) -> Any:
        video = dataset.videos[place % len(dataset.videos)]
        return module.Sample(clip_of(int(video.path)), dataset.target(video), [])

    return sample


def pairs_in_order(seed: int, videos: Sequence[object], epoch: int) -> list[tuple[int, int]]:
    """What stands for the order of an epoch: a clip and its reverse are in the same batch."""
    pairs = [*range(len(videos) // 2)]
    random.Random(f"{seed} {epoch}").shuffle(pairs)
    return [(epoch, 2 * pair + half) for pair in pairs for half in (0, 1)]
