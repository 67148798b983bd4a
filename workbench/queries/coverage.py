"""What the cameras around a scene could have seen: where they stood, when they were out, what they delivered."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from workbench.analysis import coverage as analysis
from workbench.analysis.geo import contains, distance_to_scene_m
from workbench.models import Scene, Window
from workbench.queries.reads import Source
from workbench.records.tables import camera_days, cameras, outages

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["cameras_at", "coverage_of"]

_MEDIAN_DAYS = 28


def cameras_at(source: Source, scene: Scene, window: Window) -> pd.DataFrame:
    """Return the cameras that stood inside a scene during a window, and every mobile unit.

    Returns
    -------
    DataFrame
        Columns id, camera, name, kind, latitude, longitude, heading, installed_on, removed_on, distance_m; for a
        mobile unit the position and the distance are NaN.
    """
    import pandas as pd

    start, end = (moment.astimezone(source.zone).date() for moment in (window.start, window.end))
    query = sa.select(
        cameras.c.id,
        cameras.c.code.label("camera"),
        cameras.c.name,
        cameras.c.kind,
        cameras.c.latitude,
        cameras.c.longitude,
        cameras.c.heading,
        cameras.c.installed_on,
        cameras.c.removed_on,
    ).where(
        sa.or_(cameras.c.installed_on.is_(None), cameras.c.installed_on <= end),
        sa.or_(cameras.c.removed_on.is_(None), cameras.c.removed_on >= start),
    )
    frame = pd.DataFrame(
        source.connection.execute(query.order_by(cameras.c.code)).all(),
        columns=[column.key for column in query.selected_columns],
    )
    for name in ("latitude", "longitude", "heading"):
        frame[name] = frame[name].astype("float64")
    mobile = frame["kind"] == "mobile"
    frame.loc[mobile, ["latitude", "longitude", "heading"]] = float("nan")
    frame["distance_m"] = distance_to_scene_m(scene, frame["latitude"], frame["longitude"])
    inside = contains(scene, frame["latitude"], frame["longitude"])
    return frame[mobile | inside].reset_index(drop=True)


def coverage_of(
    source: Source, found: pd.DataFrame, window: Window, reads: pd.DataFrame
) -> list[dict[str, Any]]:
    """Return what each camera of ``found`` could have seen in the window, as plain JSON.

    A mobile unit is listed only where it read something in ``reads``.
    """
    seen = set(reads["camera"])
    found = found[(found["kind"] != "mobile") | found["camera"].isin(seen)]
    return analysis.coverage(
        cameras=found,
        outages=_outages(source, found, window),
        window=window,
        daily_counts=daily_counts(source, found, window, days=_MEDIAN_DAYS),
        reads=reads,
        timezone=str(source.zone),
    )


def _outages(source: Source, found: pd.DataFrame, window: Window) -> pd.DataFrame:
    import pandas as pd

    query = (
        sa.select(
            cameras.c.code.label("camera"),
            outages.c.start_at.label("start"),
            outages.c.end_at.label("end"),
            outages.c.reason,
        )
        .join(cameras, cameras.c.id == outages.c.camera_id)
        .where(
            outages.c.camera_id.in_([int(key) for key in found["id"]]),
            outages.c.start_at < window.end,
            sa.or_(outages.c.end_at.is_(None), outages.c.end_at > window.start),
        )
        .order_by(outages.c.start_at)
    )
    rows = source.connection.execute(query).all()
    frame = pd.DataFrame(rows, columns=["camera", "start", "end", "reason"])
    for name in ("start", "end"):
        frame[name] = pd.to_datetime(frame[name], utc=True)
    return frame


def daily_counts(source: Source, found: pd.DataFrame, window: Window, *, days: int) -> pd.DataFrame:
    """Return how many reads each camera delivered on each local day, from ``days`` before the window on.

    Returns
    -------
    DataFrame
        Columns camera, day (ISO date in the agency's zone), reads.
    """
    import pandas as pd

    first = (window.start - dt.timedelta(days=days)).astimezone(source.zone).date().isoformat()
    last = window.end.astimezone(source.zone).date().isoformat()
    query = (
        sa.select(cameras.c.code.label("camera"), camera_days.c.day, camera_days.c.reads)
        .join(cameras, cameras.c.id == camera_days.c.camera_id)
        .where(
            camera_days.c.camera_id.in_([int(key) for key in found["id"]]),
            camera_days.c.day >= first,
            camera_days.c.day <= last,
        )
        .order_by(camera_days.c.day)
    )
    rows = source.connection.execute(query).all()
    return pd.DataFrame(rows, columns=["camera", "day", "reads"])
