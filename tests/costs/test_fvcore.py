"""FLOPs and activations of whole networks are those of fvcore, in evaluation mode."""

from __future__ import annotations

import logging

import pytest
from emit.running import ROOT, network_class, samples

import archdsl
from archdsl.costs.figures import CONVENTIONS

fvcore = pytest.importorskip("fvcore.nn")
logging.getLogger("fvcore").setLevel(logging.CRITICAL)


@pytest.mark.parametrize("spec", ["x3d_xs", "autox3d_s"])
def test_same_flops_and_activations(spec: str) -> None:
    network = archdsl.load(ROOT / "specs" / f"{spec}.arch").network()
    network = network.at(video=(3, 4, 64, 64))
    module, inputs = network_class(network)().eval(), tuple(samples(network))
    quiet = {"unsupported_ops_warnings": False, "uncalled_modules_warnings": False}
    flops = fvcore.FlopCountAnalysis(module, inputs)
    activations = fvcore.ActivationCountAnalysis(module, inputs)
    for analysis in (flops, activations):
        for name, value in quiet.items():
            getattr(analysis, name)(value)
    assert network.costs.total.total(CONVENTIONS["fvcore"]) == flops.total()
    assert network.costs.total.activations == activations.total()
