"""What a result does not show, in plain sentences. Every result carries these; a report prints them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from workbench.models import Window

__all__ = [
    "ABSENCE",
    "A_READ",
    "PROBABILITY",
    "USUAL",
    "VERIFY",
    "canvass_caveats",
    "coverage_caveats",
    "history_caveats",
    "misread_caveats",
    "partial_caveats",
]

A_READ = (
    "A read shows that a camera recorded these characters at this place and time. "
    "It does not show who drove, and the characters may be misread."
)
ABSENCE = (
    "A vehicle that is not listed may still have been here: "
    "cameras watch some streets only, miss plates and misread them."
)
VERIFY = (
    "Verify every lead, by its image and in the official registration and wanted systems, "
    "before any enforcement."
)
USUAL = (
    "How usual a vehicle is here compares it with its own earlier reads by these cameras only. "
    "That a vehicle is new here is no suspicion by itself."
)
PROBABILITY = (
    "A probability weighs what was said against what the cameras read, under the error model named. "
    "It is not proof: mistakes that the model does not know are not in it."
)


def history_caveats() -> list[str]:
    """Return the sentences that a vehicle's history carries."""
    return [A_READ, ABSENCE, VERIFY]


def canvass_caveats(
    coverage: Sequence[dict[str, Any]], window: Window, *, timezone: str = "UTC"
) -> list[str]:
    """Return the sentences that a canvass carries, those on its cameras first."""
    return [*coverage_caveats(coverage, window, timezone=timezone), A_READ, ABSENCE, USUAL, VERIFY]


def partial_caveats(seen_by: str, *, learned: bool = False) -> list[str]:
    """Return the sentences that a ranking of partial plates carries.

    Parameters
    ----------
    seen_by : {"witness", "camera"}
        Whose mistakes were allowed for in what was said.
    learned : bool
        Whether the cameras' mistakes were learned from the agency's own reads.
    """
    who = "a witness's memory" if seen_by == "witness" else "a camera's misreading"
    scored = f"Scored with the error model for {who}; {_camera_table(learned=learned)}"
    return [scored, PROBABILITY, A_READ, ABSENCE, VERIFY]


def _camera_table(*, learned: bool) -> str:
    if learned:
        return "how cameras misread was learned from this agency's own reads."
    return (
        "how cameras misread is taken from a general table, not measured on this agency's cameras."
    )


def misread_caveats(prior: float, *, learned: bool = False) -> list[str]:
    """Return the sentences that the weighing of a hit carries.

    Parameters
    ----------
    prior : float
        Which part of passing vehicles was taken to bear the listed plate.
    learned : bool
        Whether the cameras' mistakes were learned from the agency's own reads.
    """
    from workbench.analysis.explain import number_text
    from workbench.analysis.misread import STANDING

    rare = (
        f"Before anything was weighed, 1 in {number_text(1.0 / prior)} passing vehicles was taken to bear the listed "
        "plate, and other vehicles as many as their reads show: another start gives another result."
    )
    listing = "Whether the listing is current, and was entered rightly, is not weighed."
    return [
        STANDING,
        f"Scored with the error model for a camera's misreading; {_camera_table(learned=learned)}",
        rare,
        listing,
        PROBABILITY,
        A_READ,
    ]


def coverage_caveats(
    coverage: Sequence[dict[str, Any]], window: Window, *, timezone: str = "UTC"
) -> list[str]:
    """Return in words what the cameras of a scene could not see.

    Parameters
    ----------
    coverage : sequence of dict
        As :func:`workbench.analysis.coverage.coverage` returns it.
    window : Window
        The span that was searched.
    timezone : str
        The agency's zone, for the times shown.
    """
    if not coverage:
        return ["No camera lies in this scene: an empty result says nothing about who was here."]
    fixed = [c for c in coverage if c["kind"] == "fixed"]
    moving = len(coverage) - len(fixed)
    zone = ZoneInfo(timezone)
    lines = []
    out = [c for c in coverage if c["outages"]]
    if out:
        known = "; ".join(_outage_words(c, window, zone) for c in out[:5])
        more = f"; and {len(out) - 5} more" if len(out) > 5 else ""
        lines.append(
            f"{_of(len(out), len(coverage))} in this scene {_were(len(out))} out "
            f"for part of this time: {known}{more}."
        )
    silent = [c for c in coverage if c.get("silent_days")]
    if silent:
        names = ", ".join(c["camera"] for c in silent)
        lines.append(
            f"{_of(len(silent), len(coverage))} delivered nothing on a day searched, against its "
            f"usual number of reads ({names}): it may have been out without a note."
        )
    if not fixed:
        lines.append("No fixed camera lies in this scene: only mobile units passed, by chance.")
    elif moving:
        unit = "unit was" if moving == 1 else "units were"
        lines.append(f"{moving} mobile {unit} here for part of the time only, by chance.")
    return lines


def _of(count: int, total: int) -> str:
    return f"{count} of {total} camera{'' if total == 1 else 's'}"


def _were(count: int) -> str:
    return "was" if count == 1 else "were"


def _outage_words(camera: dict[str, Any], window: Window, zone: ZoneInfo) -> str:
    """Return ``"C04 21:10–21:40 (no power)"``; days are named only where the window has several."""
    form = "%H:%M" if window.hours <= 24 else "%b %d %H:%M"
    spans = []
    for outage in camera["outages"][:3]:
        start = dt.datetime.fromisoformat(outage["start"]).astimezone(zone)
        end = dt.datetime.fromisoformat(outage["end"]).astimezone(zone)
        reason = f" ({outage['reason']})" if outage["reason"] else ""
        spans.append(f"{start.strftime(form)}–{end.strftime(form)}{reason}")
    return f"{camera['camera']} {', '.join(spans)}"
