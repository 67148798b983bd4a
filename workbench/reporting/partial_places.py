"""Where a partial plate's leading candidates were read: a map around the scene, and their reads in it."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from typing import Any

import pandas as pd
from markupsafe import Markup

from workbench.models import Scene
from workbench.reporting import maps, tables, text, views
from workbench.reporting.figures import Picture
from workbench.reporting.geometry import Plane, outline
from workbench.reporting.partial_answer import reads_words
from workbench.reporting.tables import Column, Fragment

__all__ = ["picture", "trail_table", "whereabouts"]

_AROUND_S = 1800.0


def picture(bench: Any, trails: Sequence[pd.DataFrame], scene: Scene) -> Picture:
    """Return a map of the first candidates' reads around the scene.

    Parameters
    ----------
    bench : workbench client
    trails : sequence of DataFrame
        The histories of candidates, best first; six at most are drawn.
    scene : Scene
        The map shows the scene and as much again around it; reads beyond are counted, not shown.
    """
    plane = Plane(scene.latitude, scene.longitude)
    edge = outline(scene, plane)
    view = maps.view_of(list(edge.exterior.coords), margin=0.45, shape=maps.SHAPE)
    sheet = maps.Map(plane, view, streets=bench.layer("streets"), areas=bench.layer("areas"))
    sheet.scene(scene)
    sheet.cameras(_cameras(bench.cameras(), plane), discs=False)
    beyond = 0
    for index, trail in enumerate(trails[:6]):
        x, y = plane.xy(trail["latitude"], trail["longitude"])
        inside = [view.holds(east, north) for east, north in zip(x, y, strict=True)]
        shown = trail[inside]
        beyond += len(trail) - len(shown)
        if len(shown):
            plate = str(trail.attrs["query"].get("plate", ""))
            label = f"{plate}, {reads_words(len(shown))}"
            sheet.trail(x[inside], y[inside], label=label, index=index, joins=_joins(shown))
    caption = "Larger marks stand for more reads. Broken lines join reads within an hour; the way is not known."
    if beyond:
        lie = "lies" if beyond == 1 else "lie"
        counted = text.count(beyond, "further read").capitalize()
        caption += f" {counted} of these candidates {lie} outside the map."
    words = f"Map of reads of the first {text.count(len(trails), 'candidate')} around the scene."
    return sheet.finish(description=words, caption=caption)


def _joins(trail: pd.DataFrame) -> list[tuple[int, int]]:
    """Return the pairs of reads that follow each other within an hour."""
    times = pd.to_datetime(trail["captured_at"], utc=True).to_list()
    near = pd.Timedelta(hours=1)
    return [(at, at + 1) for at in range(len(times) - 1) if times[at + 1] - times[at] <= near]


def whereabouts(
    bench: Any, trails: Sequence[pd.DataFrame], scene: Scene | None, at: str | None = None
) -> Fragment:
    """Return the section on where the leading candidates were read; nothing where no place was given.

    ``at`` is when the vehicle was at the scene, ISO 8601, where that is known.
    """
    if scene is None or not trails:
        return Fragment(Markup())
    words = "leading candidate was" if len(trails) == 1 else "leading candidates were"
    title = Markup("<h2>Where the {} read</h2>").format(words)
    return Fragment(title + picture(bench, trails, scene).html) + trail_table(trails, scene, at=at)


def _cameras(register: pd.DataFrame, plane: Plane) -> list[maps.CameraMark]:
    fixed = register[(register["kind"] == "fixed") & register["latitude"].notna()]
    marks = []
    for row in fixed.to_dict("records"):
        x, y = plane.xy(row["latitude"], row["longitude"])
        heading = row.get("heading")
        heading = None if heading is None or math.isnan(heading) else float(heading)
        marks.append(maps.CameraMark(str(row["code"]), float(x), float(y), "fixed", heading))
    return marks


def trail_table(
    trails: Sequence[pd.DataFrame], scene: Scene, *, at: str | None = None, most: int = 15
) -> Fragment:
    """Return the reads of the leading candidates inside the scene, the latest first; how long before ``at`` or after.

    Reads elsewhere are left out on purpose: most candidates have nothing to do with the case.
    """
    plane = Plane(scene.latitude, scene.longitude)
    edge = outline(scene, plane).buffer(1.0)
    columns = [
        Column("Time", width=0.2),
        *([Column("Incident", width=0.15)] if at else []),
        Column("Camera", width=0.3 if at else 0.42),
        Column("Vehicle", width=0.23 if at else 0.26),
        Column("Confidence", "right", 0.12),
    ]
    groups = []
    for trail in trails:
        x, y = plane.xy(trail["latitude"], trail["longitude"])
        inside = trail[_within(edge, x, y)]
        zone = views.timezone_of(trail)
        shown = inside.iloc[::-1].head(most)
        rows = [
            [
                text.moment(text.local(row["captured_at"], zone), seconds=True),
                *(
                    [_from(text.local(row["captured_at"], zone), text.local(at, zone))]
                    if at
                    else []
                ),
                Markup("<b>{}</b> {}").format(row["camera"], row["camera_name"]),
                text.vehicle(row),
                text.share(row["confidence"]),
            ]
            for row in shown.to_dict("records")
        ]
        plate = tables.plate(str(trail.attrs["query"].get("plate", "")))
        counted = f"{reads_words(len(inside))} in the scene" + (
            f", the last {most}" if len(inside) > most else ""
        )
        groups.append((Markup("{} {}").format(plate, counted), rows))
    return Fragment(
        tables.table(
            columns, groups=groups, kind="dense", empty="None of them was read inside the scene."
        )
    )


def _from(moment: dt.datetime, at: dt.datetime) -> Markup | str:
    """Return how long a read lies before or after the incident; what is near stands out."""
    seconds = (moment - at).total_seconds()
    words = f"{text.duration(abs(seconds))} {'before' if seconds < 0 else 'after'}"
    return Markup("<b>{}</b>").format(words) if abs(seconds) <= _AROUND_S else words


def _within(edge: Any, x: Any, y: Any) -> Any:
    import shapely

    return shapely.contains_xy(edge, x, y)
