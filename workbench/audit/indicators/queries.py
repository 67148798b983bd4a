"""How a query was made and how it ended: too broad, beyond retention, refused again and again, never finished."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence

from workbench.analysis import geo
from workbench.audit.indicators.base import AccessRow, Finding, Material, count, who
from workbench.audit.indicators.thresholds import Thresholds
from workbench.errors import WorkbenchError
from workbench.models import Scene, Window

__all__ = ["beyond_retention", "broad", "refusals_cluster", "unfinished", "window_of"]


def broad(material: Material) -> Iterator[Finding]:
    """Find answered queries that were wide in area and in time, or that gave few characters of a plate."""
    allowed = [row for row in material.in_period(material.manual) if not row.refused]
    for _, rows in material.by_member(allowed):
        wide = [row for row in rows if _is_wide(row, material.limits)]
        few = [row for row in rows if _is_vague_pattern(row, material.limits)]
        if not (wide or few):
            continue
        limits, parts = material.limits, []
        if wide:
            parts.append(
                f"{count(len(wide), 'canvass', 'canvasses')} over {limits.broad_area_km2:g} km² and "
                f"{limits.broad_hours:g} hours or more"
            )
        if few:
            parts.append(
                f"{count(len(few), 'plate search', 'plate searches')} with at most "
                f"{count(limits.broad_known_characters, 'known character')} and no place"
            )
        yield material.finding(
            "QUERY-BROAD",
            "low",
            "Broad queries",
            f"{who(rows)} made {' and '.join(parts)}.",
            [*wide, *few],
        )


def _is_wide(row: AccessRow, limits: Thresholds) -> bool:
    scene, window = scene_of(row.elements), window_of(row.elements)
    if scene is None or window is None or row.plate or row.pattern is not None:
        return False
    return geo.area_km2(scene) >= limits.broad_area_km2 and window.hours >= limits.broad_hours


def _is_vague_pattern(row: AccessRow, limits: Thresholds) -> bool:
    """Say whether a pattern knows few characters and no small place narrows it."""
    if row.pattern is None or row.pattern.known_characters > limits.broad_known_characters:
        return False
    near = row.elements.get("near")
    scene = scene_of(near) if isinstance(near, Mapping) else None
    return scene is None or geo.area_km2(scene) >= limits.broad_area_km2


def beyond_retention(material: Material) -> Iterator[Finding]:
    """Find queries that asked for reads older than the policy lets be kept."""
    profile = material.facts.profile
    if profile is None or profile.retention.reads_max is None:
        return
    asked = [row for row in material.in_period(material.manual) if window_of(row.elements)]
    for _, rows in material.by_member(asked):
        found = [
            row
            for row in rows
            if (window := window_of(row.elements))
            and (horizon := profile.retention.horizon(row.at))
            and window.start < horizon
        ]
        if not found:
            continue
        refused = sum(row.refused for row in found)
        yield material.finding(
            "QUERY-BEYOND-RETENTION",
            "info" if refused == len(found) else "low",
            "Queries beyond retention",
            f"{who(found)} asked {count(len(found), 'time')} for reads older than the {profile.retention.reads_max} "
            f"that the policy lets be kept; {refused:,} refused.",
            found,
        )


def refusals_cluster(material: Material) -> Iterator[Finding]:
    """Find several refusals close together, and whether an answer came at their end."""
    limits = material.limits
    span = dt.timedelta(minutes=limits.refusals_minutes)
    for _, rows in material.by_member(material.in_period(material.manual)):
        for cluster in _clusters([row for row in rows if row.refused], span):
            if len(cluster) < limits.refusals:
                continue
            last = cluster[-1]
            answered = [
                row
                for row in rows
                if row.outcome == "ok"
                and row.access_id > last.access_id
                and row.at - last.at <= span
            ]
            minutes = max(1, round((last.at - cluster[0].at).total_seconds() / 60))
            after = "; a search was answered within the hour after" if answered else ""
            yield material.finding(
                "REFUSALS-CLUSTER",
                "medium" if answered else "low",
                "Refusals close together",
                f"{who(cluster)} was refused {count(len(cluster), 'time')} within {count(minutes, 'minute')}{after}.",
                [*cluster, *answered[:1]],
            )


def _clusters(rows: Sequence[AccessRow], span: dt.timedelta) -> Iterator[list[AccessRow]]:
    """Give rows of which each follows the one before it within a span of time."""
    cluster: list[AccessRow] = []
    for row in sorted(rows, key=lambda row: row.at):
        if cluster and row.at - cluster[-1].at > span:
            yield cluster
            cluster = []
        cluster.append(row)
    if cluster:
        yield cluster


def unfinished(material: Material) -> Iterator[Finding]:
    """Find accesses whose end is not on the record, such as one that was interrupted by a crash."""
    youngest = material.facts.now - dt.timedelta(minutes=material.limits.unfinished_minutes)
    found = [
        row
        for row in material.in_period(material.rows)
        if row.outcome == "unfinished" and row.at <= youngest
    ]
    for _, rows in material.by_member(found):
        yield material.finding(
            "UNFINISHED-ACCESS",
            "low",
            "Accesses without an outcome",
            f"{count(len(rows), 'access', 'accesses')} of {who(rows)} began and did not end on the record. A result "
            "is shown only after its outcome is written, so none should have been seen.",
            rows,
        )


def scene_of(elements: Mapping[str, object]) -> Scene | None:
    """Return the place that a query asked for, or None."""
    center, radius, corners = (elements.get(name) for name in ("center", "radius_m", "polygon"))
    try:
        if isinstance(corners, list) and corners:
            points = tuple((float(lat), float(lon)) for lat, lon in corners)
            return Scene(*points[0], polygon=points)
        if isinstance(center, list) and isinstance(radius, int | float):
            return Scene(float(center[0]), float(center[1]), float(radius))
    except (WorkbenchError, ValueError, TypeError, IndexError):
        return None
    return None


def window_of(elements: Mapping[str, object]) -> Window | None:
    """Return the window that a query asked for, or None."""
    start, end = elements.get("start"), elements.get("end")
    if not (isinstance(start, str) and isinstance(end, str)):
        return None
    try:
        return Window(dt.datetime.fromisoformat(start), dt.datetime.fromisoformat(end))
    except (WorkbenchError, ValueError):
        return None
