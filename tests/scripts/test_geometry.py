"""Pictures as players show them: turned, mirrored, and as wide as they are meant to be."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from types import ModuleType

import av
import numpy as np
import numpy.typing as npt
import pytest

Picture = npt.NDArray[np.uint8]

HEIGHT, WIDTH = 48, 64
CORNERS = ((230, 30, 30), (30, 200, 30), (30, 30, 230), (220, 220, 220))

MATRICES: dict[
    str, tuple[tuple[int, ...], Callable[[Picture], Picture]]
] = {  # a, b, c, d: what a player makes of a picture that is stored so
    "as it is": ((1, 0, 0, 1), lambda p: p),
    "mirrored": ((-1, 0, 0, 1), lambda p: p[:, ::-1]),
    "upside down": ((-1, 0, 0, -1), lambda p: p[::-1, ::-1]),
    "mirrored downwards": ((1, 0, 0, -1), lambda p: p[::-1]),
    "transposed": ((0, 1, 1, 0), lambda p: p.transpose(1, 0, 2)),
    "turned right": ((0, 1, -1, 0), lambda p: np.rot90(p, -1)),
    "transversed": ((0, -1, -1, 0), lambda p: np.rot90(p, 2).transpose(1, 0, 2)),
    "turned left": ((0, -1, 1, 0), lambda p: np.rot90(p)),
}


def corners() -> Picture:
    """A picture whose corners can be told apart."""
    picture = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    for number, colour in enumerate(CORNERS):
        top, left = divmod(number, 2)
        picture[top * 24 : top * 24 + 24, left * 32 : left * 32 + 32] = colour
    return picture


def write(path: Path, pixel: Fraction = Fraction(1), matrix: tuple[int, ...] = ()) -> Path:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=10, options={"qp": "10"})
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        stream.codec_context.sample_aspect_ratio = pixel
        if matrix:
            if not hasattr(stream, "set_display_matrix"):
                pytest.skip("this PyAV cannot write a matrix")
            a, b, c, d = (value << 16 for value in matrix)
            stream.set_display_matrix([a, b, 0, c, d, 0, 0, 0, 1 << 30])
        for _ in range(5):
            frame = av.VideoFrame.from_ndarray(corners(), format="rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def shown(decoding: ModuleType, path: Path) -> Picture:
    """The first frame, in the size that it is shown in."""
    with decoding.opened(str(path)) as video:
        frames: Picture = video.frames([0], 10, lambda h, w: (h, w)).numpy()
    first: Picture = frames[0]
    return first


def assert_alike(one: Picture, other: Picture) -> None:
    assert one.shape == other.shape
    assert np.abs(one.astype(int) - other).mean() < 6


@pytest.mark.parametrize("name", MATRICES)
def test_display_matrices(name: str, tmp_path: Path, decoding: ModuleType) -> None:
    matrix, seen = MATRICES[name]
    path = write(tmp_path / "a.mp4", matrix=matrix)
    assert_alike(shown(decoding, path), seen(corners()))


@pytest.mark.parametrize("suffix", ["mp4", "mkv", "mov", "ts"])
@pytest.mark.parametrize("pixel", [Fraction(2), Fraction(1, 2), Fraction(16, 15)])
def test_pixels_that_are_not_square(
    pixel: Fraction, suffix: str, tmp_path: Path, decoding: ModuleType
) -> None:
    path = write(tmp_path / f"a.{suffix}", pixel)
    assert shown(decoding, path).shape == (HEIGHT, round(WIDTH * pixel), 3)


def test_wide_pixels_of_a_turned_picture(tmp_path: Path, decoding: ModuleType) -> None:
    path = write(tmp_path / "a.mp4", Fraction(2), MATRICES["turned right"][0])
    picture = shown(decoding, path)
    assert picture.shape == (2 * WIDTH, HEIGHT, 3)
    wide = corners().repeat(2, 1)
    assert_alike(picture, np.rot90(wide, -1))


def test_a_shape_that_no_picture_has(pictures: ModuleType) -> None:
    scaler = pictures.Scaler(lambda h, w: (h, w))
    frame = av.VideoFrame.from_ndarray(corners(), format="rgb24")
    with pytest.raises(pictures.BadVideo, match="6400 x 48 pixels are no picture"):
        scaler.picture(frame, pictures.UPRIGHT, Fraction(100))


ORIENTATIONS = dict(enumerate(("as it is", "mirrored", "upside down", "mirrored downwards"), 1))
ORIENTATIONS |= dict(enumerate(("transposed", "turned right", "transversed", "turned left"), 5))


@pytest.mark.parametrize("suffix", ["jpg", "png"])
@pytest.mark.parametrize("orientation", ORIENTATIONS)
def test_orientations_of_exif(
    orientation: int, suffix: str, tmp_path: Path, decoding: ModuleType
) -> None:
    write_image(tmp_path / f"1.{suffix}", orientation)
    seen = MATRICES[ORIENTATIONS[orientation]][1]
    assert_alike(shown(decoding, tmp_path), seen(corners()))


@pytest.mark.parametrize("order", ["<", ">"])
def test_exif_of_either_byte_order(order: str, tmp_path: Path, decoding: ModuleType) -> None:
    write_image(tmp_path / "1.jpg", 6, order)
    assert_alike(shown(decoding, tmp_path), np.rot90(corners(), -1))


def test_exif_that_is_cut_off(pictures: ModuleType) -> None:
    assert pictures.exif_turn(b"\xff\xd8Exif\0\0II*\0\x08\0\0\0\x01") == pictures.UPRIGHT


def write_image(path: Path, orientation: int, order: str = "<") -> None:
    image = av.VideoFrame.from_ndarray(corners(), format="rgb24")
    image.save(str(path))
    data = path.read_bytes()
    mark = b"II*\0" if order == "<" else b"MM\0*"
    entry = struct.pack(f"{order}HHIHH", 0x112, 3, 1, orientation, 0)
    tiff = mark + struct.pack(f"{order}IH", 8, 1) + entry + bytes(4)
    if path.suffix == ".jpg":
        exif = b"Exif\0\0" + tiff
        data = data[:2] + b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif + data[2:]
    else:
        sums = struct.pack(">I", zlib.crc32(b"eXIf" + tiff))
        data = data[:33] + struct.pack(">I", len(tiff)) + b"eXIf" + tiff + sums + data[33:]
    path.write_bytes(data)
