"""Opening pictures that nobody vouches for: sizes are looked at before anything is unpacked.

A file that is empty, cut off, huge, of another type or made to do harm ends in :class:`BadInput` with a sentence that
tells nothing of what it holds. One picture is in memory at a time.
"""

from __future__ import annotations

import hashlib
import io
import stat
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from workbench.errors import BadInput, Failed, WorkbenchError
from workbench.recognition.exif import NOTHING, Taken, orientation, taken

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = [
    "MAX_BYTES",
    "MAX_PIXELS",
    "PICTURES",
    "VIDEOS",
    "Listed",
    "Picture",
    "find",
    "open_picture",
    "picture_bytes",
]

MAX_BYTES = 100_000_000
"""The largest file that is opened."""

MAX_PIXELS = 64_000_000
"""The largest picture that is unpacked: 8,000 by 8,000, or a telephone's 50 megapixels."""

PICTURES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff", ".bmp"})
VIDEOS = frozenset({".mp4", ".m4v", ".mov", ".avi", ".mkv", ".webm"})

_FORMATS = ("JPEG", "PNG", "WEBP", "TIFF", "BMP")
_MOST_SIDE = 65_500
_LEAST_SIDE = 8
_MOST_SCANS = 200  # of a JPEG built up in layers; usual are ten
_STRIP = 256  # rows
_DEEP = 4  # times the memory that a picture of 16 or 32 bits takes

Pixels = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """A picture, upright and in color.

    Parameters
    ----------
    pixels : ndarray of uint8
        ``(height, width, 3)``, blue-green-red.
    sha256 : str
        Of the file it came from; empty for a video's frame.
    taken : Taken
        When and where, as the picture says itself.
    notes : tuple of str
        What was done or left out on opening it.
    """

    pixels: Pixels
    sha256: str = ""
    taken: Taken = NOTHING
    notes: tuple[str, ...] = ()

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.pixels.shape[1], self.pixels.shape[0]


@dataclass(frozen=True, slots=True)
class Listed:
    """What lies in the places that were named.

    Parameters
    ----------
    files : tuple of Path
        Pictures and videos, in order.
    left_out : int
        Files in folders that are neither by their names.
    """

    files: tuple[Path, ...]
    left_out: int = 0


def find(places: Iterable[Path]) -> Listed:
    """List pictures and videos: the files named, and those in the folders named and below, sorted.

    Links inside a folder are left out, so that nothing outside it is opened and nothing is gone round in circles.

    Raises
    ------
    BadInput
        A place does not exist.
    Failed
        A folder cannot be opened.
    """
    files: dict[Path, None] = {}
    left_out = 0
    for place in places:
        if place.is_dir():
            for path in _below(place):
                if path.suffix.lower() in PICTURES | VIDEOS:
                    files[path] = None
                else:
                    left_out += 1
        elif place.exists():
            files[place] = None
        else:
            raise BadInput("A file or folder does not exist.", "See that its name is right.")
    return Listed(tuple(files), left_out)


def _below(folder: Path) -> Iterator[Path]:
    try:
        inside = sorted(folder.iterdir())
    except OSError as error:
        raise Failed(
            "A folder cannot be opened.", "See that you may read it and those in it."
        ) from error
    for path in inside:
        if path.name.startswith(".") or path.is_symlink():
            continue
        if path.is_dir():
            yield from _below(path)
        elif path.is_file():
            yield path


def open_picture(source: Path | bytes) -> Picture:
    """Open a picture: JPEG, PNG, WebP, TIFF or BMP; of several in one file the first.

    Parameters
    ----------
    source : Path or bytes
        The file, or what is in it.

    Raises
    ------
    BadInput
        It is not such a picture, not a whole one, or too large. The message names neither file nor content.
    Failed
        Pillow is not installed, or the file cannot be read.
    """
    data = source if isinstance(source, bytes) else picture_bytes(source)
    if not data:
        raise BadInput("The file is empty.", "Copy it again.")
    if len(data) > MAX_BYTES:
        raise _too_large()
    return _decoded(data)


def picture_bytes(path: Path) -> bytes:
    """Return what is in a file, if it is not too large to be opened as a picture.

    Raises
    ------
    BadInput
        It is too large, or no file.
    Failed
        It is not there or may not be read.
    """
    try:
        about = path.stat()
        if not stat.S_ISREG(about.st_mode):
            raise BadInput("This is not a file.", "Name a picture, a video or a folder.")
        if about.st_size > MAX_BYTES:
            raise _too_large()
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise Failed("The file cannot be read.", "See that it is there and may be read.") from error


def _decoded(data: bytes) -> Picture:
    try:
        from PIL import Image
    except ImportError as error:
        raise Failed(
            "Opening pictures needs Pillow.",
            "Install it: pip install 'alpr-workbench[recognition]'.",
        ) from error
    _check_header(data)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of Pillow, about damaged tags: they count as not there
        try:
            image = Image.open(io.BytesIO(data), formats=_FORMATS)
        except Image.DecompressionBombError:
            raise _too_large() from None
        except Exception as error:
            raise _unknown(data) from error
        try:
            _check_size(*image.size)
            notes = ("several pictures in the file: the first was taken",) * _several(image)
            exif = image.getexif()
            pixels = _upright(_color(image), orientation(exif))
            return Picture(pixels, hashlib.sha256(data).hexdigest(), taken(exif), notes)
        except WorkbenchError:
            raise
        except Exception as error:
            raise BadInput(
                "The picture is damaged or cut off.", "Copy it again from where it came from."
            ) from error


def _check_header(data: bytes) -> None:
    """Refuse what a decoder would make room or take its time for before the picture's size can be asked."""
    if data[:3] == b"\xff\xd8\xff" and data.count(b"\xff\xda") > _MOST_SCANS:
        raise BadInput("The picture is made of too many layers.", "Save it anew, as plain JPEG.")
    if data[:4] != b"RIFF" or data[8:12] != b"WEBP" or len(data) < 30:
        return
    kind, packed = data[12:16], int.from_bytes(data[21:25], "little")
    if kind == b"VP8X":
        _check_size(
            int.from_bytes(data[24:27], "little") + 1, int.from_bytes(data[27:30], "little") + 1
        )
    elif kind == b"VP8L":
        _check_size((packed & 0x3FFF) + 1, (packed >> 14 & 0x3FFF) + 1)
    elif kind == b"VP8 ":
        sides = (int.from_bytes(data[at : at + 2], "little") & 0x3FFF for at in (26, 28))
        _check_size(*sides)


def _check_size(width: int, height: int) -> None:
    if width * height > MAX_PIXELS or max(width, height) > _MOST_SIDE:
        raise _too_large()
    if min(width, height) < _LEAST_SIDE:
        raise BadInput("The picture is too small to hold a plate.", "Name another one.")


def _several(image: Image) -> bool:
    """Tell whether the file holds more than one picture, and go back to the first."""
    if image.format == "PNG":  # its first frame is the picture itself, or one that is not animated
        return bool(getattr(image, "is_animated", False))
    try:
        image.seek(1)
    except Exception:  # noqa: BLE001 - no second one, or none that can be found
        several = False
    else:
        several = True
    image.seek(0)
    return several


def _color(image: Image) -> Pixels:
    """Unpack a picture of any mode as blue-green-red."""
    if image.mode.startswith("I") or image.mode == "F":
        if image.width * image.height > MAX_PIXELS // _DEEP:
            raise _too_large()
        values = np.nan_to_num(np.asarray(image, np.float32), posinf=0.0, neginf=0.0)
        low, high = float(values.min()), float(values.max())
        gray = ((values - low) * (255 / max(high - low, 1e-6))).astype(np.uint8)
        return np.repeat(gray[..., None], 3, axis=2)
    image.load()
    pixels = np.empty((image.height, image.width, 3), np.uint8)
    for top in range(
        0, image.height, _STRIP
    ):  # in strips, so that the whole is in memory twice and not four times
        foot = min(top + _STRIP, image.height)
        strip = image.crop((0, top, image.width, foot)).convert("RGB")
        pixels[top:foot] = np.asarray(strip)[..., ::-1]
    return pixels


def _upright(pixels: Pixels, turned: int) -> Pixels:
    if turned >= 5:
        pixels = pixels.transpose(1, 0, 2)
    if turned in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    if turned in (3, 4, 7, 8):
        pixels = pixels[::-1]
    return np.ascontiguousarray(pixels)


def _too_large() -> BadInput:
    return BadInput(
        f"The picture is too large: more than {MAX_PIXELS // 1_000_000} megapixels or "
        f"{MAX_BYTES // 1_000_000} megabytes.",
        "Make it smaller, or cut out the part with the vehicle.",
    )


_KNOWN: tuple[tuple[bytes, str], ...] = (
    (b"GIF8", "a GIF"),
    (b"%PDF", "a PDF document"),
    (b"PK\x03\x04", "an archive or office document"),
    (b"\x1f\x8b", "an archive"),
    (b"<svg", "a drawing (SVG)"),
    (b"<?xml", "an XML document"),
)


def _unknown(data: bytes) -> BadInput:
    """Say what the file is, or seems to be, by its first bytes."""
    head = data[:16]
    if head[:3] == b"\xff\xd8\xff" or head[:8] == b"\x89PNG\r\n\x1a\n" or head[8:12] == b"WEBP":
        return BadInput(
            "The picture is damaged or cut off.", "Copy it again from where it came from."
        )
    kind = next((words for mark, words in _KNOWN if head.startswith(mark)), "")
    if head[4:12] in (b"ftypheic", b"ftypheix", b"ftypmif1"):
        kind = "a HEIC picture"
    problem = f"The file is {kind}, not" if kind else "The file is not"
    return BadInput(
        f"{problem} a JPEG, PNG, WebP, TIFF or BMP picture.", "Save it as JPEG or PNG first."
    )
