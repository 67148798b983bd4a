"""Opening what arrives: compressed or not, in whatever encoding, with its SHA-256 and how far it has been read."""

from __future__ import annotations

import codecs
import gzip
import hashlib
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, TextIO, TypeVar, cast

from workbench.errors import BadTransfer

__all__ = ["HEAD", "Source", "fingerprint", "guarded", "open_text", "reading"]

T = TypeVar("T")

HEAD = 65_536
"""How many bytes the formats see when they are asked whether a file is theirs."""

_CHUNK = 1 << 20
_GZIP = b"\x1f\x8b"
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_WINDOWS = "windows-1252"


def fingerprint(path: Path) -> tuple[str, int]:
    """Return a file's SHA-256 (hexadecimal) and its size in bytes."""
    found = hashlib.sha256()
    size = 0
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            found.update(chunk)
            size += len(chunk)
    return found.hexdigest(), size


@dataclass(slots=True)
class Source:
    """An open, decoded file.

    Parameters
    ----------
    path : Path
        Where it lies.
    encoding : str
        The encoding it is read in.
    head : str
        Its beginning.
    stream : TextIO
        The whole text from the start; line ends are kept as they are.
    note : str
        What had to be assumed about it, in a sentence; empty where nothing was.
    """

    path: Path
    encoding: str
    head: str
    stream: TextIO
    note: str = ""
    _raw: BinaryIO | None = field(default=None, repr=False)

    @property
    def position(self) -> int:
        """Bytes of the (compressed) file that have been read so far."""
        return self._raw.tell() if self._raw and not self._raw.closed else 0


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turn what can go wrong with a file's bytes into a :class:`BadTransfer` that says so."""
    try:
        yield
    except EOFError:
        raise BadTransfer(
            f"{path.name} ends in the middle of its compressed data: the transfer was cut.",
            "Copy the file again and load that.",
        ) from None
    except (gzip.BadGzipFile, zlib.error):
        raise BadTransfer(
            f"{path.name} is damaged: its compressed data does not hold together.",
            "Copy the file again and load that.",
        ) from None
    except UnicodeError as error:
        raise BadTransfer(
            f"{path.name} is not valid {getattr(error, 'encoding', 'text')}.",
            "Save it as UTF-8, or name its encoding in a mapping file.",
        ) from None
    except OSError as error:
        raise BadTransfer(
            f"{path.name} cannot be read: {error.strerror or type(error).__name__}.",
            "See that it is there and that you may read it.",
        ) from None


@contextmanager
def open_text(path: Path, encoding: str = "") -> Iterator[Source]:
    """Open a file for reading as text, decompressed.

    A byte-order mark decides the encoding; without one the file is UTF-8 if all of it is valid UTF-8, UTF-16 where
    every other byte is zero, and Windows-1252 (of which Latin-1 is a part) otherwise.

    Parameters
    ----------
    path : Path
        A file, compressed with gzip or not.
    encoding : str
        The encoding, where it is known.
    """
    with reading(path):
        with path.open("rb") as file:
            compressed = file.read(2) == _GZIP
        with _binary(path, compressed=compressed)[0] as stream:
            head = stream.read(HEAD)
        encoding, note = _settle(encoding, head, path, compressed=compressed)
        text = codecs.getincrementaldecoder(encoding)("replace").decode(head)
        opened, raw = _binary(path, compressed=compressed)
    errors = "replace" if encoding == _WINDOWS else "strict"
    with opened, io.TextIOWrapper(opened, encoding=encoding, errors=errors, newline="") as lines:
        yield Source(path, encoding, text, lines, note, raw)


def guarded(path: Path, items: Iterator[T]) -> Iterator[T]:
    """Yield what ``items`` yields; what goes wrong while reading ends in a :class:`BadTransfer`."""
    while True:
        with reading(path):
            try:
                item = next(items)
            except StopIteration:
                return
        yield item


def _settle(encoding: str, head: bytes, path: Path, *, compressed: bool) -> tuple[str, str]:
    """Return the encoding to read with, and what had to be assumed."""
    if encoding:
        plain = encoding.lower().replace("_", "-") in {"utf-8", "utf8"}
        return ("utf-8-sig" if plain else encoding), ""
    if marked := _by_mark(head):
        return marked, ""
    if _is_utf8(path, compressed=compressed):
        return "utf-8", ""
    return _WINDOWS, "The file is not UTF-8; it was read as Windows-1252."


def _binary(path: Path, *, compressed: bool) -> tuple[BinaryIO, BinaryIO]:
    """Return the stream of content and, beneath it, the stream of the file."""
    raw = path.open("rb")
    if not compressed:
        return raw, raw
    return cast("BinaryIO", _Unpacked(raw)), raw


class _Unpacked(gzip.GzipFile):
    """A gzip stream that closes the file beneath it."""

    def __init__(self, raw: BinaryIO) -> None:
        super().__init__(fileobj=raw, mode="rb")
        self._beneath = raw

    def close(self) -> None:
        super().close()
        self._beneath.close()


def _by_mark(head: bytes) -> str:
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding
    sample = head[:512]
    if len(sample) >= 4 and sample.count(0) * 3 > len(sample):
        return "utf-16-le" if sample[1::2].count(0) > sample[0::2].count(0) else "utf-16-be"
    return ""


def _is_utf8(path: Path, *, compressed: bool) -> bool:
    decode = codecs.getincrementaldecoder("utf-8")("strict").decode
    with _binary(path, compressed=compressed)[0] as stream:
        try:
            while chunk := stream.read(_CHUNK):
                decode(chunk)
            decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True
