"""What was read, as a file: JSON or CSV, written picture by picture, so that an interrupted run can go on.

The files hold plates: they are readable by their owner alone.
"""

from __future__ import annotations

import csv
import io
import json
import os
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TextIO

from workbench.errors import BadInput
from workbench.recognition.batch import FileRead, Look
from workbench.recognition.seen import PlateSeen, alternatives, readable, to_pattern

__all__ = ["COLUMNS", "OutFile", "rows"]

COLUMNS = (
    "file",
    "frame",
    "seconds",
    "number",
    "plate",
    "probability",
    "pattern",
    "alternatives",
    "left",
    "top",
    "right",
    "bottom",
    "score",
    "width",
    "height",
    "taken_at",
    "latitude",
    "longitude",
    "sha256",
    "notes",
    "problem",
)
"""Columns of the CSV: a row for each plate, and one for each picture without any."""

_FORMULA = ("=", "+", "-", "@", "\t")


def rows(result: FileRead) -> list[dict[str, Any]]:
    """Return a file's result in plain values: one for each picture or frame, plates inside."""
    looks: tuple[Look | None, ...] = result.looks or (None,)
    return [_row(result, look) for look in looks]


def _row(result: FileRead, look: Look | None) -> dict[str, Any]:
    row: dict[str, Any] = {"file": str(result.path), "sha256": result.sha256}
    if look is not None:
        latitude, longitude = look.position or (None, None)
        row |= {
            "frame": look.frame,
            "seconds": look.seconds,
            "width": look.size[0],
            "height": look.size[1],
            "taken_at": look.taken_at.isoformat() if look.taken_at else None,
            "latitude": latitude,
            "longitude": longitude,
            "notes": list(look.notes),
        }
    row["problem"] = " ".join(part for part in (result.problem, result.next_step) if part)
    row["plates"] = [_plate(seen) for seen in look.plates] if look else []
    return row


def _plate(seen: PlateSeen) -> dict[str, Any]:
    reading = seen.reading
    left, top, right, bottom = seen.box
    return {
        "plate": reading.text if readable(reading) else "",
        "probability": round(reading.alike, 4),
        "pattern": str(to_pattern(reading)) if reading.text else "",
        "alternatives": [[text, round(p, 4)] for text, p in alternatives(reading)],
        "corners": [[round(x, 1), round(y, 1)] for x, y in seen.corners],
        "left": left,
        "top": top,
        "right": right,
        "bottom": bottom,
        "score": round(seen.score, 4),
    }


class OutFile:
    """A JSON (``.json``) or CSV (``.csv``) file being written.

    Parameters
    ----------
    path : Path
        The file. JSON is an array with one object a line.
    resume : bool
        Go on with one that is there: what stands in it is kept, but for its last file, which may not be whole.

    Raises
    ------
    BadInput
        The file is there and is not to be resumed, is of another kind, or was not written like this.
    """

    def __init__(self, path: Path, *, resume: bool = False) -> None:
        self.path = path
        self.done: set[str] = set()
        if path.suffix.lower() not in (".json", ".csv"):
            raise BadInput(
                "The file for the results is neither .json nor .csv.", "Call it plates.json, say."
            )
        self._csv = path.suffix.lower() == ".csv"
        self._first = True
        kept: list[str] = []
        if path.exists():
            if not resume:
                raise BadInput(
                    "The file for the results is there already.",
                    "Add --resume to go on with it, or choose another name.",
                )
            kept = self._kept()
        part = path.with_name(path.name + ".part")
        self._stream = _private(part, os.O_TRUNC)
        self._write(_line(COLUMNS) if self._csv else "[")
        for text in kept:
            self._append(text)
        self._stream.close()
        part.replace(path)
        self._stream = _private(path, os.O_APPEND)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if not self._csv:
            self._write("\n]\n")
        self._stream.close()

    def add(self, result: FileRead) -> None:
        """Write a file's result and flush it."""
        for row in rows(result):
            if self._csv:
                for cells in _cells(row):
                    self._append(_line(cells))
            else:
                self._append(json.dumps(row, ensure_ascii=False))
        self._stream.flush()

    def _write(self, text: str) -> None:
        self._stream.write(text)

    def _append(self, text: str) -> None:
        if self._csv:
            self._write(text)
        else:
            self._write(("\n" if self._first else ",\n") + text)
        self._first = False

    def _kept(self) -> list[str]:
        """Return what stands in the file, but for its last picture."""
        strange = BadInput(
            "The file for the results was not written by this command.", "Choose another name."
        )
        try:
            text = self.path.read_text(encoding="utf-8", errors="surrogateescape")
            pairs = _csv_rows(text) if self._csv else _json_rows(text)
        except (OSError, ValueError, LookupError, csv.Error) as error:
            raise strange from error
        last = pairs[-1][0] if pairs else ""
        kept = [(name, line) for name, line in pairs if name != last]
        self.done = {name for name, _ in kept}
        return [line for _, line in kept]


def _private(path: Path, how: int) -> TextIO:
    """Open a file for writing that its owner alone can read."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | how, 0o600)
    except OSError as error:
        raise BadInput(
            "The file for the results cannot be written.", "See that its folder is there."
        ) from error
    return os.fdopen(handle, "w", encoding="utf-8", errors="surrogateescape", newline="")


def _json_rows(text: str) -> list[tuple[str, str]]:
    lines = [line.rstrip(",") for line in text.splitlines()]
    if lines and lines.pop(0) != "[":
        raise ValueError
    found = []
    for at, line in enumerate(lines):
        if line in ("", "]"):
            continue
        try:
            found.append((str(json.loads(line)["file"]), line))
        except ValueError:
            if at < len(lines) - 1:
                raise
    return found


def _csv_rows(text: str) -> list[tuple[str, str]]:
    whole = text[: text.rfind("\n") + 1]
    header, *lines = list(csv.reader(io.StringIO(whole, newline="")))
    if tuple(header) != COLUMNS:
        raise ValueError
    return [(cells[0].removeprefix("'"), _line(cells)) for cells in lines]


def _line(cells: Any) -> str:
    stream = io.StringIO(newline="")
    csv.writer(stream, lineterminator="\n").writerow(cells)
    return stream.getvalue()


def _cells(row: dict[str, Any]) -> list[list[Any]]:
    """Return the CSV rows of a picture; a name that a spreadsheet would take for a formula gets an apostrophe."""
    result = []
    for number, plate in enumerate(row["plates"] or [{}], start=1):
        values = {**row, **plate, "number": number if plate else 0}
        values["alternatives"] = " ".join(
            f"{text}:{p}" for text, p in plate.get("alternatives", ())
        )
        values["notes"] = "; ".join(row.get("notes", ()))
        if values["file"].startswith(_FORMULA):
            values["file"] = "'" + values["file"]
        result.append(["" if values.get(name) is None else values[name] for name in COLUMNS])
    return result
