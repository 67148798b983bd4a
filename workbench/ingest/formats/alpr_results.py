"""OpenALPR ``alpr_results``: one item per frame, with every plate seen in it.

A car that passes slowly is in many frames, so frames hold the same vehicle again and again. Load them only from an
agent that sends no groups: beside groups of the same camera and time every vehicle would count twice or more. The
workbench cannot tell; whoever loads them must.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TextIO

from workbench.ingest.formats.base import Batch, Options
from workbench.ingest.formats.openalpr import HEARTBEATS, Skip, candidates_of, collect, is_alone

__all__ = ["AlprResults"]

_OTHERS = HEARTBEATS | {
    "alpr_group": "a group beside frames: load groups from a file of their own",
    "alpr_alert": "an alert beside frames: load alerts from a file of their own",
}
_NO_VEHICLE = (None,) * 8


class AlprResults:
    """``alpr_results`` as JSON: one object, an array, or one per line."""

    name = "alpr_results"
    title = "OpenALPR frames (alpr_results)"

    def sniff(self, head: str, name: str) -> float:
        """Certain where the first item calls itself results, unless groups are about as well."""
        del name
        certainty = is_alone(head, "alpr_results")
        return min(certainty, 0.5) if '"alpr_group"' in head else certainty

    def rows(self, stream: TextIO, options: Options) -> Iterator[Batch]:
        """Yield a row for each plate of each frame."""
        del options
        return collect(stream, _read)


def _read(item: dict[str, Any]) -> list[tuple[Any, ...]] | Skip | str:
    kind = item.get("data_type")
    if kind != "alpr_results":
        if isinstance(kind, str) and kind in _OTHERS:
            return Skip(_OTHERS[kind])
        return "The item's data_type is not alpr_results."
    results = item.get("results")
    if not isinstance(results, list):
        return "The frame has no list of results."
    if not results:
        return Skip("a frame without a plate")
    return [_row(item, result) for result in results]


def _row(item: dict[str, Any], result: object) -> tuple[Any, ...]:
    found = result if isinstance(result, dict) else {}
    return (
        found.get("plate"),
        item.get("epoch_time"),
        item.get("camera_id"),
        item.get("agent_uid"),
        None,
        found.get("region"),
        found.get("region_confidence"),
        found.get("confidence"),
        item.get("gps_latitude"),
        item.get("gps_longitude"),
        None,
        *_NO_VEHICLE,
        candidates_of(found.get("candidates")),
        item.get("uuid"),
    )
