"""Frozen values that cross a layer.

Times are aware and in UTC; positions are WGS 84 (EPSG:4326) degrees; distances are metres.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from workbench.errors import BadInput, BadTime

__all__ = [
    "CaseRecord",
    "Extent",
    "Grounds",
    "Member",
    "Qualification",
    "Scene",
    "Session",
    "Window",
]

MemberKind = Literal["person", "contractor", "service"]
CaseStatus = Literal["open", "closed"]

_WORLD_LATITUDE = 90.0
_WORLD_LONGITUDE = 180.0
_CORNERS = 3


@dataclass(frozen=True, slots=True)
class Window:
    """A span of time, start included and end excluded; both aware, kept in UTC."""

    start: dt.datetime
    end: dt.datetime

    def __post_init__(self) -> None:
        for name in ("start", "end"):
            value: dt.datetime = getattr(self, name)
            if value.tzinfo is None:
                raise BadTime(
                    f"The window's {name} has no time zone.", "Give a time with an offset."
                )
            object.__setattr__(self, name, value.astimezone(dt.UTC))
        if self.end <= self.start:
            raise BadTime("The window ends before it starts.", "Swap start and end.")

    @property
    def hours(self) -> float:
        """Length in hours."""
        return (self.end - self.start).total_seconds() / 3600


@dataclass(frozen=True, slots=True)
class Scene:
    """A place on the ground: a circle (center and radius) or a polygon.

    Parameters
    ----------
    latitude, longitude : float
        The center of the circle, or any point of reference of the polygon, in degrees.
    radius_m : float
        Radius in metres; 0 for a polygon.
    polygon : tuple of (latitude, longitude)
        Corners of the polygon in order, three or more; empty for a circle.
    """

    latitude: float
    longitude: float
    radius_m: float = 0.0
    polygon: tuple[tuple[float, float], ...] = ()

    def __post_init__(self) -> None:
        for latitude, longitude in ((self.latitude, self.longitude), *self.polygon):
            if not (abs(latitude) <= _WORLD_LATITUDE and abs(longitude) <= _WORLD_LONGITUDE):
                raise BadInput(
                    "The scene is not on the globe.",
                    "Give latitude then longitude, in degrees: (36.58, -120.25).",
                )
        if self.polygon and len(self.polygon) < _CORNERS:
            raise BadInput(
                "A polygon needs three corners or more.", "Add corners or give a radius."
            )
        if not self.polygon and not self.radius_m > 0:
            raise BadInput("A scene needs a radius or a polygon.", "Give radius_m, such as 800.")

    def elements(self) -> dict[str, Any]:
        """Return what the access record keeps of the scene."""
        if self.polygon:
            return {"polygon": [list(corner) for corner in self.polygon]}
        return {"center": [self.latitude, self.longitude], "radius_m": self.radius_m}


@dataclass(frozen=True, slots=True)
class Qualification:
    """Something a member has completed: training, policy-read, a certification or a check.

    ``kind`` is a word of the profile (``training``, ``policy-read``, ``clets``, ``live-scan`` …);
    ``topics`` lists what a training held. ``expires_on`` is None where the profile's own period rules.
    """

    kind: str
    completed_on: dt.date
    expires_on: dt.date | None = None
    topics: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Member:
    """An account and its standing."""

    id: int
    username: str
    name: str
    organization: str
    kind: MemberKind
    roles: frozenset[str]
    active: bool
    qualifications: tuple[Qualification, ...] = ()
    created_at: dt.datetime | None = None
    last_login_at: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Session:
    """Who is asking, from where. ``address`` is the IP address, ``host`` the machine's name."""

    id: int
    member: Member
    address: str
    host: str
    created_at: dt.datetime
    automatic: bool = False


@dataclass(frozen=True, slots=True)
class CaseRecord:
    """A case of the register."""

    id: int
    number: str
    crime_type: str
    status: CaseStatus
    incident_number: str = ""
    title: str = ""
    opened_on: dt.date | None = None
    closed_on: dt.date | None = None
    assigned: frozenset[str] = frozenset()
    source: str = "manual"


@dataclass(frozen=True, slots=True)
class Grounds:
    """Why a query is made: the case, the purpose out of the profile's list, the reason in words."""

    case_number: str
    purpose: str
    reason: str
    crime_type: str = ""
    incident_number: str = ""


@dataclass(frozen=True, slots=True)
class Extent:
    """How wide a query is: what the profile's limits are held against."""

    window: Window | None = None
    area_km2: float | None = None
    known_characters: int | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
