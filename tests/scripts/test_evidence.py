"""What a list says, compared with the disk: one reading that fits both, or a refusal."""

from __future__ import annotations

import shutil
from pathlib import Path
from types import ModuleType

import av
import pytest

from scripts.test_lists import HEAD, faults, read, touch
from scripts.videos import numbered, numbers, write_video


def write_series(folder: Path, pattern: str, frames: range) -> None:
    folder.mkdir(exist_ok=True)
    for number in frames:
        image = av.VideoFrame.from_ndarray(numbered(number), format="rgb24")
        image.save(str(folder / pattern.format(number)))


def shown(video: ModuleType, path: Path, count: int | None = None) -> list[int]:
    with video.opened(str(path), count) as opened:
        found = opened.count(30)
        return numbers(opened.frames([*range(found)], 30, lambda h, w: (h, w)))


# Folders of images


@pytest.mark.parametrize("count", [None, 4])
@pytest.mark.parametrize("others", [("flow_x", "flow_y"), ("x", "y"), ("depth",)])
def test_colour_beside_flow(
    count: int | None, others: tuple[str, ...], tmp_path: Path, video: ModuleType
) -> None:
    folder = tmp_path / "clip"
    write_series(folder, "img_{:05}.png", range(4))
    for other in others:
        write_series(folder, other + "_{:05}.png", range(20, 24))
    assert shown(video, folder, count) == [0, 1, 2, 3]


def test_one_of_two_series_is_as_long_as_the_list_says(tmp_path: Path, video: ModuleType) -> None:
    folder = tmp_path / "clip"
    write_series(folder, "left_{}.png", range(3))
    write_series(folder, "right_{}.png", range(8, 10))
    assert shown(video, folder, 3) == [0, 1, 2]
    assert shown(video, folder, 2) == [8, 9]


@pytest.mark.parametrize(
    ("names", "count", "said"),
    [
        (["a_1.png", "a_2.png", "b_1.png"], None, "the folder has images a_#.png (2), b_#.png (1)"),
        (["1.png", "2.png", "1.jpg", "2.jpg"], 2, "the folder has images #.jpg (2), #.png (2), of"),
        (["1.png", "2.png"], 3, "the folder has images #.png (2), of which the list says 3"),
        (["1.png", "2.png"], 1, "the folder has images #.png (2), of which the list says 1"),
        (["flow_x_1.png", "flow_y_1.png"], 1, "the folder has images flow_x_#.png (1), flow_y_"),
        (["1_2.png", "2_1.png"], None, "no one number orders its images, such as 1_2.png, 2_1.png"),
        (["1_1.png", "1_2.png", "2_1.png"], None, "no one number orders its images, such as 1_1"),
        (["0.5.png", "0.25.png"], None, "no one number orders its images, such as 0.25.png"),
        (["1.png", "01.png"], None, "no one number orders its images, such as 01.png, 1.png"),
        (["x.txt", "y.txt"], None, "no images in the folder: it has such as x.txt, y.txt"),
        ([], None, "no images in the folder"),
    ],
)
def test_images_that_are_no_one_video(
    names: list[str], count: int | None, said: str, tmp_path: Path, pictures: ModuleType
) -> None:
    touch(tmp_path, *(f"clip/{name}" for name in names))
    (tmp_path / "clip").mkdir(exist_ok=True)
    with pytest.raises(pictures.BadVideo) as fault:
        pictures.images_in(str(tmp_path / "clip"), count)
    assert str(fault.value).startswith(said)


@pytest.mark.parametrize(
    "names",
    [
        ["frame_9_480p.png", "frame_10_480p.png", "frame_100_480p.png"],
        ["2_of_11.jpg", "10_of_11.jpg", "11_of_11.jpg"],
        ["v_Jump_g01_c2_0009.JPG", "v_Jump_g01_c2_0010.jpg"],
        ["f9_t0.30.png", "f10_t0.33.png", "f11_t0.36.png"],
        ["a.9.png", "a.10.png"],
        ["0.067.png", "0.100.png", "1.000.png"],
        ["7.tif"],
    ],
)
def test_images_are_ordered_by_the_number_that_varies(
    names: list[str], tmp_path: Path, pictures: ModuleType
) -> None:
    touch(tmp_path, *names, "._1.png", "notes.txt")
    assert pictures.images_in(str(tmp_path), None) == [str(tmp_path / name) for name in names]


def test_columns_behind_a_file_and_a_folder(tmp_path: Path, lists: ModuleType) -> None:
    touch(tmp_path, "v.wmv", "clip/1.jpg", "b c/1.jpg", "b c 7.mkv", "noend")
    path = tmp_path / "val.txt"
    path.write_text("v.wmv 0 2\nclip 1 0\nb c 1 1\nb c 7.mkv 2\nclip 3 4 0\nnoend 3 1\n")
    assert faults(lists, path) == [
        "lines with more than a label after a file: 2 of 6, such as 'v.wmv 0 2' (line 1),"
        " 'noend 3 1' (line 6)",
        "lines with more than a count and a label after a folder: 1 of 6, such as"
        " 'clip 3 4 0' (line 5)",
    ]
    path.write_text("clip 1 0\nb c 1 1\nb c 7.mkv 2\n")
    assert read(lists, path)[0] == [("clip", 0), ("b c", 1), ("b c 7.mkv", 2)]


def test_a_line_with_two_readings(tmp_path: Path, lists: ModuleType) -> None:
    touch(tmp_path, "clip/1.jpg", "clip 40/1.jpg")
    path = tmp_path / "val.txt"
    path.write_text("clip 40 0\n")
    assert faults(lists, path) == [
        "lines that can be read in two ways, for both paths are there: 1 of 1, such as"
        " 'clip 40 0' (line 1)"
    ]


# Seconds


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eight seconds of ten frames each."""
    return write_video(tmp_path_factory.mktemp("whole") / "abc.mp4", frames=80, rate=10)


def listed_seconds(lists: ModuleType, video: ModuleType, path: Path) -> list[int]:
    (found,) = lists.read_list(str(path), 1, None, lambda line: None)
    with video.opened(*found.source) as opened:
        return numbers(opened.frames([*range(opened.count(10))], 10, lambda h, w: (h, w)))


@pytest.mark.parametrize(
    "row",
    [
        "label,youtube_id,time_start,time_end,split\nrun,abc,2,4,train\n",
        "split,time_end,time_start,youtube_id,label\ntrain,4.0,2.0,abc,run\n",
        '"label";"youtube_id";"time_start";"time_end"\n"run";"abc";"2";"4"\n',
        "path\tlabel\tstart\tend\nabc.mp4\t0\t2\t4\n",
        "Video Path,Start Time,End Time,Class\n./abc.mp4,2,4,run\n",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_seconds_of_a_whole_download(
    row: str, encoding: str, whole: Path, tmp_path: Path, lists: ModuleType, video: ModuleType
) -> None:
    shutil.copy(whole, tmp_path)
    path = tmp_path / "train.csv"
    path.write_text(row, encoding=encoding)
    assert listed_seconds(lists, video, path) == [*range(20, 40)]


@pytest.mark.parametrize(
    ("name", "row", "expected"),
    [
        ("abc_000020_000022.mp4", "run,abc,20,22", [*range(80)]),
        ("abc_20_22.mp4", "run,abc,20.0,22.0", [*range(80)]),
        ("abc.mp4", "run,abc,30,38", [*range(80)]),
        ("abc.mp4", "run,abc,5,8", [*range(50, 80)]),
        ("abc.mp4", "run,abc,0,8", [*range(80)]),
        ("abc.mp4", "run,abc", [*range(80)]),
    ],
)
def test_a_file_that_was_cut(
    name: str,
    row: str,
    expected: list[int],
    whole: Path,
    tmp_path: Path,
    lists: ModuleType,
    video: ModuleType,
) -> None:
    shutil.copy(whole, tmp_path / name)
    path = tmp_path / "train.csv"
    path.write_text(f"{HEAD}{row}\n")
    assert listed_seconds(lists, video, path) == expected


def test_a_file_that_is_neither_whole_nor_cut(
    whole: Path, tmp_path: Path, lists: ModuleType, video: ModuleType
) -> None:
    shutil.copy(whole, tmp_path)
    path = tmp_path / "train.csv"
    path.write_text(f"{HEAD}run,abc,20,22\n")
    with pytest.raises(video.BadVideo) as fault:
        listed_seconds(lists, video, path)
    assert str(fault.value) == (
        "8.0 s long, neither with the seconds 20 to 22 that its list names, nor cut to them"
    )


# Tables


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("path,label,start\na.mp4,0,1\n", "it has one of time_start and time_end, in seconds"),
        ("path,label,label\na.mp4,0,1\n", "several columns are called label; several labels of"),
        ("path,label,Label\na.mp4,0,1\n", "several columns are called label; several labels of"),
        ("path,label,start_frame\na.mp4,0,1\n", "a column start_frame is not known, only time_s"),
        ("path,label,start,end\na.mp4,0,9,4\n", "times that are no seconds from and to: 1 of 1"),
        ("path,label,start,end\na.mp4,0,0:09,4\n", "times that are no seconds from and to: 1 of"),
        (
            'path,label\n"a.mp4,0\na.mp4,0\n',
            "lines whose quotes do not end: 1 of 2, such as line 2",
        ),
        ("path,label\na,mp4,0\na.mp4,0\n", "lines with more columns than the first: 1 of 2, such"),
        (
            "path,label,split\na.mp4,0,train\na.mp4,0,test\n",
            "it has rows of test, train; its name",
        ),
        ("path,label\nb.mp4,0\n", "videos missing: 1 of 1, such as "),
    ],
)
def test_a_csv_that_is_not_understood(
    text: str, said: str, tmp_path: Path, lists: ModuleType
) -> None:
    touch(tmp_path, "a.mp4")
    path = tmp_path / "mine.csv"
    path.write_text(text)
    assert faults(lists, path)[0].startswith(said)


def test_a_csv_of_all_splits_and_other_columns(tmp_path: Path, lists: ModuleType) -> None:
    touch(tmp_path, "a.mp4", "b.mp4", "c.mp4")
    path = tmp_path / "val.csv"
    path.write_text("fps,label,split,file\n30,0,training,a.mp4\n30,2,validation,b.mp4\n,1,,c.mp4\n")
    found, said = read(lists, path)
    assert found == [("b.mp4", 2), ("c.mp4", 1)]
    assert said == [
        "csv (label, split, file), 2 videos, 2 of 3 classes",
        "columns that are not read: fps",
        "rows of other splits left out: 1",
        "warning: classes without a video: 1 of 3, such as 0",
    ]


@pytest.mark.parametrize(
    "line",
    [
        r"sub\b c.mp4 1",
        '"sub/b c.mp4",1',
        "'sub/b c.mp4' 1",
        '"sub\\b c.mp4";"1"',
        "sub/b c.mp4;1",
        'sub/b c.mp4\t"1"',
        "path label\nsub/b c.mp4 1",
        "label,path\n1,sub/b c.mp4",
    ],
)
def test_paths_as_other_programs_write_them(line: str, tmp_path: Path, lists: ModuleType) -> None:
    touch(tmp_path, "sub/b c.mp4")
    path = tmp_path / "val.txt"
    path.write_text(f"{line}\n")
    assert read(lists, path)[0] == [("sub/b c.mp4", 1)]


# Names of two files


@pytest.mark.parametrize(
    ("files", "row", "expected"),
    [
        (["train/abc.mp4", "val/abc.mp4"], "run,abc,,,val", "val/abc.mp4"),
        (["train/abc.mp4", "validate/abc.mp4"], "run,abc", "validate/abc.mp4"),
        (["run fast/abc.mp4", "walk/abc.mp4"], "run fast,abc", "run fast/abc.mp4"),
        (["run_fast/abc.mkv", "walk/abc.mp4"], "run fast,abc", "run_fast/abc.mkv"),
        (["val/run/abc.mp4", "train/run/abc.mp4"], "run,abc,,,val", "val/run/abc.mp4"),
        (["abc.mp4", "abc.json", "abc.jpg", "._abc.mp4"], "run,abc", "abc.mp4"),
        (["abc_000001_000002.mp4", "abc.mp4"], "run,abc,1,2", "abc_000001_000002.mp4"),
    ],
)
def test_the_folder_tells_two_files_apart(
    files: list[str], row: str, expected: str, tmp_path: Path, lists: ModuleType
) -> None:
    touch(tmp_path, *files)
    path = tmp_path / "val.csv"
    path.write_text(f"{HEAD}{row}\n")
    assert read(lists, path, classes=1)[0] == [(expected, 0)]


@pytest.mark.parametrize(
    "files",
    [("a/abc.mp4", "b/abc.mp4"), ("abc.mkv", "abc.mp4"), ("val/abc.avi", "val/abc.mp4")],
)
def test_two_files_that_nothing_tells_apart(
    files: tuple[str, str], tmp_path: Path, lists: ModuleType
) -> None:
    touch(tmp_path, *files)
    path = tmp_path / "val.csv"
    path.write_text(f"{HEAD}run,abc,1,2\n")
    said = f"rows of which there are several files: 1 of 1, such as {' and '.join(files)} (line 2)"
    assert said in faults(lists, path, classes=1)


# What is left out


def test_what_opens_as_video_is_video(tmp_path: Path, lists: ModuleType) -> None:
    path = tmp_path / "val"
    touch(path, "a/notes.TXT", "a/sound.wav", "b/x.weights", "b/cover.jpg", "outside.mp4")
    made = write_video(tmp_path / "made.mp4", frames=2)
    for name in ("a/0.mp4", "a/1.xyz", "b/2", "b/3.WMV", "b/deep/er/4.mp4", "b/5.dat"):
        target = path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(made, target)
    found, said = read(lists, path, classes=2)
    names = ["a/0.mp4", "a/1.xyz", "b/2", "b/3.WMV", "b/5.dat", "b/deep/er/4.mp4"]
    assert found == [(f"val/{name}", int(name > "b")) for name in names]
    assert said == [
        "a folder for each class, 6 videos, 2 of 2 classes",
        "files left out: 1 .mp4, 1 .txt, 1 .wav, 1 .weights",
        f"folders of images left out: 1, such as {path}/b",
    ]


def test_files_of_one_suffix_are_opened_one_by_one_if_they_differ(
    disk: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def is_video(path: str) -> bool:
        asked.append(path)
        return path.endswith("7.new") or "all" in path

    monkeypatch.setattr(disk, "is_video", is_video)
    mixed = [f"{number}.new" for number in range(100)]
    assert disk.videos_among([*mixed, "1.txt", "1.png"]) == [n for n in mixed if n[-5] == "7"]
    alike = [f"all{number}" for number in range(1000)]
    asked.clear()
    assert disk.videos_among(alike) == alike
    assert len(asked) <= disk.PROBED


def test_links_are_followed_but_not_in_circles(tmp_path: Path, lists: ModuleType) -> None:
    touch(tmp_path, "disk/a/0.mp4", "val/b/1.mp4")
    (tmp_path / "val" / "a").symlink_to(tmp_path / "disk" / "a")
    (tmp_path / "val" / "b" / "again").symlink_to(tmp_path / "val" / "b")
    assert read(lists, tmp_path / "val", classes=2)[0] == [("val/a/0.mp4", 0), ("val/b/1.mp4", 1)]


def test_a_folder_for_each_class_with_folders_of_images(tmp_path: Path, lists: ModuleType) -> None:
    touch(tmp_path, "val/a/one/1.jpg", "val/a/one/2.jpg", "val/b/two/1.jpg", "val/top.jpg")
    found, said = read(lists, tmp_path / "val", classes=2)
    assert found == [("val/a/one", 0), ("val/b/two", 1)]
    assert said == [
        "a folder for each class, with folders of images, 2 videos, 2 of 2 classes",
        f"folders of images left out: 1, such as {tmp_path / 'val'}",
    ]
