"""The member's standing at the moment: departed, or without what the policy asks for."""

from __future__ import annotations

from collections.abc import Iterator

from workbench.audit.indicators.base import AccessRow, Finding, Material, count, either, who
from workbench.policy.requirements import standing

__all__ = ["login_after_departure", "training_expired"]


def login_after_departure(material: Material) -> Iterator[Finding]:
    """Find any use of an account after its member had left; the last day itself still counts as service."""
    departures = material.facts.departures
    for username, rows in material.by_member(material.in_period(material.rows)):
        left = departures.get(username)
        if left is None:
            continue
        found = [row for row in rows if row.local.date() > left and row.is_use]
        if not found:
            continue
        got_in = sum(row.outcome == "ok" for row in found)
        first = (found[0].local.date() - left).days
        yield material.finding(
            "LOGIN-AFTER-DEPARTURE",
            "high" if got_in else "medium",
            "An account used after departure",
            f"The account of {who(found)} was used {count(len(found), 'time')} after the member left on "
            f"{left.isoformat()}, first {count(first, 'day')} later; {got_in:,} of these succeeded.",
            found,
        )


def training_expired(material: Material) -> Iterator[Finding]:
    """Find searches that were answered although the member lacked something that the policy asks for.

    What counts is what was on file by the day of the search: a training taken later does not mend it.
    """
    allowed = [
        row for row in material.in_period(material.rows) if row.is_search and not row.refused
    ]
    for _, rows in material.by_member(allowed):
        lacking = {row.access_id: _lacking(material, row) for row in rows}
        found = [row for row in rows if lacking[row.access_id]]
        if not found:
            continue
        what = sorted({each for row in found for each in lacking[row.access_id]})
        yield material.finding(
            "TRAINING-EXPIRED-AT-QUERY",
            "high",
            "Searches without current training or certification",
            f"{who(found)} made {len(found):,} of {count(len(rows), 'search', 'searches')} without "
            f"{either(what, 'and')} in force that day.",
            found,
        )


def _lacking(material: Material, row: AccessRow) -> tuple[str, ...]:
    facts = material.facts
    member = facts.members.get(row.username)
    if facts.profile is None or member is None:
        return ()
    return tuple(
        each.requirement.what
        for each in standing(facts.profile, member, row.local.date(), row.action)
        if not each.held
    )
