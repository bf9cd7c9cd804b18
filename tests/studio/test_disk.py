"""Saving: what is on disk is replaced only if it is what the page knows."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from archdsl import limits
from archdsl.diagnostics import CompileError
from archdsl.program.published import locate
from archdsl.studio.disk import Disk
from tests.studio.harness import FIRST, Studio

NEW = FIRST.replace("| 64 ", "| 72 ")


def test_a_text_is_saved(own: Studio) -> None:
    file = own.get("file")
    assert (file["text"], file["published"]) == (FIRST, False)
    saved = own.ask("save", text=NEW, ending="\n", seen=file["digest"])
    assert own.path.read_text() == NEW
    assert own.get("state") == saved != {"digest": file["digest"]}


def test_nothing_is_written_unless_asked(own: Studio) -> None:
    before = sorted(own.path.parent.iterdir())
    for question in ("analyse", "module", "diff"):
        own.look(question, text=NEW, **({"target": "readable"} if question == "module" else {}))
    own.ask("judge", text=NEW)
    assert own.path.read_text() == FIRST
    assert sorted(own.path.parent.iterdir()) == before


def test_what_another_program_wrote_is_kept(own: Studio) -> None:
    seen = own.get("file")["digest"]
    own.path.write_text("# another\n")
    (mistake,) = own.ask("save", text=NEW, ending="\n", seen=seen)["mistakes"]
    assert (mistake["code"], mistake["message"]) == (
        "changed",
        f"{own.path} was changed by another program since it was read",
    )
    assert own.path.read_text() == "# another\n"
    # Whoever has seen that content may write over it.
    own.ask("save", text=NEW, ending="\n", seen=own.get("state")["digest"])
    assert own.path.read_text() == NEW


def test_a_file_that_was_deleted_comes_back_only_if_asked(own: Studio) -> None:
    seen = own.get("file")["digest"]
    own.path.unlink()
    assert own.get("state") == {"digest": None}
    (mistake,) = own.get("file")["mistakes"]
    assert mistake["message"] == f"no such file: {own.path}"
    (mistake,) = own.ask("save", text=NEW, ending="\n", seen=seen)["mistakes"]
    assert mistake["message"] == f"{own.path} was deleted since it was read"
    assert own.look(text=NEW)["look"]["whole"]
    own.ask("save", text=NEW, ending="\n", seen=None)
    assert own.path.read_text() == NEW


def test_lines_end_as_they_did(own: Studio) -> None:
    own.path.write_bytes(FIRST.replace("\n", "\r\n").encode())
    file = own.get("file")
    assert (file["text"], file["ending"]) == (FIRST, "\r\n")
    own.ask("save", text=NEW, ending=file["ending"], seen=file["digest"])
    assert own.path.read_bytes() == NEW.replace("\n", "\r\n").encode()


def test_a_folder_that_cannot_be_written_is_a_line(own: Studio) -> None:
    if os.geteuid() == 0:
        own.path.unlink()
        own.path.mkdir()
        seen, reason = None, "it is a folder"
    else:
        own.path.parent.chmod(0o500)
        seen, reason = own.get("state")["digest"], "permission denied"
    (mistake,) = own.ask("save", text=NEW, ending="\n", seen=seen)["mistakes"]
    own.path.parent.chmod(0o700)
    assert mistake["message"] == f"cannot write {own.path}: {reason}"


def test_a_published_spec_is_never_changed() -> None:
    disk = Disk(locate("x3d_s"))
    assert (disk.is_published, disk.shown) == (True, "specs/x3d_s.arch")
    before = disk.path.read_text()
    with pytest.raises(CompileError, match=r"specs/x3d_s\.arch came with archdsl"):
        disk.save("", "\n", disk.digest)
    assert disk.path.read_text() == before


@pytest.mark.parametrize(
    "name", ["../x.arch", "/tmp/x.arch", "x", "x.py", "a b.arch", ".arch", "ä.arch"]
)
def test_a_new_file_has_a_name_and_no_folder(own: Studio, name: str) -> None:
    (mistake,) = own.look("write", name=name)["mistakes"]
    assert own.path.name not in mistake["message"]
    assert [each.name for each in own.path.parent.iterdir()] == [own.path.name]


def test_a_changed_network_is_written_as_a_spec(own: Studio) -> None:
    answer = own.look("write", changes=["widen(2)", "resize(size = 96)"], name="wide.arch")
    written = own.path.with_name("wide.arch")
    assert answer == {"path": str(written), "warnings": []}
    assert written.read_text().startswith("# first + widen(2) + resize(size = 96), of first.arch\n")
    (mistake,) = own.look("write", changes=["widen(2)"], name="wide.arch")["mistakes"]
    assert mistake["message"] == f"{written} exists already"


def test_a_spec_from_a_published_one_is_written_here() -> None:
    assert Disk(locate("x3d_s")).new_path("mine.arch") == Path("mine.arch")


def test_a_file_that_cannot_be_read_any_more_is_kept(own: Studio) -> None:
    """It has no digest, as one that was deleted, but it is there."""
    seen, foreign = own.get("file")["digest"], "# caf\xe9\n".encode("latin-1")
    own.path.write_bytes(foreign)
    for known in (seen, None):
        (mistake,) = own.ask("save", text=NEW, ending="\n", seen=known)["mistakes"]
        assert mistake["message"] == f"{own.path} was changed by another program since it was read"
    assert own.path.read_bytes() == foreign


def test_a_text_that_could_not_be_read_again_is_not_saved(own: Studio) -> None:
    seen = own.get("file")["digest"]
    text = FIRST + "#" * limits.SOURCE_BYTES
    (mistake,) = own.ask("save", text=text, ending="\n", seen=seen)["mistakes"]
    assert mistake["message"] == f"a spec can have at most 8 MiB, but {own.path} has more"
    assert own.path.read_text() == FIRST


def test_of_pages_that_save_at_once_one_is_told(own: Studio) -> None:
    seen = own.get("file")["digest"]

    def save(number: int) -> bool:
        text = FIRST + "#" * number
        return "digest" in own.ask("save", text=text, ending="\n", seen=seen)

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(save, range(1, 9))) == 1
