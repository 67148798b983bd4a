"""What every source format has in common: batches of canonical fields, problems as values, and the protocol.

A format turns text into :class:`Batch` objects: a column for each canonical field that it has, the source line of each
row, and the row's own text for the reject file. It checks nothing: what a value means and whether it will do is the
business of :mod:`workbench.ingest.check`, once for all formats.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol, TextIO

__all__ = [
    "BATCH_ROWS",
    "FIELDS",
    "MAX_TEXT",
    "Batch",
    "Builder",
    "Conventions",
    "Format",
    "Options",
    "Problem",
    "redact",
]

BATCH_ROWS = 2_500
"""The most rows in a batch: few enough to stay in the processor's cache while they are checked."""

BATCH_CHARACTERS = 16_000_000
"""The most source text that a batch holds on to; a long way above that of so many ordinary rows."""

MAX_TEXT = 64_000
"""The most characters of a row that a reject file keeps."""

FIELDS = (
    "plate",
    "captured_at",
    "camera",
    "camera_group",
    "camera_name",
    "state",
    "state_confidence",
    "confidence",
    "latitude",
    "longitude",
    "heading",
    "make",
    "make_confidence",
    "model",
    "model_confidence",
    "color",
    "color_confidence",
    "body",
    "body_confidence",
    "candidates",
    "image",
    "source_id",
    "source_agency",
    "governmental",
)
"""Every canonical field that a format may fill. ``candidates`` is a list of (plate, confidence) pairs."""

_JPEG = re.compile(r'("[a-z_]*jpeg"\s*:\s*)"[^"]*("|$)')


@dataclass(frozen=True, slots=True)
class Conventions:
    """How a format writes times, confidences and headings.

    Parameters
    ----------
    time : {"epoch", "text"}
        A number of seconds, milliseconds or microseconds since 1970 UTC (its size tells which), or text.
    time_formats : tuple of str
        For text: ``"iso"`` or ``strptime`` formats, tried in order.
    zone : str
        IANA zone of times that carry none; empty for the agency's own.
    confidence : {"percent", "fraction", "auto"}
        0 to 100, 0 to 1, or whichever each number's size tells.
    heading : {"degrees", "compass"}
        Degrees clockwise from north, or words such as ``NE``, ``northbound`` (degrees are understood too).
    """

    time: Literal["epoch", "text"] = "text"
    time_formats: tuple[str, ...] = ("iso",)
    zone: str = ""
    confidence: Literal["percent", "fraction", "auto"] = "auto"
    heading: Literal["degrees", "compass"] = "degrees"


@dataclass(frozen=True, slots=True)
class Problem:
    """A row that could not even be read: its line, why, and its text."""

    line: int
    reason: str
    text: str


@dataclass(slots=True)
class Batch:
    """Up to :data:`BATCH_ROWS` rows, column by column.

    Parameters
    ----------
    columns : dict of list
        One list for each canonical field that the format has, all of the length of ``lines``.
    lines : list of int
        Line (or first line) of each row in the source, counted from 1.
    texts : list of str
        Each row as it stood in the source, embedded pictures left out.
    problems : list of Problem
        Rows that could not be read.
    skipped : Counter
        Rows left out on purpose, by reason.
    conventions : Conventions
        How to read times, confidences and headings.
    """

    columns: dict[str, list[Any]]
    lines: list[int]
    texts: list[str]
    problems: list[Problem]
    skipped: Counter[str]
    conventions: Conventions

    def __len__(self) -> int:
        return len(self.lines)

    @property
    def total(self) -> int:
        """Rows of the source that this batch accounts for."""
        return len(self.lines) + len(self.problems) + self.skipped.total()


@dataclass(frozen=True, slots=True)
class Options:
    """What the caller knows about a file that the file does not say.

    Parameters
    ----------
    camera : str
        Code of the camera, for formats that name none.
    images : Path or None
        ELSAG's table of images, where there is one.
    """

    camera: str = ""
    images: Path | None = None


class Format(Protocol):
    """A source format."""

    @property
    def name(self) -> str:
        """The word for ``--format``."""

    @property
    def title(self) -> str:
        """What people call it."""

    def sniff(self, head: str, name: str) -> float:
        """Return how certain it is, 0 to 1, that a file that begins like this is of this format."""

    def rows(self, stream: TextIO, options: Options) -> Iterator[Batch]:
        """Yield the batches of a decoded file.

        Raises
        ------
        BadTransfer
            The file as a whole cannot be read: cut off, or not of this format.
        """


@dataclass(slots=True)
class Builder:
    """Collects rows until a batch is full."""

    fields: tuple[str, ...]
    conventions: Conventions
    _rows: list[tuple[Any, ...]] = field(default_factory=list)
    _lines: list[int] = field(default_factory=list)
    _texts: list[str] = field(default_factory=list)
    _problems: list[Problem] = field(default_factory=list)
    _skipped: Counter[str] = field(default_factory=Counter)
    _characters: int = 0

    def add(self, row: tuple[Any, ...], line: int, text: str) -> None:
        """Add a row: its values in the order of ``fields``."""
        self._rows.append(row)
        self._lines.append(line)
        self._texts.append(text)
        self._characters += len(text)

    def reject(self, line: int, reason: str, text: str) -> None:
        """Add a row that could not be read."""
        self._problems.append(Problem(line, reason, text[:MAX_TEXT]))
        self._characters += min(len(text), MAX_TEXT)

    def skip(self, reason: str, count: int = 1) -> None:
        """Count a row that is left out on purpose."""
        self._skipped[reason] += count

    @property
    def full(self) -> bool:
        """Whether it is time to :meth:`take` the batch."""
        return (
            len(self._rows) + len(self._problems) >= BATCH_ROWS
            or self._characters >= BATCH_CHARACTERS
        )

    @property
    def empty(self) -> bool:
        """Whether there is nothing to take."""
        return not (self._rows or self._problems or self._skipped)

    def take(self, constants: Mapping[str, Any] | None = None) -> Batch:
        """Return the batch and start a new one; ``constants`` fill whole columns."""
        count = len(self._rows)
        values: Iterable[tuple[Any, ...]] = zip(*self._rows, strict=True)
        columns = dict(zip(self.fields, map(list, values), strict=True)) if count else {}
        for name, value in (constants or {}).items():
            columns[name] = [value] * count
        batch = Batch(
            columns, self._lines, self._texts, self._problems, self._skipped, self.conventions
        )
        self._rows, self._lines, self._texts, self._problems = [], [], [], []
        self._skipped, self._characters = Counter(), 0
        return batch


def redact(text: str) -> str:
    """Return a row's text without the pictures that vendors embed.

    >>> redact('{"plate": "X", "plate_crop_jpeg": "/9j/4AAQ"}')
    '{"plate": "X", "plate_crop_jpeg": "(left out)"}'
    """
    return _JPEG.sub(r'\1"(left out)"', text) if 'jpeg"' in text else text
