"""The file of requests: each with its steps, appended and never changed; where it stands is what the last step says."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import sqlalchemy as sa

from workbench.errors import BadInput
from workbench.policy.profile import Profile
from workbench.records.release_tables import release_requests, release_steps
from workbench.records.tables import members

__all__ = [
    "CLOSED",
    "Recipient",
    "Release",
    "State",
    "Step",
    "Use",
    "append",
    "enter",
    "load",
    "one",
]

State = Literal["requested", "under review", "approved", "denied", "referred", "fulfilled"]
Recipient = Literal["law-enforcement", "prosecutor", "other"]
Use = Literal["official", "personal", "commercial"]
CLOSED: frozenset[str] = frozenset({"denied", "referred", "fulfilled"})
"""States that nothing follows but handing the package over once more."""

_SEE = "See: workbench release list"


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a request: what was done, by whom, under which title, and where the request stood after it."""

    number: int
    act: str
    state: State
    at: dt.datetime
    username: str
    name: str
    title: str = ""
    words: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)
    record_seq: int = 0


@dataclass(frozen=True, slots=True)
class Release:
    """A request for reads with its steps, the oldest first.

    ``purpose_text`` is the intended purpose in the request's own words, ``purpose`` that of the policy's list under
    which it is fulfilled; ``query`` and ``parameters`` say which reads are asked for.
    """

    id: int
    number: str
    agency: str
    person: str
    recipient: Recipient
    use: Use
    purpose_text: str
    dated_on: dt.date
    scan_sha256: str
    scan_name: str
    case_number: str
    purpose: str
    query: str
    parameters: Mapping[str, Any]
    entered_by: str
    entered_at: dt.datetime
    steps: tuple[Step, ...] = ()

    @property
    def state(self) -> State:
        """Where it stands."""
        return self.steps[-1].state

    @property
    def verified(self) -> bool:
        """Whether somebody has verified the recipient."""
        return any(step.act == "verify" for step in self.steps)

    def last(self, act: str) -> Step | None:
        """Return the last step of a kind, or None."""
        return next((step for step in reversed(self.steps) if step.act == act), None)

    def kept_until(self, profile: Profile) -> dt.date | None:
        """Return the day until which it stays on file at least; None while it is open."""
        if self.state not in CLOSED:
            return None
        keep = profile.releases.keep or profile.access_record.keep
        return keep.day_after(self.steps[-1].at.date())


def load(connection: sa.Connection, number: str | None = None) -> list[Release]:
    """Return requests in the order in which they came: all of them, or the one asked for."""
    wanted = sa.true() if number is None else release_requests.c.number == number
    named = sa.select(members.c.id, members.c.username, members.c.name)
    people = {row.id: (row.username, row.name) for row in connection.execute(named)}
    steps: dict[int, list[Step]] = {}
    query = (
        sa.select(release_steps)
        .join(release_requests, release_requests.c.id == release_steps.c.request_id)
        .where(wanted)
        .order_by(release_steps.c.request_id, release_steps.c.number)
    )
    for row in connection.execute(query):
        username, name = people[row.member_id]
        step = Step(
            row.number,
            row.act,
            row.state,
            row.at,
            username,
            name,
            row.title,
            row.words,
            json.loads(row.details),
            row.record_seq,
        )
        steps.setdefault(row.request_id, []).append(step)
    rows = connection.execute(
        release_requests.select().where(wanted).order_by(release_requests.c.id)
    )
    return [_release(row, people[row.entered_by][0], steps[row.id]) for row in rows]


def one(connection: sa.Connection, number: str) -> Release:
    """Return a request; raises BadInput where there is none of that number."""
    wanted = number.strip().upper()
    found = load(connection, wanted) if wanted.isascii() and wanted.isprintable() else []
    if not found:
        raise BadInput("There is no request of that number.", _SEE)
    return found[0]


def enter(connection: sa.Connection, values: Mapping[str, Any], year: int) -> tuple[int, str]:
    """Enter a request and return its id and number; the connection holds the write lock."""
    prefix = f"R{year % 100:02d}-"
    count = sa.select(sa.func.count()).where(release_requests.c.number.startswith(prefix))
    number = f"{prefix}{connection.execute(count).scalar_one() + 1:04d}"
    row = {**values, "number": number, "parameters": json.dumps(values["parameters"])}
    fresh = release_requests.insert().returning(release_requests.c.id)
    return int(connection.execute(fresh, row).scalar_one()), number


def append(connection: sa.Connection, request_id: int, values: Mapping[str, Any]) -> int:
    """Append a step and return its number."""
    last = sa.select(sa.func.max(release_steps.c.number)).where(
        release_steps.c.request_id == request_id
    )
    number = (connection.execute(last).scalar() or 0) + 1
    details = json.dumps(values.get("details", {}), sort_keys=True)
    row = {**values, "request_id": request_id, "number": number, "details": details}
    connection.execute(release_steps.insert(), row)
    return int(number)


def _release(row: sa.Row[Any], entered_by: str, steps: Iterable[Step]) -> Release:
    plain = dict(row._mapping)  # noqa: SLF001 -- SQLAlchemy's public name for it
    plain["parameters"] = json.loads(plain["parameters"])
    plain["entered_by"] = entered_by
    return Release(**plain, steps=tuple(steps))
