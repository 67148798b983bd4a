"""What the indicators look at, and what they find."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby
from typing import Any, Literal

from workbench.analysis.pattern import Pattern
from workbench.analysis.plates import normalize
from workbench.audit.indicators.thresholds import Thresholds
from workbench.errors import BadPattern
from workbench.models import CaseRecord, Member
from workbench.policy.profile import Profile

__all__ = [
    "ROW_COLUMNS",
    "SEVERITIES",
    "AccessRow",
    "Assignment",
    "Facts",
    "Finding",
    "Material",
    "Severity",
    "count",
    "either",
    "refused_words",
    "rows_of",
    "who",
]

Severity = Literal["info", "low", "medium", "high"]
SEVERITIES: tuple[Severity, ...] = ("high", "medium", "low", "info")
"""Severities, the gravest first."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that waits for a reviewer. It is never a verdict.

    Parameters
    ----------
    id : str
        The indicator, such as ``REASON-VAGUE``; stable over releases.
    severity : {"info", "low", "medium", "high"}
        How soon a reviewer should look. It says nothing about guilt.
    title : str
        What was seen, in a few words.
    words : str
        The same as a sentence with its numbers. It names members, never a plate.
    username : str
        The account concerned; several, in alphabetical order and joined by ``", "``, where it is about several.
    rows : tuple of int
        The accesses behind it, by number.
    """

    id: str
    severity: Severity
    title: str
    words: str
    username: str
    rows: tuple[int, ...]

    @property
    def key(self) -> str:
        """What it is called where a reviewer decides on it: the same in every review that finds the same accesses."""
        told = json.dumps([self.id, self.username, self.rows], separators=(",", ":"))
        return hashlib.sha256(told.encode()).hexdigest()[:16]

    @property
    def accounts(self) -> frozenset[str]:
        """The user names of the accounts concerned."""
        return frozenset(self.username.split(", ")) - {""}


@dataclass(frozen=True, slots=True)
class Assignment:
    """A member's work on a case, from one moment to another (None: to this day)."""

    username: str
    case_number: str
    assigned_at: dt.datetime
    ended_at: dt.datetime | None = None

    def held(self, at: dt.datetime) -> bool:
        """Say whether it was in force at a moment."""
        return self.assigned_at <= at and (self.ended_at is None or at < self.ended_at)


def _nobody(_plate: str) -> frozenset[str]:
    return frozenset()


@dataclass(frozen=True)
class Facts:
    """What is known beside the record: the register of cases, members, departures, policy, the present.

    Parameters
    ----------
    cases : mapping
        The register, by case number.
    assignments : sequence of Assignment
        Who worked on which case from when to when; where it says nothing, ``CaseRecord.assigned`` is taken for any
        time.
    members : mapping
        By user name.
    departures : mapping
        The day on which a member left, by user name; the account should not be used after it.
    profile : Profile, optional
        The policy in force.
    now : datetime
        When the review is made, aware.
    zone : tzinfo
        The agency's zone.
    households : callable, optional
        Returns the user names in whose household a plate is.
    """

    now: dt.datetime
    zone: dt.tzinfo
    cases: Mapping[str, CaseRecord] = field(default_factory=dict)
    assignments: Sequence[Assignment] = ()
    members: Mapping[str, Member] = field(default_factory=dict)
    departures: Mapping[str, dt.date] = field(default_factory=dict)
    profile: Profile | None = None
    thresholds: Thresholds = field(default_factory=Thresholds)
    households: Callable[[str], frozenset[str]] = _nobody

    @cached_property
    def _assigned(self) -> dict[tuple[str, str], list[Assignment]]:
        found: dict[tuple[str, str], list[Assignment]] = {}
        for each in self.assignments:
            found.setdefault((each.username, each.case_number), []).append(each)
        return found

    def is_assigned(self, username: str, case: CaseRecord, at: dt.datetime) -> bool:
        """Say whether a member was assigned to a case at a moment."""
        known = self._assigned.get((username, case.number))
        if known is None:
            return username in case.assigned
        return any(each.held(at) for each in known)

    def was_closed(self, case: CaseRecord, day: dt.date) -> bool:
        """Say whether a case was closed before a day; on the day of its closing it still counts as open."""
        if case.status != "closed":
            return False
        return case.closed_on is None or day > case.closed_on


@dataclass(frozen=True)
class AccessRow:
    """One row of the record as the indicators read it; times are aware, ``local`` in the agency's zone."""

    access_id: int
    at: dt.datetime
    local: dt.datetime
    phase: str
    action: str
    outcome: str
    username: str
    name: str
    case_number: str
    crime_type: str
    incident_number: str
    purpose: str
    reason: str
    detail: str
    elements: Mapping[str, Any]
    automatic: bool
    address: str
    host: str
    session_id: int | None

    @property
    def is_search(self) -> bool:
        """Whether it asked for reads."""
        return self.action.startswith("query.")

    @property
    def is_use(self) -> bool:
        """Whether the account was used; a session that ended by itself, or a lock, is no use of it."""
        return bool(self.username) and self.action not in _NO_USE

    @property
    def refused(self) -> bool:
        """Whether policy said no."""
        return self.outcome == "refused"

    @cached_property
    def plate(self) -> str:
        """The whole plate that was asked for; empty for a pattern or a place."""
        plate = self.elements.get("plate")
        if isinstance(plate, str):
            return normalize(plate)
        pattern = self.elements.get("pattern")
        return normalize(pattern) if isinstance(pattern, str) and pattern.isalnum() else ""

    @cached_property
    def pattern(self) -> Pattern | None:
        """The partial plate that was asked for, or None."""
        text = self.elements.get("pattern")
        if not isinstance(text, str):
            return None
        try:
            return Pattern.parse(text)
        except BadPattern:
            return None


_NO_USE = ("session.ended", "login.locked", "account.disabled")
_TEXTS = (
    "phase",
    "action",
    "outcome",
    "username",
    "name",
    "case_number",
    "crime_type",
    "incident_number",
    "purpose",
    "reason",
    "detail",
    "address",
    "host",
)
ROW_COLUMNS = ("access_id", "at", "automatic", "session_id", "elements", *_TEXTS)
"""The columns of the record that a row is made from."""


def rows_of(records: Iterable[Mapping[Any, Any]], zone: dt.tzinfo) -> list[AccessRow]:
    """Return records (as :func:`workbench.audit.show.records` gives them) as rows, in the order of their numbers."""
    rows = [_row(record, zone) for record in records]
    return sorted(rows, key=lambda row: row.access_id)


def _row(record: Mapping[Any, Any], zone: dt.tzinfo) -> AccessRow:
    at: dt.datetime = record["at"]
    if hasattr(at, "to_pydatetime"):
        at = at.to_pydatetime()
    session_id = record.get("session_id")
    return AccessRow(
        access_id=int(record["access_id"]),
        at=at,
        local=at.astimezone(zone),
        automatic=bool(record["automatic"]),
        session_id=int(session_id) if isinstance(session_id, int) else None,
        elements=record["elements"],
        **{name: str(record[name]) for name in _TEXTS},
    )


@dataclass(frozen=True)
class Material:
    """The record of a period and of some time before it, with the facts beside it."""

    rows: Sequence[AccessRow]
    facts: Facts
    start: dt.datetime
    end: dt.datetime

    @property
    def limits(self) -> Thresholds:
        """The thresholds."""
        return self.facts.thresholds

    @cached_property
    def manual(self) -> tuple[AccessRow, ...]:
        """The searches that people made. What ran by itself is kept apart: it has no hours, habits or motives."""
        return tuple(row for row in self.rows if row.is_search and not row.automatic)

    def by_member(
        self, rows: Iterable[AccessRow] | None = None
    ) -> list[tuple[str, list[AccessRow]]]:
        """Return rows (the manual searches by default) by account, in alphabetical order."""
        chosen = sorted(
            self.manual if rows is None else rows, key=lambda row: (row.username, row.access_id)
        )
        return [(name, list(group)) for name, group in groupby(chosen, lambda row: row.username)]

    def in_period(self, rows: Iterable[AccessRow]) -> list[AccessRow]:
        """Return those rows that lie in the period itself."""
        return [row for row in rows if self.start <= row.at < self.end]

    def finding(
        self,
        id: str,  # noqa: A002 -- the finding's own name for it
        severity: Severity,
        title: str,
        words: str,
        rows: Sequence[AccessRow],
    ) -> Finding:
        """Make a finding about the account or accounts of its rows."""
        usernames = ", ".join(sorted({row.username for row in rows}))
        numbers = tuple(sorted({row.access_id for row in rows}))
        return Finding(id, severity, title, words, usernames, numbers)


def count(number: int, one: str, many: str = "") -> str:
    """Return a number with its noun.

    Examples
    --------
    >>> count(1, "search", "searches"), count(1234, "search", "searches"), count(2, "day")
    ('1 search', '1,234 searches', '2 days')
    """
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def either(words: Sequence[str], last: str = "or") -> str:
    """Return words as a list in a sentence.

    Examples
    --------
    >>> either(["no case", "a closed case"]), either(["a", "b", "c"], "and")
    ('no case or a closed case', 'a, b and c')
    """
    *others, end = words
    return f"{', '.join(others)} {last} {end}" if others else end


def refused_words(rows: Sequence[AccessRow]) -> str:
    """Return how many of some accesses policy refused, as the end of a sentence; empty where none."""
    refused = sum(row.refused for row in rows)
    if not refused:
        return ""
    if refused == len(rows):
        return "; policy refused it" if refused == 1 else "; policy refused them all"
    return f"; policy refused {refused:,} of them"


def who(rows: Sequence[AccessRow]) -> str:
    """Return the member's name as last recorded, or the user name."""
    return rows[-1].name or rows[-1].username
