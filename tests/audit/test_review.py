"""What an audit of a period is made of."""

from __future__ import annotations

import datetime as dt
import hashlib
import random
import re
from typing import Any

import pytest
from audit_town import (
    CHEN,
    END,
    MORALES,
    NOW,
    OKAFOR,
    RIVERA,
    START,
    ZONE,
    Record,
    case,
    local,
    member,
    numbers,
    search,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.audit.history import assignments_in, departures_in
from workbench.audit.indicators import rows_of
from workbench.audit.review import AuditReview, review
from workbench.audit.sampling import certainty, draw, lot, size_for, size_to_find
from workbench.errors import BadInput, BadTime
from workbench.models import Qualification
from workbench.policy import load, names

ALL_FIVE = (
    "clovis-ca:462.5(c)",
    "claremont-ca:820.5[8]",
    "piedmont-ca:438.5(c)",
    "clinton-ut:426.4(d)",
    "seal-beach-ca:ACCOUNTABILITY(e)",
)


@pytest.fixture
def record(tmp_path):
    return Record(tmp_path)


def reviewed(record: Record, **given: Any) -> AuditReview:
    fields: dict[str, Any] = {
        "start": START, "end": END, "zone": ZONE, "profile": load("clovis-ca"), "sample_size": 5, "seed": 1,
        "verdict": record.verdict(), "members": [member(RIVERA), member(OKAFOR)], "cases": {"26-00001": case()},
        "now": NOW,
    }  # fmt: skip
    return review(record.database, **(fields | given))


@pytest.fixture
def month(record):
    """October: Rivera searches, Okafor is refused, a job runs by itself, one access never ends."""
    record.search(RIVERA, "09-29 10:00", plate="8AAA111")
    for day in (2, 3, 6):
        record.search(RIVERA, f"10-0{day} 10:00", plate=f"7ABX12{day}")
    record.search(OKAFOR, "10-07 11:00", outcome="refused")
    record.search(
        OKAFOR,
        "10-08 11:00",
        purpose="stolen-vehicle",
        crime_type="vehicle theft",
        case_number="26-00002",
    )
    record.search(OKAFOR, "10-09 11:00", outcome="failed")
    record.search("svc-reports", "10-10 05:00", automatic=True)
    record.search(RIVERA, "10-11 10:00", outcome="unfinished", reason="check")
    record.event("login", "10-12 08:00", by=RIVERA)
    record.event("login.failed", "10-12 09:00", by=CHEN, outcome="refused")
    record.search(RIVERA, "11-01 00:00")
    return record


# --- plan and population ----------------------------------------------------------------------------------


@pytest.mark.clause(*ALL_FIVE)
@pytest.mark.parametrize("profile", names())
def test_an_audit_states_plan_period_population_sample_and_proof_under_every_policy(month, profile):
    policy = load(profile)
    found = reviewed(month, profile=policy)
    assert policy.agency.name in found.plan["scope"]
    assert "8 accesses by 3 accounts" in found.plan["scope"]
    assert (
        found.plan["period"]
        == "2026-10-01 00:00 to 2026-11-01 00:00, end excluded (America/Los_Angeles)"
    )
    assert policy.audits.responsible in found.plan["responsible"]
    assert policy.source.prefix in found.plan["responsible"]
    assert "seed 1" in found.plan["sample"]
    assert len(found.plan["checked"]) >= 5
    assert "approver" in found.plan["method"].lower()
    assert "no verdict" in found.plan["limits"]
    assert (found.chain["ok"], found.chain["records"]) == (True, month.chain.head()[0])


def test_the_population_adds_up(month):
    found = reviewed(month).population
    assert found == {
        "records": 10, "accesses": 8, "answered": 5, "manual": 7, "automatic": 1, "refused": 1, "failed": 1,
        "unfinished": 1, "members": 3, "cases": 2, "plates": 3,
    }  # fmt: skip
    assert found["manual"] + found["automatic"] == found["accesses"]
    assert (
        sum(found[name] for name in ("answered", "refused", "failed", "unfinished"))
        == found["accesses"]
    )


def test_the_period_includes_its_start_and_excludes_its_end(record):
    first = record.search(RIVERA, "10-01 00:00")
    record.search(RIVERA, "11-01 00:00")
    assert reviewed(record).records["access_id"].tolist() == [first]


def test_a_period_without_any_access_is_an_audit_too(record):
    found = reviewed(record)
    assert found.population["accesses"] == 0
    assert found.sample.empty
    assert found.by_member.empty
    assert found.indicators == ()
    assert "0 accesses" in found.plan["sample"]
    assert {"why", "username"} <= set(found.sample.columns)


def test_a_broken_record_is_said_and_does_not_stop_the_audit(month):
    with month.database.engine.connect() as connection:
        connection.exec_driver_sql("DROP TRIGGER audit_records_no_update")
        connection.exec_driver_sql("UPDATE audit_records SET reason = 'nothing' WHERE seq = 4")
        connection.commit()
    found = reviewed(month)
    assert (found.chain["ok"], found.chain["seq"]) == (False, 4)


def test_an_audit_leaves_out_what_came_after_it_and_can_be_repeated(month):
    before = month.chain.head()[0] + 1
    once = reviewed(month, before=before)
    month.search(CHEN, "10-13 10:00")
    again = reviewed(month, before=before)
    assert once.sample.equals(again.sample)
    assert once.population == again.population
    assert once.access_id == before
    assert reviewed(month).population["accesses"] == 9


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"end": START}, BadInput),
        ({"sample_size": 0}, BadInput),
        ({"now": dt.datetime(2026, 11, 2)}, BadTime),  # noqa: DTZ001
        ({"start": dt.datetime(2026, 10, 1)}, BadTime),  # noqa: DTZ001
    ],
)
def test_what_makes_no_audit_is_refused(record, given, error):
    with pytest.raises(error):
        reviewed(record, **given)


# --- the sample -------------------------------------------------------------------------------------------


def test_the_sample_is_the_records_own_rows_with_why(month):
    found = reviewed(month, sample_size=4)
    assert len(found.sample) == 4
    assert set(found.sample["access_id"]) <= set(found.records["access_id"])
    assert set(found.sample["username"]) == {RIVERA, OKAFOR, "svc-reports"}
    assert found.sample["access_id"].is_monotonic_increasing
    assert all(found.sample["why"])
    assert found.sampling.size == 4


@pytest.mark.parametrize("profile", names())
def test_without_a_size_the_policy_says_how_many(month, profile):
    audits = load(profile).audits
    found = reviewed(month, sample_size=None, profile=load(profile))
    assert found.sampling.asked == size_for(audits, 7)
    assert size_for(audits, 0) == audits.sample_at_least
    assert size_for(audits, 1_000_000) == -(-1_000_000 * audits.sample_percent // 100)


def test_the_lot_is_what_anybody_can_compute():
    assert lot(7, 42) == hashlib.sha256(b"7:42").hexdigest()


ACCOUNTS = st.sampled_from([RIVERA, OKAFOR, CHEN, MORALES])
POPULATIONS = st.lists(
    st.builds(lambda name, auto: search(name, automatic=auto), ACCOUNTS, st.booleans()), max_size=60
)


@settings(max_examples=80, deadline=None)
@given(POPULATIONS, st.integers(1, 40), st.integers(0, 2**32 - 1))
def test_every_account_is_in_the_sample_and_the_order_of_rows_does_not_matter(records, size, seed):
    rows = rows_of(records, ZONE)
    found = draw(rows, size=size, seed=seed)
    chosen = [row for row in rows if row.access_id in found.why]
    assert set(found.why) <= set(numbers(records))
    for automatic in (False, True):
        assert {row.username for row in chosen if row.automatic is automatic} == {
            row.username for row in rows if row.automatic is automatic
        }
    strata = len({(row.username, row.automatic) for row in rows})
    assert found.size == min(len(rows), max(size, strata))
    assert draw(rows[::-1], size=size, seed=seed) == found


@settings(max_examples=40, deadline=None)
@given(POPULATIONS, st.integers(1, 40))
def test_a_larger_sample_holds_the_smaller_one(records, size):
    rows = rows_of(records, ZONE)
    assert set(draw(rows, size=size, seed=3).why) <= set(draw(rows, size=size + 5, seed=3).why)


def test_another_seed_draws_another_sample():
    rows = rows_of([search(RIVERA) for _ in range(300)], ZONE)
    samples = {tuple(draw(rows, size=20, seed=seed).why) for seed in range(10)}
    assert len(samples) == 10


def test_a_member_with_one_search_is_not_lost_among_ten_thousand_automatic_ones():
    rows = rows_of(
        [
            *(search("svc-alerts", automatic=True) for _ in range(2000)),
            *(search(CHEN) for _ in range(3)),
        ],
        ZONE,
    )
    found = draw(rows, size=4, seed=1)
    by_hand = [row for row in rows if row.access_id in found.why and not row.automatic]
    assert len(by_hand) == 3


# --- tables -----------------------------------------------------------------------------------------------


@pytest.mark.clause("clinton-ut:426.4(c)")
def test_the_number_of_searches_by_member(month):
    found = reviewed(month).by_member.set_index("username")
    assert found.loc[
        RIVERA, ["searches", "answered", "manual", "automatic", "unfinished"]
    ].tolist() == [4, 3, 4, 0, 1]
    assert found.loc[OKAFOR, ["searches", "answered", "refused", "failed", "cases"]].tolist() == [
        3,
        1,
        1,
        1,
        2,
    ]
    assert found.loc["svc-reports", ["searches", "manual", "automatic"]].tolist() == [1, 0, 1]
    assert found["searches"].sum() == 8


def test_members_stand_by_name_and_never_by_count(record):
    for _ in range(9):
        record.search("zed", "10-05 10:00")
    record.search("abel", "10-05 10:00")
    assert reviewed(record).by_member["username"].tolist() == ["abel", "zed"]
    assert reviewed(record).accounts["username"].tolist() == [OKAFOR, RIVERA]


def test_vague_reasons_are_a_share_of_what_was_asked_by_hand(month):
    found = reviewed(month).by_member.set_index("username")
    assert found.loc[RIVERA, ["vague", "vague_share"]].tolist() == [1, 0.25]
    assert found.loc["svc-reports", "vague"] == 0
    assert found["vague_share"].isna().tolist() == [False, False, True]


def test_the_share_outside_the_members_own_hours(record):
    for day in range(1, 29):
        record.search(RIVERA, f"10-{day:02d} 09:00")
    for day in (5, 6):
        record.search(RIVERA, f"10-{day:02d} 23:00")
    record.search(OKAFOR, "10-05 23:00")
    found = reviewed(record).by_member.set_index("username")
    assert found.loc[RIVERA, "own_hours"] == "09:00–10:00"
    assert found.loc[RIVERA, "outside_hours"] == 2
    assert found.loc[RIVERA, "outside_hours_share"] == pytest.approx(2 / 30)
    assert found.loc[OKAFOR, "own_hours"] == ""


def test_searches_by_purpose_in_the_profiles_own_words(month):
    month.search(RIVERA, "10-20 10:00", purpose="curiosity", outcome="refused")
    policy = load("clovis-ca")
    found = reviewed(month).by_purpose.set_index("purpose")
    assert found["searches"].sum() == 9
    assert found.loc["curiosity", ["label", "refused"]].tolist() == ["not in the profile", 1]
    for purpose in set(found.index) & {each.id for each in policy.purposes}:
        known = policy.purpose(purpose)
        assert known is not None
        assert found.loc[purpose, "label"] == known.label


@pytest.mark.clause("clinton-ut:426.4(c)")
def test_searches_by_crime_type_with_their_incident_numbers(record):
    for number in ("I-1", "I-1", "I-2", ""):
        record.search(RIVERA, "10-05 10:00", crime_type="burglary", incident_number=number)
    record.search(OKAFOR, "10-06 10:00", crime_type="homicide", incident_number="I-3")
    record.search(OKAFOR, "10-06 11:00", crime_type="homicide", outcome="refused")
    found = reviewed(record, profile=load("clinton-ut")).by_crime_type.set_index("crime_type")
    columns = ["searches", "incidents", "without_incident", "members"]
    assert found.loc["burglary", columns].tolist() == [4, 2, 1, 1]
    assert found.loc["homicide", columns].tolist() == [2, 1, 0, 1]


def test_every_refusal_is_listed_log_ins_too(month):
    found = reviewed(month).refusals
    assert found["action"].tolist() == ["query.history", "login.failed"]
    assert found["clause"].tolist() == ["462.3(d)", ""]


# --- training and accounts --------------------------------------------------------------------------------


def standing(
    record: Record, *held: Qualification, profile: str = "piedmont-ca", **given: Any
) -> dict[str, str]:
    policy = load(profile)
    topics = tuple(topic.id for each in policy.requirements for topic in each.topics)
    full = tuple(
        Qualification(q.kind, q.completed_on, q.expires_on, q.topics or topics) for q in held
    )
    found = reviewed(record, profile=policy, members=[member(RIVERA, qualifications=full, **given)])
    return dict(zip(found.training["kind"], found.training["status"], strict=True))


@pytest.mark.clause("claremont-ca:820.5[8]", "piedmont-ca:438.5(c)")
@pytest.mark.parametrize(
    ("day", "status"),
    [
        ("2026-06-01", "current"),
        ("2025-11-20", "expires soon"),
        ("2025-11-02", "expires soon"),
        ("2025-11-01", "expired"),
    ],
)
def test_training_currency_on_the_day_of_the_review(record, day, status):
    assert (
        standing(record, Qualification("training", dt.date.fromisoformat(day)))["training"]
        == status
    )


def test_what_is_missing_and_what_lacks_a_topic(record):
    assert standing(record)["training"] == "missing"
    short = Qualification("training", dt.date(2026, 6, 1), topics=("practical-exercises",))
    assert standing(record, short)["training"] == "incomplete"
    assert (
        standing(record, Qualification("training", dt.date(2026, 6, 1)), profile="claremont-ca")[
            "clets"
        ]
        == "missing"
    )


def test_training_is_asked_of_active_members_only(record):
    assert standing(record, active=False) == {}


def accounts(record: Record, *members: Any, **given: Any) -> dict[str, str]:
    found = reviewed(record, members=list(members), **given).accounts
    return dict(zip(found["username"], found["note"], strict=True))


def test_accounts_say_what_a_reviewer_should_see(record):
    record.search(RIVERA, "10-05 10:00", host="car-7")
    record.search(OKAFOR, "10-06 10:00", host="car-7")
    record.search("svc-reports", "10-06 10:00", host="car-7", automatic=True)
    found = accounts(
        record,
        member(RIVERA),
        member(OKAFOR, last_login_at=NOW - dt.timedelta(days=61)),
        member(CHEN, last_login_at=None),
        member(MORALES, active=False, last_login_at=None),
        member("svc-reports", kind="service"),
    )
    assert found == {
        RIVERA: "shared host: 1 other account",
        OKAFOR: "no log-in for 61 days; shared host: 1 other account",
        CHEN: "never logged in",
        MORALES: "disabled",
        "svc-reports": "",
    }


def test_who_departed_and_still_has_an_account(record):
    left = Qualification("departure", dt.date(2026, 10, 2))
    known = (
        member(RIVERA, qualifications=(left,)),
        member(OKAFOR, qualifications=(left,), active=False),
    )
    assert accounts(record, *known) == {RIVERA: "departed but open", OKAFOR: "disabled"}


def test_when_an_account_last_searched_is_taken_from_the_whole_record(record):
    record.search(RIVERA, "03-05 10:00")
    found = reviewed(record).accounts.set_index("username")
    assert found.loc[RIVERA, "last_search_at"].isoformat() == "2026-03-05T10:00:01-08:00"
    assert found["last_search_at"].isna().tolist() == [True, False]


# --- what the record says of earlier times ----------------------------------------------------------------


def test_an_assignment_holds_from_the_day_it_was_made_and_until_it_ended(record):
    record.event(
        "case.assigned", "10-10 10:00", grounds=None, elements={"added": [], "removed": []}
    )
    case_rows = [
        search("okafor", "09-01 10:00", action="case.registered", elements={}),
        search(
            "okafor",
            "09-01 10:00",
            action="case.assigned",
            elements={"added": [RIVERA], "removed": []},
        ),
        search(
            "okafor",
            "09-10 10:00",
            action="case.assigned",
            elements={"added": [CHEN], "removed": []},
        ),
        search(
            "okafor",
            "09-20 10:00",
            action="case.assigned",
            elements={"added": [], "removed": [CHEN]},
        ),
    ]
    found = {each.username: each for each in assignments_in(rows_of(case_rows, ZONE))}
    assert found[RIVERA].held(local("08-01 10:00")), "entered with the case: from the beginning"
    assert not found[CHEN].held(local("09-10 09:59"))
    assert found[CHEN].held(local("09-10 10:00"))
    assert not found[CHEN].held(local("09-20 10:00"))


def test_a_search_after_the_assignment_ended_is_found_though_the_register_shows_today_only(record):
    from workbench.models import Grounds

    grounds = Grounds("26-00001", "", "")
    record.event(
        "case.assigned", "10-01 10:00", grounds=grounds, elements={"added": [RIVERA], "removed": []}
    )
    early = record.search(RIVERA, "10-05 10:00")
    record.event(
        "case.assigned", "10-10 10:00", grounds=grounds, elements={"added": [], "removed": [RIVERA]}
    )
    late = record.search(RIVERA, "10-12 10:00")
    found = [each for each in reviewed(record).indicators if each.id == "CASE-NOT-ASSIGNED"]
    assert [each.rows for each in found] == [(late,)]
    assert early not in found[0].rows


@pytest.mark.parametrize(
    ("why", "left"),
    [
        ("left the department", True),
        ("Retired", True),
        ("resigned 1 October", True),
        ("on leave", False),
        ("lost badge", False),
    ],
)
def test_a_departure_is_read_from_why_an_account_was_disabled(why, left):
    rows = [
        search(
            "okafor",
            "10-02 10:00",
            action="member.disabled",
            elements={"member": RIVERA},
            detail=why,
        )
    ]
    assert departures_in(rows_of(rows, ZONE), []) == (
        {RIVERA: dt.date(2026, 10, 2)} if left else {}
    )


@pytest.mark.parametrize(
    ("why", "day"),
    [
        ("left the agency on 2026-09-20", "2026-09-20"),
        ("retired 2026-12-31", "2026-10-02"),
        ("left the agency on 2026-13-45", "2026-10-02"),
    ],
)
def test_the_day_that_the_reason_names_is_the_day_of_departure(why, day):
    rows = [
        search(
            "okafor",
            "10-02 10:00",
            action="member.disabled",
            elements={"member": RIVERA},
            detail=why,
        )
    ]
    assert departures_in(rows_of(rows, ZONE), []) == {RIVERA: dt.date.fromisoformat(day)}


def test_an_account_used_between_departure_and_closing(record):
    late = record.search(RIVERA, "10-09 20:00")
    record.event(
        "member.disabled",
        "10-20 10:00",
        elements={"member": RIVERA},
        detail="left the agency on 2026-10-02",
    )
    found = [each for each in reviewed(record).indicators if each.id == "LOGIN-AFTER-DEPARTURE"]
    assert [(each.severity, each.rows) for each in found] == [("high", (late,))]


def test_who_came_back_has_not_departed():
    rows = [
        search(
            "okafor",
            "10-02 10:00",
            action="member.disabled",
            elements={"member": RIVERA},
            detail="retired",
        ),
        search("okafor", "10-05 10:00", action="member.enabled", elements={"member": RIVERA}),
    ]
    assert departures_in(rows_of(rows, ZONE), []) == {}


def test_an_account_used_after_the_departure_on_file(record):
    number = record.search(RIVERA, "10-09 22:00")
    gone = member(RIVERA, qualifications=(Qualification("departure", dt.date(2026, 10, 2)),))
    found = [
        each
        for each in reviewed(record, members=[gone]).indicators
        if each.id == "LOGIN-AFTER-DEPARTURE"
    ]
    assert [(each.username, each.rows) for each in found] == [(RIVERA, (number,))]


def test_an_audit_of_a_month_looks_back_at_the_weeks_before(record):
    for at in ("09-05 23:00", "09-20 23:00", "10-04 23:00"):
        record.search(RIVERA, at, plate="8KLM432", case_number="26-00777")
    found = reviewed(record)
    (finding,) = [each for each in found.indicators if each.id == "PLATE-REPEATED-WITHOUT-CASE"]
    assert len(finding.rows) == 3
    assert found.population["accesses"] == 1
    assert re.search(r"90 days before the period", found.plan["lookback"])


# --- how sure a sample is ----------------------------------------------------------------------------------


@given(population=st.integers(1, 400), confidence=st.floats(0.5, 0.99), share=st.floats(0.01, 1))
def test_a_size_that_is_chosen_is_the_least_that_reaches_the_confidence(
    population, confidence, share
):
    size = size_to_find(population, confidence, share)
    assert certainty(population, size, share) >= confidence - 1e-9
    assert size == 0 or certainty(population, size - 1, share) < confidence + 1e-9


def test_the_certainty_is_what_drawing_shows():
    rng = random.Random(4)
    hits = (
        sum(min(rng.sample(range(200), 20)) < 10 for _ in range(4000)) / 4000
    )  # 10 of 200 at fault
    assert certainty(200, 20, 0.05) == pytest.approx(hits, abs=0.025)


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 40), st.integers(0, 99))
def test_the_lowest_lots_are_all_in_it_where_a_confidence_is_asked_for(size, seed):
    rows = rows_of([search([RIVERA, OKAFOR][turn % 2]) for turn in range(300)], ZONE)
    found = draw(rows, size=size, seed=seed, confidence=0.95)
    wanted = size_to_find(300, 0.95, 0.05)
    lowest = sorted(rows, key=lambda each: (lot(seed, each.access_id), each.access_id))[:wanted]
    assert {each.access_id for each in lowest} <= set(found.why)
    assert found.at_random >= wanted
    assert certainty(300, found.at_random, 0.05) >= 0.95
    assert "if 5 % of those accesses were at fault" in found.words


def test_a_confidence_that_is_no_probability_is_refused():
    with pytest.raises(BadInput):
        size_to_find(100, 95, 0.05)
    with pytest.raises(BadInput):
        size_to_find(100, 0.95, 0)
