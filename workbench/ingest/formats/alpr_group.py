"""OpenALPR and Rekor Scout ``alpr_group``, versions 1 and 2: one vehicle per group.

The time of a group is that of its best picture where the agent gives it (``best_uuid_epoch_ms``), its start otherwise.
Embedded pictures (``vehicle_crop_jpeg``, ``plate_crop_jpeg``) are dropped.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TextIO

from workbench.ingest.formats.base import Batch, Options
from workbench.ingest.formats.openalpr import (
    HEARTBEATS,
    Skip,
    candidates_of,
    collect,
    is_alone,
    record,
    vehicle_of,
)

__all__ = ["AlprGroup", "group_row"]

_OTHERS = HEARTBEATS | {
    "alpr_results": "frames (alpr_results) beside groups: the groups hold the same vehicles"
}


class AlprGroup:
    """``alpr_group`` as JSON: one object, an array, or one per line."""

    name = "alpr_group"
    title = "OpenALPR / Rekor Scout groups (alpr_group, versions 1 and 2)"

    def sniff(self, head: str, name: str) -> float:
        """Certain where the first item calls itself a group."""
        del name
        return is_alone(head, "alpr_group")

    def rows(self, stream: TextIO, options: Options) -> Iterator[Batch]:
        """Yield a row for each group."""
        del options
        return collect(stream, _read)


def _read(item: dict[str, Any]) -> list[tuple[Any, ...]] | Skip | str:
    kind = item.get("data_type")
    if kind == "alpr_group":
        return group_row(item)
    if isinstance(kind, str) and kind in _OTHERS:
        return Skip(_OTHERS[kind])
    if kind == "alpr_alert":
        return "This is an alert (alpr_alert): load alerts from a file of their own."
    return "The item's data_type is not alpr_group."


def group_row(group: dict[str, Any]) -> list[tuple[Any, ...]] | Skip:
    """Return the row of a group, or why it is skipped."""
    get = group.get
    if get("is_preview") in (True, 1, "true"):
        return Skip("a preview: the agent sends the whole group later")
    best = record(get("best_plate"))
    server = record(get("web_server_config"))
    return [
        (
            get("best_plate_number") or best.get("plate"),
            get("best_uuid_epoch_ms") or get("epoch_start"),
            get("camera_id"),
            get("agent_uid"),
            server.get("camera_label"),
            get("best_region") or best.get("region"),
            get("best_region_confidence", best.get("region_confidence")),
            get("best_confidence", best.get("confidence")),
            get("gps_latitude"),
            get("gps_longitude"),
            get("travel_direction"),
            *vehicle_of(record(get("vehicle"))),
            candidates_of(get("candidates")) or candidates_of(best.get("candidates")),
            get("best_uuid"),
        )
    ]
