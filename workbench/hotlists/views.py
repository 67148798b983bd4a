"""A hit as it is shown: the read, the entry, what differs, what was done and what is to be done."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any
from zoneinfo import ZoneInfo

from workbench.hotlists.differences import Point, compare
from workbench.hotlists.entries import Entry
from workbench.hotlists.hits import Hit
from workbench.hotlists.lists import HotList
from workbench.hotlists.steps import STANDING
from workbench.policy.profile import Profile

__all__ = ["HitView", "StepView", "view"]


@dataclass(frozen=True, slots=True)
class StepView:
    """One step: what the policy asks, and what was done of it.

    ``state`` is done, next, later, or not needed.
    """

    step: str
    what: str
    clause: str
    citation: str
    state: str
    outcome: str = ""
    by: str = ""
    name: str = ""
    at: dt.datetime | None = None
    said: Mapping[str, Any] | None = None
    roles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class HitView:
    """A hit as it is shown.

    Parameters
    ----------
    standing, notice : str
        What every hit says, and what the agency's policy says.
    read : mapping or None
        The read, as a row of a reads frame; None where it is no longer kept.
    entries : tuple of Entry
        What is listed for the plate.
    of_list : mapping
        The list's code, title, source, purpose and currency.
    points : tuple of Point
        What differs, what is doubtful, what is not known, what agrees, in that order.
    dispositions, closings : tuple of str
        How the hit can be closed now, and what may have come after a correct one.
    """

    hit: int
    status: str
    to_do: str
    standing: str
    notice: str
    raised_at: dt.datetime
    path: str
    camera: str
    camera_name: str
    listed: str
    near: bool
    probability: float
    read: Mapping[str, Any] | None
    entries: tuple[Entry, ...]
    of_list: Mapping[str, Any]
    points: tuple[Point, ...]
    steps: tuple[StepView, ...]
    disposition: str
    dispositions: tuple[str, ...]
    closings: tuple[str, ...]
    access_id: int
    timezone: str
    agency: str

    def plain(self) -> dict[str, Any]:
        """Return plain JSON-able values; times stay datetimes."""
        told = {
            name: getattr(self, name)
            for name in (
                "hit", "status", "to_do", "standing", "notice", "raised_at", "path", "camera",
                "camera_name", "listed", "near", "probability", "of_list", "disposition",
                "dispositions", "closings", "access_id", "timezone", "agency",
            )
        }  # fmt: skip
        told["read"] = dict(self.read) if self.read is not None else None
        told["entries"] = [entry.plain() for entry in self.entries]
        told["points"] = [point.plain() for point in self.points]
        told["steps"] = [asdict(step) for step in self.steps]
        return told


def view(
    hit: Hit,
    read: Mapping[str, Any] | None,
    of: HotList,
    *,
    profile: Profile,
    agency: str,
    zone: ZoneInfo,
    now: dt.datetime,
    access_id: int,
) -> HitView:
    """Put a hit together as it is shown."""
    points = compare(
        hit.entries[0], read, of, near=hit.near, probability=hit.probability, now=now, zone=zone
    )
    return HitView(
        hit=hit.id,
        status=hit.plan.status,
        to_do=hit.plan.to_do,
        standing=STANDING,
        notice=" ".join(profile.state_database.notice.split()),
        raised_at=hit.raised_at,
        path=hit.path,
        camera=hit.camera,
        camera_name=hit.camera_name,
        listed=hit.listed,
        near=hit.near,
        probability=hit.probability,
        read=read,
        entries=hit.entries,
        of_list=hit.of_list,
        points=tuple(points),
        steps=tuple(_steps(hit, profile)),
        disposition=hit.plan.closed,
        dispositions=hit.plan.dispositions,
        closings=hit.plan.closings,
        access_id=access_id,
        timezone=zone.key,
        agency=agency,
    )


def _steps(hit: Hit, profile: Profile) -> list[StepView]:
    done = {act.step: act for act in hit.acts}
    following = hit.plan.next
    found = []
    for step in hit.plan.steps:
        act = done.get(step.step)
        asked = {
            "step": step.step,
            "what": step.what,
            "clause": step.clause,
            "citation": profile.cite(step),
            "roles": step.roles,
        }
        if act is not None:
            told = {"by": act.username, "name": act.name, "at": act.at, "said": act.said}
            found.append(StepView(state="done", outcome=act.outcome, **told, **asked))  # type: ignore[arg-type]
        elif following is not None and following.step == step.step:
            found.append(StepView(state="next", **asked))  # type: ignore[arg-type]
        else:
            over = hit.plan.against or hit.plan.closed
            found.append(StepView(state="not needed" if over else "later", **asked))  # type: ignore[arg-type]
    if act := done.get("close"):
        found.append(
            StepView(
                "close", "Close the hit with its disposition.", "", "", "done",
                act.outcome, act.username, act.name, act.at, act.said,
            )
        )  # fmt: skip
    return found
