"""ELSAG Enterprise Operations Center, its tables as CSV: ``reads``, and ``images`` beside it where there is one.

Times carry no zone and are read in the agency's. The pointer to the picture is the overview (type 1), else the plate
(type 2).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

from workbench.errors import BadTransfer
from workbench.ingest.formats.base import Batch, Builder, Conventions, Options, Problem
from workbench.ingest.formats.csvrows import Table, header_of

__all__ = ["LOCAL_TIMES", "Elsag", "images_beside"]

LOCAL_TIMES = (
    "iso",
    "%m/%d/%Y %I:%M:%S %p",
    "%m/%d/%Y %H:%M:%S",
    "%m/%d/%Y %I:%M:%S.%f %p",
    "%m/%d/%Y %H:%M:%S.%f",
    "%m/%d/%Y %I:%M %p",
    "%m/%d/%Y %H:%M",
)
"""How tables exported in the United States write times: the month first."""

_FIELDS = ("plate", "captured_at", "camera", "latitude", "longitude", "source_id", "image")
_SYNONYMS = (
    ("read_id",),
    ("plate",),
    ("read_date",),
    ("device_id", "camera", "camera_id"),
    ("lat", "latitude"),
    ("lon", "lng", "longitude"),
)
_OVERVIEW = "1"


class Elsag:
    """ELSAG's ``reads`` table."""

    name = "elsag"
    title = "ELSAG EOC tables (CSV)"

    def sniff(self, head: str, name: str) -> float:
        """Certain where the header has a read's number, plate and date."""
        del name
        cells = {cell.casefold() for cell in header_of(head)[0]}
        return 1.0 if cells >= {"read_id", "plate", "read_date"} or _is_images(cells) else 0.0

    def rows(self, stream: TextIO, options: Options) -> Iterator[Batch]:
        """Yield a row for each line of the reads table."""
        table = Table(stream)
        if _is_images({cell.casefold() for cell in table.header}):
            raise BadTransfer(
                "This is ELSAG's table of images.",
                "Give the reads table; the images table beside it is found by its name.",
            )
        places = [max(table.places(names)) for names in _SYNONYMS]
        if min(places[:3]) < 0:
            raise BadTransfer(
                "The table lacks read_id, plate or read_date: it is not ELSAG's reads table.",
                "Load it with --mapping.",
            )
        images = _images(options.images)
        builder = Builder(_FIELDS, Conventions(time="text", time_formats=LOCAL_TIMES))
        for row in table.rows():
            if isinstance(row, Problem):
                builder.reject(row.line, row.reason, row.text)
            else:
                line, cells, text = row
                values = [cells[place] if place >= 0 else "" for place in places]
                builder.add(_row(values, options.camera, images), line, text)
            if builder.full:
                yield builder.take()
        if not builder.empty:
            yield builder.take()


def images_beside(path: Path) -> Path | None:
    """Return the images table beside a reads table, found by name: ``reads.csv``, ``images.csv``."""
    for word, other in (("reads", "images"), ("Reads", "Images"), ("READS", "IMAGES")):
        beside = path.with_name(path.name.replace(word, other))
        if beside != path and beside.is_file():
            return beside
    return None


def _is_images(cells: set[str]) -> bool:
    return cells >= {"image_id", "read_id"} and "plate" not in cells


def _row(values: list[str], camera: str, images: dict[str, str]) -> tuple[Any, ...]:
    number, plate, time, device, latitude, longitude = values
    return (plate, time, device or camera, latitude, longitude, number, images.get(number))


def _images(path: Path | None) -> dict[str, str]:
    """Return a picture's number for each read that has one."""
    if path is None:
        return {}
    from workbench.ingest.source import guarded, open_text

    found: dict[str, str] = {}
    with open_text(path) as source:
        table = Table(source.stream)
        image, read, kind = table.places(("image_id", "read_id", "plate_image_type"))
        if image < 0 or read < 0:
            raise BadTransfer(
                f"{path.name} lies beside the reads table but is no table of images.",
                "Move it away, or give it the columns image_id and read_id.",
            )
        for row in guarded(path, table.rows()):
            if isinstance(row, Problem):
                continue  # a picture less; the reads themselves are complete
            _, cells, _ = row
            if cells[read] not in found or (kind >= 0 and cells[kind].strip() == _OVERVIEW):
                found[cells[read]] = cells[image]
    return found
