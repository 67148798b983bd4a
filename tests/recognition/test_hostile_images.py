"""Two thousand damaged files: no crash, no hang, no memory without bound, and a sentence for each.

They are made here: whole pictures of every kind, cut off, with bits turned over, with pieces of others inside, wrong
by name, and bombs that say they are huge or unpack to far more than they are.
"""

from __future__ import annotations

import contextlib
import resource
import struct
import sys
import zlib
from collections import Counter
from collections.abc import Iterator

import numpy as np
import pytest
from pictures_made import encoded, exif, stand_in

from workbench.errors import BadInput
from workbench.recognition.images import MAX_PIXELS, open_picture

COUNT = 2_000
MEGABYTES = 600


def whole() -> list[bytes]:
    """Pictures that a camera could have written."""
    tags = exif(
        when="2026:03:02 21:12:05", offset="-08:00", turned=6, latitude=36.58, longitude=-120.25
    )
    return [
        encoded("JPEG", (96, 64), exif=tags),
        encoded("JPEG", (96, 64), progressive=True),
        encoded("PNG", (96, 64), exif=tags),
        encoded("WEBP", (96, 64), exif=tags),
        encoded("WEBP", (96, 64), lossless=True),
        encoded("TIFF", (96, 64)),
        encoded("TIFF", (96, 64), compression="tiff_lzw"),
        encoded("TIFF", (96, 64), compression="tiff_adobe_deflate"),
        encoded("BMP", (96, 64)),
    ]


def png(width: int, height: int, data: bytes, *more: tuple[bytes, bytes], depth: int = 8) -> bytes:
    chunks = [
        (b"IHDR", struct.pack(">IIBBBBB", width, height, depth, 2, 0, 0, 0)),
        *more,
        (b"IDAT", data),
        (b"IEND", b""),
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in chunks
    )


def tiff(width: int, height: int, offset: int = 8) -> bytes:
    """A TIFF that says it is that large and points back at itself."""
    tags = [(256, 4, 1, width), (257, 4, 1, height), (258, 3, 1, 8), (259, 3, 1, 8), (262, 3, 1, 1),
            (273, 4, 1, 8), (277, 3, 1, 1), (278, 4, 1, height), (279, 4, 1, 2**31)]  # fmt: skip
    body = b"".join(struct.pack("<HHII", *tag) for tag in tags)
    return b"II*\0" + struct.pack("<IH", 8, len(tags)) + body + struct.pack("<I", offset)


def bombs() -> list[bytes]:
    """Small files that mean to become large ones, or never to end."""
    much = zlib.compress(bytes(30_000_000), 9)
    jpeg = encoded("JPEG", (96, 64))
    frame = jpeg.index(b"\xff\xc0") + 5
    return [
        png(65_000, 65_000, much),
        png(2**31 - 1, 2**31 - 1, much),
        png(8_000, 8_000, zlib.compress(b"")),  # as large as may be, with nothing in it
        png(64, 64, much),
        png(64, 64, much, (b"zTXt", b"note\0\0" + much), (b"iTXt", b"n\0\1\0\0\0" + much)),
        png(64, 64, much, (b"iCCP", b"p\0\0" + much)),
        png(64, 64, much, *[(b"tEXt", b"k\0" + bytes(60_000))] * 40),
        jpeg[:frame] + struct.pack(">HH", 65_500, 65_500) + jpeg[frame + 4 :],
        jpeg[:frame] + struct.pack(">HH", 7_000, 7_000) + jpeg[frame + 4 :],
        jpeg[:-2] + b"\xff\xda\0\x0c\x03\x01\0\x02\x11\x03\x11\0\x3f\0" * 5_000 + jpeg[-2:],
        tiff(60_000, 60_000),
        tiff(7_000, 7_000),
        tiff(64, 64),
        b"BM" + struct.pack("<IIIIiiHHIIiiII", 100, 0, 54, 40, 2**30, 2**30, 1, 24, 0, 0, 1, 1, 0, 0),
        b"BM" + struct.pack("<IIIIiiHHIIiiII", 100, 0, 54, 40, 7_000, 7_000, 1, 8, 1, 0, 1, 1, 0, 0) + bytes(9),
    ]  # fmt: skip


def damaged(rng: np.random.Generator) -> Iterator[bytes]:
    """Endless damaged files; each sort in turn."""
    good = whole()
    while True:
        data = bytearray(good[rng.integers(len(good))])
        sort = rng.integers(5)
        if sort == 0:
            yield bytes(data[: rng.integers(0, len(data))])
            continue
        if sort in (1, 2):  # bits turned over, anywhere or where the sizes and tags stand
            reach = len(data) if sort == 1 else min(len(data), 300)
            for at in rng.integers(0, reach, rng.integers(1, 30)):
                data[at] ^= 1 << int(rng.integers(8))
        elif sort == 3:  # a piece of another kind of file inside
            other = good[rng.integers(len(good))]
            at, start = int(rng.integers(len(data))), int(rng.integers(len(other)))
            data[at : at + 200] = other[start : start + 200]
        else:  # the beginning of one, then noise
            keep = int(rng.integers(2, 64))
            data = data[:keep] + bytearray(rng.bytes(int(rng.integers(0, 4000))))
        yield bytes(data)


def peak_megabytes() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return used / (1 << 20 if sys.platform == "darwin" else 1 << 10)


@pytest.mark.parametrize("number", range(len(bombs())))
def test_no_bomb_goes_off(number: int) -> None:
    before = peak_megabytes()
    with contextlib.suppress(
        BadInput
    ):  # some are pictures after all, only with something behind them
        assert open_picture(bombs()[number]).pixels.size <= 3 * MAX_PIXELS
    assert peak_megabytes() - before < MEGABYTES


def test_two_thousand_damaged_files() -> None:
    rng = np.random.default_rng(4)
    engine = stand_in()
    before = peak_megabytes()
    ends: Counter[str] = Counter()
    files = damaged(rng)
    for _ in range(COUNT):
        try:
            picture = open_picture(next(files))
        except BadInput as error:
            ends[str(error)] += 1
        else:
            assert picture.pixels.ndim == 3
            assert picture.pixels.dtype == np.uint8
            assert picture.pixels.size <= 3 * MAX_PIXELS
            assert len(engine.read(picture.pixels)) == 1
            ends["opened"] += 1
    assert ends.total() == COUNT
    assert 100 < ends["opened"] < COUNT - 500  # the damage was neither all nor none
    assert len(ends) >= 4
    assert peak_megabytes() - before < MEGABYTES
