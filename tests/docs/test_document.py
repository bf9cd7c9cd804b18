"""The runner itself: what it finds in a page, and what it takes for the same output."""

from __future__ import annotations

from dataclasses import replace

import pytest
from document import ROOT, Page, agrees

_PAGE = Page(
    ROOT / "docs" / "page.md",
    """Words.

<!-- slow; file: a.arch -->
```arch
use x3d
```

```console
$ first 'a b' \\
    c
one
$ second
```

```pycon
>>> for i in range(2):
...     print(i)
0
1
```
""",
)


def test_a_comment_says_how_a_block_is_treated() -> None:
    spec, console, _ = _PAGE.blocks
    assert (spec.is_slow, spec.file, spec.not_run, spec.text) == (True, "a.arch", None, "use x3d\n")
    assert (console.is_slow, console.file) == (False, None)
    assert replace(spec, phrases=("ci: test",)).not_run == ".ci/run runs it"


def test_commands_and_examples_have_their_outputs() -> None:
    asked = [(e.asked, e.shown) for block in _PAGE.blocks[1:] for e in block.exchanges()]
    assert asked == [
        ("first 'a b' c", "one\n"),
        ("second", ""),
        ("for i in range(2):\n    print(i)\n", "0\n1\n"),
    ]


def test_an_output_is_rewritten_where_it_stands() -> None:
    exchanges = [exchange for block in _PAGE.blocks[1:] for exchange in block.exchanges()]
    new = _PAGE.rewritten((exchange, f"new {at}\n") for at, exchange in enumerate(exchanges))
    assert new == _PAGE.text.replace("one\n$ second\n", "new 0\n$ second\nnew 1\n").replace(
        "0\n1\n```", "new 2\n```"
    )


@pytest.mark.parametrize(
    ("shown", "printed", "varies", "same"),
    [
        ("a\n", "a\n", False, True),
        ("a\n", "b\n", False, False),
        ("a\n", "a\nb\n", False, False),
        ("a\n...\nd\n", "a\nb\nc\nd\n", False, True),
        ("a\n...\n", "a\n", False, True),
        ("a...\n", "abc\n", False, False),
        ("took  1.5 s\n", "took 20.25 s\n", False, False),
        ("took  1.5 s\n", "took 20.25 s\n", True, True),
        ("took  1.5 s\n", "took 20.25 h\n", True, False),
    ],
)
def test_outputs_agree(shown: str, printed: str, varies: bool, same: bool) -> None:
    assert agrees(shown, printed, varies) is same
