"""A member's own habits: the hours they keep, the pace they go at, the machine they sit at.

Every member is held against their own pattern, never against another's: a night shift is no finding.
"""

from __future__ import annotations

import datetime as dt
import math
import statistics
from collections import Counter
from collections.abc import Iterator, Sequence

from workbench.audit.indicators.base import AccessRow, Facts, Finding, Material, count, who
from workbench.audit.indicators.plates import support
from workbench.audit.indicators.reasons import is_vague
from workbench.audit.indicators.thresholds import Thresholds

__all__ = [
    "Block",
    "burst",
    "hours_text",
    "hours_unusual",
    "outside_hours",
    "own_hours",
    "two_hosts",
]

_DAY = 24
Block = tuple[int, int]
"""First hour of a block of the day and how many hours it lasts; it may run over midnight."""


def own_hours(rows: Sequence[AccessRow], limits: Thresholds) -> Block | None:
    """Return the shortest block of the day that holds most of a member's searches.

    None where there are too few searches to speak of a pattern, or where the block is so long that it is none.
    """
    if len(rows) < limits.hours_searches:
        return None
    hours = Counter(row.local.hour for row in rows)
    needed = math.ceil(limits.hours_share * len(rows))
    for length in range(1, limits.hours_longest_block + 1):
        held, first = max((_held(hours, first, length), -first) for first in range(_DAY))
        if held >= needed:
            return -first, length
    return None


def _held(hours: Counter[int], first: int, length: int) -> int:
    return sum(hours[(first + step) % _DAY] for step in range(length))


def outside_hours(hour: int, block: Block) -> int:
    """Return how many hours an hour of the day lies from a block; 0 inside it."""
    first, length = block
    after = (hour - first) % _DAY
    if after < length:
        return 0
    return min(after - length + 1, _DAY - after)


def hours_unusual(material: Material) -> Iterator[Finding]:
    """Find searches well outside a member's own hours, and whether they stood alone with idle hours around them."""
    limits = material.limits
    for _, rows in material.by_member():
        block = own_hours(rows, limits)
        if block is None:
            continue
        found = [
            row
            for row in material.in_period(rows)
            if outside_hours(row.local.hour, block) > limits.hours_margin
        ]
        if not found:
            continue
        alone = {row.access_id for session in _lone_sessions(rows, limits) for row in session}
        lone = sum(row.access_id in alone for row in found)
        empty = sum(is_vague(row.reason) for row in found)
        which = "" if lone == len(found) else f"{lone:,} of them "
        also = f", {which}in a short session with {limits.idle_hours:g} idle hours on each side"
        also = (also if lone else "") + (
            f"; {empty:,} had a reason that says nothing" if empty else ""
        )
        yield material.finding(
            "HOURS-UNUSUAL",
            "medium" if lone or empty else "low",
            "Searches outside the member's own hours",
            f"{limits.hours_share:.0%} of the searches of {who(rows)} fall between {hours_text(block)}; "
            f"{count(len(found), 'search', 'searches')} lay more than {limits.hours_margin} hours outside{also}.",
            found,
        )


def hours_text(block: Block) -> str:
    """Return a block of the day in words.

    Examples
    --------
    >>> hours_text((22, 8))
    '22:00 and 06:00'
    """
    first, length = block
    return f"{first:02d}:00 and {(first + length) % _DAY:02d}:00"


def _lone_sessions(rows: Sequence[AccessRow], limits: Thresholds) -> Iterator[list[AccessRow]]:
    """Give short sessions with idle hours before and after; what lies beyond the record counts as idle."""
    sessions: list[list[AccessRow]] = []
    for row in sorted(rows, key=lambda row: row.at):
        if sessions and _minutes(sessions[-1][-1], row) <= limits.session_gap_minutes:
            sessions[-1].append(row)
        else:
            sessions.append([row])
    idle = limits.idle_hours * 60
    for index, session in enumerate(sessions):
        before = index == 0 or _minutes(sessions[index - 1][-1], session[0]) >= idle
        after = index + 1 == len(sessions) or _minutes(session[-1], sessions[index + 1][0]) >= idle
        if before and after and len(session) <= limits.short_session_searches:
            yield session


def _minutes(earlier: AccessRow, later: AccessRow) -> float:
    return (later.at - earlier.at).total_seconds() / 60


def burst(material: Material) -> Iterator[Finding]:
    """Find days on which a member searched far more than on their own other days.

    A day is held against the other days on which the member searched. The deviation is never taken for less than
    the square root of the rate, as counting itself makes it.
    """
    limits = material.limits
    for _, rows in material.by_member():
        days: dict[dt.date, list[AccessRow]] = {}
        for row in rows:
            days.setdefault(row.local.date(), []).append(row)
        if len(days) < limits.burst_days:
            continue
        for day, of_day in days.items():
            others = [len(each) for other, each in days.items() if other != day]
            rate = statistics.fmean(others)
            deviation = max(statistics.pstdev(others), math.sqrt(rate))
            usual = max(rate + limits.burst_deviations * deviation, limits.burst_searches - 1)
            if len(of_day) <= usual:
                continue
            beside = _beside_main_case(of_day, material.facts)
            carried = beside <= usual and beside < len(of_day)
            under = (
                f"{len(of_day) - beside:,} of them for one open case of the member's"
                if carried
                else (f"under {count(len({row.case_number for row in of_day}), 'case')}")
            )
            yield material.finding(
                "BURST",
                "info" if carried else "low",
                "A day far above the member's own rate",
                f"{who(rows)} made {len(of_day):,} searches on {day.isoformat()}, against {rate:.1f} on the other days "
                f"with searches ({(len(of_day) - rate) / deviation:.1f} standard deviations above), {under}.",
                of_day,
            )


def _beside_main_case(rows: Sequence[AccessRow], facts: Facts) -> int:
    """Return how many searches were not for the open case of the member's that most of them were for."""
    carried = Counter(row.case_number for row in rows if not support(row, facts))
    return len(rows) - max(carried.values(), default=0)


def two_hosts(material: Material) -> Iterator[Finding]:
    """Find accounts that were used on two machines back and forth, within a time in which nobody walks."""
    limits = material.limits
    people = [
        row
        for row in material.in_period(material.rows)
        if row.is_use and row.action != "login.failed" and not row.automatic and _machine(row)
    ]
    for _, rows in material.by_member(people):
        ordered = sorted(rows, key=lambda row: row.at)
        found: dict[int, AccessRow] = {}
        visits = _visits(ordered)
        for first, between, back in zip(visits, visits[1:], visits[2:], strict=False):
            same = _machine(first[0]) == _machine(back[0])
            if same and _minutes(first[-1], back[0]) <= limits.hosts_minutes:
                found.update((row.access_id, row) for row in (first[-1], *between, back[0]))
        if not found:
            continue
        machines = len({_machine(row) for row in found.values()})
        yield material.finding(
            "ACCOUNT-TWO-HOSTS",
            "medium",
            "One account on two machines at once",
            f"The account of {who(rows)} was used on {count(machines, 'machine')} back and forth within "
            f"{limits.hosts_minutes:g} minutes.",
            list(found.values()),
        )


def _visits(rows: Sequence[AccessRow]) -> list[list[AccessRow]]:
    """Return consecutive rows on the same machine together."""
    visits: list[list[AccessRow]] = []
    for row in rows:
        if visits and _machine(visits[-1][0]) == _machine(row):
            visits[-1].append(row)
        else:
            visits.append([row])
    return visits


def _machine(row: AccessRow) -> str:
    return row.host or row.address
