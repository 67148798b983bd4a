"""What the reports say: the unusual first, the gaps by name, and nothing hidden by a limit."""

from __future__ import annotations

import datetime as dt
import doctest
import re
from html import unescape
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest
import reporting_audit
from hypothesis import given
from hypothesis import strategies as st
from reporting_bench import Bench
from reporting_town import (
    LATITUDE,
    LONGITUDE,
    START,
    USUAL,
    ZONE,
    candidates,
    canvass_reads,
    explanation,
    frame,
    history_reads,
    read,
    vehicles,
)

from workbench.analysis.alike import alike
from workbench.analysis.canvass import by_vehicle
from workbench.analysis.pattern import Pattern
from workbench.errors import BadInput
from workbench.models import Scene
from workbench.reporting import (
    audit_findings,
    audit_views,
    canvass_views,
    factors,
    partial_places,
    partial_views,
    views,
)

SCENE = Scene(LATITUDE, LONGITUDE, 900)


def words(fragment: Any) -> str:
    """Return a fragment's text without tags."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", str(fragment.html))).split())


def seen(reads: Any) -> pd.DataFrame:
    result = by_vehicle(reads)
    assert list(vehicles(reads).columns) == list(result.columns)  # the builder is like the real one
    return result


# -- title block ------------------------------------------------------------------------------------


def test_the_title_block_names_all_that_a_judge_asks_for() -> None:
    head = views.head(
        Bench(),
        "Canvass",
        canvass_reads(),
        deck="800 m around",
        grounds={"reason": "Shooting", "crime_type": ""},
    )
    shown = words(head)
    for part in (
        "Santa Lucera Police Department", "Case 26-01873 · Homicide", "Tue 13 Oct 2026, 21:10–22:10 (PDT, UTC−7)",
        "800 m around", "Shooting", "Dana Okafor (dokafor)", "#4811", "#4823", "9f3a5c7e9f3a5c7e", "clovis-ca",
        "Policy 462", "ALPR Workbench",
    ):  # fmt: skip
        assert part in shown
    assert "Crime type" not in shown
    assert head.meta["access_ids"] == [4811]
    assert head._repr_mimebundle_()[views.META] == head.meta


def test_every_access_behind_a_report_is_named() -> None:
    trails = [history_reads("7ABX123", access_id=4830), history_reads("7AEX123", access_id=4831)]
    head = views.head(Bench(), "Partial plate", candidates(), *trails)
    assert head.meta["access_ids"] == [4820, 4830, 4831]
    assert "#4820, #4830 and #4831" in words(head)


def test_policy_notes_stand_in_the_title_block() -> None:
    reads = frame([], policy_notes=["The reason may hold a name."])
    assert "The reason may hold a name." in words(views.head(Bench(), "Canvass", reads))


def test_a_purpose_is_shown_as_the_profile_words_it() -> None:
    bench = Bench()
    bench.profile.purpose = lambda name: SimpleNamespace(label="Homicide or attempt")
    assert "Homicide or attempt" in words(views.head(bench, "Canvass", canvass_reads()))


def test_caveats_are_said_once_and_a_cut_result_comes_first() -> None:
    reads = frame([], truncated=True, caveats=["B", "A", "B"])
    shown = words(views.caveats(reads, reads, also=["C"]))
    assert shown.startswith("The result was cut off")
    assert [shown.count(f" {letter}") for letter in "ABC"] == [1, 1, 1]


@pytest.mark.parametrize(
    "place",
    [(None, None, None, None), (1.0, 2.0, 3.0, None), (None, None, None, [[0, 0], [0, 1], [1, 1]])],
)
def test_scenes(place: tuple[Any, ...]) -> None:
    scene = views.scene_of(*place)
    assert (scene is None) == (place[0] is None and place[3] is None)


def test_half_a_scene_is_refused() -> None:
    with pytest.raises(BadInput):
        views.scene_of(36.58, None, 800)


# -- canvass ----------------------------------------------------------------------------------------


def test_the_unusual_come_first_and_of_these_the_nearest() -> None:
    ordered = canvass_views.lead_order(seen(canvass_reads(vehicles=80)))
    ranks = [USUAL.index(usual) for usual in ordered["usual"]]
    assert ranks == sorted(ranks)
    new = ordered[ordered["usual"] == USUAL[0]]["nearest_m"]
    assert list(new) == sorted(new)


def test_the_summary_says_how_much_was_seen() -> None:
    reads = canvass_reads()
    shown = words(canvass_views.summary(reads, seen(reads)))
    new = (seen(reads)["usual"] == USUAL[0]).sum()
    assert f"{len(seen(reads))} vehicles" in shown
    assert f"{len(reads)} reads" in shown
    assert f"{new} not seen here before" in shown
    assert "77% of the window covered" in shown  # four whole, one none, one 62 percent
    assert "C03 delivered nothing at all" in shown
    assert "C06 (62%)" in shown


def test_an_empty_canvass_is_not_an_empty_street() -> None:
    empty = frame([], coverage=canvass_reads().attrs["coverage"])
    shown = words(canvass_views.summary(empty, seen_of_nothing(empty)))
    assert "That is not to say that nobody passed" in shown
    assert "No vehicle was read" in words(canvass_views.vehicles_table(seen_of_nothing(empty)))
    assert "No plate was read" in words(canvass_views.reads_table(empty))


def seen_of_nothing(empty: pd.DataFrame) -> pd.DataFrame:
    columns = vehicles(canvass_reads()).columns
    return pd.DataFrame({name: pd.Series(dtype="object") for name in columns})


def test_a_scene_without_cameras_says_so() -> None:
    empty = frame([], coverage=[])
    assert "No fixed camera stands in the scene" in words(
        canvass_views.summary(empty, seen_of_nothing(empty))
    )
    assert "No camera stands in this scene" in words(canvass_views.cameras(empty))


def test_vehicles_beyond_the_limit_are_counted_not_hidden() -> None:
    everyone = seen(canvass_reads(vehicles=60))
    shown = words(canvass_views.vehicles_table(everyone, most=20))
    assert f"{len(everyone) - 20} further vehicles".capitalize() in shown
    for usual in set(everyone["usual"].head(0)):
        assert usual in shown


def test_reads_beyond_the_limit_are_counted_not_hidden() -> None:
    reads = canvass_reads(vehicles=60)
    assert f"The first 10 of {len(reads)} reads" in words(canvass_views.reads_table(reads, most=10))


def test_an_unsure_read_sends_the_reader_to_the_image_and_its_alternatives() -> None:
    row = read(
        1, confidence=0.61, plate_raw="7-ABX 1Z3", candidates=[["7A8X123", 0.3]], distance_m=12.0
    )
    shown = words(canvass_views.reads_table(frame([row])))
    assert "61% see image" in shown
    assert "read as 7-ABX 1Z3" in shown
    assert "7A8X123 (30%)" in shown


def test_a_read_of_a_private_source_is_marked() -> None:
    row = read(1, governmental=False, source_agency="Mall Parking Inc.", distance_m=12.0)
    assert "private source: Mall Parking Inc." in words(canvass_views.reads_table(frame([row])))


def test_cameras_are_listed_with_their_outages_and_silent_days() -> None:
    coverage = canvass_reads().attrs["coverage"]
    coverage[1]["silent_days"] = ["2026-10-13"]
    shown = words(canvass_views.cameras(frame([], coverage=coverage)))
    assert "C06 Valley Fwy ramp at 8th St" in shown
    assert "21:28–21:51 no transfer" in shown
    assert "silent on 13 Oct 2026" in shown
    assert "mobile unit, here by chance" in shown


def test_a_misread_of_another_row_is_pointed_out() -> None:
    never = {"usual": USUAL[0], "usual_days": 0, "usual_hour_days": 0, "baseline_days": 9}
    rows = [
        read(1, plate="8MXP646", distance_m=10.0),
        read(2, plate="8MXP646", state="NM", distance_m=20.0),
        read(3, plate="8MXP46", distance_m=30.0),
        read(4, plate="5KLM456", distance_m=40.0),
    ]
    shown = words(canvass_views.vehicles_table(seen(frame([row | never for row in rows]))))
    for numbers in ("2 and 3", "1 and 3", "1 and 2"):
        assert f"like no. {numbers}" in shown
    assert shown.count("like no.") == 3


@given(st.lists(st.text("AB1", max_size=6), max_size=12))
def test_alike_is_one_edit_and_mutual(plates: list[str]) -> None:
    for at, others in enumerate(alike(plates)):
        for other, second in enumerate(plates):
            first = plates[at]
            near = first == second or (
                min(len(first), len(second)) >= 5 and one_edit(first, second)
            )
            assert (other in others) == (near and other != at)


def one_edit(first: str, second: str) -> bool:
    letters = "AB1"
    edits = {first[:at] + first[at + 1 :] for at in range(len(first))}
    edits |= {
        first[:at] + letter + first[at + 1 :] for at in range(len(first)) for letter in letters
    }
    edits |= {
        first[:at] + letter + first[at:] for at in range(len(first) + 1) for letter in letters
    }
    return second in edits and second != first


# -- partial plate ----------------------------------------------------------------------------------


def test_what_was_asked_is_said_in_words() -> None:
    shown = words(partial_views.asked(candidates()))
    assert "7A?X12*" in shown
    assert "an unknown character" in shown
    assert "a witness, who forgets" in shown
    assert "color dark" in shown


def test_candidates_come_with_probability_reason_and_marks() -> None:
    ranked = candidates()
    ranked.attrs["query"]["pattern"] = "7A?X12?"
    html = str(partial_views.candidates_table(ranked).html)
    assert "41%" in html
    assert "<span>All as said</span><b>×39,100</b>" in html
    assert (
        '<li class="against"><span>Color gray recorded, dark said</span><b>×0.39</b></li>' in html
    )
    assert "Weight 123 of 300 in all" in html
    assert "<em>1</em>ABX123" in html  # NV 1ABX123 departs in its first place
    assert html.count('class="plate"') == len(ranked)


@pytest.mark.parametrize(
    ("pattern", "plate", "marked"),
    [
        ("7A?X", "7ABX", []),
        ("7A?X", "7VBX", [1]),
        ("7A?X", "7ABX1", []),
        ("7A*X1", "7ABCX1", []),
        ("7A*X1", "1ABCX7", [0, 5]),
        ("*X1", "7ABXI", [4]),
        ("7A*X1", "7X1", []),
        ("7(A)X", "8X", []),
    ],
)
def test_what_contradicts_the_report_is_marked(pattern: str, plate: str, marked: list[int]) -> None:
    assert partial_views._differs(Pattern.parse(pattern), plate) == marked


@pytest.mark.parametrize(
    ("probabilities", "verdict"),
    [
        ([0.9, 0.05], "One candidate stands out"),
        ([0.5, 0.2], "leads, but others"),
        ([0.3, 0.28], "No candidate stands out"),
    ],
)
def test_the_summary_does_not_oversell(probabilities: list[float], verdict: str) -> None:
    ranked = candidates().head(2)
    ranked["probability"] = probabilities
    assert verdict in words(partial_views.summary(ranked))


def test_hopeless_candidates_are_counted_not_printed() -> None:
    ranked = candidates()
    shown = words(partial_views.candidates_table(ranked, least=0.05, always=2))
    assert "Six further candidates" in shown
    assert "7ACX103" not in shown
    assert "further" not in words(partial_views.candidates_table(ranked))


def test_none_of_these_always_has_its_row_and_all_shares_make_one() -> None:
    ranked = candidates()
    shown = words(partial_views.candidates_table(ranked))
    assert "None of these 5%" in shown
    assert "Others that were read 2%" in shown
    cut = words(partial_views.candidates_table(ranked, least=0.05, always=2))
    assert "Further down the list 13%" in cut  # 0.127 in all
    assert "None of these" in words(partial_views.summary(ranked))
    assert "none of these 5%" in words(partial_views.summary(ranked.head(0)))
    bare = candidates()
    del bare.attrs["none_of_these"], bare.attrs["others"]
    assert "None of these 7%" in words(partial_views.candidates_table(bare))


def test_a_plate_that_is_probably_anothers_misread_is_marked_and_counted_with_it() -> None:
    ranked = candidates().head(3)
    ranked["plate"] = ["7AGX1I7", "7AGX117", "7AKY196"]
    ranked["probability"], ranked["reads"] = [0.5, 0.3, 0.1], [1, 9, 2]
    for name in ("make", "color", "body"):
        ranked[name] = ""
    listed = words(partial_views.candidates_table(ranked))
    assert "probably the same vehicle as no. 2, misread (over 99%)" in listed
    assert "with no. 1: 80%" in listed
    assert "with no. 2: 80%" in listed
    answer = words(partial_views.summary(ranked))
    assert "7AGX117 80%" in answer
    assert "Also read as 7AGX1I7, probably misread" in answer
    assert "One candidate stands out" in answer
    assert list(partial_views.leading(ranked)["plate"]) == ["7AGX1I7", "7AGX117", "7AKY196"]


def test_where_cameras_described_one_vehicle_differently_both_are_said() -> None:
    ranked = candidates().head(2)
    ranked["plate"], ranked["reads"], ranked["body"] = ["7AGX1I7", "7AGX117"], [1, 9], ""
    ranked["make"], ranked["model"], ranked["color"] = (
        ["", "honda"],
        ["", "civic"],
        ["gray", "gray"],
    )
    assert "Gray Honda Civic or gray" in words(partial_views.summary(ranked))


def test_reads_are_opened_only_of_candidates_that_may_be_the_one() -> None:
    ranked = candidates()
    ranked["probability"] = [0.9, 0.004, *[0.0001] * 8]
    assert list(partial_views.leading(ranked)["rank"]) == [1]
    ranked["probability"] = 0.0002
    assert list(partial_views.leading(ranked)["rank"]) == [1]
    assert len(partial_views.leading(ranked.head(0))) == 0


def test_where_no_camera_read_it_is_likeliest_the_answer_says_so() -> None:
    ranked = candidates().head(1)
    ranked["probability"] = 0.2
    ranked.attrs |= {"none_of_these": 0.7, "others": 0.1}
    assert "that no camera read the vehicle" in words(partial_views.summary(ranked))


def test_an_explanation_of_another_form_is_shown_as_it_is() -> None:
    assert doctest.testmod(factors).failed == 0
    assert str(factors.breakdown("B <seen> as V")) == "B &lt;seen&gt; as V"
    taken = factors.read(explanation(0.41))
    assert taken is not None
    assert len(taken.factors) == 4
    assert (taken.start, taken.share) == (("each vehicle starts at", "1 in 2,710"), "41 %")


def test_the_time_of_the_incident_stands_in_what_was_asked_and_beside_each_read() -> None:
    ranked = candidates()
    at = (START + dt.timedelta(minutes=5)).isoformat()
    ranked.attrs["query"]["at"] = at
    assert "At the scene Tue 13 Oct 2026, 21:15" in words(partial_views.asked(ranked))
    trail = frame([read(1, captured_at=START)], query={"plate": "7ABX123"})
    table = partial_views.trail_table([trail], SCENE, at=at)
    assert "<b>5 min before</b>" in str(table.html)


def test_reads_are_joined_only_where_they_follow_each_other_closely() -> None:
    moments = ["2026-10-14T04:00Z", "2026-10-14T04:20Z", "2026-10-14T09:00Z", "2026-10-14T09:59Z"]
    trail = frame([read(at, captured_at=pd.Timestamp(moment)) for at, moment in enumerate(moments)])
    assert partial_places._joins(trail) == [(0, 1), (2, 3)]


def test_no_candidate_is_said_plainly() -> None:
    nobody = candidates().head(0)
    assert "No vehicle of this window fits" in words(partial_views.summary(nobody))
    assert "No vehicle of this window fits" in words(partial_views.candidates_table(nobody))


def test_trails_show_the_scene_and_leave_out_the_rest_of_a_life() -> None:
    trails = [history_reads("7ABX123")]
    inside = Scene(LATITUDE, LONGITUDE, 100)
    shown = words(partial_views.trail_table(trails, inside))
    assert "C09" not in shown
    assert "C10" not in shown
    caption = partial_views.picture(Bench(), trails, inside).caption
    assert "outside the map" in caption
    assert words(partial_views.whereabouts(Bench(), trails, None)) == ""


# -- audit ------------------------------------------------------------------------------------------


def test_an_audit_is_named_after_its_month_or_its_days() -> None:
    review = reporting_audit.review(count=0)
    assert audit_views.subject(review, ZONE) == "Access audit, October 2026"
    review.end = reporting_audit.START.replace(day=8)
    assert audit_views.subject(review, ZONE) == "Access audit, 1 Oct 2026 to 7 Oct 2026"


@pytest.mark.clause(
    "clovis-ca:462.5(c)", "claremont-ca:820.5[8]", "piedmont-ca:438.5(c)", "clinton-ut:426.4(d)",
    "seal-beach-ca:ACCOUNTABILITY(e)"
)  # fmt: skip
def test_an_audit_shows_plan_population_sample_and_who_signs() -> None:
    review = reporting_audit.review()
    head = words(audit_views.head(Bench(), review, reviewer="R. Alvarez"))
    assert "R. Alvarez" in head
    assert "Approver to be named" in head
    plan = words(audit_views.plan(review))
    assert "Responsible" in plan
    assert "Whether the record is whole" in plan
    numbers = words(audit_views.population(review))
    assert f"{review.population['accesses']} searches" in numbers
    assert f"{review.population['automatic']} automatic" in numbers
    sample = words(audit_findings.sample(review, ZONE))
    for number in review.sample["access_id"]:
        assert f"#{number}" in sample
    assert sample.count("not in order") == len(review.sample)
    signed = words(audit_findings.sign_off(reviewer="R. Alvarez"))
    assert "Reviewer" in signed
    assert "I am not the reviewer" in signed


def test_every_refusal_stands_with_its_clause() -> None:
    review = reporting_audit.review()
    shown = words(audit_findings.refusals(review, ZONE))
    assert shown.count("462.5(b)") == len(review.refusals) > 5
    assert "further refusal" in words(audit_findings.refusals(review, ZONE, most=3))


def test_findings_show_their_rows_and_wait_for_a_reviewer() -> None:
    review = reporting_audit.review()
    shown = words(audit_findings.findings(review, ZONE))
    lookup = review.records.set_index("access_id")
    for finding in review.indicators:
        assert finding.title in shown
        assert lookup.loc[finding.rows[0], "case_number"] in shown
        assert finding.id in shown
        for access in finding.rows:
            assert f"#{access}" in shown
    assert shown.count("Reviewer's words and initials") == len(review.indicators)
    none = words(audit_findings.findings(reporting_audit.review(count=0), ZONE))
    assert "That is no clearance" in none


def test_a_broken_record_cannot_be_overlooked() -> None:
    broken = reporting_audit.review(ok=False)
    assert "The record is not whole. Record 311 was altered" in words(audit_views.chain(broken))
    assert "The record itself is not whole" in words(audit_views.population(broken))
    assert "The record is whole" in words(audit_views.chain(reporting_audit.review()))


def test_members_stand_in_the_order_of_the_review_and_shares_are_shown() -> None:
    review = reporting_audit.review()
    shown = words(audit_views.by_member(review))
    places = [shown.index(name) for name in review.by_member["name"]]
    assert places == sorted(places)
    assert "7:00–19:00" in shown


def test_training_lists_what_is_lacking_first() -> None:
    shown = words(audit_views.training(reporting_audit.review()))
    order = [shown.index(status) for status in ("Expired", "Missing", "Expires soon", "Current ·")]
    assert order == sorted(order)
    assert "Two requirements are not met" in shown


def test_accounts_with_a_remark_come_first() -> None:
    shown = words(audit_views.accounts(reporting_audit.review(), ZONE))
    assert shown.index("Departed but open") < shown.index("Dana Okafor")


def test_an_audit_of_nothing_still_prints() -> None:
    review = reporting_audit.review(count=0)
    for fragment in (
        audit_views.population(review), audit_views.rhythm(review, ZONE), audit_views.by_member(review),
        audit_views.by_purpose(review), audit_views.by_crime_type(review), audit_findings.sample(review, ZONE),
        audit_findings.refusals(review, ZONE),
    ):  # fmt: skip
        assert fragment.html
