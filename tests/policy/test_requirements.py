from __future__ import annotations

import datetime as dt

import pytest
from policy_builders import TODAY, held, member, profile

from workbench.models import Qualification
from workbench.policy.requirements import local_day, standing


def test_the_standing_of_a_member_lists_what_is_missing_and_until_when_the_rest_is_current() -> (
    None
):
    policy = profile("claremont")
    read = Qualification("policy-read", dt.date(2026, 3, 1))
    lapsed = Qualification("clets", dt.date(2024, 3, 1), expires_on=dt.date(2026, 3, 1))
    who = member(policy, qualifications=held(policy, policy_read=read, clets=lapsed, training=None))
    found = {each.requirement.id: each for each in standing(policy, who, TODAY)}
    assert set(found) == {"clets", "training", "sworn-training", "policy-read"}
    assert found["policy-read"].held
    assert found["policy-read"].current_until == dt.date(2027, 3, 1)
    assert found["clets"].state == "lapsed"
    assert found["clets"].current_until == dt.date(2026, 3, 1)
    assert found["training"].state == "missing"
    assert found["training"].completed_on is None


def test_the_latest_of_several_counts() -> None:
    policy = profile("claremont")
    years = [Qualification("policy-read", dt.date(year, 1, 10)) for year in (2026, 2024, 2025)]
    who = member(policy, qualifications=(*held(policy, policy_read=None), *years))
    read = next(s for s in standing(policy, who, TODAY) if s.requirement.kind == "policy-read")
    assert read.completed_on == dt.date(2026, 1, 10)


def test_the_earlier_of_two_ends_rules() -> None:
    policy = profile("claremont")
    for expires, until in (
        (dt.date(2026, 12, 1), dt.date(2026, 12, 1)),
        (dt.date(2030, 1, 1), dt.date(2027, 11, 1)),
    ):
        read = Qualification("policy-read", dt.date(2026, 11, 1), expires_on=expires)
        who = member(policy, qualifications=held(policy, policy_read=read))
        (found,) = [s for s in standing(policy, who, TODAY) if s.requirement.kind == "policy-read"]
        assert found.current_until == until


@pytest.mark.parametrize(
    ("kind", "role", "asked"),
    [
        ("person", "dispatcher", {"clets", "training", "communications-training", "policy-read"}),
        (
            "contractor",
            "contractor",
            {"clets", "live-scan", "no-convictions", "waiver", "training", "policy-read"},
        ),
        ("service", "service", set()),
    ],
)
def test_what_is_asked_of_whom(kind: str, role: str, asked: set[str]) -> None:
    policy = profile("claremont")
    who = member(policy, role, kind=kind)
    assert {each.requirement.id for each in standing(policy, who, TODAY)} == asked


def test_the_day_is_that_of_the_agencys_clock() -> None:
    midnight = dt.datetime(2026, 11, 22, 6, 30, tzinfo=dt.UTC)
    assert local_day(profile("clovis"), midnight) == dt.date(2026, 11, 21)
    assert local_day(profile("clinton"), midnight) == dt.date(2026, 11, 21)
    assert local_day(profile("clinton"), midnight + dt.timedelta(hours=1)) == dt.date(2026, 11, 22)
