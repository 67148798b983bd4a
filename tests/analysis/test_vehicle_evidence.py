"""Factors for what was said of a vehicle and of its place."""

import math

import numpy as np
import pandas as pd
import pytest

from workbench.analysis.evidence import (
    confusions,
    described,
    placed,
    read_often,
    said_value,
    unread_chance,
)
from workbench.errors import BadInput


def ratios(name, said, recorded, confidence=None, seen_by="witness"):
    sure = None if confidence is None else pd.Series(confidence)
    factor = described(name, said, pd.Series(recorded, dtype=object), sure, seen_by)
    return dict(zip(recorded, factor.ratios, strict=True)), factor


@pytest.mark.parametrize("seen_by", ["witness", "camera"])
def test_the_same_color_speaks_for_a_near_one_less_against_than_a_far_one(seen_by):
    found, _ = ratios("color", "Grey", ["gray", "silver", "black", "red", ""], seen_by=seen_by)
    assert found["gray"] > 1 > found["silver"] > found["red"] > 0
    assert found["silver"] > found["black"]
    assert found[""] == 1


def test_a_rare_color_says_more_than_a_frequent_one():
    rare, _ = ratios("color", "orange", ["orange"])
    frequent, _ = ratios("color", "white", ["white"])
    assert rare["orange"] > 5 * frequent["white"]


def test_dark_is_several_colors():
    found, factor = ratios("color", "dark", ["black", "blue", "gray", "white", "silver"])
    assert min(found["black"], found["blue"], found["gray"]) > 1
    assert max(found["white"], found["silver"]) < 0.5
    assert factor.words(0) == "color dark as said"
    assert factor.words(3) == "color white recorded, dark said"


def test_a_camera_that_is_unsure_says_little():
    _, factor = ratios("color", "red", ["red"] * 4, confidence=[1.0, 0.85, 0.4, 0.0])
    sure, usual, less, nothing = factor.ratios
    assert sure == usual  # the table holds for a camera that is as sure as it is right
    assert usual > less > nothing == 1
    assert less == pytest.approx(0.4 / 0.85 * usual + 1 - 0.4 / 0.85)


def test_no_confidence_is_no_doubt():
    _, with_none = ratios("color", "red", ["red", "blue"], confidence=[math.nan, math.nan])
    _, without = ratios("color", "red", ["red", "blue"])
    assert list(with_none.ratios) == list(without.ratios)


def test_a_vendors_word_for_two_colors_is_both():
    # One vendor knows "silver-gray" alone: it neither speaks against gray nor for silver as the plain word does.
    words = ["silver-gray", "gray", "silver", "red"]
    for said, plain in (("gray", "gray"), ("silver", "silver")):
        found, factor = ratios("color", said, words)
        assert found[plain] > found["silver-gray"] > 1 > found["red"]
        assert factor.words(0) == f"color silver-gray recorded, {said} said"
    both, _ = ratios("color", "silver-grey", words)
    assert min(both["silver-gray"], both["gray"], both["silver"]) > 1 > both["red"]


def test_models_are_compared_without_spaces_and_hyphens():
    found, factor = ratios("model", "F150", ["f-150", "f 150", "3-series", "focus"])
    assert found["f-150"] == found["f 150"] > 2 > 1 > found["focus"]
    assert factor.words(0) == "model f150 as said"
    assert factor.words(2) == "model 3-series recorded, f150 said"


def test_factors_average_to_one_over_vehicles_at_large():
    # The mean of P(said | true) / P(said) over the population is 1, whatever was said.
    share = {"white": 258, "black": 223, "gray": 184, "silver": 121, "blue": 95, "red": 86}
    recorded = [color for color, n in share.items() for _ in range(n * 10)]
    for said in ("gray", "red", "dark"):
        factor = described("color", said, pd.Series(recorded, dtype=object), None, "witness")
        assert factor.ratios.mean() == pytest.approx(1, abs=0.05)


def test_vendors_words_and_peoples_words_meet():
    assert ratios("color", "grey", ["Charcoal"])[0]["Charcoal"] > 1
    assert ratios("make", "chevy", ["chevrolet"])[0]["chevrolet"] > 1
    assert ratios("make", "Land Rover", ["land_rover"])[0]["land_rover"] > 1
    assert ratios("body", "truck", ["truck-standard"])[0]["truck-standard"] > 1
    assert ratios("body", "car", ["sedan", "suv-standard"])[0]["sedan"] > 1


def test_badges_of_one_house_are_taken_for_each_other():
    found, _ = ratios("make", "hyundai", ["kia", "ford"])
    assert found["kia"] > 3 * found["ford"]


def test_makes_and_models_need_no_table():
    found, factor = ratios("make", "Rivian", ["rivian", "toyota"])
    assert found["rivian"] > 5 > 1 > found["toyota"]
    assert factor.words(0) == "make rivian as said"


@pytest.mark.parametrize(("name", "said"), [("color", "plaid"), ("body", "boat"), ("color", " ")])
def test_an_unknown_color_or_body_is_refused_with_the_words_known(name, said):
    with pytest.raises(BadInput) as caught:
        said_value(name, said)
    assert ("white" in caught.value.next_step) or ("sedan" in caught.value.next_step)


def test_state_words_are_capitals():
    factor = described("state", "ca", pd.Series(["NV", "CA", ""], dtype=object), None, "witness")
    assert [factor.words(i) for i in range(3)] == [
        "state NV recorded, CA said",
        "state CA as said",
        "state not recorded",
    ]
    assert factor.ratios[1] > 1 > factor.ratios[0]


def test_what_is_of_no_account_has_no_words():
    factor = described("model", "civic", pd.Series([None], dtype=object), None, "witness")
    assert factor.ratios[0] == 1
    assert factor.words(0) == ""


def test_nearer_is_better_and_nowhere_is_worst():
    factor = placed(pd.Series([20.0, 320.0, 2000.0, np.nan]))
    assert list(factor.ratios) == sorted(factor.ratios, reverse=True)
    assert factor.ratios[0] > 5 * factor.ratios[3]
    assert factor.words(1) == "read 320 m from the scene"
    assert factor.words(2) == "read 2.0 km from the scene"
    assert factor.words(3) == "not read near the scene"


def test_a_vehicle_that_would_have_flown_was_not_near():
    away, minutes = pd.Series([2000.0, 2000.0, 2000.0]), pd.Series([3.0, 0.1, math.nan])
    assert placed(away, minutes).ratios[1] == pytest.approx(
        placed(away, minutes).ratios[0], rel=0.1
    )
    far = pd.Series([100.0, 30_000.0, 30_000.0])
    _, in_time, too_fast = placed(far, pd.Series([0.0, 40.0, 2.0])).ratios
    assert too_fast <= in_time
    near = placed(pd.Series([900.0, 9000.0]), pd.Series([0.5, 0.5])).ratios
    assert near[0] > 2 * near[1]


def test_who_was_read_minutes_before_drove_by_more_probably_than_half_an_hour_before():
    away = pd.Series([500.0] * 4)
    factor = placed(away, pd.Series([2.0, -2.0, 12.0, 29.0]))
    before, after, later, last = factor.ratios
    assert before == after > 2 * later > 2 * last > 0
    assert last > before / 20  # a vehicle may stay around, and a time told may be wrong
    assert factor.words(1) == "read 500 m from the scene, 2 min off"


def test_where_no_time_is_told_only_the_distance_counts():
    away = pd.Series([20.0, 900.0])
    no_time = placed(away, pd.Series([math.nan, math.nan])).ratios
    assert list(no_time) == list(placed(away).ratios)


def test_reads_count_slowly_and_not_for_ever():
    factor = read_often(pd.Series([1, 2, 7, 20, 500]))
    one, two, seven, twenty, many = factor.ratios
    assert one < two < seven == pytest.approx(2 * one)
    assert seven < twenty == many
    assert [factor.words(0), factor.words(4)] == ["read once", "read 500 times"]


def test_where_vehicles_come_again_and_again_few_are_never_read():
    assert unread_chance(pd.Series([1] * 50), 0.3) == 0.3
    assert unread_chance(pd.Series([7] * 50 + [1] * 50), 0.3) == pytest.approx(51 / 401)
    assert unread_chance(pd.Series([9] * 50), 0.3) == pytest.approx(0.1)
    assert unread_chance(pd.Series([], dtype=int), 0.3) == 0.3


@pytest.mark.parametrize("name", ["color", "make", "body"])
@pytest.mark.parametrize("source", ["witness", "camera"])
def test_tables_are_made_of_probabilities(name, source):
    names, share, chances = confusions(name, source)
    assert len(names) == len(set(names))
    assert share.sum() == pytest.approx(1)
    assert chances.min() >= 0
    assert chances.sum(axis=1) == pytest.approx(np.ones(len(names)))
    assert (chances.argmax(axis=1) == np.arange(len(names))).all()
