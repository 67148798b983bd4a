"""Hours, bursts, machines, queries and standing: each indicator with a positive, a near miss, and a trap."""

from __future__ import annotations

import datetime as dt

import pytest
from audit_town import (
    CHEN,
    OKAFOR,
    RIVERA,
    ZONE,
    case,
    facts,
    findings,
    local,
    login,
    member,
    numbers,
    refusal,
    search,
    working_days,
)
from hypothesis import given
from hypothesis import strategies as st

from workbench.audit.indicators import Facts, Thresholds, rows_of
from workbench.audit.indicators.habits import outside_hours, own_hours
from workbench.models import Qualification
from workbench.policy import load

OFFICE = range(8, 17)
OCTOBER = range(1, 29)

# --- hours ------------------------------------------------------------------------------------------------


def test_a_search_at_three_in_the_night_stands_apart_from_office_hours():
    night = search(RIVERA, "10-20 03:10", plate="8KLM432")
    (found,) = findings([*working_days(RIVERA, OFFICE, OCTOBER), night], "HOURS-UNUSUAL")
    assert found.rows == (night["access_id"],)
    assert "1 search lay more than 2 hours outside." in found.words, (
        "five hours before work it is not alone"
    )
    assert found.severity == "low"


def test_the_night_search_without_a_reason_is_looked_at_sooner():
    night = search(RIVERA, "10-20 03:10", reason="check")
    (found,) = findings([*working_days(RIVERA, OFFICE, OCTOBER), night], "HOURS-UNUSUAL")
    assert found.severity == "medium"
    assert "1 had a reason that says nothing" in found.words


def test_a_night_shift_keeps_its_own_hours():
    nights = [
        search(RIVERA, f"10-{day:02d} {hour:02d}:30")
        for day in OCTOBER
        for hour in (22, 23, 0, 1, 2, 3, 4, 5)
    ]
    assert not findings(nights, "HOURS-UNUSUAL")


MORNING = range(8, 12)


def apart(*times: str, days: range = range(2, 28)) -> tuple[set[str], str]:
    """Return which searches stand apart from a month of mornings between 8 and 12, and what is said of them."""
    extra = {search(RIVERA, at)["access_id"]: at for at in times}
    rows = [search(RIVERA, at, access_id=number) for number, at in extra.items()]
    found = findings([*rows, *working_days(RIVERA, MORNING, days)], "HOURS-UNUSUAL")
    return {extra[number] for each in found for number in each.rows}, "".join(
        each.words for each in found
    )


def is_alone(*times: str, days: range = range(2, 28)) -> bool:
    """Say whether the first of some searches is said to stand alone."""
    return "short session" in apart(*times, days=days)[1]


def test_what_lies_next_to_the_own_hours_is_no_finding():
    assert apart("10-29 05:59", "10-29 14:00")[0] == {"10-29 05:59", "10-29 14:00"}
    assert apart("10-29 06:00", "10-29 13:59")[0] == set()


def test_a_search_stands_alone_with_eight_idle_hours_on_either_side():
    assert is_alone("10-29 19:00"), "the last of the record"
    assert is_alone("10-01 19:00"), "the first of it"
    assert is_alone("10-14 19:45", days=range(1, 31, 2)), "between two mornings"
    assert not is_alone("10-15 18:00", days=range(1, 31, 2)), "after that morning's work"
    assert not is_alone("10-28 01:00", "10-28 08:59")
    assert is_alone("10-28 01:00", "10-28 09:00")
    evening = {"days": range(2, 29)}  # with a morning's work on that day as well
    assert not is_alone("10-28 23:00", "10-28 15:01", **evening)
    assert is_alone("10-28 23:00", "10-28 15:00", **evening)


def test_a_session_of_three_is_short_and_one_of_four_is_work():
    times = [f"10-29 19:{minute:02d}" for minute in (0, 5, 10, 15)]
    assert is_alone(*times[:3])
    assert not is_alone(*times)
    assert is_alone("10-29 19:00", "10-29 20:00"), "an hour is within a session"
    assert not is_alone("10-29 19:00", "10-29 20:01"), (
        "and more parts two, of which neither is alone"
    )
    assert (
        "1 of them in a short session" in apart("10-29 19:00", "10-15 18:00", days=range(1, 28))[1]
    )


def test_few_searches_show_no_hours_of_their_own():
    rows = [search(RIVERA, f"10-{day:02d} 10:00") for day in range(1, 16)]
    assert not findings([*rows, search(RIVERA, "10-20 03:00")], "HOURS-UNUSUAL")


def test_somebody_who_works_around_the_clock_has_no_hours():
    rows = working_days(RIVERA, range(24), range(1, 5))
    assert own_hours(rows_of(rows, ZONE), Thresholds()) is None
    assert not findings(rows, "HOURS-UNUSUAL")


def test_hours_are_the_agencys_own_across_the_clock_change():
    rows = [
        search(RIVERA, f"{month}-{day:02d} 10:30") for month in ("10", "11") for day in range(1, 15)
    ]
    assert own_hours(rows_of(rows, ZONE), Thresholds()) == (10, 1)


def test_automatic_searches_have_no_hours():
    rows = working_days(RIVERA, OFFICE, OCTOBER)
    assert not findings([*rows, search(RIVERA, "10-20 03:00", automatic=True)], "HOURS-UNUSUAL")


@given(st.integers(0, 23), st.integers(1, 16), st.integers(0, 23))
def test_a_block_of_hours_runs_over_midnight(first, length, hour):
    inside = {(first + step) % 24 for step in range(length)}
    distance = min(min((hour - each) % 24, (each - hour) % 24) for each in inside)
    assert outside_hours(hour, (first, length)) == distance


@given(st.lists(st.integers(0, 23), min_size=20, max_size=60))
def test_the_own_hours_hold_their_share_and_no_shorter_block_does(hours):
    rows = rows_of([search(RIVERA, f"10-05 {hour:02d}:00") for hour in hours], ZONE)

    def best(length: int) -> float:
        blocks = [{(first + step) % 24 for step in range(length)} for first in range(24)]
        return max(sum(hour in block for hour in hours) for block in blocks) / len(hours)

    block = own_hours(rows, Thresholds())
    if block is None:
        assert best(16) < 0.85
        return
    first, length = block
    assert sum((hour - first) % 24 < length for hour in hours) >= 0.85 * len(hours)
    assert length == 1 or best(length - 1) < 0.85


# --- bursts -----------------------------------------------------------------------------------------------


def days_of(counts: list[int], username: str = RIVERA, **given: object) -> list[dict[str, object]]:
    return [
        search(username, f"10-{day:02d} 09:{minute:02d}", plate=f"P{day:02d}{minute:02d}", **given)
        for day, number in enumerate(counts, 1)
        for minute in range(number)
    ]


def test_a_day_far_above_the_own_rate_is_a_burst():
    rows = days_of([3, 4, 2, 3, 5, 3, 4, 2, 3, 24], case="26-99999")
    (found,) = findings(rows, "BURST")
    assert len(found.rows) == 24
    assert found.severity == "low"
    assert "24 searches on 2026-10-10, against 3.2" in found.words


def test_a_burst_under_one_open_case_of_ones_own_is_only_told():
    (found,) = findings(days_of([3] * 9 + [24]), "BURST")
    assert found.severity == "info"


def test_a_busy_day_for_one_case_with_a_few_others_beside_it_is_only_told():
    rows = days_of([3] * 9 + [24])
    others = [search(RIVERA, "10-10 15:00", case="26-99999") for _ in range(3)]
    (found,) = findings(rows + others, "BURST")
    assert found.severity == "info"
    assert "24 of them for one open case of the member's" in found.words
    many = [search(RIVERA, "10-10 15:00", case="26-99999") for _ in range(20)]
    (found,) = findings(rows + many, "BURST")
    assert found.severity == "low"
    assert "under 2 cases" in found.words


def test_who_always_searches_a_lot_has_no_burst():
    assert not findings(days_of([24] * 12), "BURST")


def test_a_day_within_three_deviations_is_no_burst():
    assert not findings(days_of([3, 9, 4, 8, 3, 10, 5, 9, 4, 14]), "BURST")


def test_nine_searches_are_no_burst_whatever_the_rate_and_ten_may_be():
    assert not findings(days_of([1] * 9 + [9]), "BURST")
    assert findings(days_of([1] * 9 + [10]), "BURST")


def test_a_week_shows_no_rate_and_eight_days_do():
    assert not findings(days_of([1] * 6 + [40]), "BURST")
    assert findings(days_of([1] * 7 + [40]), "BURST")


def test_another_members_high_count_makes_no_burst_of_mine():
    assert not findings([*days_of([3] * 10), *days_of([40] * 10, OKAFOR)], "BURST")


# --- one account on two machines --------------------------------------------------------------------------


def test_one_account_back_and_forth_between_two_machines():
    rows = [
        search(RIVERA, f"10-05 10:{minute:02d}", host=host)
        for minute, host in ((0, "a"), (4, "b"), (9, "a"))
    ]
    (found,) = findings(rows, "ACCOUNT-TWO-HOSTS")
    assert (found.rows, found.severity) == (numbers(rows), "medium")


@pytest.mark.parametrize(("minute", "found"), [(20, True), (21, False)])
def test_back_and_forth_begins_within_twenty_minutes(minute, found):
    rows = [
        search(RIVERA, f"10-05 10:{at:02d}", host=host)
        for at, host in ((0, "a"), (4, "b"), (minute, "a"))
    ]
    assert bool(findings(rows, "ACCOUNT-TWO-HOSTS")) is found


def test_from_the_office_to_the_car_is_a_walk():
    rows = [
        search(RIVERA, f"10-05 10:{minute:02d}", host=host)
        for minute, host in ((0, "office"), (4, "car"))
    ]
    assert not findings(rows, "ACCOUNT-TWO-HOSTS")


def test_to_the_car_and_back_after_an_hour_is_a_patrol():
    rows = [
        search(RIVERA, f"10-05 1{hour}:00", host=host)
        for hour, host in ((0, "office"), (1, "car"), (2, "office"))
    ]
    assert not findings(rows, "ACCOUNT-TWO-HOSTS")


def test_a_machine_that_two_members_share_is_not_one_account():
    rows = [
        search(name, f"10-05 10:0{n}", host="car-7")
        for n, name in enumerate([RIVERA, OKAFOR, RIVERA])
    ]
    assert not findings(rows, "ACCOUNT-TWO-HOSTS")


def test_a_log_in_elsewhere_counts_and_an_automatic_job_does_not():
    def there_and_back(**given: object) -> list[dict[str, object]]:
        middle = login(RIVERA, "10-05 10:05", host="b", **given)
        return [
            search(RIVERA, "10-05 10:00", host="a"),
            middle,
            search(RIVERA, "10-05 10:06", host="a"),
        ]

    assert findings(there_and_back(), "ACCOUNT-TWO-HOSTS")
    assert not findings(there_and_back(automatic=True), "ACCOUNT-TWO-HOSTS")


@pytest.mark.parametrize("action", ["session.ended", "login.failed"])
def test_a_session_that_ends_elsewhere_and_a_failed_log_in_are_no_use_of_the_account(action):
    rows = [search(RIVERA, "10-05 10:00", host="car"), search(RIVERA, "10-05 10:06", host="car")]
    rows.insert(1, login(RIVERA, "10-05 10:03", host="office", action=action))
    assert not findings(rows, "ACCOUNT-TWO-HOSTS")


# --- broad queries ----------------------------------------------------------------------------------------


def canvass(radius_m: float, hours: float, **given: object) -> dict[str, object]:
    start = dt.datetime(2026, 10, 1, tzinfo=dt.UTC)
    end = start + dt.timedelta(hours=hours)
    elements = {
        "center": [36.58, -120.25], "radius_m": radius_m, "start": start.isoformat(), "end": end.isoformat(),
    }  # fmt: skip
    return search(RIVERA, action="query.canvass", elements=elements, **given)


def partial(pattern: str, near: dict[str, object] | None = None) -> dict[str, object]:
    elements = {
        "pattern": pattern,
        "start": "2026-10-01T00:00:00+00:00",
        "end": "2026-10-02T00:00:00+00:00",
    }
    return search(
        RIVERA, action="query.partial", elements=elements | ({"near": near} if near else {})
    )


def test_a_canvass_of_the_city_over_two_days_is_broad():
    row = canvass(3_000, 48)
    (found,) = findings([row, canvass(800, 1)], "QUERY-BROAD")
    assert found.rows == (row["access_id"],)
    assert "1 canvass over 10 km²" in found.words


def test_wide_alone_or_long_alone_is_not_broad():
    assert not findings([canvass(3_000, 1), canvass(800, 24 * 7)], "QUERY-BROAD")


def test_a_refused_broad_query_met_the_policy_already():
    assert not findings([canvass(3_000, 48, outcome="refused")], "QUERY-BROAD")


def test_two_known_characters_are_broad_unless_a_place_narrows_them():
    row = partial("7*1")
    (found,) = findings([row], "QUERY-BROAD")
    assert "1 plate search with at most 2 known characters" in found.words
    assert not findings(
        [partial("7*1", {"center": [36.58, -120.25], "radius_m": 500})], "QUERY-BROAD"
    )
    assert not findings([partial("7A*1")], "QUERY-BROAD")


def test_a_polygon_is_measured_too_and_a_damaged_one_is_no_error():
    corners = [[36.5, -120.3], [36.5, -120.2], [36.6, -120.2], [36.6, -120.3]]
    row = canvass(1, 48)
    row["elements"] = {
        "polygon": corners,
        "start": row["elements"]["start"],
        "end": row["elements"]["end"],
    }
    assert findings([row], "QUERY-BROAD")
    for damaged in ({"polygon": [["x"]]}, {"start": "yesterday"}, {"end": None}):
        broken = row | {"elements": row["elements"] | damaged}
        assert not findings([broken], "QUERY-BROAD")


def test_asking_beyond_retention_is_found_under_the_profile_that_limits_it():
    row = search(
        RIVERA,
        elements={
            "plate": "7ABX123",
            "start": "2025-12-01T00:00:00+00:00",
            "end": "2026-10-01T00:00:00+00:00",
        },
    )
    (found,) = findings(
        [row, search(RIVERA)], "QUERY-BEYOND-RETENTION", facts(profile=load("clinton-ut"))
    )
    assert found.rows == (row["access_id"],)
    assert "9 months" in found.words
    assert not findings([row], "QUERY-BEYOND-RETENTION", facts(profile=load("clovis-ca")))


# --- refusals and unfinished accesses ---------------------------------------------------------------------


def test_refusals_close_together_and_an_answer_at_their_end():
    rows = [refusal(RIVERA, f"10-05 10:{minute:02d}") for minute in (0, 3, 9)]
    (alone,) = findings(rows, "REFUSALS-CLUSTER")
    answer = search(RIVERA, "10-05 10:12")
    (answered,) = findings([*rows, answer], "REFUSALS-CLUSTER")
    assert (alone.severity, alone.rows) == ("low", numbers(rows))
    assert (answered.severity, answered.rows) == ("medium", numbers([*rows, answer]))
    assert "3 times within 9 minutes" in answered.words


def test_an_answer_before_the_refusals_is_none_at_their_end():
    answer = search(RIVERA, "10-05 10:00")
    rows = [refusal(RIVERA, "10-05 10:00") for _ in range(3)]
    (found,) = findings([answer, *rows], "REFUSALS-CLUSTER")
    assert (found.severity, found.rows) == ("low", numbers(rows))
    assert "3 times within 1 minute." in found.words


def test_two_refusals_or_three_over_a_week_are_no_cluster():
    assert not findings([refusal(RIVERA, f"10-05 10:0{n}") for n in range(2)], "REFUSALS-CLUSTER")
    assert not findings(
        [refusal(RIVERA, f"10-0{day} 10:00") for day in (1, 4, 8)], "REFUSALS-CLUSTER"
    )


def test_refusals_of_three_members_are_no_cluster_of_one():
    rows = [refusal(name, "10-05 10:00") for name in (RIVERA, OKAFOR, CHEN)]
    assert not findings(rows, "REFUSALS-CLUSTER")


def test_an_access_without_an_outcome_is_found_and_one_that_may_still_run_is_not():
    old = search(RIVERA, outcome="unfinished")
    (found,) = findings([old, search(RIVERA)], "UNFINISHED-ACCESS")
    assert found.rows == (old["access_id"],)
    now = facts(now=local("10-05 10:10"))
    assert not findings([old], "UNFINISHED-ACCESS", now)


# --- standing ---------------------------------------------------------------------------------------------


def gone(on: str = "2026-10-02") -> Facts:
    return facts(departures={RIVERA: dt.date.fromisoformat(on)})


@pytest.mark.clause("claremont-ca:820.5[2]")
def test_an_account_used_after_departure_is_high_where_it_let_somebody_in():
    rows = [login(RIVERA, "10-09 22:00"), search(RIVERA, "10-09 22:05")]
    (found,) = findings(rows, "LOGIN-AFTER-DEPARTURE", gone())
    assert (found.severity, found.rows) == ("high", numbers(rows))
    assert (
        "2 times after the member left on 2026-10-02, first 7 days later; 2 of these succeeded"
        in found.words
    )


def test_an_attempt_that_was_refused_after_departure_is_lower():
    (found,) = findings(
        [login(RIVERA, "10-09 22:00", outcome="refused")], "LOGIN-AFTER-DEPARTURE", gone()
    )
    assert found.severity == "medium"


def test_the_last_day_is_still_service_and_so_is_everybody_else():
    rows = [search(RIVERA, "10-02 17:00"), search(OKAFOR, "10-09 10:00")]
    assert not findings(rows, "LOGIN-AFTER-DEPARTURE", gone())


def test_a_session_that_was_ended_for_the_departed_is_no_use_of_the_account():
    assert not findings(
        [login(RIVERA, "10-09 22:00", action="session.ended")], "LOGIN-AFTER-DEPARTURE", gone()
    )


def trained(*qualifications: Qualification, profile: str = "piedmont-ca") -> Facts:
    policy = load(profile)
    topics = tuple(topic.id for each in policy.requirements for topic in each.topics)
    complete = tuple(
        Qualification(each.kind, each.completed_on, each.expires_on, each.topics or topics)
        for each in qualifications
    )
    return facts(profile=policy, members={RIVERA: member(RIVERA, qualifications=complete)})


def training(day: str, expires: str = "") -> Qualification:
    ends = dt.date.fromisoformat(expires) if expires else None
    return Qualification("training", dt.date.fromisoformat(day), ends)


def test_a_search_after_training_had_lapsed_is_found():
    early, late = search(RIVERA, "10-05 10:00"), search(RIVERA, "10-07 10:00")
    (found,) = findings([early, late], "TRAINING-EXPIRED-AT-QUERY", trained(training("2025-10-06")))
    assert (found.rows, found.severity) == ((late["access_id"],), "high")
    assert "1 of 2 searches" in found.words


def test_a_training_taken_later_does_not_mend_an_earlier_search():
    row = search(RIVERA, "10-05 10:00")
    assert findings([row], "TRAINING-EXPIRED-AT-QUERY", trained(training("2026-10-06")))
    assert not findings([row], "TRAINING-EXPIRED-AT-QUERY", trained(training("2026-10-05")))


def test_a_training_that_has_lapsed_since_was_current_then():
    row = search(RIVERA, "10-05 10:00")
    assert not findings(
        [row], "TRAINING-EXPIRED-AT-QUERY", trained(training("2026-06-01", "2026-10-20"))
    )


def test_a_refused_search_was_not_answered_without_training():
    row = refusal(RIVERA, "10-05 10:00", detail="requirement.training.lapsed")
    assert not findings([row], "TRAINING-EXPIRED-AT-QUERY", trained(training("2024-01-01")))


def test_a_missing_certification_counts_where_the_profile_asks_for_it():
    row = search(RIVERA, "10-05 10:00")
    (found,) = findings(
        [row], "TRAINING-EXPIRED-AT-QUERY", trained(training("2026-06-01"), profile="claremont-ca")
    )
    assert "CLETS" in found.words
    assert not findings(
        [row], "TRAINING-EXPIRED-AT-QUERY", trained(training("2026-06-01"), profile="clovis-ca")
    )


def test_an_account_that_the_register_does_not_know_is_not_guessed_at():
    policy = facts(case(), profile=load("piedmont-ca"))
    assert not findings([search(RIVERA)], "TRAINING-EXPIRED-AT-QUERY", policy)
