"""A plate drawn as a plate."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.analysis.plates import STATES
from workbench.widgets.platedrawing import look_of, plate_svg, spoken

_STATES_ALONE = [code for code in STATES if code not in {"AS", "GU", "MP", "PR", "VI"}]


def drawn(plate: str, state: str = "", **more: object) -> ET.Element:
    return ET.fromstring(str(plate_svg(plate, state, **more)))


def texts(svg: ET.Element) -> list[str]:
    return [each.text or "" for each in svg.iter("text")]


def luminance(color: str) -> float:
    parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_it_shows_number_and_state_and_says_both() -> None:
    svg = drawn("7ABX123", "CA")
    assert texts(svg) == ["California", "7ABX123"]
    assert svg.get("role") == "img"
    assert svg.get("aria-label") == "Plate 7 A B X 1 2 3, California"
    assert svg.findtext("title") == "7ABX123, California"


def test_an_unknown_state_is_said_to_be_unknown_and_none_is_drawn() -> None:
    svg = drawn("7ABX123", "")
    assert texts(svg) == ["7ABX123"]
    assert "state not read" in str(svg.get("aria-label"))
    assert spoken("A1", "XX") == "A 1, state not read"


def test_where_it_is_silent_a_screen_reader_passes_it_over() -> None:
    svg = drawn("7ABX123", "CA", silent=True)
    assert svg.get("aria-hidden") == "true"
    assert svg.get("role") is None


def test_characters_that_contradict_are_underlined_each() -> None:
    def lines(svg: ET.Element) -> list[float]:
        return [float(each.get("x", "")) for each in svg.iter("rect") if each.get("height") == "5"]

    assert lines(drawn("7ABX123", "CA")) == []
    second, fifth = lines(drawn("7ABX123", "CA", differs=[1, 4, 99]))
    assert second < fifth


def test_each_character_has_its_place_inside_the_plate() -> None:
    for plate in ("A", "7ABX123", "ABCDEFGHIJKL"):
        number = list(drawn(plate, "CA").iter("text"))[-1]
        places = [float(x) for x in str(number.get("x")).split()]
        assert len(places) == len(plate)
        assert places == sorted(places)
        assert min(places) > 10
        assert max(places) < 230
        assert places[0] + places[-1] == pytest.approx(240, abs=0.2)


@given(st.text(max_size=14), st.text(max_size=4))
def test_whatever_stands_in_a_plate_is_text_and_never_markup(plate: str, state: str) -> None:
    written = str(plate_svg(plate, state))
    assert len(re.findall(r"<svg|</svg", written)) == 2
    assert "<script" not in written
    if plate.isprintable():
        assert (texts(ET.fromstring(written)) or [""])[-1] == plate


def test_nothing_is_fetched_and_nothing_has_a_name_that_could_clash() -> None:
    written = str(plate_svg("7ABX123", "PA"))
    assert not re.search(r"https?:|url\(|href|\bid=", written)


@pytest.mark.parametrize("state", _STATES_ALONE)
def test_every_state_can_be_read(state: str) -> None:
    look = look_of(state)
    assert look != look_of("")
    assert contrast(look.ink, look.ground) > 4.5
    assert contrast(look.name, look.top or look.ground) > 4.5
