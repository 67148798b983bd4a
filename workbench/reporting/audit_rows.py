"""Cells of an access on the record, as a reviewer reads them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from workbench.reporting import tables, text

__all__ = ["action", "asked", "case", "grounds", "when"]

_ACTIONS = {
    "query.history": "history of a plate",
    "query.canvass": "canvass",
    "query.partial": "partial plate",
    "query.misread": "misread check of a hit",
    "recognition.read": "plates read in a picture",
    "recognition.files": "plates read in picture files",
    "hotlist.match": "stored reads against hot lists",
    "hit.show": "open hit seen",
    "hit.review": "closed hit seen",
    "coverage.view": "camera coverage",
    "audit.review": "audit review",
    "login.refused": "log-in",
}


def when(row: Mapping[Any, Any], zone: str) -> Markup:
    """Return date and time in the agency's zone."""
    moment = text.local(row["at"], zone)
    return tables.pair(text.day(moment), text.clock(moment, seconds=True))


def case(row: Mapping[Any, Any]) -> Markup:
    """Return case number and crime type."""
    return tables.pair(row["case_number"] or "no case", row["crime_type"] or "")


def grounds(row: Mapping[Any, Any]) -> Markup:
    """Return purpose and reason; says so where there is none."""
    return tables.pair(
        text.humanize(str(row["purpose"] or "no purpose").replace("-", " ")),
        f"“{row['reason']}”" if row["reason"] else "no reason",
    )


def asked(row: Mapping[Any, Any], zone: str) -> Markup:
    """Return what the access asked for: its kind, the plate drawn as one, and the rest in words."""
    given = row["elements"]
    if isinstance(given, str):
        given = json.loads(given) if given.startswith("{") else {}
    given = dict(given or {})
    plate = given.pop("plate", "")
    chip = (
        Markup("<br>{}").format(tables.plate(str(plate), str(given.pop("state", "") or "")))
        if plate
        else ""
    )
    words = "; ".join(f"{name} {value}" for name, value in text.elements(given, zone))
    return tables.pair(Markup("{}{}").format(action(str(row["action"])), chip), words)


def action(name: str) -> str:
    """Return an action in words."""
    words = _ACTIONS.get(name, name.replace(".", " ").replace("_", " "))
    return words[:1].upper() + words[1:]
