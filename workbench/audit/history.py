"""What the record itself says of earlier times: who was assigned to a case when, and who left on which day."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence

from workbench.audit.indicators.base import AccessRow, Assignment
from workbench.models import Member

__all__ = ["DEPARTURE", "assignments_in", "departures_in"]

DEPARTURE = "departure"
"""The kind of entry, among a member's qualifications, that says on which day they left."""

_ALWAYS = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_TOGETHER = dt.timedelta(minutes=1)
_DAY = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")
_LEFT = re.compile(
    r"\b(left (the )?(agency|department|city|service|employment|force)|depart(ed|ure)|retire(d|ment|s)|"
    r"resign(ed|ation|s)|terminat(ed|ion)|separat(ed|ion)|no longer (employed|works|with))\b",
    re.IGNORECASE,
)


def assignments_in(rows: Iterable[AccessRow]) -> list[Assignment]:
    """Return who was assigned to which case from when to when.

    An assignment that was entered together with its case counts from the beginning: the work on a case began before the
    register heard of it.

    Parameters
    ----------
    rows : iterable of AccessRow
        The record's rows about cases, in order.
    """
    registered: dict[str, dt.datetime] = {}
    running: dict[tuple[str, str], dt.datetime] = {}
    found: list[Assignment] = []
    for row in rows:
        number = row.case_number
        if row.action == "case.registered":
            registered[number] = row.at
        if row.action != "case.assigned":
            continue
        first = number in registered and row.at - registered[number] <= _TOGETHER
        for name in _names(row, "added"):
            running.setdefault((name, number), _ALWAYS if first else row.at)
        for name in _names(row, "removed"):
            since = running.pop((name, number), _ALWAYS)
            found.append(Assignment(name, number, since, row.at))
    found += [Assignment(name, number, since) for (name, number), since in running.items()]
    return found


def _names(row: AccessRow, which: str) -> list[str]:
    names = row.elements.get(which)
    return [name for name in names if isinstance(name, str)] if isinstance(names, list) else []


def departures_in(rows: Iterable[AccessRow], members: Sequence[Member]) -> dict[str, dt.date]:
    """Return on which day each departed member left.

    It is the day of an entry of the kind ``departure`` in the member's file. Else it is taken from why the account was
    disabled, where that says so ("left the agency on 2026-03-31", "retired"): the day named, or the day of disabling;
    unless the account was enabled again.

    Parameters
    ----------
    rows : iterable of AccessRow
        The record's rows about members, in order.
    """
    found: dict[str, dt.date] = {}
    for row in rows:
        member = row.elements.get("member")
        if not isinstance(member, str):
            continue
        if row.action == "member.disabled" and _LEFT.search(row.detail):
            found[member] = _day_named(row.detail, row.local.date())
        elif row.action == "member.enabled":
            found.pop(member, None)
    for each in members:
        days = [held.completed_on for held in each.qualifications if held.kind == DEPARTURE]
        if days:
            found[each.username] = max(days)
    return found


def _day_named(why: str, disabled: dt.date) -> dt.date:
    """Return the day that a reason names, where it is one and not after the account was disabled."""
    for text in _DAY.findall(why):
        try:
            day = dt.date.fromisoformat(text)
        except ValueError:
            continue
        if day <= disabled:
            return day
    return disabled
