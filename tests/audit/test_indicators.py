"""Reasons, plates and cases: each indicator with a positive, a near miss, and a trap that must not spring."""

from __future__ import annotations

import re

import pytest
from audit_town import (
    CHEN,
    END,
    MORALES,
    OKAFOR,
    REASON,
    RIVERA,
    START,
    ZONE,
    case,
    facts,
    findings,
    local,
    login,
    numbers,
    refusal,
    search,
    working_days,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.audit.indicators import INDICATORS, SEVERITIES, Assignment, find, rows_of
from workbench.audit.indicators.reasons import is_vague
from workbench.policy import load

# --- reasons ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["", ".", "ok", "check", "n/a", "follow up", "FYI", "unk", "verify plate check"]
)
def test_a_reason_that_says_nothing_is_found(text):
    row = search(RIVERA, reason=text)
    (found,) = findings([row, search(RIVERA)], "REASON-VAGUE")
    assert found.rows == (row["access_id"],)
    assert found.username == RIVERA
    assert "1 of 2 searches (50%)" in found.words


@pytest.mark.parametrize(
    "text", [REASON, "Hit and run at Main, gray van", "Check on van seen at the Cedar burglary"]
)
def test_a_reason_with_something_in_it_is_not_vague(text):
    assert not findings([search(RIVERA, reason=text)], "REASON-VAGUE")


def test_a_vague_reason_that_was_refused_is_only_told():
    rows = [refusal(RIVERA, f"10-05 10:0{n}", reason="check") for n in range(6)]
    (found,) = findings(rows, "REASON-VAGUE")
    assert (found.severity, found.rows) == ("info", numbers(rows))
    assert found.words.endswith("6 of 6 searches (100%); policy refused them all.")
    (mixed,) = findings([*rows, search(RIVERA, reason="check")], "REASON-VAGUE")
    assert mixed.severity == "medium"
    assert "policy refused 6 of them" in mixed.words


def test_vague_reasons_are_looked_at_sooner_where_they_are_the_rule():
    rare = [search(RIVERA, reason="check"), *(search(RIVERA) for _ in range(30))]
    often = [search(OKAFOR, reason="check") for _ in range(5)]
    found = findings(rare + often, "REASON-VAGUE")
    assert [(each.username, each.severity) for each in found] == [
        (OKAFOR, "medium"),
        (RIVERA, "low"),
    ]


def test_digits_in_the_reason_are_a_misplaced_number_and_not_vague():
    row = search(RIVERA, reason="26-01873")
    (found,) = findings([row], "REASON-DIGITS")
    assert found.rows == (row["access_id"],)
    assert not findings([row], "REASON-VAGUE")
    assert not findings(
        [search(RIVERA, reason="Case 26-01873: van seen at the burglary")], "REASON-DIGITS"
    )


def test_the_same_text_under_several_cases_is_pasted():
    rows = [
        search(RIVERA, reason="Suspect vehicle  in area", case=f"26-0000{n % 4}") for n in range(6)
    ]
    rows[0]["reason"] = "suspect vehicle in AREA"
    (found,) = findings(rows, "REASON-PASTED")
    assert found.rows == numbers(rows)
    assert "6 searches under 4 cases" in found.words


def test_one_reason_for_all_searches_of_a_case_is_as_it_should_be():
    assert not findings([search(RIVERA) for _ in range(60)], "REASON-PASTED")


def test_five_pasted_reasons_or_three_cases_are_too_few():
    assert not findings([search(RIVERA, case=f"26-0000{n}") for n in range(5)], "REASON-PASTED")
    assert not findings([search(RIVERA, case=f"26-0000{n % 3}") for n in range(9)], "REASON-PASTED")


def test_two_members_with_the_same_words_have_not_pasted_them():
    rows = [search((RIVERA, OKAFOR)[n % 2], case=f"26-0000{n}") for n in range(8)]
    assert not findings(rows, "REASON-PASTED")


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Burglary, suspect DOB 03/14/1991", "a date of birth"),
        ("Burglary suspect, 123-45-6789", "a social security number"),
        ("Burglary, call back 559-555-0142", "a telephone number"),
    ],
)
def test_personal_data_in_the_reason_is_found_but_not_repeated(text, kind):
    (found,) = findings([search(RIVERA, reason=text)], "REASON-PERSONAL-DATA")
    assert found.severity == "medium"
    assert kind in found.words
    assert not re.search(r"\d{3}", found.words)


def test_personal_data_that_was_refused_is_told_from_what_stands_on_the_record():
    row = refusal(RIVERA, "10-05 10:00", reason="", detail="reason.personal.ssn")
    (found,) = findings([row], "REASON-PERSONAL-DATA")
    assert found.severity == "low"
    assert found.words.endswith(
        "personal data (ssn) into the reason of 1 search; policy refused it."
    )


def test_a_day_of_the_incident_and_a_case_number_are_no_personal_data():
    assert not findings(
        [search(RIVERA, reason="Burglary on 10/03/2026, report 26-01873")], "REASON-PERSONAL-DATA"
    )


def test_a_name_alone_is_only_a_low_finding():
    (found,) = findings(
        [search(RIVERA, reason="Burglary, suspect named John Miller")], "REASON-PERSONAL-DATA"
    )
    assert found.severity == "low"
    assert "Miller" not in found.words


@pytest.mark.parametrize(
    "text",
    [
        "divorce case, need to see her car",
        "child custody dispute",
        "checking my car",
        "protest downtown",
        "who attends the mosque",
        "planned parenthood visitor",
        "assist ICE",
        "vehicle of a journalist",
    ],
)
def test_a_purpose_outside_the_policy_is_high(text):
    (found, *_) = findings([search(RIVERA, reason=text)], "REASON-OUTSIDE-POLICY")
    assert found.severity == "high"


@pytest.mark.parametrize(
    "text",
    [
        "Assault, victim pressed charges, suspect van seen",
        "Robbery, suspect in custody, looking for the getaway car",
        "Burglary at 410 Temple Street, van seen leaving",
        "Burglary near Church St and Main",
        "Theft of a French press from a shop",
        "Van slid on black ice and left the scene",
    ],
)
def test_harmless_phrases_are_no_purpose_outside_the_policy(text):
    assert not findings([search(RIVERA, reason=text)], "REASON-OUTSIDE-POLICY")


def test_a_crime_named_beside_the_subject_lowers_the_finding():
    (found,) = findings(
        [search(RIVERA, reason="Arson at the church on Main, truck seen")], "REASON-OUTSIDE-POLICY"
    )
    assert found.severity == "low"


def test_a_refused_attempt_outside_the_policy_is_found_too():
    row = refusal(RIVERA, "10-05 10:00", reason="for my divorce")
    (found,) = findings([row], "REASON-OUTSIDE-POLICY")
    assert "policy refused it" in found.words


def test_several_subjects_of_one_member_are_one_finding():
    rows = [search(RIVERA, reason="My neighbor's truck"), search(RIVERA, reason="for my divorce")]
    (found,) = findings(rows, "REASON-OUTSIDE-POLICY")
    assert found.rows == numbers(rows)
    assert "a family matter such as custody or divorce" in found.words
    assert "own vehicle or plate" in found.words
    assert "reason of 2 searches." in found.words


def test_only_what_the_profile_bars_is_outside_it():
    profile = load("clovis-ca")
    without = profile.model_copy(
        update={"reason": profile.reason.model_copy(update={"topics": ()})}
    )
    row = search(RIVERA, reason="protest downtown")
    assert findings([row], "REASON-OUTSIDE-POLICY", facts(profile=profile))
    assert not findings([row], "REASON-OUTSIDE-POLICY", facts(profile=without))


# --- one plate again and again ----------------------------------------------------------------------------

HERS = "8KLM432"
WEEKS = ("09-18 23:40", "09-30 22:10", "10-11 23:05", "10-24 00:20")


def stalking(username: str = RIVERA, **given: object) -> list[dict[str, object]]:
    return [search(username, at, plate=HERS, **{"case": "26-00777", **given}) for at in WEEKS]


@pytest.mark.parametrize(
    ("number", "words"),
    [
        ("", "no case"),
        ("26-00777", "a case that is not in the register"),
        ("26-00002", "a closed case"),
        ("26-00003", "a case that was not the member's own"),
    ],
)
@pytest.mark.clause("claremont-ca:820.5[2]")
def test_few_searches_over_weeks_that_no_case_carries_have_the_shape_of_stalking(number, words):
    known = facts(case(), case("26-00002", closed="09-01"), case("26-00003", assigned=(OKAFOR,)))
    rows = stalking(case=number)
    (found,) = findings(rows, "PLATE-REPEATED-WITHOUT-CASE", known)
    assert found.severity == "high"
    assert found.rows == numbers(rows)
    assert found.username == RIVERA
    assert "4 times on 4 days over 36 days" in found.words
    assert words in found.words
    assert HERS not in found.words


def test_an_audit_of_a_month_sees_the_weeks_before_it():
    rows = stalking()
    assert [row["at"].month for row in rows] == [9, 10, 10, 10]
    (found,) = findings(rows, "PLATE-REPEATED-WITHOUT-CASE")
    assert rows[0]["access_id"] in found.rows


def test_what_ended_before_the_period_belongs_to_an_earlier_audit():
    rows = [
        search(RIVERA, at, plate=HERS, case="")
        for at in ("08-02 10:00", "08-20 10:00", "09-10 10:00")
    ]
    assert not findings(rows, "PLATE-REPEATED-WITHOUT-CASE")


def test_the_same_searches_in_the_members_own_open_case_are_an_investigation():
    assert not findings(stalking(case="26-00001"), "PLATE-REPEATED-WITHOUT-CASE")


def test_two_searches_or_one_week_are_too_few():
    assert not findings(stalking()[1:3], "PLATE-REPEATED-WITHOUT-CASE")
    week = [search(RIVERA, f"10-0{day} 10:00", plate=HERS, case="") for day in (1, 3, 5, 8)]
    assert not findings(week, "PLATE-REPEATED-WITHOUT-CASE")


def test_a_day_at_either_end_is_too_few_days():
    rows = [
        search(RIVERA, at, plate=HERS, case="")
        for at in ("10-01 10:00", "10-01 10:05", "10-30 10:00")
    ]
    assert not findings(rows, "PLATE-REPEATED-WITHOUT-CASE")


def test_an_automatic_alert_with_964_searches_is_no_stalking():
    rows = [
        search(
            "svc-alerts",
            f"10-{1 + n % 19:02d} {n % 24:02d}:{n % 60:02d}",
            plate=HERS,
            case="",
            automatic=True,
        )
        for n in range(964)
    ]
    found = find(rows_of(rows, ZONE), facts(), start=START, end=END)
    assert [each.id for each in found] == []


def test_the_attempts_that_were_refused_belong_to_the_shape():
    rows = [refusal(RIVERA, at, plate=HERS, case="") for at in WEEKS]
    (found,) = findings(rows, "PLATE-REPEATED-WITHOUT-CASE")
    assert found.rows == numbers(rows)


def test_a_pattern_without_unknowns_is_the_plate():
    spelled = [
        search(RIVERA, at, elements={"pattern": HERS}, case="", action="query.partial")
        for at in WEEKS[:2]
    ]
    rows = [*spelled, *stalking(case="")[2:]]
    (found,) = findings(rows, "PLATE-REPEATED-WITHOUT-CASE")
    assert found.rows == numbers(rows)


def test_two_members_with_two_searches_each_are_not_one_with_four():
    rows = [*stalking(RIVERA)[:2], *stalking(OKAFOR)[2:]]
    assert not findings(rows, "PLATE-REPEATED-WITHOUT-CASE")


def test_assignment_counts_at_the_time_of_the_search():
    def until(moment: str) -> list[Assignment]:
        return [Assignment(RIVERA, "26-00001", local("09-01 00:00"), local(moment))]

    rows = stalking(case="26-00001")
    assert not findings(
        rows, "PLATE-REPEATED-WITHOUT-CASE", facts(assignments=until("10-30 00:00"))
    )
    assert findings(rows, "PLATE-REPEATED-WITHOUT-CASE", facts(assignments=until("09-20 00:00")))


def test_changing_cases_over_weeks_of_which_one_does_not_carry_it_are_high():
    rows = [
        search(RIVERA, at, plate=HERS, case=number)
        for at, number in zip(WEEKS, ("26-00001", "26-00002", "26-00003", "26-00001"), strict=True)
    ]
    known = facts(case(), case("26-00002"), case("26-00003", assigned=(OKAFOR,)))
    (found,) = findings(rows, "PLATE-CHANGING-CASES", known)
    assert found.severity == "high"
    assert found.words.endswith(
        "4 times under 3 cases over 35 days, 1 of these searches not in an open case of the member's."
    )
    assert not findings(rows, "PLATE-REPEATED-WITHOUT-CASE", known), "it is reported once"


def test_changing_cases_that_none_carries_are_reported_as_the_graver_one():
    rows = [search(RIVERA, at, plate=HERS, case=f"26-7777{n}") for n, at in enumerate(WEEKS)]
    (found,) = findings(rows, "PLATE-REPEATED-WITHOUT-CASE")
    assert "under 4 cases" in found.words
    assert not findings(rows, "PLATE-CHANGING-CASES")


def test_three_open_cases_of_ones_own_over_weeks_are_a_series():
    own = [f"26-0000{n}" for n in (1, 2, 3)]
    rows = [
        search(RIVERA, at, plate=HERS, case=number)
        for at, number in zip(WEEKS[:3], own, strict=True)
    ]
    known = facts(*(case(number) for number in own))
    assert not findings(rows, "PLATE-REPEATED-WITHOUT-CASE", known)
    (found,) = findings(rows, "PLATE-CHANGING-CASES", known)
    assert found.severity == "low"


def test_one_slip_in_the_case_number_among_many_searches_is_no_shape():
    rows = [search(RIVERA, f"10-{day:02d} 10:00", plate=HERS) for day in range(2, 28, 3)]
    rows.append(search(RIVERA, "10-28 10:00", plate=HERS, case="26-99999"))
    assert not findings(rows, "PLATE-REPEATED-WITHOUT-CASE")


@pytest.mark.parametrize(("last", "found"), [("10-15 10:00", True), ("10-14 10:00", False)])
def test_over_weeks_begins_at_fourteen_days(last, found):
    rows = [search(RIVERA, at, plate=HERS, case="") for at in ("10-01 10:00", "10-08 10:00", last)]
    assert bool(findings(rows, "PLATE-REPEATED-WITHOUT-CASE")) is found


def test_half_of_the_searches_without_a_case_are_enough():
    rows = [
        search(RIVERA, at, plate=HERS, case=number)
        for at, number in zip(WEEKS, ("", "26-00001", "", "26-00001"), strict=True)
    ]
    (found,) = findings(rows, "PLATE-REPEATED-WITHOUT-CASE")
    assert "over 36 days; 2 of these searches had no case." in found.words


def test_changing_cases_are_found_and_lower_where_all_are_the_members_own():
    rows = [search(RIVERA, plate=HERS, case=f"26-0000{n}") for n in (1, 2, 3)]
    (series,) = findings(
        rows, "PLATE-CHANGING-CASES", facts(*(case(f"26-0000{n}") for n in (1, 2, 3)))
    )
    (foreign,) = findings(rows, "PLATE-CHANGING-CASES", facts(case("26-00001"), case("26-00002")))
    assert (series.severity, foreign.severity) == ("low", "medium")
    assert series.words.endswith(
        "3 times under 3 cases over 0 days, all open and the member's own: perhaps a series."
    )
    assert "1 of these searches not in an open case" in foreign.words


def test_two_cases_for_a_plate_do_not_change_enough():
    assert not findings(
        [search(RIVERA, case=f"26-0000{1 + n % 2}") for n in range(8)], "PLATE-CHANGING-CASES"
    )


def test_a_detective_with_three_cases_and_three_plates_is_at_work():
    rows = [search(RIVERA, plate=f"7ABX12{n}", case=f"26-0000{n}") for n in range(3)]
    assert not findings(rows, "PLATE-CHANGING-CASES")


def shared(*pairs: tuple[str, str]) -> list[dict[str, object]]:
    return [search(name, plate=HERS, case=number) for name, number in pairs]


def test_one_plate_by_three_members_without_a_common_case():
    rows = shared((RIVERA, "26-10000"), (OKAFOR, "26-10001"), (CHEN, "26-10002"))
    (found,) = findings(rows, "PLATE-SEVERAL-USERS")
    assert found.username == "chen, okafor, rivera"
    assert (found.severity, found.rows) == ("medium", numbers(rows))
    assert "3 members searched one plate 3 times, in 3 groups" in found.words
    assert "Daniel Okafor" in found.words


def test_it_is_lower_where_each_had_an_open_case_of_their_own():
    names = (RIVERA, OKAFOR, CHEN)
    own = [case(f"26-1000{n}", assigned=(name,)) for n, name in enumerate(names)]
    rows = shared(*((name, each.number) for name, each in zip(names, own, strict=True)))
    (found,) = findings(rows, "PLATE-SEVERAL-USERS", facts(*own))
    assert found.severity == "low"
    assert "each in an open case of their own" in found.words


def test_a_common_case_joins_two_members_and_a_chain_of_cases_joins_all():
    three = shared((RIVERA, "26-10000"), (OKAFOR, "26-10001"), (CHEN, "26-10002"))
    assert not findings([*three, *shared((OKAFOR, "26-10000"))], "PLATE-SEVERAL-USERS")
    chained = [*three, *shared((MORALES, "26-10003"), (RIVERA, "26-10001"), (RIVERA, "26-10002"))]
    assert not findings(chained, "PLATE-SEVERAL-USERS"), "two groups are left"
    assert not findings(three[:2], "PLATE-SEVERAL-USERS"), "two are a coincidence"


def test_no_case_at_all_is_no_common_case():
    rows = [search(name, plate=HERS, case="") for name in (RIVERA, OKAFOR, CHEN)]
    assert findings(rows, "PLATE-SEVERAL-USERS")


def test_a_stolen_car_that_an_alert_searches_for_is_not_one_of_the_users():
    rows = [search(name, plate=HERS, case=f"26-1000{n}") for n, name in enumerate([RIVERA, OKAFOR])]
    assert not findings(
        [*rows, search("svc-alerts", plate=HERS, case="", automatic=True)], "PLATE-SEVERAL-USERS"
    )


# --- households -------------------------------------------------------------------------------------------


def at_home(plate):
    return frozenset({RIVERA} if plate == HERS else ())


def test_one_search_for_a_plate_of_the_own_household_is_enough():
    rows = [search(RIVERA, plate=HERS), search(RIVERA, plate="8AAA111")]
    (found,) = findings(rows, "PLATE-HOUSEHOLD", facts(households=at_home))
    assert (found.severity, found.rows) == ("high", numbers(rows[:1]))
    assert HERS not in found.words
    assert not findings(rows, "PLATE-COLLEAGUE", facts(households=at_home))


def test_a_plate_of_the_own_household_that_is_listed_by_hand_is_found_too():
    rows = [search(RIVERA, action="hotlist.add", elements={"list": "bolo", "plate": HERS})]
    (found,) = findings(rows, "PLATE-HOUSEHOLD", facts(households=at_home))
    assert found.rows == numbers(rows)
    assert "searched or listed by hand a plate" in found.words


def test_a_colleagues_plate_is_another_finding():
    rows = [search(OKAFOR, plate=HERS), search(OKAFOR, plate=HERS, outcome="refused")]
    (found,) = findings(rows, "PLATE-COLLEAGUE", facts(households=at_home))
    assert (found.username, found.rows) == (OKAFOR, numbers(rows))
    assert "policy refused 1 of them" in found.words
    assert not findings(rows, "PLATE-HOUSEHOLD", facts(households=at_home))


def test_an_alert_that_runs_by_itself_is_no_search_of_a_member():
    rows = [search(OKAFOR, plate=HERS, automatic=True)]
    assert not findings(rows, "PLATE-COLLEAGUE", facts(households=at_home))


# --- cases ------------------------------------------------------------------------------------------------


def test_a_case_that_is_not_in_the_register_is_found():
    rows = [search(RIVERA, case="26-99999"), search(RIVERA, case="")]
    (found,) = findings([*rows, search(RIVERA)], "CASE-UNKNOWN")
    assert (found.rows, found.severity) == (numbers(rows), "high")
    assert "2 of 3 searches" in found.words


def test_a_refused_search_under_an_unknown_case_is_only_told():
    (found,) = findings([refusal(RIVERA, "10-05 10:00", case="26-99999")], "CASE-UNKNOWN")
    assert found.severity == "info"
    assert "policy refused it" in found.words


def test_a_case_closed_before_the_day_is_found_and_one_closed_later_is_not():
    late, early = search(RIVERA, "10-06 09:00"), search(RIVERA, "10-04 09:00")
    (found,) = findings([late, early], "CASE-CLOSED", facts(case(closed="10-05")))
    assert found.rows == (late["access_id"],)


def test_a_case_counts_as_open_on_the_day_it_is_closed():
    assert not findings([search(RIVERA, "10-05 23:59")], "CASE-CLOSED", facts(case(closed="10-05")))


def test_somebody_elses_case_is_found_and_ones_own_is_not():
    foreign = search(OKAFOR)
    (found,) = findings([foreign, search(RIVERA)], "CASE-NOT-ASSIGNED")
    assert (found.username, found.rows, found.severity) == (OKAFOR, (foreign["access_id"],), "low")


def test_a_scheduled_report_is_assigned_to_no_case_and_need_not_be():
    assert not findings([search("svc-reports", automatic=True)], "CASE-NOT-ASSIGNED")


# --- what holds for all -----------------------------------------------------------------------------------

DAYS = st.integers(1, 31)
REASONS = st.sampled_from(
    [REASON, "check", "26-01873", "for my divorce", "suspect DOB 03/14/1991", ""]
)
CASES = st.sampled_from(["", "26-00001", "26-00002", "26-00003", "26-99999"])
TIMES = st.builds(lambda day, hour: f"10-{day:02d} {hour:02d}:17", DAYS, st.integers(0, 23))


@st.composite
def histories(draw: st.DrawFn, username: str, plates: str) -> list[dict[str, object]]:
    size = draw(st.integers(0, 40))
    rows = []
    for _ in range(size):
        fields = {
            "reason": draw(REASONS), "case": draw(CASES), "automatic": draw(st.booleans()),
            "outcome": draw(st.sampled_from(["ok", "ok", "refused", "unfinished"])),
            "host": f"{username}-{draw(st.integers(1, 2))}", "plate": plates + str(draw(st.integers(0, 2))),
        }  # fmt: skip
        rows.append(search(username, draw(TIMES), **fields))
    return rows


def outlined(rows: list[dict[str, object]], username: str) -> list[object]:
    known = facts(case(), case("26-00002", closed="10-03"), case("26-00003", assigned=(OKAFOR,)))
    found = find(rows_of(rows, ZONE), known, start=START, end=END)
    return [each for each in found if each.username == username]


@settings(max_examples=60, deadline=None)
@given(histories(RIVERA, "7AAA00"), histories(OKAFOR, "8BBB00"))
def test_no_finding_changes_with_an_unrelated_members_rows(own, other):
    alone = outlined(own, RIVERA)
    assert outlined(own + other, RIVERA) == alone
    assert outlined(other + own, RIVERA) == alone


@settings(max_examples=60, deadline=None)
@given(histories(RIVERA, "7AAA00"))
def test_every_finding_names_its_rows_and_never_a_plate_or_a_verdict(rows):
    known = {row["access_id"]: row for row in rows}
    for found in outlined(rows, RIVERA):
        assert found.id in INDICATORS
        assert found.severity in SEVERITIES
        assert found.rows
        assert set(found.rows) <= set(known)
        assert all(known[number]["username"] == RIVERA for number in found.rows)
        assert found.words.endswith(".")
        assert re.search(r"\d", found.words)
        assert "7AAA" not in found.words
        assert not re.search(
            r"\b(misus|abus|stalk|guilt|violat|illegal|unlawful)", found.words.lower()
        )


def test_the_gravest_come_first_and_nobody_is_ranked_by_count():
    rows = [search(OKAFOR, reason="check", case="26-00003") for _ in range(40)]
    rows += [search(CHEN, reason="check", case="26-00004") for _ in range(2)]
    rows += [search(MORALES, reason="for my divorce", case="26-00005")]
    known = facts(*(case(f"26-0000{n}", assigned=(OKAFOR, CHEN, MORALES)) for n in (3, 4, 5)))
    found = find(rows_of(rows, ZONE), known, start=START, end=END)
    assert [each.severity for each in found] == sorted(
        (each.severity for each in found), key=SEVERITIES.index
    )
    assert found[0].username == MORALES
    low = [each.username for each in findings(rows, "BURST", known)]
    assert low == sorted(low)


def test_an_ordinary_month_has_no_finding():
    rows = [
        *working_days(RIVERA, range(8, 17), range(1, 31)),
        *(login(RIVERA, f"10-{day:02d} 07:59") for day in range(1, 31)),
    ]
    assert find(rows_of(rows, ZONE), facts(), start=START, end=END) == ()


def test_two_characters_are_vague_and_three_may_say_something():
    assert is_vague("gt")
    assert not is_vague("DUI")
