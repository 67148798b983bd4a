"""What an audit of a period is made of: plan, population, seeded sample, counts, standing, indicators, proof.

An audit was once not accepted because it showed neither a plan nor who reviewed it and who approved it (California
State Auditor 2019-118). So the plan is part of the result, and so are the dispositions and signatures that reviewer and
approver put on the record: nothing here decides anything.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from workbench.audit import show, tables
from workbench.audit.account_dates import AccountDates, account_dates
from workbench.audit.history import assignments_in, departures_in
from workbench.audit.indicators import (
    INDICATORS,
    Assignment,
    Facts,
    Finding,
    Thresholds,
    find,
    rows_of,
)
from workbench.audit.indicators.base import ROW_COLUMNS, AccessRow, count
from workbench.audit.judgments import (
    Disposition,
    SignOff,
    digest_of,
    dispositions,
    sign_offs,
)
from workbench.audit.sampling import SHARE, Sampling, draw, size_for
from workbench.audit.verify import Verdict
from workbench.audit.yardsticks import Yardsticks
from workbench.errors import BadInput, BadTime
from workbench.models import CaseRecord, Member
from workbench.policy.profile import Profile
from workbench.records.database import Database

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["AuditReview", "findings_in", "review"]


@dataclass(frozen=True)
class AuditReview:
    """Everything that an audit report of a period shows.

    Attributes
    ----------
    start, end : datetime
        The period, aware, end excluded.
    plan : dict
        Text by heading: scope, period, responsible, method, checked (a list), sample, lookback, limits.
    population : dict
        Counts, see :func:`workbench.audit.tables.population_of`.
    records : DataFrame
        The period's rows as :func:`workbench.audit.show.records` gives them.
    sample : DataFrame
        The rows drawn for review, with the column ``why``.
    refusals : DataFrame
        Everything in the period that policy refused, log-ins and other actions too.
    by_member, by_purpose, by_crime_type, training, accounts : DataFrame
        See :mod:`workbench.audit.tables`.
    indicators : tuple of Finding
        What a reviewer should look at, the gravest first.
    chain : dict
        The verdict on the record itself.
    sampling : Sampling
        Seed, size and method of the sample.
    access_id : int or None
        The audit's own access; only what stands before it on the record was looked at.
    dispositions : mapping
        What reviewers said of the findings, by the finding's key; see :mod:`workbench.audit.judgments`.
    sign_offs : mapping
        Who signed this review, by ``reviewer`` and ``approver``.
    yardsticks : Yardsticks
        What else an audit is measured by: sharing, retention, statements, reviews of accounts, hits.
    """

    start: dt.datetime
    end: dt.datetime
    plan: dict[str, Any]
    population: dict[str, int]
    records: pd.DataFrame
    sample: pd.DataFrame
    refusals: pd.DataFrame
    by_member: pd.DataFrame
    by_purpose: pd.DataFrame
    by_crime_type: pd.DataFrame
    training: pd.DataFrame
    accounts: pd.DataFrame
    indicators: tuple[Finding, ...]
    chain: dict[str, Any]
    sampling: Sampling
    access_id: int | None = None
    dispositions: Mapping[str, Disposition] = field(default_factory=dict)
    sign_offs: Mapping[str, SignOff] = field(default_factory=dict)
    yardsticks: Yardsticks = field(default_factory=Yardsticks)


def review(
    database: Database,
    *,
    start: dt.datetime,
    end: dt.datetime,
    zone: dt.tzinfo,
    profile: Profile,
    sample_size: int | None,
    seed: int,
    verdict: Verdict,
    members: Sequence[Member],
    cases: Mapping[str, CaseRecord],
    now: dt.datetime,
    assignments: Sequence[Assignment] | None = None,
    departures: Mapping[str, dt.date] | None = None,
    before: int | None = None,
    thresholds: Thresholds | None = None,
    confidence: float | None = None,
    share: float | None = None,
    households: Callable[[str], frozenset[str]] | None = None,
) -> AuditReview:
    """Review the use of the system in a period.

    Parameters
    ----------
    start, end : datetime
        The period, aware, end excluded.
    zone : tzinfo
        The agency's zone: hours of the day and days are taken in it.
    sample_size : int or None
        How many accesses to draw; None for what the profile asks for.
    seed : int
        The same seed draws the same sample from the same record.
    verdict : Verdict
        What the check of the record found.
    members : sequence of Member
        All accounts as they stand now.
    cases : mapping
        The register, by case number.
    now : datetime
        The moment of the review, aware: standing and idle days are taken at it.
    assignments : sequence of Assignment, optional
        Who worked on which case when; without it they are read from the record.
    departures : mapping, optional
        The day each member left, by user name; without it they are read from the record.
    before : int, optional
        The number of the audit's own access. Only what stands before it is looked at, so that the audit can be
        repeated.
    confidence, share : float, optional
        Draw at least so many that a share of accesses at fault shows with this probability; both from 0 to 1.
    households : callable, optional
        Returns the user names in whose household a plate is; see :mod:`workbench.audit.households`.

    Raises
    ------
    BadTime
        A time without a zone.
    BadInput
        The period ends before it starts, or the sample is empty.
    """
    limits = thresholds or Thresholds()
    _check(start, end, now)
    frame, whole, facts = _looked_at(
        database,
        start=start,
        end=end,
        zone=zone,
        profile=profile,
        members=members,
        cases=cases,
        now=now,
        assignments=assignments,
        departures=departures,
        before=before,
        limits=limits,
        households=households,
    )
    records = frame[frame["at"] >= start].reset_index(drop=True)
    rows = [row for row in whole if row.at >= start]
    searches = [row for row in rows if row.is_search]
    manual = sum(not row.automatic for row in searches)
    size = size_for(profile.audits, manual) if sample_size is None else sample_size
    sampling = draw(searches, size=size, seed=seed, confidence=confidence, share=share or SHARE)
    population = tables.population_of(rows)
    found = find(whole, facts, start=start, end=end)
    said, signed = _judged(database, found, start, end, before)
    return AuditReview(
        start=start,
        end=end,
        plan=_plan(start, end, zone, profile, population, sampling, limits),
        population=population,
        records=records,
        sample=_sample(records, sampling),
        refusals=records[records["outcome"] == "refused"].reset_index(drop=True),
        by_member=tables.by_member(searches, whole, facts),
        by_purpose=tables.by_purpose(searches, profile),
        by_crime_type=tables.by_crime_type(searches),
        training=tables.training_currency(members, facts, profile),
        accounts=tables.account_review(
            members,
            rows,
            show.last_searches(database, before=before),
            facts,
            _account_dates(database, profile, now),
        ),
        indicators=found,
        chain=verdict.as_dict(),
        sampling=sampling,
        access_id=before,
        dispositions=said,
        sign_offs=signed,
    )


def findings_in(
    database: Database,
    *,
    start: dt.datetime,
    end: dt.datetime,
    zone: dt.tzinfo,
    profile: Profile,
    members: Sequence[Member],
    cases: Mapping[str, CaseRecord],
    now: dt.datetime,
    before: int | None = None,
    households: Callable[[str], frozenset[str]] | None = None,
) -> tuple[Finding, ...]:
    """Return what :func:`review` would find in a period, and nothing else; the parameters are those of it."""
    _check(start, end, now)
    _, whole, facts = _looked_at(
        database,
        start=start,
        end=end,
        zone=zone,
        profile=profile,
        members=members,
        cases=cases,
        now=now,
        assignments=None,
        departures=None,
        before=before,
        limits=Thresholds(),
        households=households,
    )
    return find(whole, facts, start=start, end=end)


def _looked_at(
    database: Database,
    *,
    start: dt.datetime,
    end: dt.datetime,
    zone: dt.tzinfo,
    profile: Profile,
    members: Sequence[Member],
    cases: Mapping[str, CaseRecord],
    now: dt.datetime,
    assignments: Sequence[Assignment] | None,
    departures: Mapping[str, dt.date] | None,
    before: int | None,
    limits: Thresholds,
    households: Callable[[str], frozenset[str]] | None,
) -> tuple[pd.DataFrame, list[AccessRow], Facts]:
    """Return the record of the period and of the time before it, as a frame and as rows, with the facts beside it."""
    back = dt.timedelta(days=limits.lookback_days)
    frame = show.records(database, start=start - back, end=end, zone=zone, before=before)
    facts = Facts(
        now=now,
        zone=zone,
        cases=cases,
        assignments=_assignments(database, before) if assignments is None else assignments,
        members={member.username: member for member in members},
        departures=_departures(database, before, members, zone)
        if departures is None
        else departures,
        profile=profile,
        thresholds=limits,
        **({} if households is None else {"households": households}),
    )
    return frame, _rows(frame, zone), facts


def _judged(
    database: Database,
    found: Sequence[Finding],
    start: dt.datetime,
    end: dt.datetime,
    before: int | None,
) -> tuple[dict[str, Disposition], dict[str, SignOff]]:
    """Return what was said of the findings and who signed, as it stood before the review's own access."""
    with database.read() as connection:
        said = dispositions(connection, before=before)
        sha256 = digest_of(found, said)
        signed = sign_offs(connection, start, end, sha256=sha256, before=before)
    keys = {each.key for each in found}
    return {key: each for key, each in said.items() if key in keys}, signed


def _check(*times: dt.datetime) -> None:
    if any(time.tzinfo is None for time in times):
        raise BadTime("The period or the present has no time zone.", "Give times with an offset.")
    if times[1] <= times[0]:
        raise BadInput("The period ends before it starts.", "Swap start and end.")


def _rows(frame: pd.DataFrame, zone: dt.tzinfo) -> list[AccessRow]:
    return rows_of(frame[list(ROW_COLUMNS)].to_dict("records"), zone)


def _assignments(database: Database, before: int | None) -> list[Assignment]:
    frame = show.records(database, action="case.*", before=before)
    return assignments_in(_rows(frame, dt.UTC))


def _account_dates(
    database: Database, profile: Profile, now: dt.datetime
) -> Mapping[str, AccountDates]:
    zone = ZoneInfo(profile.agency.timezone)
    with database.read() as connection:
        return account_dates(connection, profile.accounts.review_every, now, zone)


def _departures(
    database: Database, before: int | None, members: Sequence[Member], zone: dt.tzinfo
) -> dict[str, dt.date]:
    frame = show.records(database, action="member.*", before=before, zone=zone)
    return departures_in(_rows(frame, zone), members)


def _sample(records: pd.DataFrame, sampling: Sampling) -> pd.DataFrame:
    chosen = records[records["access_id"].isin(list(sampling.why))].reset_index(drop=True)
    return chosen.assign(why=[sampling.why[int(number)] for number in chosen["access_id"]])


def _plan(
    start: dt.datetime,
    end: dt.datetime,
    zone: dt.tzinfo,
    profile: Profile,
    population: Mapping[str, int],
    sampling: Sampling,
    limits: Thresholds,
) -> dict[str, Any]:
    """Return the plan in words."""
    basis = profile.audits.every_clause or profile.audits
    first, last = (time.astimezone(zone).strftime("%Y-%m-%d %H:%M") for time in (start, end))
    return {
        "scope": (
            f"Every query for reads on the access record, under the {profile.agency.name}'s policy, in the period: "
            f"{count(population['accesses'], 'access', 'accesses')} by {count(population['members'], 'account')}, of "
            f"them {population['automatic']:,} automatic; and all accounts, their training and certifications."
        ),
        "period": f"{first} to {last}, end excluded ({zone})",
        "responsible": (
            f"{profile.audits.responsible}, who sees that audits are made every {profile.audits.every} "
            f"({profile.cite(basis)})"
        ),
        "method": (
            "The record is checked for alterations first. Then every access is counted, the indicators are held "
            "against every access, and a sample is read by a reviewer, who enters a disposition for each access "
            "and each finding and signs. An approver who is not the reviewer signs after that."
        ),
        "checked": [
            "Whether the record is whole: every hash, every signed checkpoint, the end",
            "Whether each sampled access had a case, a purpose and a reason that carry it",
            "Whether what was refused was refused rightly, and whether refusals gather",
            f"{len(INDICATORS)} misuse indicators, each against the member's own pattern: {', '.join(INDICATORS)}",
            "Whether every active member holds what the policy asks for, on the day of the review",
            "Whether accounts are idle, shared, or left open after a departure, and who last reviewed them all",
            "With whom data is shared, what was destroyed and what is overdue, what is to be stated, how hits stand",
        ],
        "sample": sampling.words,
        "lookback": (
            f"Patterns that take weeks are looked for over {limits.lookback_days} days before the period as well; "
            "what is found has at least one access in the period."
        ),
        "limits": (
            "An indicator is no verdict, and its absence is no clearance. What members did with results after the "
            "workbench showed them is not on this record."
        ),
    }
