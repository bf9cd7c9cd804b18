"""What the labels of several lists mean: one thing, by the names of classes, or nothing."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from scripts.test_lists import touch

Listed = list[list[tuple[str, int]]]


@pytest.fixture
def read(lists: ModuleType, tmp_path: Path) -> Any:
    """Reads lists in the test's folder: their videos, the names of classes, what is said."""

    def call(
        *names: str, classes: int = 3, known: list[str] | None = None, **more: Any
    ) -> tuple[Listed, list[str], list[str]]:
        said: list[str] = []
        paths = [str(tmp_path / name) for name in names]
        kept = lists.Classes(known, "best.pt") if known is not None else more.get("weights")
        videos, found = lists.read_lists(paths, classes, None, said.append, kept)
        made = [
            [(str(Path(v.path).relative_to(tmp_path)), v.label) for v in part] for part in videos
        ]
        return made, found, [text.replace(f"{tmp_path}/", "") for text in said]

    return call


@pytest.fixture
def refused(lists: ModuleType, tmp_path: Path, read: Any) -> Any:
    """What is said against lists."""

    def call(*names: str, **more: Any) -> list[str]:
        with pytest.raises(lists.Fault) as fault:
            read(*names, **more)
        return [line.replace(f"{tmp_path}/", "") for line in fault.value.args]

    return call


def write(path: Path, *lines: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{line}\n" for line in lines))


@pytest.mark.parametrize("other", ["val", "held_out", "elsewhere/test2"])
def test_a_class_that_one_folder_lacks_shifts_no_other(
    other: str, tmp_path: Path, read: Any
) -> None:
    touch(tmp_path, "train/bend/0.mp4", "train/jump/0.mp4", "train/walk/0.mp4")
    touch(tmp_path, f"{other}/jump/0.mp4", f"{other}/walk/0.mp4")
    for order in (("train", other), (other, "train")):
        videos, names, _ = read(*order)
        assert names == ["bend", "jump", "walk"]
        found = dict(videos[order.index(other)])
        assert found == {f"{other}/jump/0.mp4": 1, f"{other}/walk/0.mp4": 2}


def test_a_class_of_the_second_list_alone(tmp_path: Path, read: Any) -> None:
    touch(tmp_path, "train/jump/0.mp4", "train/walk/0.mp4", "held_out/bend/0.mp4")
    videos, names, _ = read("train", "held_out")
    assert names == ["bend", "jump", "walk"]
    assert videos == [
        [("train/jump/0.mp4", 1), ("train/walk/0.mp4", 2)],
        [("held_out/bend/0.mp4", 0)],
    ]


def test_csvs_that_name_classes(tmp_path: Path, read: Any) -> None:
    touch(tmp_path, "a_000001_000002.mp4", "b_000001_000002.mp4")
    head = "label,youtube_id,time_start,time_end"
    write(tmp_path / "mine.csv", head, "bend,a,1,2", "walk,b,1,2")
    write(tmp_path / "other.csv", head, "walk,b,1,2")
    videos, names, _ = read("mine.csv", "other.csv")
    assert names == ["bend", "walk"]
    assert [[label for _, label in part] for part in videos] == [[0, 1], [1]]


def test_a_folder_beside_a_text_of_names(tmp_path: Path, read: Any) -> None:
    touch(tmp_path, "train/bend/0.mp4", "train/walk/0.mp4", "x.mp4")
    write(tmp_path / "val.txt", "x.mp4 walk")
    videos, names, said = read("train", "val.txt")
    assert (videos[1], names) == ([("x.mp4", 1)], ["bend", "walk"])
    assert "val.txt: path label, 1 videos, 1 of 3 classes" in said


def test_names_of_a_checkpoint(tmp_path: Path, read: Any, refused: Any) -> None:
    touch(tmp_path, "held_out/jump/0.mp4", "held_out/walk/0.mp4")
    videos, names, _ = read("held_out", known=["walk", "bend", "jump"])
    assert names == ["walk", "bend", "jump"]
    assert dict(videos[0]) == {"held_out/jump/0.mp4": 2, "held_out/walk/0.mp4": 0}
    assert refused("held_out", known=["bend", "jump"]) == [
        "held_out: classes that are not in best.pt: walk; those in it are bend, jump"
    ]


def test_numbers_where_a_checkpoint_has_names(tmp_path: Path, read: Any, refused: Any) -> None:
    touch(tmp_path, "x.mp4", "y.mp4", "walk/z.mp4")
    write(tmp_path / "val.txt", "x.mp4 0", "y.mp4 1")
    videos, _, said = read("val.txt", known=["bend", "walk"])
    assert videos == [[("x.mp4", 0), ("y.mp4", 1)]]
    assert said[1] == (
        "val.txt: its labels are numbers, called as in best.pt: such as 0 bend, 1 walk"
    )
    write(tmp_path / "val.txt", "x.mp4 1", "walk/z.mp4 0")
    assert refused("val.txt", known=["bend", "walk"]) == [
        "val.txt: videos in walk have the label 0, but walk is 1 in best.pt"
    ]


def test_names_where_a_checkpoint_has_numbers(tmp_path: Path, read: Any, refused: Any) -> None:
    touch(tmp_path, "val/jump/0.mp4", "val/walk/0.mp4")
    (fault,) = refused("val", known=[])
    assert fault == (
        "val has names of classes, and best.pt numbers alone: a classes.txt beside it must say"
        " which number each name has"
    )
    write(tmp_path / "classes.txt", "walk", "jump")
    assert dict(read("val", known=[])[0][0]) == {"val/jump/0.mp4": 1, "val/walk/0.mp4": 0}


def test_weights_that_do_not_say_their_classes(
    lists: ModuleType, tmp_path: Path, read: Any, refused: Any
) -> None:
    """All classes are numbered by name, as Kinetics are; of some of them nobody knows."""
    touch(tmp_path, "val/jump/0.mp4", "val/walk/0.mp4")
    weights = lists.Classes(None, "theirs.pt")
    assert read("val", classes=2, weights=weights)[1] == ["jump", "walk"]
    assert refused("val", weights=weights) == [
        "val has names of classes, 2 of 3, and theirs.pt has none: a classes.txt beside it must"
        " say which number each name has"
    ]


def test_a_list_alone_with_some_of_the_classes(tmp_path: Path, read: Any, refused: Any) -> None:
    """Which numbers they have is known by the list beside it, and else not at all."""
    touch(tmp_path, "data/val/jump/0.mp4", "data/val/walk/0.mp4")
    assert refused("data/val") == [
        "data/val has names of classes, 2 of 3, and no list beside it has others: a classes.txt"
        " beside it must say which number each name has"
    ]
    touch(tmp_path, "data/train/bend/0.mp4")
    assert dict(read("data/val")[0][0]) == {"data/val/jump/0.mp4": 1, "data/val/walk/0.mp4": 2}


def test_numbers_that_contradict_their_folders(tmp_path: Path, refused: Any) -> None:
    touch(tmp_path, *(f"{name}/{i}.mp4" for name in ("jump", "walk") for i in range(2)))
    write(tmp_path / "train.txt", "jump/0.mp4 0", "walk/0.mp4 1")
    write(tmp_path / "val.txt", "jump/1.mp4 1", "walk/1.mp4 0")
    assert refused("train.txt", "val.txt") == ["val.txt: videos in jump are 1, but 0 in train.txt"]


def test_folders_above_those_of_the_videos_say_it_too(
    tmp_path: Path, read: Any, refused: Any
) -> None:
    touch(tmp_path, "train/jump/p1/0.mp4", "train/walk/p1/0.mp4", "val/walk/p2/0.mp4")
    write(tmp_path / "train.txt", "train/jump/p1/0.mp4 0", "train/walk/p1/0.mp4 1")
    write(tmp_path / "val.txt", "val/walk/p2/0.mp4 0")
    assert read("train.txt")[1] == ["jump", "walk"]
    assert refused("train.txt", "val.txt") == ["val.txt: videos in walk are 0, but 1 in train.txt"]
    assert refused("val.txt", known=["jump", "walk"]) == [
        "val.txt: videos in walk have the label 0, but walk is 1 in best.pt"
    ]


def test_folders_of_something_else_say_nothing(tmp_path: Path, read: Any) -> None:
    touch(tmp_path, "videos/0.mp4", "videos/1.mp4", "p1/0.mp4", "p1/1.mp4", "p2/0.mp4")
    write(tmp_path / "train.txt", "videos/0.mp4 0")
    write(tmp_path / "val.txt", "videos/1.mp4 1")
    assert read("train.txt", "val.txt")[1] == []
    write(tmp_path / "train.txt", "p1/0.mp4 0", "p2/0.mp4 0")
    write(tmp_path / "val.txt", "p1/1.mp4 1")
    assert read("train.txt", "val.txt")[1] == []


def test_folders_say_how_numbers_are_called(tmp_path: Path, read: Any) -> None:
    touch(tmp_path, "walk/0.mp4", "jump/0.mp4", "x/0.mp4", "x/1.mp4")
    write(tmp_path / "train.txt", "walk/0.mp4 0", "jump/0.mp4 1")
    assert read("train.txt")[1] == ["walk", "jump"]
    write(tmp_path / "val.txt", "x/0.mp4 0", "x/1.mp4 1")
    assert read("train.txt", "val.txt")[1] == []


def test_a_file_of_names(tmp_path: Path, read: Any, refused: Any) -> None:
    touch(tmp_path, "x.mp4", "y.mp4")
    write(tmp_path / "val.txt", "x.mp4 0", "y.mp4 2")
    for lines in (["stand up", "sit", "lie"], ["2 lie", "0 stand up", "1 sit"]):
        write(tmp_path / "classes.txt", *lines)
        _, names, said = read("val.txt")
        assert names == ["stand up", "sit", "lie"]
        assert said[-1] == "val.txt: warning: classes without a video: 1 of 3, such as sit"
    assert refused("val.txt", known=["stand up", "lie", "sit"]) == [
        "classes.txt: class 1 is sit, but lie in best.pt"
    ]


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["1 stand", "2 sit"], "its numbers are 1 to 2; they must begin at 0"),
        (["sit", "stand", "sit"], "classes that stand in it twice: sit"),
    ],
)
def test_a_file_of_names_that_is_wrong(
    lines: list[str], said: str, tmp_path: Path, refused: Any
) -> None:
    touch(tmp_path, "x.mp4")
    write(tmp_path / "val.txt", "x.mp4 0")
    write(tmp_path / "classes.txt", *lines)
    assert refused("val.txt") == [f"classes.txt: {said}"]


def test_labels_that_begin_at_one(tmp_path: Path, refused: Any) -> None:
    touch(tmp_path, "x.mp4", "y.mp4", "z.mp4")
    write(tmp_path / "val.txt", "x.mp4 1", "y.mp4 2", "z.mp4 3")
    assert refused("val.txt") == ["val.txt: labels are 1 to 3; they must begin at 0"]
    assert refused("val.txt", classes=2) == [
        "val.txt: labels are 1 to 3; they must begin at 0; --classes 3 gives the network enough"
    ]


def test_folders_that_are_numbers(tmp_path: Path, read: Any) -> None:
    touch(tmp_path, *(f"val/{number}/x.mp4" for number in (0, 2, 10)))
    videos, names, _ = read("val", classes=11)
    assert dict(videos[0]) == {f"val/{number}/x.mp4": number for number in (0, 2, 10)}
    assert names[10] == "10"
    touch(tmp_path, "held_out/1/x.mp4", "held_out/3/x.mp4")
    assert dict(read("held_out", classes=2)[0][0]) == {"held_out/1/x.mp4": 0, "held_out/3/x.mp4": 1}


def test_numbers_beside_folders_that_are_other_numbers(
    tmp_path: Path, read: Any, refused: Any
) -> None:
    """They are names, as those of the folders are: 3 is the folder 3, not the fourth class."""
    touch(tmp_path, *(f"train/{number}/x.mp4" for number in (1, 2, 3)), "y.mp4", "z.mp4")
    write(tmp_path / "val.txt", "y.mp4 1", "z.mp4 3")
    videos, names, _ = read("train", "val.txt")
    assert (dict(videos[1]), names) == ({"y.mp4": 0, "z.mp4": 2}, ["1", "2", "3"])
    write(tmp_path / "val.txt", "y.mp4 0", "z.mp4 1")
    assert refused("train", "val.txt") == [
        "val.txt: classes that are not in train: 0; those in it are 1, 2, 3"
    ]


def test_a_video_of_two_lists_has_one_class(tmp_path: Path, read: Any, refused: Any) -> None:
    touch(tmp_path, "x.mp4", "y.mp4")
    write(tmp_path / "train.txt", "x.mp4 walk", "y.mp4 jump")
    write(tmp_path / "val.txt", "x.mp4 0", "y.mp4 1")
    assert refused("train.txt", "val.txt", classes=2) == [
        "train.txt and val.txt have other labels for videos: 2, such as x.mp4, y.mp4"
    ]
    write(tmp_path / "val.txt", "y.mp4 0")
    assert read("train.txt", "val.txt", classes=2)[2][-1] == (
        "warning: videos of val.txt that are in train.txt too: 1, such as y.mp4"
    )


@pytest.mark.parametrize("other", ["Stand up", "stand_up", "standup"])
def test_one_class_in_two_spellings(other: str, tmp_path: Path, refused: Any) -> None:
    touch(tmp_path, "train/stand up/x.mp4", f"val/{other}/x.mp4")
    assert refused("train", "val") == [
        f"a class that is spelt in two ways: stand up in train and {other} in val"
    ]


def test_names_that_differ_in_a_sign_are_two_classes_of_one_list(tmp_path: Path, read: Any) -> None:
    touch(tmp_path, "train/+1/x.mp4", "train/-1/x.mp4", "val/-1/x.mp4")
    assert read("train", "val", classes=2)[1] == ["+1", "-1"]


def test_accents_as_macos_writes_them(tmp_path: Path, read: Any) -> None:
    touch(tmp_path, "train/caf\u00e9/x.mp4", "train/walk/x.mp4", "val/cafe\u0301/x.mp4")
    videos, names, _ = read("train", "val", classes=2)
    assert (names, videos[1][0][1]) == (["caf\u00e9", "walk"], 0)


@pytest.mark.parametrize("name", ["$RECYCLE.BIN", "@eaDir", "lost+found"])
def test_what_systems_keep_for_themselves(name: str, tmp_path: Path, read: Any) -> None:
    touch(tmp_path, "val/a/x.mp4", "val/b/x.mp4", f"val/{name}/x.mp4")
    _, names, said = read("val", classes=2)
    assert names == ["a", "b"]
    assert said[-1] == f"val: hidden files and folders left out: 1, such as {name}"


def test_what_macos_leaves(tmp_path: Path, read: Any) -> None:
    touch(tmp_path, *(f"val/{name}/{file}.mp4" for name in "ab" for file in ("x", "._x")))
    touch(tmp_path, "val/__MACOSX/._a.mp4", "val/.cache/x.mp4", "val/.DS_Store", "val/empty/x.txt")
    videos, names, said = read("val", classes=2)
    assert (dict(videos[0]), names) == ({"val/a/x.mp4": 0, "val/b/x.mp4": 1}, ["a", "b"])
    assert said == [
        "val: a folder for each class, 2 videos, 2 of 2 classes",
        "val: folders without a video are no classes: such as empty",
        "val: files left out: 1 .txt",
        "val: hidden files and folders left out: 5, such as .DS_Store, .cache, __MACOSX, ...",
    ]


def test_the_folder_above_the_lists(tmp_path: Path, refused: Any) -> None:
    touch(tmp_path, "all/train/a/x.mp4", "all/val/a/x.mp4")
    assert refused("all") == ["all: its folders are such as train, val: one is a list"]


def test_names_and_numbers_in_one_list(tmp_path: Path, refused: Any) -> None:
    touch(tmp_path, "x.mp4", "y.mp4")
    write(tmp_path / "val.txt", "x.mp4 walk", "y.mp4 2")
    assert refused("val.txt") == [
        "val.txt: labels that are not whole numbers from 0 on: 1, such as 'walk' (line 1)"
    ]


def test_a_text_and_a_csv_of_one_name(lists: ModuleType, tmp_path: Path) -> None:
    touch(tmp_path, "val.txt", "val.csv", "train.csv", "train/x.mp4")
    with pytest.raises(lists.Fault, match=r"val\.txt and .*val\.csv: one is given by --val-list"):
        lists.find_list(str(tmp_path), "val")
    assert lists.find_list(str(tmp_path), "train") == str(tmp_path / "train.csv")
