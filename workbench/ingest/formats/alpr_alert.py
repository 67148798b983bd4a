"""OpenALPR and Rekor Scout ``alpr_alert``: an alert that wraps the group it is about.

An agent sends the group as well: load alerts only where their groups are not loaded. What was alerted on (the hot
list and its text) is not a read and is not kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TextIO

from workbench.ingest.formats.alpr_group import group_row
from workbench.ingest.formats.base import Batch, Options
from workbench.ingest.formats.openalpr import HEARTBEATS, Skip, collect, is_alone

__all__ = ["AlprAlert"]

_OTHERS = HEARTBEATS | {
    "alpr_group": "a group beside alerts: load groups from a file of their own",
    "alpr_results": "a frame beside alerts: load frames from a file of their own",
}


class AlprAlert:
    """``alpr_alert`` as JSON: one object, an array, or one per line."""

    name = "alpr_alert"
    title = "OpenALPR / Rekor Scout alerts (alpr_alert)"

    def sniff(self, head: str, name: str) -> float:
        """Certain where the first item calls itself an alert; the group it wraps may be named first."""
        del name
        return is_alone(head, "alpr_alert")

    def rows(self, stream: TextIO, options: Options) -> Iterator[Batch]:
        """Yield a row for the group in each alert."""
        del options
        return collect(stream, _read)


def _read(item: dict[str, Any]) -> list[tuple[Any, ...]] | Skip | str:
    kind = item.get("data_type")
    if kind == "alpr_alert":
        group = item.get("group")
        if isinstance(group, dict):
            return group_row(group)
        return "The alert holds no group."
    if isinstance(kind, str) and kind in _OTHERS:
        return Skip(_OTHERS[kind])
    return "The item's data_type is not alpr_alert."
