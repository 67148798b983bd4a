"""Any CSV through a mapping file (:mod:`workbench.ingest.mapping`)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TextIO

from workbench.errors import BadTransfer
from workbench.ingest.formats.base import Batch, Builder, Options, Problem
from workbench.ingest.formats.csvrows import Table
from workbench.ingest.mapping import ColumnMapping

__all__ = ["Mapped"]

_MICRO = 1e-6


@dataclass(frozen=True, slots=True)
class Mapped:
    """A CSV table as its mapping describes it."""

    mapping: ColumnMapping

    @property
    def name(self) -> str:
        """What the mapping calls the export."""
        return self.mapping.name

    @property
    def title(self) -> str:
        """The same, in words."""
        return f"CSV by the mapping {self.mapping.name!r}"

    def sniff(self, head: str, name: str) -> float:
        """Never found by itself: a mapping is named."""
        del head, name
        return 0.0

    def rows(self, stream: TextIO, options: Options) -> Iterator[Batch]:
        """Yield a row for each line of the table."""
        mapping = self.mapping
        table = Table(stream, delimiter=mapping.delimiter, skip_lines=mapping.skip_lines)
        places = [self._places(table, names) for names in mapping.columns.values()]
        constants = dict(mapping.constants)
        if options.camera and not {"camera"} & (mapping.columns.keys() | constants.keys()):
            constants["camera"] = options.camera
        builder = Builder(tuple(mapping.columns), mapping.conventions)
        for row in table.rows():
            if isinstance(row, Problem):
                builder.reject(row.line, row.reason, row.text)
            else:
                line, cells, text = row
                builder.add(tuple(_cell(cells, place) for place in places), line, text)
            if builder.full:
                yield self._finish(builder.take(constants))
        if not builder.empty:
            yield self._finish(builder.take(constants))

    def _places(self, table: Table, names: tuple[str, ...]) -> list[int]:
        places = table.places(names)
        for name, place in zip(names, places, strict=True):
            if place < 0:
                raise BadTransfer(
                    f"The table has no column {name!r}, which the mapping names.",
                    f"Its columns are: {table.shown()}.",
                )
        return places

    def _finish(self, batch: Batch) -> Batch:
        """Bring positions to degrees and candidates to pairs."""
        columns = batch.columns
        if self.mapping.position != "degrees" and {"latitude", "longitude"} <= columns.keys():
            x, y = columns["longitude"], columns["latitude"]
            columns["longitude"], columns["latitude"] = _degrees(self.mapping.position, x, y)
        if "candidates" in columns:
            columns["candidates"] = [_candidates(text) for text in columns["candidates"]]
        return batch


def _cell(cells: list[str], places: list[int]) -> str:
    if len(places) == 1:
        return cells[places[0]].strip()
    return " ".join(cells[place].strip() for place in places).strip()


def _degrees(unit: str, x: list[str], y: list[str]) -> tuple[list[Any], list[Any]]:
    import numpy as np

    from workbench.ingest.values import numbers

    east, north = numbers(x), numbers(y)
    if unit == "microdegrees":
        return list(east * _MICRO), list(north * _MICRO)
    from pyproj import Transformer

    place = Transformer.from_crs(unit, "EPSG:4326", always_xy=True)
    longitude, latitude = place.transform(east, north, errcheck=False)
    back = place.transform(longitude, latitude, direction="INVERSE", errcheck=False)
    with np.errstate(invalid="ignore"):
        good = np.hypot(back[0] - east, back[1] - north) < 1.0
    # what lies outside the grid stays as it stood, and is found to be off the globe
    return (
        np.where(good, longitude, east).tolist(),
        np.where(good, latitude, north).tolist(),
    )


def _candidates(text: str) -> list[tuple[Any, Any]] | None:
    """Return alternatives written as JSON, or as words such as ``8ABC123:0.91|8ABC128``."""
    if not text:
        return None
    if text[0] in "[{":
        try:
            found = json.loads(text)
        except (ValueError, RecursionError):
            return None
        listed = found if isinstance(found, list) else [found]
        return [pair for pair in map(_pair, listed) if pair is not None]
    pairs = (one.partition(":") for one in text.replace(";", "|").replace(",", "|").split("|"))
    return [(plate, sure or None) for plate, _, sure in pairs if plate]


def _pair(one: object) -> tuple[Any, Any] | None:
    if isinstance(one, dict):
        return one.get("plate"), one.get("confidence", one.get("score"))
    if isinstance(one, list) and len(one) == 2:
        return one[0], one[1]
    return (one, None) if isinstance(one, str) else None
