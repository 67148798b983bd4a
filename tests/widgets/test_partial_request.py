"""What is typed for a partial plate, as a search and in words."""

from __future__ import annotations

import json
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from world import local

from workbench.errors import BadInput, BadPattern, BadTime
from workbench.models import Scene
from workbench.widgets.boxes import BoxRow
from workbench.widgets.partial_request import (
    QUICK,
    Typed,
    as_typed,
    plain,
    quick_window,
    request_of,
    suggestions,
    typed_of,
    words,
)

ZONE = "America/Los_Angeles"
FULL = Typed(
    row=BoxRow(("7", "A", "", "X", "1")),
    start="2026-03-02 21:10",
    end="2026-03-02 22:10",
)
PLACED = replace(FULL, where="place", place="36.5800, -120.2500", radius="800")


def test_the_arguments_are_those_of_the_query() -> None:
    typed = replace(PLACED, state="Nevada", color=" dark ", make="Honda", at="2026-03-02 21:40")
    request = request_of(typed, ZONE)
    assert str(request.pattern) == "7A?X1*"
    assert request.arguments() == {
        "start": local("2026-03-02 21:10"),
        "end": local("2026-03-02 22:10"),
        "seen_by": "witness",
        "near": Scene(36.58, -120.25, 800.0),
        "at": local("2026-03-02 21:40"),
        "state": "NV",
        "color": "dark",
        "make": "Honda",
    }


def test_anywhere_takes_no_place_and_no_time_of_the_incident() -> None:
    request = request_of(replace(PLACED, where="anywhere", at="2026-03-02 21:40"), ZONE)
    assert request.near is None
    assert request.at is None


def test_a_vehicle_can_be_searched_without_any_of_its_plate() -> None:
    request = request_of(replace(FULL, row=BoxRow(), color="red"), ZONE)
    assert str(request.pattern) == "*"
    assert words(request, ZONE).startswith("Vehicles of any plate; color red;")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"row": BoxRow()}, "Nothing of the vehicle"),
        ({"row": BoxRow(("?", "?"))}, "Nothing of the vehicle"),
        ({"state": "Atlantis"}, "state is not known"),
        ({"color": "octarine"}, "color is not a word"),
        ({"body": "hovercraft"}, "body is not a word"),
        ({"seen_by": "hearsay"}, "Who saw the plate"),
        ({"where": "place"}, "place is not given"),
        ({"where": "place", "place": "the corner"}, "no pair of coordinates"),
        ({"where": "place", "place": "36.58, -120.25", "radius": ""}, "no radius"),
        ({"start": ""}, "The start is not given"),
        ({"end": "ten past nine"}, "The end cannot be read"),
        ({"end": "2026-03-02 21:00"}, "ends before it starts"),
    ],
)
def test_what_is_missing_or_cannot_be_understood_is_said(given: dict[str, str], said: str) -> None:
    with pytest.raises(BadInput, match=said) as raised:
        request_of(replace(FULL, **given), ZONE)
    assert raised.value.next_step


def test_a_bad_time_of_the_incident_is_said_only_where_it_counts() -> None:
    with pytest.raises(BadTime, match="time of the incident cannot be read"):
        request_of(replace(PLACED, at="nine"), ZONE)
    assert request_of(replace(FULL, at="nine"), ZONE).at is None


def test_a_time_that_the_clock_showed_twice_is_said_with_both_readings() -> None:
    with pytest.raises(BadTime, match=r"The start was shown twice.*-07:00 or .*-08:00"):
        request_of(replace(FULL, start="2026-11-01 01:30", end="2026-11-01 03:00"), ZONE)


def test_words_say_the_whole_search() -> None:
    typed = replace(PLACED, state="CA", color="dark", at="2026-03-02 21:40")
    assert words(request_of(typed, ZONE), ZONE) == (
        "Vehicles with a plate like 7A?X1*, as a witness saw it; state California and color dark; "
        "read within 800 m of 36.58000, −120.25000, Mon 2 Mar 2026, 21:10–22:10 (PST, UTC−8); there at 21:40."
    )


def test_words_of_an_area_say_how_large_it_is() -> None:
    corners = "36.580, -120.250; 36.585, -120.250; 36.585, -120.240"
    told = words(request_of(replace(PLACED, place=corners), ZONE), ZONE)
    assert "inside the area drawn (3 corners, 0.25 km²)" in told


# -- quick windows ------------------------------------------------------------------------------------------------


def test_quick_windows_end_with_the_minute_that_runs() -> None:
    now = local("2026-03-02 22:05:30")
    options = {"now": now, "at": "", "zone": ZONE}
    assert quick_window(QUICK[0], **options) == ("2026-03-02 21:05", "2026-03-02 22:06")
    assert quick_window(QUICK[1], **options) == ("2026-03-02 00:00", "2026-03-02 22:06")
    assert quick_window(QUICK[2], **options) == ("2026-02-23 00:00", "2026-03-02 22:06")


def test_the_hour_around_the_incident_needs_the_incident() -> None:
    now = local("2026-03-02 22:05")
    found = quick_window(QUICK[3], now=now, at="2026-03-02 21:10", zone=ZONE)
    assert found == ("2026-03-02 20:40", "2026-03-02 21:40")
    with pytest.raises(BadTime, match="time of the incident is not given"):
        quick_window(QUICK[3], now=now, at="", zone=ZONE)


@given(
    st.datetimes(
        min_value=local("2026-01-01").replace(tzinfo=None),
        max_value=local("2027-01-01").replace(tzinfo=None),
    )
)
def test_a_time_is_typed_so_that_it_is_read_as_the_same_minute(naive: object) -> None:
    zone = ZoneInfo(ZONE)
    moment = naive.replace(tzinfo=ZoneInfo("UTC"), second=0, microsecond=0)  # type: ignore[attr-defined]
    typed = replace(FULL, start=as_typed(moment, zone), end="2028-01-01 00:00")
    assert request_of(typed, ZONE).window.start == moment


# -- plain values ---------------------------------------------------------------------------------------------------


@given(
    st.lists(st.sampled_from(["", "7", "8B", "X~", "?"]), max_size=10),
    st.booleans(),
    st.booleans(),
    st.sampled_from([None, (7, 7), (6, 7)]),
    st.text(max_size=8),
)
def test_plain_values_are_json_and_give_the_same_search_again(
    texts: list[str], front: bool, behind: bool, length: tuple[int, int] | None, color: str
) -> None:
    padded = (*texts, *[""] * (8 - len(texts)))
    typed = replace(PLACED, row=BoxRow(padded, front, behind, length), color=color)
    assert typed_of(json.loads(json.dumps(plain(typed)))) == typed


def test_a_pattern_stands_for_the_boxes() -> None:
    assert typed_of({"pattern": "7A?"}).row.used == ("7", "A", "?")
    assert typed_of({}) == Typed()


def test_a_name_or_a_pattern_that_is_none_is_refused() -> None:
    with pytest.raises(BadInput, match="There is no colour in this panel") as raised:
        typed_of({"colour": "dark"})
    assert "color" in raised.value.next_step
    with pytest.raises(BadPattern):
        typed_of({"pattern": "$"})


def test_the_boxes_offer_words_that_a_search_understands() -> None:
    assert "dark" in suggestions("color")
    assert {"car", "truck"} <= set(suggestions("body"))
    assert {"BMW", "Toyota", "Land Rover"} <= set(suggestions("make"))
    for name in ("color", "body", "make", "state"):
        for word in suggestions(name):
            request_of(replace(FULL, **{name: word}), ZONE)
