"""What a query must show before it may run: purpose, reason, case, required fields, limits."""

from __future__ import annotations

import datetime as dt
import re
from zoneinfo import ZoneInfo

from workbench.models import CaseRecord, Extent, Grounds, Window
from workbench.policy.findings import Finding, Request, Severity, finding
from workbench.policy.parts import Strictness
from workbench.policy.profile import Profile
from workbench.policy.reasons import check

__all__ = ["check_case", "check_extent", "check_grounds", "check_purpose", "check_reason"]

_FIELDS = {"crime_type": "crime type", "incident_number": "incident number"}


def check_grounds(profile: Profile, request: Request) -> list[Finding]:
    """Return everything that is wrong with case, purpose and reason."""
    if request.grounds is None:
        return [
            finding(
                profile,
                "refuse",
                "grounds.none",
                basis=profile.authorized_use.purposes_clause,
                reason="No case, purpose and reason were given.",
                remedy="Open a case first: bench.case(number, purpose=…, reason=…).",
                control="purpose-list",
            )
        ]
    return [
        *check_purpose(profile, request.grounds.purpose),
        *check_reason(profile, request.grounds.reason),
        *check_case(profile, request),
    ]


def check_purpose(profile: Profile, purpose: str) -> list[Finding]:
    """Refuse a purpose that the profile does not list."""
    if profile.purpose(purpose) is not None:
        return []
    given = (
        "The purpose is not one that this policy allows." if purpose else "No purpose was given."
    )
    return [
        finding(
            profile,
            "refuse",
            "purpose.unknown" if purpose else "purpose.none",
            basis=profile.authorized_use.purposes_clause,
            reason=given,
            remedy=f"Give one of: {', '.join(each.id for each in profile.purposes)}.",
            control="purpose-list",
        )
    ]


def check_reason(profile: Profile, reason: str) -> list[Finding]:
    """Refuse or warn about the reason in words, as the profile says."""
    rules = profile.reason
    barred = {each.id: each for each in rules.topics}
    return [
        finding(
            profile,
            each.severity,
            each.code,
            basis=barred.get(each.topic, rules),
            reason=each.reason,
            remedy=each.remedy,
            control="reason-check",
        )
        for each in check(reason, rules)
    ]


def check_case(profile: Profile, request: Request) -> list[Finding]:
    """Refuse or warn about the case: number, register, status, assignment, required fields."""
    grounds, case, rules = request.grounds, request.case, profile.case
    if grounds is None:
        return []
    if re.fullmatch(rules.number_pattern, grounds.case_number) is None:
        return [
            _case(
                profile,
                "refuse",
                "number",
                "The case number is missing or not in this agency's form.",
                f"Give it as in {rules.example}.",
            )
        ]
    if case is None or case.number != grounds.case_number:
        return [
            _case(
                profile,
                "refuse",
                "unknown",
                "The case is not in the register.",
                "Have it registered first: workbench case add, or an import from the case system.",
            )
        ]
    return [*_status(profile, request, case), *_fields(profile, grounds, case)]


def _status(profile: Profile, request: Request, case: CaseRecord) -> list[Finding]:
    found: list[Finding] = []
    rules = profile.case
    if case.status == "closed" and rules.closed != "allow":
        found.append(
            _case(
                profile,
                _severity(rules.closed),
                "closed",
                "The case is closed.",
                "Have a supervisor reopen it if work on it goes on.",
            )
        )
    member = request.member
    unassigned = member is not None and member.username not in case.assigned
    if unassigned and rules.unassigned != "allow" and not request.automatic:
        found.append(
            _case(
                profile,
                _severity(rules.unassigned),
                "unassigned",
                "The case is not assigned to you.",
                "Have a supervisor assign you, so that the audit shows why you asked.",
            )
        )
    return found


def _fields(profile: Profile, grounds: Grounds, case: CaseRecord) -> list[Finding]:
    found: list[Finding] = []
    for name in profile.case.required_fields:
        if getattr(grounds, name).strip() or getattr(case, name).strip():
            continue
        found.append(
            finding(
                profile,
                "refuse",
                f"case.{name.replace('_', '-')}",
                basis=profile.case.fields_clause or profile.case,
                reason=f"The {_FIELDS[name]} is missing, and every search must record it.",
                remedy=f"Enter the {_FIELDS[name]} with the case or with the query.",
                control="crime-type-and-incident",
            )
        )
    return found


def check_extent(
    profile: Profile, action: str, extent: Extent | None, now: dt.datetime
) -> list[Finding]:
    """Refuse a query without a time window, or one outside the profile's limits."""
    if extent is None or extent.window is None:
        return [
            _limit(
                profile,
                "window",
                "No time window was given.",
                "Give start and end: every query demands them.",
            )
        ]
    found = _window(profile, action, extent.window, now)
    limits = profile.limits
    if extent.area_km2 is not None and extent.area_km2 > limits.max_area_km2:
        found.append(
            _limit(
                profile,
                "area",
                f"The scene covers {extent.area_km2:,.1f} km², more than {limits.max_area_km2:g} km².",
                "Draw it closer around the incident.",
            )
        )
    known = extent.known_characters
    if known is not None and known < limits.min_known_characters:
        found.append(
            _limit(
                profile,
                "characters",
                f"Only {known} characters of the plate are known; {limits.min_known_characters} are "
                "needed.",
                "Give more characters, or canvass the scene instead.",
            )
        )
    return found


def _window(profile: Profile, action: str, window: Window, now: dt.datetime) -> list[Finding]:
    limits = profile.limits
    canvass = action == "query.canvass"
    longest = limits.max_canvass_days if canvass else limits.max_window_days
    found: list[Finding] = []
    if window.end - window.start > dt.timedelta(days=longest):
        found.append(
            _limit(
                profile,
                "window-too-long",
                f"The time window is longer than {longest} days.",
                "Shorten it to the time around the incident.",
            )
        )
    local = now.astimezone(ZoneInfo(profile.agency.timezone))
    horizon = profile.retention.horizon(local)
    if horizon is not None and window.start < horizon:
        found.append(_beyond(profile, window, horizon))
    return found


def _beyond(profile: Profile, window: Window, horizon: dt.datetime) -> Finding:
    first = horizon.astimezone(ZoneInfo(profile.agency.timezone)).date()
    wholly = window.end <= horizon
    kept = profile.retention.reads_max
    return finding(
        profile,
        "refuse" if wholly else "warn",
        "retention.beyond" if wholly else "retention.partly-beyond",
        basis=profile.retention.purge_clause or profile.retention,
        reason=f"The time window lies {'wholly' if wholly else 'partly'} beyond the {kept} that reads "
        "are kept and shown.",
        remedy=f"Reads before {first} are not returned.",
        control="retention-window",
    )


def _limit(profile: Profile, code: str, reason: str, remedy: str) -> Finding:
    return finding(
        profile,
        "refuse",
        f"limits.{code}",
        basis=profile.limits,
        reason=reason,
        remedy=remedy,
        control="limits",
    )


def _case(profile: Profile, severity: Severity, code: str, reason: str, remedy: str) -> Finding:
    return finding(
        profile,
        severity,
        f"case.{code}",
        basis=profile.case,
        reason=reason,
        remedy=remedy,
        control="case-register",
    )


def _severity(strictness: Strictness) -> Severity:
    return "refuse" if strictness == "refuse" else "warn"
