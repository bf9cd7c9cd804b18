"""The models of memory and traffic, on graphs small enough to count by hand.

A value of `4 x 2^2` has 16 elements, that is 64 bytes.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import archdsl
from archdsl import Network

FLOAT = 4

Write = Callable[[str], Network]


@pytest.fixture
def network(tmp_path: Path) -> Write:
    """A network of this body."""

    def write(body: str) -> Network:
        spec = tmp_path / "a.arch"
        spec.write_text(f"network a() {{\n{body}\n}}\n")
        return archdsl.load(spec).network()

    return write


def test_a_chain_keeps_two_values_alive(network: Write) -> None:
    chain = network("input x: 4 x 2^2\nrelu\nrelu\nrelu")
    assert chain.inference_bytes == FLOAT * (16 + 16)


def test_a_value_lives_until_its_last_read(network: Write) -> None:
    residual = network("input x: 4 x 2^2\ny = x -> relu -> relu\nreturn x + y")
    # At the second relu: the input, which the sum still reads, its operand and its result.
    assert residual.inference_bytes == FLOAT * 3 * 16


def test_a_large_value_in_the_middle_is_the_peak(network: Write) -> None:
    wide = network("input x: 1 x 2^2\nconv(10)\nconv(1)")
    parameters = 10 + 10
    assert wide.inference_bytes == FLOAT * (4 + 40 + parameters)


def test_outputs_live_to_the_end(network: Write) -> None:
    several = network("input x: 4 x 2^2\na = x -> relu\nb = x -> relu\nc = b -> relu\nreturn a, c")
    # At the last relu: a, b and c; the input was read last by b.
    assert several.inference_bytes == FLOAT * 3 * 16


def test_views_take_no_memory_and_keep_their_owner_alive(network: Write) -> None:
    view = network("input x: 4 x 2^2\ny = x -> relu\nz = y -> flatten\nreturn z -> relu")
    assert view.inference_bytes == FLOAT * (16 + 16)
    # The input's view is read last by the sum, so the input lives as long.
    held = network("input x: 4 x 2^2\nv = flatten(x)\ny = relu(x) -> relu -> flatten\nreturn v + y")
    assert held.inference_bytes == FLOAT * 3 * 16


def test_parameters_are_alive_throughout(network: Write) -> None:
    linear = network("input x: 8\nlinear(2)")
    assert linear.inference_bytes == FLOAT * (8 + 2 + (8 * 2 + 2))


def test_training_keeps_every_value(network: Write) -> None:
    chain = network("input x: 4 x 2^2\nrelu\nrelu\nflatten")
    # The input and both results, and the gradient of the largest; the view is no value.
    assert chain.training_bytes == FLOAT * (3 * 16 + 16)


def test_training_holds_gradient_and_momentum_of_parameters(network: Write) -> None:
    linear = network("input x: 8\nlinear(2)")
    assert linear.training_bytes == FLOAT * (8 + 2 + 8 + 3 * (8 * 2 + 2))


def test_bytes_moved_are_bytes_read_and_written(network: Write) -> None:
    total = network("input x: 8\ny = x -> linear(2)\nreturn y -> flatten -> relu").costs.total
    linear, relu = 8 + (8 * 2 + 2) + 2, 2 + 2
    assert total.bytes_moved == FLOAT * (linear + relu)
    assert total.intensity == 2 * 16 / (FLOAT * (linear + relu))


def test_activations_are_outputs_of_operations_with_multiply_adds(network: Write) -> None:
    total = network("input x: 3 x 4^2\nconv(5)\nbatch_norm\nrelu\nflatten\nlinear(7)").costs.total
    assert total.activations == 5 * 16 + 7
