"""Whether a hit is a misread: one posterior, explanations that add up, each kind of evidence both ways."""

import re

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.analysis.errormodels import error_model
from workbench.analysis.misread import (
    COLUMNS,
    PRIOR,
    Listed,
    Sighting,
    Traffic,
    explain_hit,
    neighbors,
)
from workbench.errors import BadInput

TRAFFIC = Traffic(
    here=5_000, everywhere=120_000, minutes=43_200, unknown=0.3, states={"CA": 0.93, "NV": 0.07}
)
HIT = Sighting("8CAC123", "CA", 0.93)
LISTED = Listed("8CAC123", "CA")
NUMBER = r"([\d,.e+-]*\d)"


def known(*vehicles):
    rows = [{"state": "CA", "reads": 12, "reads_here": 4, **vehicle} for vehicle in vehicles]
    return pd.DataFrame(rows, columns=None if rows else ["plate", "state", "reads", "reads_here"])


def weigh(seen=HIT, listed=LISTED, *vehicles, **options):
    return explain_hit(seen, listed, known(*vehicles), TRAFFIC, **options)


def chance(result, kind="listed"):
    return float(result.loc[result["kind"] == kind, "probability"].sum())


def number(text):
    return float(text.replace(",", ""))


def test_an_exact_read_with_nobody_alike_is_most_probably_right():
    result = weigh()
    assert list(result.columns) == list(COLUMNS)
    assert result["kind"].iloc[0] == "listed"
    assert chance(result) > 0.95
    assert "most probably shows" in result.attrs["verdict"]
    assert "not by itself grounds for a stop" in result.attrs["standing"]
    assert result.attrs["prior"] == PRIOR


def test_a_commuter_one_confusion_away_makes_it_a_misread():
    result = weigh(HIT, LISTED, {"plate": "8GAC123", "reads": 40, "reads_here": 20})
    assert result["plate"].iloc[0] == "8GAC123"
    assert chance(result) < 0.1
    assert "probably does not show" in result.attrs["verdict"]
    assert "C seen where G stands" in result["explanation"].iloc[0]


def test_a_seldom_seen_vehicle_weighs_less_than_a_frequent_one():
    often = weigh(HIT, LISTED, {"plate": "8GAC123", "reads": 40, "reads_here": 20})
    seldom = weigh(HIT, LISTED, {"plate": "8GAC123", "reads": 3, "reads_here": 0})
    assert chance(seldom) > 2 * chance(often)


def test_a_vehicle_read_minutes_ago_weighs_more_than_one_read_last_week():
    vehicle = {"plate": "8GAC123", "reads": 3, "reads_here": 0, "nearest_gap_m": 2_000.0}
    lately = weigh(HIT, LISTED, vehicle | {"nearest_minutes": -6.0})
    long_ago = weigh(HIT, LISTED, vehicle | {"nearest_minutes": -9_000.0})
    assert chance(lately, "known") > chance(long_ago, "known")
    assert "nearest 6 min before" in lately["explanation"].iloc[0]


def test_who_could_not_have_come_from_there_hardly_counts():
    vehicle = {"plate": "8GAC123", "nearest_minutes": -3.0}
    near = weigh(HIT, LISTED, vehicle | {"nearest_gap_m": 1_500.0})
    far = weigh(HIT, LISTED, vehicle | {"nearest_gap_m": 30_000.0})
    assert chance(far, "known") < chance(near, "known")
    assert "30.0 km away 3 min before" in far.loc[far["kind"] == "known", "explanation"].iloc[0]


def test_a_near_read_of_a_known_plate_is_that_plate():
    result = weigh(Sighting("8GAC123", "CA", 0.93), LISTED, {"plate": "8GAC123"})
    assert chance(result) < 0.01
    assert result["plate"].iloc[0] == "8GAC123"
    assert "plate as read" in result["explanation"].iloc[0]


def test_a_near_read_of_an_unknown_plate_is_most_probably_read_rightly():
    result = weigh(Sighting("8GAC123", "CA", 0.93), LISTED)
    assert result["kind"].iloc[0] == "as read"
    assert 0.0 < chance(result) < 0.2


def test_a_near_read_minutes_after_the_listed_plate_is_the_listed_plate():
    listed = {"plate": "8CAC123", "reads": 2, "nearest_minutes": -6.0, "nearest_gap_m": 2_000.0}
    result = weigh(Sighting("8GAC123", "CA", 0.93), LISTED, listed)
    assert result["kind"].iloc[0] == "listed"
    assert chance(result) > 0.9
    assert result["reads"].iloc[0] == 2


def test_further_reads_of_the_listed_plate_speak_against_a_misread_but_not_without_end():
    commuter = {"plate": "8GAC123", "reads": 40, "reads_here": 20}
    found = [
        chance(weigh(HIT, LISTED, commuter, *([{"plate": "8CAC123", "reads": n}] if n else [])))
        for n in (0, 1, 3, 30)
    ]
    assert found[0] < found[1] < found[2]
    assert found[2] == pytest.approx(found[3])


def test_further_reads_that_are_to_be_expected_as_misreads_say_nothing():
    again = {"plate": "8CAC123", "reads": 2}
    seldom = weigh(HIT, LISTED, {"plate": "8GAC123", "reads": 30, "reads_here": 30}, again)
    often = weigh(HIT, LISTED, {"plate": "8GAC123", "reads": 900, "reads_here": 900}, again)

    def factor(result):
        line = result.set_index("kind").loc["known", "explanation"]
        return number(re.search(rf"besides, misread each time ×{NUMBER}", line)[1])

    assert factor(often) > 2 * factor(seldom)


def test_state_and_vehicle_are_evidence_both_ways():
    listed = Listed("8CAC123", "CA", make="honda", color="silver")
    commuter = {"plate": "8GAC123", "reads": 2, "reads_here": 0, "make": "ford", "color": "red"}
    plain = chance(weigh(HIT, listed, commuter))
    like_listed = Sighting("8CAC123", "CA", 0.93, make="honda", color="gray")
    like_other = Sighting("8CAC123", "CA", 0.93, make="ford", color="red")
    other_state = Sighting("8CAC123", "NV", 0.93)
    assert chance(weigh(like_listed, listed, commuter)) > plain
    assert chance(weigh(like_other, listed, commuter)) < plain
    assert chance(weigh(other_state, listed, commuter)) < plain


def test_the_same_characters_of_another_state_are_another_vehicle():
    result = weigh(Sighting("8CAC123", "NV", 0.93), LISTED, {"plate": "8CAC123", "state": "NV"})
    assert result[["kind", "plate", "state"]].iloc[0].to_list() == ["known", "8CAC123", "NV"]
    no_state = weigh(Sighting("8CAC123", "NV", 0.93), Listed("8CAC123"), {"plate": "8CAC123"})
    assert set(no_state["kind"]) == {"listed", "other"}


def test_what_the_camera_offered_and_its_doubt_count():
    commuter = {"plate": "8GAC123", "reads": 3, "reads_here": 0}
    sure = weigh(Sighting("8CAC123", "CA", 0.99), LISTED, commuter)
    unsure = weigh(Sighting("8CAC123", "CA", 0.5), LISTED, commuter)
    offered = weigh(Sighting("8CAC123", "CA", 0.5, ["8GAC123"]), LISTED, commuter)
    passed_over = weigh(Sighting("8CAC123", "CA", 0.5, ["8CAG123"]), LISTED, commuter)
    order = [chance(each, "known") for each in (sure, unsure, offered)]
    assert order == sorted(order)
    assert chance(passed_over, "known") < chance(unsure, "known")


def test_a_plate_of_no_series_read_once_is_hardly_a_vehicle():
    odd = weigh(HIT, LISTED, {"plate": "8CA0123", "reads": 1, "reads_here": 0})
    words = odd.loc[odd["kind"] == "known", "explanation"]
    assert not len(words) or "no known series" in words.iloc[0]


def test_the_prior_is_stated_and_can_be_changed():
    commuter = {"plate": "8GAC123"}
    rare = weigh(HIT, LISTED, commuter)
    sought = weigh(HIT, Listed("8CAC123", "CA", prior=1e-5), commuter)
    assert chance(sought) > chance(rare)
    assert "starts at 1 in 100,000 " in sought.set_index("kind").loc["listed", "explanation"]
    for wrong in (0.0, 1.0, -1.0):
        with pytest.raises(BadInput):
            weigh(HIT, Listed("8CAC123", prior=wrong))


def test_another_cameras_table_is_used_where_it_is_given():
    commuter = {"plate": "8GAC123"}
    worse = weigh(HIT, LISTED, commuter, camera=error_model("camera").scaled(4))
    assert chance(worse, "known") > chance(weigh(HIT, LISTED, commuter), "known")


def test_words_of_a_vendor_that_no_table_knows_say_nothing():
    seen = Sighting("8CAC123", "CA", 0.93, color="plaid", body="spaceship")
    assert chance(weigh(seen, LISTED)) == pytest.approx(chance(weigh()))


ALPHANUMERIC = st.text("ABCDEFGH0123456789", min_size=4, max_size=7)


@given(
    ALPHANUMERIC,
    ALPHANUMERIC,
    st.lists(ALPHANUMERIC, max_size=4, unique=True),
    st.none() | st.floats(0, 1),
    st.sampled_from(["", "CA", "NV", "TX"]),
)
@settings(max_examples=40, deadline=None)
def test_it_is_one_posterior_whose_numbers_add_up(read, plate, others, sure, state):
    vehicles = [
        {"plate": other, "color": "gray", "nearest_minutes": 40.0, "nearest_gap_m": 500.0}
        for other in others
    ]
    seen = Sighting(read, state, sure, others[:1], color="silver")
    result = weigh(seen, Listed(plate, "CA", color="black"), *vehicles)
    assert result["probability"].sum() + result.attrs["not_listed"] == pytest.approx(1.0)
    assert (result["probability"] >= 0).all()
    assert result.attrs["listed"] + result.attrs["misread"] == pytest.approx(1.0)
    assert {"listed", "other"} <= set(result["kind"])
    for line in result["explanation"]:
        product = 1.0
        for factor in re.findall(rf"×{NUMBER}", line):
            product *= number(factor)
        starts = number(re.search(rf" at 1 in {NUMBER} of those", line)[1])
        weight = number(re.search(rf"pass: {NUMBER} of {NUMBER} in all", line)[1])
        assert product / starts == pytest.approx(weight, rel=0.05)


def test_neighbors_hold_every_plate_one_mistake_away():
    found = set(neighbors("8CAC123"))
    assert {"8CAC123", "8GAC123", "8CAC12", "88CAC123", "CAC123", "8CAC1123"} <= found
    assert "BGAC123" in found  # two likely confusions
    assert "9ZAC123" not in found
    assert len(found) < 2_000
    assert neighbors("A")[0] == "A"
