"""The incidents: what is told can be found in the reads, and the truth beside it is the truth."""

from __future__ import annotations

import datetime as dt
import json
import re

import numpy as np
import pytest

from workbench.training import Delivery
from workbench.training.casebook import case_number
from workbench.training.geo import to_metres
from workbench.training.witness import color_words, recall, spoken


def truth(delivery: Delivery, key: str) -> dict:
    return json.loads((delivery.folder / "truth" / f"{key}.json").read_text(encoding="utf-8"))


def inside(story: dict, read: dict, scene: int = 0) -> bool:
    place = story["scenes"][scene]
    offset = to_metres([read["latitude"], read["longitude"]]) - to_metres(
        [place["latitude"], place["longitude"]]
    )
    return float(np.hypot(*offset)) <= place["radius_m"]


def in_window(story: dict, read: dict, scene: int = 0) -> bool:
    place = story["scenes"][scene]
    return place["start"] <= read["captured_at"] < place["end"]


def test_the_suspects_car_was_there_and_never_before(delivery: Delivery):
    story = truth(delivery, "shooting")
    here = [read for read in story["reads"] if inside(story, read)]
    assert {read["camera"] for read in here} >= {"C14", "C16"}
    assert all(in_window(story, read) for read in here)
    assert [read["camera"] for read in here if not read["correct"]] == ["C16"]
    after = [
        r
        for r in story["reads"]
        if r["captured_at"] > story["scenes"][0]["at"] and r["camera"] == "C03"
    ]
    assert after
    assert after[0]["correct"]


def test_a_hit_and_run_by_a_car_that_is_usual_there(delivery: Delivery):
    story = truth(delivery, "hit-and-run")
    plate = story["vehicles"][0]["plate"]
    assert re.fullmatch(r"7A[A-Z]X1\d\d", plate)
    assert story["witness"]["pattern"] == "7A?X1*"
    assert "seven A something X one" in story["witness"]["statement"]
    earlier = [
        r
        for r in story["reads"]
        if inside(story, r) and r["captured_at"] < story["scenes"][0]["start"]
    ]
    assert len(earlier) >= 3
    last_day = [r for r in story["reads"] if inside(story, r) and in_window(story, r)]
    assert last_day
    assert not last_day[-1]["correct"]


def test_one_car_at_three_of_five_robberies_and_no_camera_at_the_fourth(delivery: Delivery):
    story = truth(delivery, "robberies")
    seen = [
        sum(in_window(story, read, scene) and inside(story, read, scene) for read in story["reads"])
        > 0
        for scene in range(5)
    ]
    assert seen == [True, True, False, False, True]
    at = dt.datetime.fromisoformat(story["scenes"][3]["at"])
    assert any(
        o.camera == "C19" and o.start_at <= at < o.end_at and not o.recorded
        for o in delivery.outages
    )
    assert len({scene["case_number"] for scene in story["scenes"]}) == 5


def test_the_stolen_car_is_misread_once_and_found(delivery: Delivery):
    story = truth(delivery, "stolen-vehicle")
    after = [read for read in story["reads"] if read["captured_at"] > story["scenes"][0]["at"]]
    assert [read["camera"] for read in after if not read["correct"]] == ["C11"]
    assert after[-1]["camera"] == "M4"


def test_the_missing_mans_way_can_be_followed(delivery: Delivery):
    story = truth(delivery, "missing-person")
    way = [r["camera"] for r in story["reads"] if r["captured_at"] > story["scenes"][0]["at"]]
    assert way[:3] == ["C23", "C20", "C04"]
    assert way[-1] in ("C05", "M1")


def test_scenes_carry_the_cases_numbers(delivery: Delivery):
    numbers = {case.number: case for case in delivery.cases}
    for incident in delivery.incidents:
        assert numbers[incident.case_number].incident == incident.key
        assert numbers[incident.case_number].crime_type == incident.crime_type
        assert "rvega" in numbers[incident.case_number].assigned


def test_case_numbers_follow_the_agencys_form(delivery: Delivery):
    assert case_number("YYCLNNNNN", 2026, 17) == "26CL00017"
    assert case_number("YYYY-NNNNNN", 2026, 17) == "2026-000017"
    numbers = [case.number for case in delivery.cases]
    assert numbers == sorted(set(numbers))
    assert all(re.fullmatch(r"26-\d{5}", number) for number in numbers)
    assert [c.opened_on for c in delivery.cases] == sorted(c.opened_on for c in delivery.cases)


def test_what_a_witness_is_sure_of_is_right():
    rng = np.random.default_rng(8)
    for _ in range(200):
        memory = recall("7ABX123", rng, sure=(0, 1, 3, 4))
        assert memory.pattern[0] == "7"
        assert memory.pattern[3] == "X"
        assert not set(memory.wrong) & {0, 1, 3, 4}


def test_one_witness_in_five_recalls_every_character_and_some_are_wrong():
    rng = np.random.default_rng(8)
    memories = [recall("7ABX123", rng) for _ in range(1_000)]
    whole = sum("?" not in m.pattern and "*" not in m.pattern for m in memories)
    assert 150 < whole < 250
    assert 0.02 < np.mean([bool(m.wrong) for m in memories]) < 0.4


def test_a_plate_is_said_aloud():
    assert spoken(list("7A?X1??")) == "seven A something X one, then two more"
    assert spoken(["?"] * 7) == "nothing of the plate"


@pytest.mark.parametrize(
    ("color", "words"), [("black", {"dark", "black"}), ("white", {"light", "white"})]
)
def test_by_night_colors_are_dark_or_light(color: str, words: set[str]):
    rng = np.random.default_rng(1)
    assert {color_words(color, rng, night=True) for _ in range(60)} <= words
