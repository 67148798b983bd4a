"""One plate again and again: over weeks without a case that carries it, under changing cases, by several members."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from workbench.audit.indicators.base import (
    AccessRow,
    Facts,
    Finding,
    Material,
    count,
    either,
    refused_words,
    who,
)
from workbench.audit.indicators.thresholds import Thresholds

__all__ = [
    "changing_cases",
    "colleague",
    "own_household",
    "repeated_without_case",
    "several_users",
    "support",
]


def support(row: AccessRow, facts: Facts) -> str:
    """Say what is wrong with a search's case at that moment; empty where it carries the search.

    ``none`` (no case), ``unknown`` (not in the register), ``closed``, or ``unassigned`` (not this member's).
    """
    if not row.case_number:
        return "none"
    case = facts.cases.get(row.case_number)
    if case is None:
        return "unknown"
    if facts.was_closed(case, row.local.date()):
        return "closed"
    return "" if facts.is_assigned(row.username, case, row.at) else "unassigned"


_WORDS = {
    "none": "no case",
    "unknown": "a case that is not in the register",
    "closed": "a closed case",
    "unassigned": "a case that was not the member's own",
}


def repeated_without_case(material: Material) -> Iterator[Finding]:
    """Find the shape of stalking: few searches of one plate, over weeks, that no case carries.

    The number of searches does not matter beyond a least one: in real logs the largest counts were automatic alerts.
    """
    for rows in _by_plate(material):
        if not _is_stalking(rows, material):
            continue
        wrong = [word for row in rows if (word := support(row, material.facts))]
        kinds = [_WORDS[word] for word in _WORDS if word in wrong]
        span = (rows[-1].local.date() - rows[0].local.date()).days
        days = len({row.local.date() for row in rows})
        cases = len({row.case_number for row in rows if row.case_number})
        changing = f", under {count(cases, 'case')}" if cases > 1 else ""
        yield material.finding(
            "PLATE-REPEATED-WITHOUT-CASE",
            "high",
            "One plate over weeks that no case carries",
            f"{who(rows)} searched one plate {count(len(rows), 'time')} on {count(days, 'day')} over "
            f"{count(span, 'day')}{changing}; {len(wrong):,} of these searches had {either(kinds)}.",
            rows,
        )


def _is_stalking(rows: Sequence[AccessRow], material: Material) -> bool:
    limits = material.limits
    if len(rows) < limits.stalking_searches or not _over_weeks(rows, limits):
        return False
    wrong = sum(bool(support(row, material.facts)) for row in rows)
    return wrong >= limits.stalking_unsupported_share * len(rows)


def _over_weeks(rows: Sequence[AccessRow], limits: Thresholds) -> bool:
    days = {row.local.date() for row in rows}
    return (
        len(days) >= limits.stalking_days
        and (max(days) - min(days)).days >= limits.stalking_span_days
    )


def changing_cases(material: Material) -> Iterator[Finding]:
    """Find one plate searched by one member under several cases, unless it has the shape of stalking."""
    for rows in _by_plate(material):
        cases = {row.case_number for row in rows if row.case_number}
        if len(cases) < material.limits.changing_cases or _is_stalking(rows, material):
            continue
        wrong = sum(bool(support(row, material.facts)) for row in rows)
        weeks = _over_weeks(rows, material.limits)
        own = (
            f"{wrong:,} of these searches not in an open case of the member's"
            if wrong
            else "all open and the member's own: perhaps a series"
        )
        span = (max(row.local for row in rows) - min(row.local for row in rows)).days
        yield material.finding(
            "PLATE-CHANGING-CASES",
            ("high" if weeks else "medium") if wrong else "low",
            "One plate under changing cases",
            f"{who(rows)} searched one plate {count(len(rows), 'time')} under {count(len(cases), 'case')} over "
            f"{count(span, 'day')}, {own}.",
            rows,
        )


def own_household(material: Material) -> Iterator[Finding]:
    """Find searches for a plate of the member's own household, or its listing by hand: even one, whatever the case."""
    for rows in _by_plate(material, listed=True):
        if rows[0].username in material.facts.households(rows[0].plate):
            yield _at_home(
                material, rows, "PLATE-HOUSEHOLD", "own household", "their own household"
            )


def colleague(material: Material) -> Iterator[Finding]:
    """Find the same for a plate of another member's household."""
    for rows in _by_plate(material, listed=True):
        if material.facts.households(rows[0].plate) - {rows[0].username}:
            yield _at_home(
                material, rows, "PLATE-COLLEAGUE", "colleague", "a colleague's household"
            )


def _at_home(
    material: Material, rows: Sequence[AccessRow], name: str, title: str, whose: str
) -> Finding:
    did = "searched" if all(row.is_search for row in rows) else "searched or listed by hand"
    return material.finding(
        name,
        "high",
        f"A plate of the member's {title}",
        f"{who(rows)} {did} a plate that stands on the list as of {whose}, "
        f"{count(len(rows), 'time')}{refused_words(rows)}.",
        rows,
    )


def several_users(material: Material) -> Iterator[Finding]:
    """Find one plate searched by several members who have no case in common.

    Members who searched it under the same case belong together; what counts is how many such groups there are.
    """
    for rows in _plates(material).values():
        groups = _groups(rows)
        if groups < material.limits.several_users:
            continue
        wrong = sum(bool(support(row, material.facts)) for row in rows)
        names = sorted({row.name or row.username for row in rows})
        carried = f"{wrong:,} of these searches not in an open case of whoever made them"
        yield material.finding(
            "PLATE-SEVERAL-USERS",
            "medium" if wrong else "low",
            "One plate, several members, no common case",
            f"{count(len(names), 'member')} searched one plate {count(len(rows), 'time')}, in {groups:,} groups that "
            f"have no case in common; {carried if wrong else 'each in an open case of their own'}: {', '.join(names)}.",
            rows,
        )


def _groups(rows: Sequence[AccessRow]) -> int:
    """Return how many groups of members there are, where a case in common joins two members."""
    groups: list[tuple[set[str], set[str]]] = []
    for row in rows:
        users, cases = {row.username}, {row.case_number} - {""}
        apart = []
        for group in groups:
            if group[0] & users or group[1] & cases:
                users, cases = users | group[0], cases | group[1]
            else:
                apart.append(group)
        groups = [*apart, (users, cases)]
    return len(groups)


def _plates(material: Material) -> Mapping[str, list[AccessRow]]:
    found: dict[str, list[AccessRow]] = {}
    for row in material.manual:
        if row.plate:
            found.setdefault(row.plate, []).append(row)
    return found


def _by_plate(material: Material, *, listed: bool = False) -> Iterator[list[AccessRow]]:
    """Give one member's manual searches of one plate, refused ones too: an attempt shows the intent as well.

    With ``listed`` also that the plate was put on a hot list by hand, which shows its reads as they come in.
    """
    found: dict[tuple[str, str], list[AccessRow]] = {}
    more = [row for row in material.rows if listed and row.action == "hotlist.add"]
    for row in sorted((*material.manual, *more), key=lambda row: row.access_id):
        if row.plate:
            found.setdefault((row.username, row.plate), []).append(row)
    yield from found.values()
