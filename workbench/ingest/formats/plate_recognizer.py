"""Plate Recognizer Stream, CSV: one file per camera, with cells that hold lists and objects.

The cells are written as Python writes them (``{'code': 'us-ca', 'score': 0.9}``) or as JSON. The table names no camera:
it is given with ``--camera``, or taken from the picture's folder where that has the shipped form
``<camera>_screenshots``. Its ``direction`` is an angle in the picture, not a compass heading, and is not kept.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from typing import Any, TextIO

from workbench.errors import BadTransfer
from workbench.ingest.formats.base import Batch, Builder, Conventions, Options, Problem
from workbench.ingest.formats.csvrows import Table, header_of

__all__ = ["PlateRecognizer"]

_COLUMNS = (
    "timestamp",
    "plate",
    "score",
    "region",
    "vehicle",
    "model_make",
    "color",
    "candidates",
    "file",
)
_NEEDED = ("timestamp", "plate", "score")
_TELLING = {"timestamp", "plate", "score", "dscore", "model_make"}
_FIELDS = (
    "plate",
    "captured_at",
    "camera",
    "state",
    "state_confidence",
    "confidence",
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
)
_FOLDER = re.compile(r"(?:^|/)([^/]+)_screenshots/")
_LONGEST_CELL = 20_000


class PlateRecognizer:
    """Plate Recognizer Stream's ``csv_file``."""

    name = "plate-recognizer"
    title = "Plate Recognizer Stream (CSV)"

    def sniff(self, head: str, name: str) -> float:
        """Certain where the header has the columns that only this one has."""
        del name
        cells = {cell.casefold() for cell in header_of(head)[0]}
        return 1.0 if cells >= _TELLING else 0.0

    def rows(self, stream: TextIO, options: Options) -> Iterator[Batch]:
        """Yield a row for each line of the table."""
        table = Table(stream)
        places = table.places(_COLUMNS)
        for column, place in zip(_COLUMNS, places, strict=True):
            if place < 0 and column in _NEEDED:
                raise BadTransfer(
                    f"The table has no column {column!r}: it is not Plate Recognizer's.",
                    "Load it with --mapping.",
                )
        builder = Builder(_FIELDS, Conventions(time="text", confidence="fraction"))
        for row in table.rows():
            if isinstance(row, Problem):
                builder.reject(row.line, row.reason, row.text)
            else:
                line, cells, text = row
                values = [cells[place] if place >= 0 else "" for place in places]
                builder.add(_row(values, options.camera), line, text)
            if builder.full:
                yield builder.take()
        if not builder.empty:
            yield builder.take()


def _row(values: list[str], camera: str) -> tuple[Any, ...]:
    time, plate, score, region, vehicle, make, color, candidates, picture = values
    place, body = _first(region), _first(vehicle)
    kind, shade = _first(make), _first(color)
    if not camera and (folder := _FOLDER.search(picture)):
        camera = folder[1]
    code = place.get("code")
    return (
        plate,
        time,
        camera,
        # "ca" alone is Canada here; only "us-ca" is California
        code if isinstance(code, str) and code.startswith("us-") else "",
        place.get("score"),
        score,
        kind.get("make"),
        kind.get("score"),
        kind.get("model"),
        kind.get("score"),
        shade.get("color"),
        shade.get("score"),
        body.get("type"),
        body.get("score"),
        [(one.get("plate"), one.get("score")) for one in _objects(candidates)] or None,
        picture or None,
    )


def _first(cell: str) -> dict[str, Any]:
    found = _objects(cell)
    return found[0] if found else {}


def _objects(cell: str) -> list[dict[str, Any]]:
    """Return the objects of a cell; none where it cannot be understood: it only adds to the read."""
    if not cell or cell[0] not in "[{" or len(cell) > _LONGEST_CELL:
        return []
    try:
        # without quotes or escapes inside, Python's way of writing is JSON but for the quotes
        plain = cell if '"' in cell or "\\" in cell else cell.replace("'", '"')
        found = json.loads(plain)
    except (ValueError, RecursionError):
        try:
            found = ast.literal_eval(cell)
        except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
            return []
    listed = found if isinstance(found, list) else [found]
    return [one for one in listed if isinstance(one, dict)]
