"""Builders for requests under a policy: everything is in order unless a test says otherwise."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from workbench.models import CaseRecord, Extent, Grounds, Member, Qualification, Scene, Window
from workbench.policy import Decision, Profile, Request, decide, load, names

NOW = dt.datetime(2026, 11, 21, 18, 0, tzinfo=dt.UTC)
TODAY = dt.date(2026, 11, 21)
REASON = "Shooting at 5th and Main, dark sedan seen leaving toward the bridge"
FIVE = tuple(names())
SHORT = {name.partition("-")[0]: name for name in FIVE}


def profile(name: str) -> Profile:
    """Load a profile by the first word of its name or by the whole."""
    return load(SHORT.get(name, name))


def under(**clauses: str | tuple[str, ...]) -> list[Any]:
    """Parametrize over profiles, each test marked with the clauses it proves there."""
    found = []
    for short, numbers in clauses.items():
        name = {"seal": "seal-beach-ca"}.get(short) or SHORT[short]
        listed = (numbers,) if isinstance(numbers, str) else numbers
        marks = [pytest.mark.clause(*(f"{name}:{number}" for number in listed))] if listed else []
        found.append(pytest.param(name, marks=marks, id=name))
    return found


def held(policy: Profile, **changes: Any) -> tuple[Qualification, ...]:
    """Everything the policy asks of anybody, completed lately; ``training=None`` leaves it out."""
    found: dict[str, Qualification] = {}
    for each in policy.requirements:
        topics = tuple(topic.id for topic in each.topics)
        before = found[each.kind].topics if each.kind in found else ()
        found[each.kind] = Qualification(
            each.kind, TODAY - dt.timedelta(days=30), topics=before + topics
        )
    for kind, change in changes.items():
        key = kind.replace("_", "-")
        found.pop(key, None)
        if isinstance(change, Qualification):
            found[key] = change
    return tuple(found.values())


def member(policy: Profile, *roles: str, **changes: Any) -> Member:
    """An active member, a detective unless roles are given, holding all that is asked."""
    values: dict[str, Any] = {
        "id": 1,
        "username": "rivera",
        "name": "Ana Rivera",
        "organization": policy.agency.name,
        "kind": "person",
        "roles": frozenset(roles or ("detective",)),
        "active": True,
        "qualifications": held(policy),
    }
    return Member(**(values | changes))


def case(policy: Profile, **changes: Any) -> CaseRecord:
    """An open case assigned to the member, with all its fields."""
    values: dict[str, Any] = {
        "id": 7,
        "number": policy.case.example,
        "crime_type": "homicide",
        "status": "open",
        "incident_number": "I-5512",
        "assigned": frozenset({"rivera"}),
    }
    return CaseRecord(**(values | changes))


def grounds(policy: Profile, **changes: Any) -> Grounds:
    """Case, purpose and reason that stand."""
    values: dict[str, Any] = {
        "case_number": policy.case.example,
        "purpose": "homicide",
        "reason": REASON,
    }
    return Grounds(**(values | changes))


def extent(*, hours: float = 1, ago_days: float = 10, **changes: Any) -> Extent:
    """An hour, ten days ago."""
    start = NOW - dt.timedelta(days=ago_days)
    return Extent(Window(start, start + dt.timedelta(hours=hours)), **changes)


def ask(policy: Profile, action: str = "query.history", **changes: Any) -> Decision:
    """Decide on a request that is in order but for the changes."""
    values: dict[str, Any] = {
        "member": member(policy),
        "grounds": grounds(policy),
        "case": case(policy),
        "extent": extent(),
        "now": NOW,
    }
    return decide(policy, Request(action, **(values | changes)))


def codes(decision: Decision) -> set[str]:
    """Return the codes of what refuses."""
    return {each.code for each in decision.refusals}


SCENE = Scene(36.58, -120.25, 800)
