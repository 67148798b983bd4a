"""Misuse indicators: what in the record is worth a reviewer's look. None of them is a verdict.

Each family is a file of small functions ``Material -> Iterator[Finding]``; :data:`INDICATORS` lists them all. Members
are held against their own pattern and never ranked by how much they searched: a high count is no sign of misuse, and
a low one is none of innocence.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping

from workbench.audit.indicators import cases, habits, plates, queries, reasons, standing
from workbench.audit.indicators.base import (
    SEVERITIES,
    AccessRow,
    Assignment,
    Facts,
    Finding,
    Material,
    Severity,
    rows_of,
)
from workbench.audit.indicators.thresholds import Thresholds

__all__ = [
    "INDICATORS",
    "SEVERITIES",
    "AccessRow",
    "Assignment",
    "Facts",
    "Finding",
    "Material",
    "Severity",
    "Thresholds",
    "find",
    "rows_of",
]

INDICATORS: Mapping[str, Callable[[Material], Iterator[Finding]]] = {
    "REASON-VAGUE": reasons.vague,
    "REASON-DIGITS": reasons.digits,
    "REASON-PASTED": reasons.pasted,
    "REASON-PERSONAL-DATA": reasons.personal_data,
    "REASON-OUTSIDE-POLICY": reasons.outside_policy,
    "PLATE-REPEATED-WITHOUT-CASE": plates.repeated_without_case,
    "PLATE-CHANGING-CASES": plates.changing_cases,
    "PLATE-SEVERAL-USERS": plates.several_users,
    "PLATE-HOUSEHOLD": plates.own_household,
    "PLATE-COLLEAGUE": plates.colleague,
    "CASE-UNKNOWN": cases.unknown,
    "CASE-CLOSED": cases.closed,
    "CASE-NOT-ASSIGNED": cases.not_assigned,
    "HOURS-UNUSUAL": habits.hours_unusual,
    "BURST": habits.burst,
    "ACCOUNT-TWO-HOSTS": habits.two_hosts,
    "QUERY-BROAD": queries.broad,
    "QUERY-BEYOND-RETENTION": queries.beyond_retention,
    "REFUSALS-CLUSTER": queries.refusals_cluster,
    "UNFINISHED-ACCESS": queries.unfinished,
    "LOGIN-AFTER-DEPARTURE": standing.login_after_departure,
    "TRAINING-EXPIRED-AT-QUERY": standing.training_expired,
}
"""Every indicator by its id."""


def find(
    rows: Iterable[AccessRow],
    facts: Facts,
    *,
    start: dt.datetime,
    end: dt.datetime,
) -> tuple[Finding, ...]:
    """Return what a reviewer should look at, the gravest first, then by indicator and account.

    Parameters
    ----------
    rows : iterable of AccessRow
        See :func:`rows_of`: the period's, and those of some time before it, so that
        what takes weeks is seen whole.
    facts : Facts
        What is known beside the record.
    start, end : datetime
        The period, aware, end excluded. Something is found only if an access in the period belongs to it.
    """
    material = Material(tuple(rows), facts, start, end)
    inside = {row.access_id for row in material.in_period(material.rows)}
    found = [
        finding
        for indicator in INDICATORS.values()
        for finding in indicator(material)
        if inside.intersection(finding.rows)
    ]
    return tuple(
        sorted(
            found,
            key=lambda each: (SEVERITIES.index(each.severity), each.id, each.username, each.rows),
        )
    )
