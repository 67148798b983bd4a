"""Earlier searches: as they should be but for what is planted, and everything planted is labeled."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from zoneinfo import ZoneInfo

import pytest

from workbench.audit.indicators import INDICATORS
from workbench.policy.profile import load, names
from workbench.policy.reasons import check
from workbench.queries import build
from workbench.training import Delivery
from workbench.training.searches import PlannedSearch

ZONE = ZoneInfo("America/Los_Angeles")


@pytest.fixture
def ordinary(delivery: Delivery) -> list[PlannedSearch]:
    return [s for s in delivery.searches if s.planted is None and s.trap is None]


def test_everything_planted_is_labeled_with_an_indicator(delivery: Delivery):
    planted = Counter(s.planted for s in delivery.searches if s.planted)
    assert set(planted) <= set(INDICATORS)
    assert set(planted) >= {
        "PLATE-REPEATED-WITHOUT-CASE", "PLATE-CHANGING-CASES", "PLATE-SEVERAL-USERS", "REASON-VAGUE", "REASON-DIGITS",
        "REASON-PASTED", "REASON-OUTSIDE-POLICY", "REASON-PERSONAL-DATA", "CASE-CLOSED", "CASE-UNKNOWN",
        "HOURS-UNUSUAL", "BURST", "ACCOUNT-TWO-HOSTS", "QUERY-BROAD", "REFUSALS-CLUSTER", "LOGIN-AFTER-DEPARTURE",
    }  # fmt: skip


@pytest.mark.parametrize("profile", names())
def test_reasons_that_are_not_planted_satisfy_every_policy(delivery: Delivery, profile: str):
    rules = load(profile).reason
    reasons = {s.reason for s in delivery.searches if s.planted is None}
    assert len(reasons) > 30
    assert {reason: check(reason, rules) for reason in reasons if check(reason, rules)} == {}


@pytest.mark.parametrize("profile", names())
def test_purposes_are_in_every_policys_list(delivery: Delivery, profile: str):
    policy = load(profile)
    assert all(policy.purpose(search.purpose) for search in delivery.searches)


def test_members_search_in_their_own_hours_and_cases(
    delivery: Delivery, ordinary: list[PlannedSearch]
):
    people = {person.username: person for person in delivery.members}
    cases = {case.number: case for case in delivery.cases}
    for search in ordinary:
        person, case = people[search.username], cases[search.case_number]
        hour = search.at.astimezone(ZONE).hour + search.at.astimezone(ZONE).minute / 60
        begin, end = person.hours
        assert begin - 1.1 <= hour <= end + 1.1 or begin - 1.1 <= hour + 24 <= end + 1.1
        assert case.opened_on <= search.at.astimezone(ZONE).date()
    own = sum(s.username in cases[s.case_number].assigned for s in ordinary)
    assert own > 0.97 * len(ordinary)


def test_parameters_make_queries(delivery: Delivery):
    for search in delivery.searches:
        query = build(f"query.{search.action}", search.parameters, ZONE)
        assert query.window.start < query.window.end <= search.at + dt.timedelta(hours=1)


def test_searches_stand_in_the_order_of_time_over_three_months(delivery: Delivery):
    times = [search.at for search in delivery.searches]
    assert times == sorted(times)
    assert dt.timedelta(days=80) < times[-1] - times[0] < dt.timedelta(days=92)


def test_members_stand_as_the_stories_need_it(delivery: Delivery):
    end = delivery.last_day
    people = {person.username: person for person in delivery.members}
    assert 15 <= len(people) <= 20
    assert {role for person in people.values() for role in person.roles} == {
        "analyst", "detective", "supervisor", "administrator", "trainer", "records", "dispatcher", "auditor",
        "contractor", "service",
    }  # fmt: skip
    lapsed = [
        name for name, person in people.items()
        if any(q.kind == "training" and (end - q.completed_on).days > 365 for q in person.qualifications)
    ]  # fmt: skip
    assert lapsed == ["jpereira"]
    assert people["svc-audit"].kind == "service"
    assert people["cmorrow"].left_on < end
