"""One plate again and again: over weeks without a case that carries it, under changing cases, by several members."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

from workbench.audit.indicators.base import AccessRow, Facts, Finding, Material, count, either, who

__all__ = ["changing_cases", "repeated_without_case", "several_users", "support"]


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
    days = {row.local.date() for row in rows}
    if len(rows) < limits.stalking_searches or len(days) < limits.stalking_days:
        return False
    if (max(days) - min(days)).days < limits.stalking_span_days:
        return False
    wrong = sum(bool(support(row, material.facts)) for row in rows)
    cases = {row.case_number for row in rows if row.case_number}
    return wrong >= limits.stalking_unsupported_share * len(rows) or (
        wrong > 0 and len(cases) >= limits.changing_cases
    )


def changing_cases(material: Material) -> Iterator[Finding]:
    """Find one plate searched by one member under several cases, unless it has the shape of stalking."""
    for rows in _by_plate(material):
        cases = {row.case_number for row in rows if row.case_number}
        if len(cases) < material.limits.changing_cases or _is_stalking(rows, material):
            continue
        carried = not any(support(row, material.facts) for row in rows)
        own = (
            "all open and the member's own: perhaps a series"
            if carried
            else "not all of them the member's own"
        )
        yield material.finding(
            "PLATE-CHANGING-CASES",
            "low" if carried else "medium",
            "One plate under changing cases",
            f"{who(rows)} searched one plate {count(len(rows), 'time')} under {count(len(cases), 'case')}, {own}.",
            rows,
        )


def several_users(material: Material) -> Iterator[Finding]:
    """Find one plate searched by several members of whom no two share a case."""
    for rows in _plates(material).values():
        cases: dict[str, set[str]] = {}
        for row in rows:
            cases.setdefault(row.username, set()).add(row.case_number)
        if len(cases) < material.limits.several_users:
            continue
        if any((one & other) - {""} for one, other in combinations(cases.values(), 2)):
            continue
        names = sorted({row.name or row.username for row in rows})
        yield material.finding(
            "PLATE-SEVERAL-USERS",
            "medium",
            "One plate, several members, no common case",
            f"{len(cases):,} members searched one plate {count(len(rows), 'time')}, and no two of them under the same "
            f"case: {', '.join(names)}.",
            rows,
        )


def _plates(material: Material) -> Mapping[str, list[AccessRow]]:
    found: dict[str, list[AccessRow]] = {}
    for row in material.manual:
        if row.plate:
            found.setdefault(row.plate, []).append(row)
    return found


def _by_plate(material: Material) -> Iterator[list[AccessRow]]:
    """Give one member's manual searches of one plate, refused ones too: an attempt shows the intent as well."""
    found: dict[tuple[str, str], list[AccessRow]] = {}
    for row in material.manual:
        if row.plate:
            found.setdefault((row.username, row.plate), []).append(row)
    yield from found.values()
