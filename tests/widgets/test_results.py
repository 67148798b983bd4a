"""The list of vehicles: rows, what is left for none of them, and the vehicle picked with its reads."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from partial_town import HOUR, PATIENCE_S, TRUCK, case_of, town
from world import World

from workbench.analysis.pattern import Pattern
from workbench.errors import Refused
from workbench.widgets.desk import Desk
from workbench.widgets.result_list import ResultList
from workbench.widgets.result_rows import (
    differs,
    found_vehicles,
    headline_html,
    others_html,
    picked_html,
    row_words,
    short_why,
    shown_rows,
    sightings_html,
    why_html,
)
from workbench.widgets.results import Results
from workbench.widgets.warming import warm

WHY = (
    "7, A and X as said ×900; color white recorded, black said ×0.2; read once ×0.95; "
    "each vehicle starts at 1 in 70: 3 of 12 in all, 25 %"
)


@pytest.fixture
def world(tmp_path: Path) -> World:
    return town(tmp_path)


def plain(html: object) -> str:
    """Return what a page shows, as text."""
    words: list[str] = []
    parser = HTMLParser()
    parser.handle_data = words.append  # type: ignore[method-assign]
    parser.feed(str(html))
    return " ".join(" ".join(words).split())


def ranking(
    *rows: dict[str, Any], none: float = 0.2, others: float = 0.05, **query: Any
) -> pd.DataFrame:
    """Return a ranking as a query gives it, of invented vehicles."""
    seen = pd.Timestamp("2026-03-02 21:12", tz="America/Los_Angeles")
    base = {
        "state": "CA", "explanation": WHY, "reads": 1, "first_seen": seen, "last_seen": seen, **TRUCK,
        "nearest_m": 120.0, "last_camera": "C4",
    }  # fmt: skip
    given = [{"rank": number, **base, **row} for number, row in enumerate(rows, 1)]
    frame = pd.DataFrame(given)
    frame.attrs = {
        "query": {"pattern": "7A?X*", "seen_by": "witness", **query},
        "window": ["2026-03-03T05:00:00+00:00", "2026-03-03T06:00:00+00:00"],
        "timezone": "America/Los_Angeles",
        "none_of_these": none,
        "others": others,
        "considered": 321,
        "caveats": ["Verify every lead."],
        "coverage": [],
    }
    return frame


# -- rows -----------------------------------------------------------------------------------------------------------


def test_a_row_shows_what_is_needed_to_choose() -> None:
    (row,) = shown_rows(found_vehicles(ranking({"plate": "7ABX123", "probability": 0.75})))
    shown = plain(row["html"])
    for words in (
        "75%",
        "White Ford F-150, pickup",
        "Mon 2 Mar, 21:12",
        "C4",
        "1 read",
        "nearest 120 m away",
    ):
        assert words in shown
    assert "<svg" in row["html"]
    assert 'style="width:75.0%"' in row["html"]
    assert row["words"] == (
        "1. 7 A B X 1 2 3, California; 75%; white Ford F-150, pickup; "
        "last seen Mon 2 Mar, 21:12; C4, 1 read, nearest 120 m away"
    )


def test_why_in_short_is_how_the_plate_fits_and_what_speaks_against_it() -> None:
    (found,) = found_vehicles(ranking({"plate": "7ABX123", "probability": 0.75}))
    assert plain(short_why(found)) == "7, A and X as said; color white recorded, black said"
    assert "×0.2" not in str(short_why(found))
    assert "×0.2" in plain(why_html(found))


def test_a_misread_goes_with_the_plate_that_is_probably_true() -> None:
    many = {"plate": "7ABX123", "probability": 0.4, "reads": 9, "nearest_m": 300.0}
    once = {"plate": "7A8X123", "probability": 0.3, "reads": 1, "nearest_m": 90.0}
    (found,) = found_vehicles(ranking(many, once))
    assert found.plate == "7ABX123"
    assert found.also == [{"plate": "7A8X123", "state": "CA"}]
    assert found.vehicle.probability == pytest.approx(0.7)
    (row,) = shown_rows([found])
    for words in ("70%", "Also read as 7A8X123, probably misread", "10 reads", "nearest 90 m"):
        assert words in plain(row["html"])
    assert "also read as 7 A 8 X 1 2 3" in row_words(found)
    assert str(why_html(found)).count("<details") == 2


@pytest.mark.parametrize(
    ("pattern", "plate", "places"),
    [
        ("7ABX123", "7ABX123", ()),
        ("7A8X*", "7ABX123", (2,)),
        ("*X12", "7ABX123", (6,)),
        ("7A?X1*", "7ABX123", ()),
        ("[8B]ABX123", "7ABX123", (0,)),
        ("7AX123", "7ABX123", (2,)),
    ],
)
def test_the_characters_that_contradict_are_marked(
    pattern: str, plate: str, places: tuple[int, ...]
) -> None:
    assert differs(Pattern.parse(pattern), plate) == places


def test_the_shares_of_others_and_of_none_are_always_there() -> None:
    frame = ranking({"plate": "7ABX123", "probability": 0.75}, none=0.2, others=0.05)
    shown = plain(others_html(frame))
    assert "Others that were read 5%" in shown
    assert "None of these 20%" in shown
    assert "No camera read the vehicle in this window." in shown
    nobody = ranking(none=1.0, others=0.0)
    assert "None of these 100%" in plain(others_html(nobody))
    assert "No vehicle of this window fits." in plain(headline_html(nobody, found_vehicles(nobody)))


def test_the_head_says_how_far_the_order_can_be_trusted() -> None:
    sure = ranking({"plate": "7ABX123", "probability": 0.95})
    assert plain(headline_html(sure, found_vehicles(sure))) == (
        "One candidate stands out. It is still a lead: look at its image, and check it. "
        "One vehicle listed, of 321 of this window."
    )
    level = ranking(
        {"plate": "7ABX123", "probability": 0.3}, {"plate": "6KLM456", "probability": 0.3}
    )
    assert "No candidate stands out" in plain(headline_html(level, found_vehicles(level)))


@given(st.text(max_size=12), st.text(max_size=12))
def test_whatever_a_camera_recorded_is_text_and_never_markup(make: str, camera: str) -> None:
    hostile = f"{make}<img src=x onerror=alert(1)>"
    frame = ranking(
        {
            "plate": "7A<B>X1",
            "probability": 0.7,
            "make": hostile,
            "last_camera": f"{camera}<script>",
            "explanation": hostile,
        }
    )
    (found,) = found_vehicles(frame)
    reads = pd.DataFrame(
        [
            {
                "captured_at": frame["last_seen"][0],
                "camera": hostile,
                "camera_name": hostile,
                "plate": hostile,
            }
        ]
    )
    pieces = (
        *(row["html"] for row in shown_rows([found])),
        picked_html(found),
        why_html(found),
        sightings_html(reads, found),
    )
    for html in map(str, pieces):
        assert not re.search(r"<img|<script|<B>", html)


def test_sightings_stand_in_the_agencys_time_with_what_was_read_otherwise_marked() -> None:
    (found,) = found_vehicles(ranking({"plate": "7ABX123", "probability": 0.7}))
    base = {"camera": "C4", "camera_name": "5th at Main", "heading": 90.0, "confidence": 0.913}
    reads = pd.DataFrame(
        [
            {
                "captured_at": pd.Timestamp("2026-03-03 05:12:03", tz="UTC"),
                "plate": "7ABX123",
                **base,
            },
            {
                "captured_at": pd.Timestamp("2026-03-03 05:13", tz="UTC"),
                "plate": "7A8X123",
                **base,
                "heading": None,
                "confidence": None,
            },
        ]
    )
    html = str(sightings_html(reads, found))
    assert "Mon 2 Mar, 21:12:03 C4 5th at Main east 7ABX123 91%" in plain(html)
    assert '<td class="other">7A8X123</td>' in html
    assert "2 reads in the window" in plain(html)
    assert "No read" in plain(sightings_html(reads[:0], found))


def test_a_window_of_years_shows_the_year() -> None:
    frame = ranking({"plate": "7ABX123", "probability": 0.7})
    frame.attrs["window"] = ["2024-03-03T05:00:00+00:00", "2026-03-03T06:00:00+00:00"]
    assert "2 Mar 2026" in row_words(found_vehicles(frame)[0])


# -- the list -------------------------------------------------------------------------------------------------------


def test_other_rows_take_the_choice_away_and_a_row_that_is_none_is_not_chosen() -> None:
    listed = ResultList()
    listed.fill([{"html": "a", "words": "a"}, {"html": "b", "words": "b"}], foot="left")
    listed.chosen = 1
    listed.chosen = 7
    assert listed.chosen == -1
    listed.chosen = 1
    listed.fill([{"html": "c", "words": "c"}])
    assert (listed.chosen, listed.foot) == (-1, "")


def test_fifty_vehicles_are_one_widget() -> None:
    plates = [{"plate": f"{at:03}QRS{at:03}", "probability": 0.015} for at in range(50)]
    panel = Results(Desk())
    panel.show(ranking(*plates))
    assert len(panel.listed.rows) == 50
    assert len(panel.children[1].children) == 2
    assert panel.listed.reveal


# -- the vehicle picked ------------------------------------------------------------------------------------------------


def results_of(world: World, pattern: str = "7A?X1*", **said: Any) -> Results:
    case = case_of(world)
    panel = Results(Desk.of(case))
    panel.show(case.partial(pattern, **HOUR, **said))
    return panel


def pick(panel: Results, number: int = 1) -> None:
    panel.pick(number)
    assert panel.worker.wait(PATIENCE_S)


def test_picking_a_vehicle_shows_its_reads_on_the_record(world: World) -> None:
    panel = results_of(world)
    assert world.record(action="query.history") == []
    pick(panel)
    assert panel.desk.chosen == {"plate": "7ABX123", "state": "CA"}
    assert list(panel.trail["camera"]) == ["C4", "C5"]
    shown = plain(panel._sightings.value)
    assert shown.index("21:12:00 C4") < shown.index("21:30:00 C5")
    assert "as said" in plain(panel._why.value)
    history = [line for line in world.record(action="query.history") if line.phase == "outcome"]
    assert len(history) == 1
    assert history[0].rows == 2


def test_reads_under_a_misread_plate_are_shown_too_each_an_access(world: World) -> None:
    for minute in range(40, 46):
        world.read("7ABX123", camera="C4", at=f"2026-03-02 21:{minute}", color="black")
    world.read("7A8X123", camera="C4", at="2026-03-02 21:50", confidence=0.5, color="black")
    panel = results_of(world)
    assert panel._vehicles[0].also == [{"plate": "7A8X123", "state": "CA"}]
    pick(panel)
    assert list(panel.trail["plate"].unique()) == ["7ABX123", "7A8X123"]
    assert len(panel.trail) == 9
    assert panel.trail["captured_at"].is_monotonic_increasing
    assert panel.desk.chosen["also"] == [{"plate": "7A8X123", "state": "CA"}]
    done = [line for line in world.record(action="query.history") if line.phase == "outcome"]
    assert len(done) == 2


def test_a_refusal_is_shown_and_the_vehicle_can_be_picked_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    panel = results_of(world)

    def refuse(*_: Any, **__: Any) -> None:
        raise Refused("No.", clause="462.5", citation="Policy 462.5", remedy="Ask.")

    monkeypatch.setattr(panel.desk.case, "history", refuse)
    pick(panel)
    assert "Policy 462.5" in panel.status.html
    assert panel.trail is None
    assert panel.listed.chosen == -1
    monkeypatch.undo()
    pick(panel)
    assert panel.status.html == ""
    assert len(panel.trail) == 2


def test_a_desk_with_a_map_offers_to_follow_the_vehicle_picked(world: World) -> None:
    panel = results_of(world)
    pick(panel)
    assert panel.follow.layout.display == "none"
    followed: list[bool] = []
    panel.desk.follow = lambda: followed.append(True)
    assert panel.follow.layout.display is None
    panel.follow.click()
    assert followed == [True]
    panel.clear()
    assert panel.follow.layout.display == "none"


def test_the_vehicle_that_is_shown_is_followed_not_one_picked_elsewhere_since(world: World) -> None:
    panel = results_of(world)
    pick(panel)
    followed: list[Any] = []
    panel.desk.follow = lambda: followed.append(panel.desk.chosen)
    panel.desk.chosen = {"plate": "6KLM456", "state": "CA"}
    panel.follow.click()
    assert followed == [{"plate": "7ABX123", "state": "CA"}]


def test_nothing_can_be_chosen_while_the_desk_is_locked(world: World) -> None:
    panel = results_of(world)
    assert not panel.listed.disabled
    panel.desk.lock_up("You locked it.")
    assert panel.listed.disabled


def test_caveats_stay_and_gaps_of_coverage_are_in_plain_sight(world: World) -> None:
    world.outage("C5", "2026-03-02 21:30", "2026-03-03 06:00")
    shown = results_of(world, near=(36.58, -120.25), radius_m=800)._below.value
    before, _, folded = shown.partition("<details")
    assert "C5" in before
    assert "no power" in before
    assert "verify before enforcement" in folded
    assert "Verify every lead" in folded


def test_clearing_shows_nothing_of_the_vehicles(world: World) -> None:
    panel = results_of(world)
    pick(panel)
    panel.clear()
    assert panel.children == ()
    assert panel.found is None
    assert panel.trail is None
    assert panel.listed.rows == []
    left = panel._sightings.value + panel._why.value + panel._head.value
    assert "7ABX123" not in left


def test_warming_up_ranks_what_it_invents() -> None:
    assert warm() >= 1
