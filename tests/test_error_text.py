"""`CompileError` as text, for programs that log it."""

from __future__ import annotations

from pathlib import Path

import pytest

import archdsl


def test_the_text_of_an_error_is_one_line_with_its_place(tmp_path: Path) -> None:
    spec = tmp_path / "net.arch"
    spec.write_text("network net() {\n  input x: 3 x 8^2\n  return x -> cnv(8) -> conv(0)\n}\n")
    with pytest.raises(archdsl.CompileError) as caught:
        archdsl.load(spec).network()
    assert str(caught.value) == f"{spec}:3:15: `cnv` is not defined"
