"""The tables of an audit: what was done by whom and for what, and how members and accounts stand.

Members stand in alphabetical order everywhere. How often somebody searched is no sign of misuse, so
nothing is ranked by it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from workbench.audit.account_dates import AccountDates
from workbench.audit.indicators.base import AccessRow, Facts, count
from workbench.audit.indicators.habits import hours_text, outside_hours, own_hours
from workbench.audit.indicators.reasons import is_digits, is_vague
from workbench.audit.indicators.thresholds import Thresholds
from workbench.models import Member
from workbench.policy.profile import Profile
from workbench.policy.requirements import Standing, local_day, standing

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "account_review",
    "by_crime_type",
    "by_member",
    "by_purpose",
    "population_of",
    "training_currency",
]

_COUNTED = ("searches", "answered", "manual", "automatic", "refused", "failed", "unfinished")


def _counts(rows: Sequence[AccessRow]) -> dict[str, int]:
    """Count searches by how they were made and how they ended; refused ones are among them."""
    values = {
        "searches": len(rows),
        "answered": sum(row.outcome == "ok" for row in rows),
        "manual": sum(not row.automatic for row in rows),
        "automatic": sum(row.automatic for row in rows),
    }
    return values | {name: sum(row.outcome == name for row in rows) for name in _COUNTED[4:]}


def population_of(rows: Sequence[AccessRow]) -> dict[str, int]:
    """Return what there was in the period.

    ``accesses`` are all queries for reads, however they ended: manual and automatic add up to them, and so do answered,
    refused, failed and unfinished. ``records`` are these and everything else on the record, such as log-ins.
    """
    searches = [row for row in rows if row.is_search]
    counts = _counts(searches)
    return {
        "records": len(rows),
        "accesses": counts.pop("searches"),
        **counts,
        "members": len({row.username for row in searches}),
        "cases": len({row.case_number for row in searches if row.case_number}),
        "plates": len({row.plate for row in searches if row.plate}),
    }


def _group(
    rows: Iterable[AccessRow], key: Callable[[AccessRow], str]
) -> list[tuple[str, list[AccessRow]]]:
    groups: dict[str, list[AccessRow]] = {}
    for row in rows:
        groups.setdefault(key(row), []).append(row)
    return sorted(groups.items())


def _table(rows: list[dict[str, Any]], columns: Sequence[str]) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(rows, columns=list(columns))


def by_member(
    searches: Sequence[AccessRow], whole: Sequence[AccessRow], facts: Facts
) -> pd.DataFrame:
    """Return each member's searches, in alphabetical order of their names.

    Parameters
    ----------
    searches : sequence of AccessRow
        The period's.
    whole : sequence of AccessRow
        Those and the ones looked back at: what a member's own hours are taken from.

    Returns
    -------
    DataFrame
        ``vague`` are manual searches whose reason says nothing or only digits, refused ones too; the shares are of
        the manual searches, between 0 and 1, missing where there are none. ``own_hours`` is the block of the day that
        holds 85 % of the member's manual searches.
    """
    history = dict(
        _group(
            (row for row in whole if row.is_search and not row.automatic), lambda row: row.username
        )
    )
    rows = []
    for username, found in _group(searches, lambda row: row.username):
        member = facts.members.get(username)
        rows.append(
            {
                "username": username,
                "name": found[-1].name or username,
                "roles": " ".join(sorted(member.roles)) if member else "",
                "kind": member.kind if member else "",
                **_counts(found),
                "cases": len({row.case_number for row in found if row.case_number}),
                "plates": len({row.plate for row in found if row.plate}),
                **_manners(found, history.get(username, []), facts.thresholds),
                "first_at": found[0].local,
                "last_at": found[-1].local,
            }
        )
    rows.sort(key=lambda row: (str(row["name"]).casefold(), str(row["username"])))
    return _table(rows, _BY_MEMBER)


_BY_MEMBER = (
    "username", "name", "roles", "kind", *_COUNTED, "cases", "plates", "vague", "vague_share", "own_hours",
    "outside_hours", "outside_hours_share", "first_at", "last_at",
)  # fmt: skip


def _manners(
    found: Sequence[AccessRow], history: Sequence[AccessRow], limits: Thresholds
) -> dict[str, Any]:
    manual = [row for row in found if not row.automatic]
    vague = sum(is_vague(row.reason) or is_digits(row.reason) for row in manual)
    block = own_hours(history, limits)
    outside = (
        None if block is None else sum(outside_hours(row.local.hour, block) > 0 for row in manual)
    )
    return {
        "vague": vague,
        "vague_share": vague / len(manual) if manual else None,
        "own_hours": hours_text(block).replace(" and ", "–") if block else "",
        "outside_hours": outside,
        "outside_hours_share": outside / len(manual) if outside is not None and manual else None,
    }


def by_purpose(searches: Sequence[AccessRow], profile: Profile) -> pd.DataFrame:
    """Return the searches for each purpose, with the purpose as the profile words it."""
    rows = []
    for purpose, found in _group(searches, lambda row: row.purpose):
        known = profile.purpose(purpose)
        label = known.label if known else ("none given" if not purpose else "not in the profile")
        rows.append({"purpose": purpose, "label": label, **_counts(found), **_spread(found)})
    return _table(rows, ("purpose", "label", *_COUNTED, "members", "cases"))


def by_crime_type(searches: Sequence[AccessRow]) -> pd.DataFrame:
    """Return the searches for each crime type, with how many incident numbers they bear.

    ``incidents`` counts distinct incident numbers; ``without_incident`` the searches that bear none and
    were not refused.
    """
    rows = [
        {
            "crime_type": crime_type,
            **_counts(found),
            **_spread(found),
            "incidents": len({row.incident_number for row in found if row.incident_number}),
            "without_incident": sum(not (row.incident_number or row.refused) for row in found),
        }
        for crime_type, found in _group(searches, lambda row: row.crime_type)
    ]
    columns = ("crime_type", *_COUNTED, "members", "cases", "incidents", "without_incident")
    return _table(rows, columns)


def _spread(found: Sequence[AccessRow]) -> dict[str, int]:
    return {
        "members": len({row.username for row in found}),
        "cases": len({row.case_number for row in found if row.case_number}),
    }


def training_currency(members: Iterable[Member], facts: Facts, profile: Profile) -> pd.DataFrame:
    """Return how each active member stands with everything the policy asks of them, on the day of the review.

    ``status`` is ``current``, ``expires soon``, ``expired``, ``missing``, or ``incomplete`` where a required topic was
    not covered; ``note`` says which.
    """
    day = local_day(profile, facts.now)
    rows = [
        {
            "username": member.username,
            "name": member.name,
            "roles": " ".join(sorted(member.roles)),
            "kind": each.requirement.kind,
            "what": each.requirement.what,
            "completed_on": each.completed_on,
            "expires_on": each.current_until,
            "status": _status(each, day, facts.thresholds),
            "note": _lacking(each),
            "citation": profile.cite(each.requirement),
        }
        for member in _by_name(members)
        if member.active
        for each in standing(profile, member, day)
    ]
    return _table(rows, _TRAINING)


_TRAINING = (
    "username", "name", "roles", "kind", "what", "completed_on", "expires_on", "status", "note", "citation",
)  # fmt: skip


def _status(each: Standing, day: dt.date, limits: Thresholds) -> str:
    if each.state != "held":
        return {"missing": "missing", "lapsed": "expired", "incomplete": "incomplete"}[each.state]
    soon = dt.timedelta(days=limits.expires_soon_days)
    ends = each.current_until
    return "expires soon" if ends is not None and ends - day <= soon else "current"


def _lacking(each: Standing) -> str:
    labels = {topic.id: topic.label for topic in each.requirement.topics}
    topics = "; ".join(labels[topic] for topic in each.missing_topics)
    return f"lacks {topics}" if topics else ""


def account_review(
    members: Iterable[Member],
    rows: Sequence[AccessRow],
    last_search: Mapping[str, dt.datetime],
    facts: Facts,
    dates: Mapping[str, AccountDates] | None = None,
) -> pd.DataFrame:
    """Return every account with what a reviewer of accounts should see; times are local.

    Parameters
    ----------
    rows : sequence of AccessRow
        The period's, of all kinds.
    last_search : mapping
        When each account last asked a query, over the whole record.
    dates : mapping, optional
        When each account was last reviewed; what is late or yet to be done stands among the notes.
    """
    shared = _machines(rows)
    reviewed = dates or {}
    found = [
        {
            "username": member.username,
            "name": member.name,
            "roles": " ".join(sorted(member.roles)),
            "kind": member.kind,
            "active": member.active,
            "created_at": _local(member.created_at, facts),
            "last_login_at": _local(member.last_login_at, facts),
            "last_search_at": _local(last_search.get(member.username), facts),
            "reviewed_on": _local(_reviewed_at(reviewed, member), facts),
            "note": "; ".join([*_notes(member, shared, facts), *_late(reviewed, member)]),
        }
        for member in _by_name(members)
    ]
    return _table(found, _ACCOUNTS)


_ACCOUNTS = (
    "username", "name", "roles", "kind", "active", "created_at", "last_login_at", "last_search_at",
    "reviewed_on", "note",
)  # fmt: skip


def _reviewed_at(dates: Mapping[str, AccountDates], member: Member) -> dt.datetime | None:
    return dates[member.username].reviewed_at if member.username in dates else None


def _late(dates: Mapping[str, AccountDates], member: Member) -> list[str]:
    words = dates[member.username].words if member.username in dates else ""
    return [words] if words else []


def _notes(member: Member, shared: Mapping[str, int], facts: Facts) -> list[str]:
    notes = []
    left = facts.departures.get(member.username)
    if not member.active:
        notes.append("disabled")
    elif left is not None:
        notes.append("departed but open")
    if member.active and member.last_login_at is None:
        notes.append("never logged in")
    elif member.active and member.last_login_at is not None:
        idle = (facts.now - member.last_login_at).days
        if idle >= facts.thresholds.idle_note_days:
            notes.append(f"no log-in for {count(idle, 'day')}")
    if member.active and not member.roles:
        notes.append("no role")
    if others := shared.get(member.username):
        notes.append(f"shared host: {count(others, 'other account')}")
    return notes


def _machines(rows: Iterable[AccessRow]) -> dict[str, int]:
    """Return how many other accounts were used by hand on the same machines as each account."""
    users: dict[str, set[str]] = {}
    for row in rows:
        if row.host and row.username and not row.automatic:
            users.setdefault(row.host, set()).add(row.username)
    together: dict[str, set[str]] = {}
    for names in users.values():
        for name in names:
            together.setdefault(name, set()).update(names - {name})
    return {name: len(others) for name, others in together.items() if others}


def _by_name(members: Iterable[Member]) -> list[Member]:
    return sorted(members, key=lambda member: (member.name.casefold(), member.username))


def _local(time: dt.datetime | None, facts: Facts) -> dt.datetime | None:
    return time.astimezone(facts.zone) if time else None
