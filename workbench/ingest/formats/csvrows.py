"""Rows out of CSV text, with the line each begins on; a stray quote costs one row, not the rest of the file."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from typing import TextIO

from workbench.errors import BadTransfer
from workbench.ingest.formats.base import Problem

__all__ = ["Row", "Table", "header_of"]

Row = tuple[int, list[str], str]
"""Line on which the row begins, its cells, and its text."""

_DELIMITERS = ",;\t|"
_DIGIT = re.compile(r"\d")
_LONGEST = 16 << 20
_SPAN = 100
"""The most lines that one row may run over, in quotes; more, and a quote was never closed."""

csv.field_size_limit(_LONGEST)


def header_of(head: str, delimiter: str = "") -> tuple[list[str], str]:
    """Return the cells of the first line that is not blank, and the delimiter that was given or found."""
    for line in head.splitlines():
        if not line.strip():
            continue
        found = delimiter or max(_DELIMITERS, key=line.count)
        try:
            cells = next(csv.reader([line], delimiter=found))
        except csv.Error:
            cells = []
        return [cell.strip() for cell in cells], found
    return [], delimiter or ","


class _Lines:
    """Physical lines that can be handed back; counts them and keeps those of the row being read."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._back: list[str] = []
        self.number = 0
        self.row: list[str] = []

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._back.pop() if self._back else self._stream.readline(_LONGEST)
        if not line:
            raise StopIteration
        if len(line) >= _LONGEST and not line.endswith(("\n", "\r")):
            raise BadTransfer(
                f"Line {self.number + 1} is longer than 16 million characters.",
                "See that this is a table with one row per line.",
            )
        self.row.append(line)
        if len(self.row) > _SPAN:
            raise csv.Error("unclosed quote")
        self.number += 1
        return line

    def hand_back(self) -> str:
        """Keep the first line of the row that failed, give back the others; return the first."""
        first, *rest = self.row
        self._back.extend(reversed(rest))
        # the line that was one too many was read but not counted
        self.number -= min(len(rest), _SPAN - 1)
        return first


class Table:
    """A CSV table that is being read.

    Parameters
    ----------
    stream : TextIO
        Text with line ends kept.
    delimiter : str
        Empty to find it in the header.
    skip_lines : int
        Lines above the header to leave out.

    Raises
    ------
    BadTransfer
        There is no header.
    """

    def __init__(self, stream: TextIO, *, delimiter: str = "", skip_lines: int = 0) -> None:
        self._lines = _Lines(stream)
        for _ in range(skip_lines):
            next(self._lines, None)
        top = ""
        for line in self._lines:
            if line.strip():
                top = line
                break
        if not top:
            raise BadTransfer(
                "The table is empty: it has no header.", "See that it is the right file."
            )
        self.header, self.delimiter = header_of(top, delimiter)

    def places(self, columns: Sequence[str]) -> list[int]:
        """Return where each named column stands, upper and lower case being one; -1 where it is absent."""
        known = {name.casefold(): place for place, name in reversed(list(enumerate(self.header)))}
        return [known.get(name.casefold(), -1) for name in columns]

    def shown(self) -> str:
        """Return the header for a message: without cells that hold digits, which may be data and not names."""
        return ", ".join(name for name in self.header if name and not _DIGIT.search(name))[:400]

    def rows(self) -> Iterator[Row | Problem]:
        """Yield the rows that are not blank; those that cannot be read come as problems."""
        lines, width = self._lines, len(self.header)
        reader = csv.reader(lines, delimiter=self.delimiter, strict=True)
        while True:
            lines.row = []
            line = lines.number + 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error:
                text = lines.hand_back()
                yield Problem(
                    line, "A quote is opened and not closed, or stands inside a cell.", text.strip()
                )
                # a reader that failed keeps half a row in hand: begin with a fresh one
                reader = csv.reader(lines, delimiter=self.delimiter, strict=True)
                continue
            if not any(map(str.strip, cells)):
                continue
            if len(cells) != width:
                if len(cells) < width or any(cell.strip() for cell in cells[width:]):
                    reason = f"The row has {len(cells)} cells, the header has {width}."
                    yield Problem(line, reason, "".join(lines.row).strip())
                    continue
                del cells[width:]
            yield line, cells, "".join(lines.row).rstrip("\r\n")
