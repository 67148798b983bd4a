"""Pictures as cameras and telephones write them, opened upright, with time and place."""

from __future__ import annotations

import datetime as dt
import io
import os
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from pictures_made import encoded, exif, folder_of, pixels
from PIL import Image

from workbench.errors import BadInput, Failed
from workbench.recognition import images
from workbench.recognition.images import find, open_picture


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "BMP"])
def test_each_kind_opens_blue_green_red(kind: str, tmp_path: Path) -> None:
    data = encoded(kind)
    picture = open_picture(data)
    assert picture.size == (320, 240)
    assert picture.pixels.dtype == np.uint8
    assert picture.pixels.flags.c_contiguous
    assert np.abs(picture.pixels.astype(int) - pixels()).mean() < 8
    path = tmp_path / "still.bin"
    path.write_bytes(data)
    assert open_picture(path).sha256 == picture.sha256


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "CMYK", "I", "F", "I;16"])
def test_each_mode_becomes_color(mode: str) -> None:
    gray = Image.fromarray(pixels()[..., 0])
    if mode == "I;16":
        image = Image.fromarray(pixels()[..., 0].astype(np.uint16) * 200)
    else:
        image = gray.convert("RGB").convert(mode) if mode != "F" else gray.convert("F")
    stream = io.BytesIO()
    image.save(stream, "TIFF")
    picture = open_picture(stream.getvalue())
    assert picture.pixels.shape == (240, 320, 3)
    assert picture.pixels.std() > 20


@pytest.mark.parametrize("turned", range(1, 9))
def test_every_way_of_holding_a_camera_ends_upright(turned: int) -> None:
    upright = pixels(96, 64)
    undo = {
        1: lambda a: a,
        2: lambda a: a[:, ::-1],
        3: lambda a: a[::-1, ::-1],
        4: lambda a: a[::-1],
        5: lambda a: a.transpose(1, 0, 2),
        6: lambda a: np.rot90(a, 1),
        7: lambda a: a.transpose(1, 0, 2)[::-1, ::-1],
        8: lambda a: np.rot90(a, -1),
    }
    held = np.ascontiguousarray(undo[turned](upright))
    stream = io.BytesIO()
    Image.fromarray(held[..., ::-1]).save(stream, "PNG", exif=exif(turned=turned))
    from PIL import ImageOps

    ours = open_picture(stream.getvalue()).pixels
    theirs = np.asarray(ImageOps.exif_transpose(Image.open(io.BytesIO(stream.getvalue()))))
    assert np.array_equal(ours, theirs[..., ::-1])
    assert np.array_equal(ours, upright)


def test_time_and_place_of_a_telephone() -> None:
    tags = exif(when="2026:03:02 21:12:05", offset="-08:00", latitude=36.58, longitude=-120.25)
    taken = open_picture(encoded(exif=tags)).taken
    assert taken.at is not None
    assert taken.at.isoformat() == "2026-03-02T21:12:05-08:00"
    assert taken.latitude == pytest.approx(36.58, abs=1e-4)
    assert taken.longitude == pytest.approx(-120.25, abs=1e-4)


def test_a_time_without_an_offset_stays_without() -> None:
    taken = open_picture(encoded(exif=exif(when="2026:03:02 21:12:05"))).taken
    assert taken.at == dt.datetime(2026, 3, 2, 21, 12, 5)  # noqa: DTZ001


@pytest.mark.parametrize(
    "tags",
    [
        {"when": "0000:00:00 00:00:00"},
        {"when": "yesterday"},
        {"latitude": 0.0, "longitude": 0.0},
        {"latitude": 91.0, "longitude": 10.0},
    ],
)
def test_nonsense_in_the_tags_counts_as_not_there(tags: dict[str, object]) -> None:
    taken = open_picture(encoded(exif=exif(**tags))).taken
    assert (taken.at, taken.latitude, taken.longitude) == (None, None, None)


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "TIFF"])
def test_the_first_of_several_is_taken_and_said_so(kind: str) -> None:
    stream = io.BytesIO()
    first, second = (Image.fromarray(pixels(seed=seed)) for seed in (1, 2))
    first.save(stream, kind, save_all=True, append_images=[second], lossless=True)
    picture = open_picture(stream.getvalue())
    assert picture.notes == ("several pictures in the file: the first was taken",)
    assert np.array_equal(picture.pixels[..., ::-1], pixels(seed=1))


def png(width: int, height: int) -> bytes:
    """A PNG that says it is that large, with hardly a byte in it."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return (
        b"\x89PNG\r\n\x1a\n"
        + head
        + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
        + chunk(b"IEND", b"")
    )


def webp(kind: bytes, body: bytes) -> bytes:
    return (
        b"RIFF"
        + struct.pack("<I", 12 + len(body))
        + b"WEBP"
        + kind
        + struct.pack("<I", len(body))
        + body
    )


BOMBS = {
    "png": png(60_000, 60_000),
    "webp": webp(b"VP8X", b"\x12\0\0\0" + b"\xff\x3f\0" * 2),
    "webp lossless": webp(b"VP8L", b"\x2f\xff\xff\xff\x0f" + bytes(8)),
    "webp lossy": webp(b"VP8 ", b"\0\0\0\x9d\x01\x2a\xff\x3f\xff\x3f" + bytes(8)),
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_is_refused_by_its_header(bomb: str) -> None:
    with pytest.raises(BadInput, match="too large"):
        open_picture(BOMBS[bomb])


def test_a_jpeg_of_endless_layers_is_refused() -> None:
    data = encoded(progressive=True)
    with pytest.raises(BadInput, match="layers"):
        open_picture(data[:-2] + b"\xff\xda\0\x08" * 300 + data[-2:])


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"GIF89a" + bytes(40), "a GIF"),
        (b"%PDF-1.7" + bytes(40), "a PDF"),
        (b"\0\0\0\x18ftypheic" + bytes(40), "HEIC"),
        (b"hello, this is text", "not a JPEG"),
        (encoded()[:2000], "cut off"),
        (encoded("PNG")[:900], "cut off"),
        (encoded()[:12], "cut off"),
        (encoded("PNG", (4, 4)), "too small"),
    ],
)
def test_what_is_no_picture_is_said_to_be_none(data: bytes, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        open_picture(data)


def test_a_file_too_large_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(images, "MAX_BYTES", 1000)
    path = tmp_path / "large.jpg"
    path.write_bytes(encoded())
    with pytest.raises(BadInput, match="too large"):
        open_picture(path)


def test_a_missing_file_and_a_device_are_failures(tmp_path: Path) -> None:
    with pytest.raises(Failed, match="cannot be read"):
        open_picture(tmp_path / "7ABC123.jpg")
    with pytest.raises(BadInput, match="not a file"):
        open_picture(tmp_path)


def test_messages_hold_no_file_name(tmp_path: Path) -> None:
    path = tmp_path / "7ABC123.jpg"
    path.write_bytes(b"8XYZ789 is what this file says")
    with pytest.raises(BadInput) as caught:
        open_picture(path)
    assert "7ABC123" not in str(caught.value)
    assert "8XYZ789" not in str(caught.value)


def test_a_folder_is_listed_in_order_without_what_is_no_picture(tmp_path: Path) -> None:
    made = folder_of(
        tmp_path / "in", b_jpg=b"", a__c_PNG=b"", a__d_mp4=b"", notes_txt=b"", a__e_gif=b""
    )
    (made / ".hidden.jpg").write_bytes(b"")
    (made / "loop").symlink_to(made)
    listed = find([made, made / "b.jpg"])
    assert [str(path.relative_to(made)) for path in listed.files] == ["a/c.PNG", "a/d.mp4", "b.jpg"]
    assert listed.left_out == 2
    (made / "a").chmod(0)
    if not os.access(made / "a", os.R_OK):  # root may read everything
        with pytest.raises(Failed, match="folder cannot be opened"):
            find([made])
    (made / "a").chmod(0o700)
    with pytest.raises(BadInput, match="does not exist"):
        find([tmp_path / "nowhere"])
