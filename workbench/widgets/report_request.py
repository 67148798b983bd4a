"""What is on the desk as parameters of a report notebook; no widget in here."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from workbench.errors import BadInput
from workbench.models import Grounds
from workbench.reporting.parameters import check

__all__ = ["ReportRequest", "link_from", "report_folder", "request_of", "title_of"]

_DESCRIBED = ("pattern", "seen_by", "state", "color", "make", "model", "body")
_TITLES = {"partial_plate": "partial plate", "canvass": "canvass"}

ReportRequest = tuple[str, dict[str, Any]]


def request_of(attrs: Mapping[Any, Any], grounds: Grounds) -> ReportRequest:
    """Return a report's name and its checked parameters, out of what a result says that it was asked for.

    Parameters
    ----------
    attrs : mapping
        The ``attrs`` of the result that is shown.
    grounds : Grounds
        The case in hand: its reason stands in the report.

    Raises
    ------
    BadInput
        There is no report of such a result, or it was found for another case.
    """
    query = attrs.get("query") or {}
    if attrs.get("case") != grounds.case_number:
        raise BadInput("What is shown was found for another case.", "Search again for this one.")
    zone = ZoneInfo(str(attrs.get("timezone") or "UTC"))
    if "pattern" in query:
        report = "partial_plate"
        own = {name: query[name] for name in _DESCRIBED if query.get(name)}
        own |= _circle(query.get("near"))
    elif "center" in query or "polygon" in query:
        report, own = "canvass", _scene(query)
    else:
        raise BadInput(
            "There is no report of this result.",
            "Save the partial plate or the canvass that led to it.",
        )
    times = {name: _local(query[name], zone) for name in ("start", "end", "at") if query.get(name)}
    parameters = {
        "case": grounds.case_number,
        "purpose": grounds.purpose,
        "reason": grounds.reason,
        "crime_type": grounds.crime_type,
        "incident_number": grounds.incident_number,
        **own,
        **times,
    }
    check(report, parameters)
    return report, parameters


def title_of(report: str) -> str:
    """Return a report's name in words."""
    return _TITLES[report]


def _circle(near: Mapping[str, Any] | None) -> dict[str, Any]:
    if not near:
        return {}
    if "polygon" in near:
        raise BadInput(
            "The partial-plate report takes a circle, and this search was made in a polygon.",
            "Give the place as a point with a radius and search again.",
        )
    return _scene(near)


def _scene(elements: Mapping[str, Any]) -> dict[str, Any]:
    if polygon := elements.get("polygon"):
        return {"polygon": [[float(value) for value in corner] for corner in polygon]}
    latitude, longitude = elements["center"]
    return {
        "latitude": float(latitude),
        "longitude": float(longitude),
        "radius_m": float(elements["radius_m"]),
    }


def _local(moment: str, zone: ZoneInfo) -> str:
    return dt.datetime.fromisoformat(moment).astimezone(zone).isoformat()


def report_folder(home: Path, here: Path, environment: Mapping[str, str]) -> Path:
    """Return where a desk keeps its reports: beside its notebook in JupyterLab, where Lab can open them; else at home.

    Parameters
    ----------
    home : Path
        The workbench home.
    here : Path
        The kernel's folder.
    environment : mapping
        The kernel's environment; Jupyter names the notebook in ``JPY_SESSION_NAME``, Voilà itself in
        ``SERVER_SOFTWARE``.
    """
    page = environment.get("SERVER_SOFTWARE", "").lower().startswith("voila")
    lab = bool(environment.get("JPY_SESSION_NAME")) and not page
    return (here if lab and os.access(here, os.W_OK) else home) / "reports"


def link_from(here: Path, path: Path) -> str:
    """Return the link from a notebook in a folder to a file below that folder; empty where there is none."""
    try:
        return path.resolve().relative_to(here.resolve()).as_posix()
    except ValueError:
        return ""
