"""The expected cost of a member in torch, from the tables of a walk, as `docs/costs.md` has it."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from archdsl.space.expectation import Tables


def expected(tables: Tables, probabilities: Mapping[str, Tensor]) -> Tensor:
    """The expected cost, if each decision is drawn by itself, in float64."""
    done: list[tuple[Tensor, Tensor]] = []
    for step in tables.steps:
        cost = torch.tensor(step.cost, dtype=torch.float64)
        weight = torch.ones_like(cost)
        for name, numbers in step.options.items():
            option = torch.tensor(numbers)
            made = probabilities[name][option.clamp(min=0)]
            weight = weight * torch.where(option < 0, torch.ones_like(made), made)
        total = weight * cost
        for read in step.reads:
            chance, sum_ = (entries[torch.tensor(read.rows)] for entries in done[read.step])
            weight, total = weight * chance, total * chance + weight * sum_
        entry, zeros = torch.tensor(step.entry), torch.zeros(step.size, dtype=torch.float64)
        done.append((zeros.index_add(0, entry, weight), zeros.index_add(0, entry, total)))
    chance, total = done[-1]
    return total[0] / chance[0]
