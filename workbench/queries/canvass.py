"""Every vehicle read around a scene in a window, and how usual each is there."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from workbench.analysis import canvass as analysis
from workbench.analysis import geo
from workbench.analysis.caveats import canvass_caveats
from workbench.models import Extent, Scene, Window
from workbench.queries.coverage import cameras_at, coverage_of, daily_counts
from workbench.queries.reads import Answer, Source, chunks, fetch_reads, notices
from workbench.records.tables import reads

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Canvass", "in_scene"]

_FETCH_FACTOR = 4


@dataclass(frozen=True)
class Canvass:
    """The reads inside a scene, in time order, each with how usual its vehicle is there."""

    scene: Scene
    window: Window
    action: str = "query.canvass"

    def extent(self) -> Extent:
        """Say how wide the query is."""
        return Extent(window=self.window, area_km2=geo.area_km2(self.scene))

    def elements(self) -> dict[str, Any]:
        """Return the data elements of the query."""
        start, end = self.window.start.isoformat(), self.window.end.isoformat()
        return {**self.scene.elements(), "start": start, "end": end}

    def fetch(self, source: Source) -> Answer:
        """Find the reads, and look back at the same vehicles in the same place."""
        frame, truncated = in_scene(source, self.scene, self.window)
        found = cameras_at(source, self.scene, self.window)
        baseline_days = self._delivering_days(source, found)
        frame = analysis.usual(
            frame,
            self._baseline(source, frame),
            baseline_days=baseline_days,
            timezone=str(source.zone),
        )
        coverage = coverage_of(source, found, self.window, frame)
        caveats = [
            *canvass_caveats(coverage, self.window, timezone=str(source.zone)),
            *notices(source, truncated=truncated),
        ]
        attrs = {"caveats": caveats, "coverage": coverage, "baseline_days": source.baseline_days}
        return Answer(frame, truncated, attrs)

    def _past(self, source: Source) -> Window:
        start = self.window.start
        return Window(start - dt.timedelta(days=source.baseline_days), start)

    def _baseline(self, source: Source, frame: pd.DataFrame) -> pd.DataFrame:
        """Return earlier reads of the same vehicles inside the scene."""
        import pandas as pd

        plates = sorted(set(frame["plate"]))
        parts = [
            in_scene(source, self.scene, self._past(source), reads.c.plate.in_(some))[0]
            for some in chunks(plates)
        ]
        columns = ["plate", "state", "captured_at"]
        if not parts:
            return frame[columns].head(0)
        return pd.concat([part[columns] for part in parts], ignore_index=True)

    def _delivering_days(self, source: Source, found: pd.DataFrame) -> int:
        """Return on how many days of the past a camera at the scene delivered reads."""
        fixed = found[found["kind"] != "mobile"]
        counts = daily_counts(source, fixed, self.window, days=source.baseline_days)
        first_day = self.window.start.astimezone(source.zone).date().isoformat()
        return int(counts.loc[counts["day"] < first_day, "day"].nunique())


def in_scene(
    source: Source,
    scene: Scene,
    window: Window,
    *where: sa.ColumnElement[bool],
    also: Sequence[sa.ColumnElement[Any]] = (),
) -> tuple[pd.DataFrame, bool]:
    """Return the reads inside a scene, with ``distance_m`` from its center, and whether there were more.

    The H3 cells narrow the search where there are few enough; the exact distance is always checked after them.
    """
    conditions = list(where)
    if (cells := geo.cells(scene)) is not None:
        conditions.append(reads.c.cell.in_(cells))
    most = source.max_rows
    frame = fetch_reads(source, window, *conditions, limit=_FETCH_FACTOR * most + 1, also=also)
    truncated = len(frame) > _FETCH_FACTOR * most
    inside = geo.contains(scene, frame["latitude"], frame["longitude"])
    frame = frame[inside].reset_index(drop=True)
    truncated = truncated or len(frame) > most
    frame = frame.head(most)
    frame["distance_m"] = geo.distance_to_scene_m(scene, frame["latitude"], frame["longitude"])
    return frame, truncated
