"""Lists of videos: the four formats, and what is said of mistakes."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import pytest


def touch(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def read(
    module: ModuleType, path: Path, classes: int = 3, root: Path | None = None
) -> tuple[list[tuple[str, int]], list[str]]:
    """The videos of a list, and what is said about it, both without the list's own place."""
    said: list[str] = []
    videos = module.read_list(str(path), classes, str(root) if root else None, said.append)
    found = [(str(Path(video.path).relative_to(path.parent)), video.label) for video in videos]
    return found, [text.removeprefix(f"{path}: ") for text in said]


def faults(module: ModuleType, path: Path, classes: int = 3) -> list[str]:
    with pytest.raises(module.Fault) as fault:
        module.read_list(str(path), classes)
    assert all("\n" not in line for line in fault.value.args)
    return [line.removeprefix(f"{path}: ") for line in fault.value.args]


@pytest.mark.parametrize("between", [" ", "\t", ",", ", "])
def test_path_and_label(between: str, tmp_path: Path, lists: ModuleType) -> None:
    names = ("a.mp4", "with spaces 7.mp4", "b, c.mp4", "sub/d")
    touch(tmp_path, *names)
    path = tmp_path / "val.txt"
    lines = [f"{name}{between}{i % 3}" for i, name in enumerate(names)]
    path.write_text("\n".join(["", *lines]) + "\r\n\n")
    found, said = read(lists, path)
    assert found == [(name, i % 3) for i, name in enumerate(names)]
    assert said == ["path label, 4 videos, 3 of 3 classes"]


def test_byte_order_mark_quotes_and_absolute_paths(tmp_path: Path, lists: ModuleType) -> None:
    touch(tmp_path, "a.mp4", "b c.mp4")
    path = tmp_path / "val.csv"
    path.write_text(f'a.mp4,0\n"{tmp_path}/./b c.mp4",2\n', encoding="utf-8-sig")
    assert read(lists, path)[0] == [("a.mp4", 0), ("b c.mp4", 2)]


def test_root(tmp_path: Path, lists: ModuleType) -> None:
    touch(tmp_path, "videos/a.mp4")
    path = tmp_path / "val.txt"
    path.write_text("a.mp4 1\n")
    assert read(lists, path, root=tmp_path / "videos")[0] == [("videos/a.mp4", 1)]


def test_folder_for_each_class(tmp_path: Path, lists: ModuleType) -> None:
    touch(tmp_path, "val/walk/a.mp4", "val/run/b.webm", "val/run/c.MP4", "val/run/notes.txt")
    touch(tmp_path, "train/jump/d.mp4", "train/.thumbnails/e.mp4")
    found, said = read(lists, tmp_path / "val", classes=3)
    assert found == [("val/run/b.webm", 1), ("val/run/c.MP4", 1), ("val/walk/a.mp4", 2)]
    assert said == [
        "a folder for each class, 3 videos, 2 of 3 classes",
        "files left out: 1 .txt",
        "warning: classes without a video: 1 of 3, such as jump",
    ]


def test_a_slash_behind_a_folder_is_no_class(tmp_path: Path, lists: ModuleType) -> None:
    touch(tmp_path, "val/walk/a.mp4", "val/run/b.webm")
    said: list[str] = []
    videos = lists.read_list(f"{tmp_path}/val/", 2, None, said.append)
    assert [video.label for video in videos] == [0, 1]
    assert said == [f"{tmp_path}/val: a folder for each class, 2 videos, 2 of 2 classes"]


def test_folders_of_images(tmp_path: Path, lists: ModuleType) -> None:
    touch(tmp_path, "a b/img_1.jpg", "c/img_1.jpg")
    path = tmp_path / "val.txt"
    path.write_text("a b 30 2\nc/ 25 0\n")
    found, said = read(lists, path)
    assert found == [("a b", 2), ("c", 0)]
    assert said[0] == "folders of images (path frames label), 2 videos, 2 of 3 classes"


HEAD = "label,youtube_id,time_start,time_end,split\n"


def test_kinetics_csv(tmp_path: Path, lists: ModuleType) -> None:
    touch(tmp_path, "clips/abc_000010_000020.mp4", "clips/run/-d_e.mkv", "clips/zz.mp4")
    (tmp_path / "train.csv").write_text(HEAD + '"jump, high",gone,1,11,train\n')
    path = tmp_path / "val.csv"
    path.write_text(
        HEAD + "run,-d_e,5,15,val\nwalk,abc,10,20,val\nwalk,lost,0,10,val\nrun,zz\nwalk,never\n"
    )
    found, said = read(lists, path, classes=3)
    assert found == [
        ("clips/run/-d_e.mkv", 1),
        ("clips/abc_000010_000020.mp4", 2),
        ("clips/zz.mp4", 1),
    ]
    assert said == [
        "csv (label, youtube_id, time_start, time_end, split), 3 videos, 2 of 3 classes",
        "videos that are not there: 2, such as lost_000000_000010 (line 4), never (line 6)",
        "warning: classes without a video: 1 of 3, such as jump, high",
    ]


def test_all_that_is_wrong_at_once(tmp_path: Path, lists: ModuleType) -> None:
    touch(tmp_path, *(f"{name}.mp4" for name in "abcdef"))
    path = tmp_path / "val.txt"
    lines = ("a.mp4 0", "b.mp4 walk", "c.mp4 -1", "d.mp4 3", "e.mp4 1.0", "f.mp4", "gone.mp4 1")
    path.write_text("\n".join([*lines, "a.mp4 2", "b.mp4 \u00b2"]))
    assert faults(lists, path) == [
        f"videos missing: 1 of 9, such as {tmp_path}/gone.mp4 (line 7)",
        f"videos with no label, or an empty one: 1, such as {tmp_path}/f.mp4 (line 6)",
        "labels that are not whole numbers from 0 on: 4, such as 'walk' (line 2), '-1' (line 3),"
        " '1.0' (line 5), ...",
        "labels go up to 3, but the network has 3 classes, numbered from 0, such as"
        " 3 (line 4); --classes 4 gives it more",
        f"videos with two labels: 2, such as {tmp_path}/a.mp4 (line 1, line 8),"
        f" {tmp_path}/b.mp4 (line 2, line 9)",
    ]


def test_a_video_twice_is_said(tmp_path: Path, lists: ModuleType) -> None:
    touch(tmp_path, "a.mp4")
    path = tmp_path / "val.txt"
    path.write_text("a.mp4 0\n./a.mp4 0\n")
    assert read(lists, path, classes=1)[1][1:] == ["warning: videos that stand in it twice: 1"]


def test_more_classes_than_the_head(tmp_path: Path, lists: ModuleType) -> None:
    touch(tmp_path, *(f"val/{i}/a.mp4" for i in range(5)))
    (fault,) = faults(lists, tmp_path / "val", classes=3)
    assert fault == (
        "there are 5 classes, 0, 1, 2, 3, 4, but the network has 3; --classes 5 gives it more"
    )


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ("", "there are no videos in it"),
        ("\n \n", "there are no videos in it"),
        (HEAD, "there are no videos in it"),
        (HEAD + "run,lost,0,10,val\n", "there are no videos in it"),
    ],
)
def test_nothing_in_it(content: str, fault: str, tmp_path: Path, lists: ModuleType) -> None:
    path = tmp_path / "val.csv"
    path.write_text(content)
    assert faults(lists, path) == [fault]


def test_a_list_that_cannot_be_read(tmp_path: Path, lists: ModuleType) -> None:
    assert faults(lists, tmp_path / "val.txt") == ["No such file or directory"]
    (tmp_path / "empty").mkdir()
    assert faults(lists, tmp_path / "empty") == ["there are no videos in it"]
    (tmp_path / "noise.txt").write_bytes(b"folder\0/name 1\n" + bytes(range(256)) * 20)
    assert faults(lists, tmp_path / "noise.txt") == ["it is no text, and so no list of videos"]
