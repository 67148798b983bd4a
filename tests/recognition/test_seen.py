"""A reading's alternatives, and the pattern that it is searched with."""

from __future__ import annotations

import doctest
import itertools
import math
from types import ModuleType

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pictures_made import a_reading

from workbench.analysis.pattern import Pattern
from workbench.analysis.plates import ALPHABET
from workbench.errors import BadInput
from workbench.recognition import exif, groups, seen
from workbench.recognition.reader import Reading
from workbench.recognition.seen import PlateSeen, alternatives, readable, to_pattern

BLURRED = a_reading("8ABC123", unsure={0: {"8": 0.7, "B": 0.3}, 3: {"C": 0.5, "G": 0.3, "O": 0.2}})


@st.composite
def readings(draw: st.DrawFn) -> Reading:
    rows = []
    for _ in range(draw(st.integers(1, 9))):
        letters = draw(st.lists(st.sampled_from(ALPHABET), min_size=1, max_size=6, unique=True))
        weights = np.array(
            [draw(st.floats(0.02, 1.0)) for _ in letters] + [draw(st.floats(0, 0.5))]
        )
        shares = (weights / weights.sum())[:-1]
        order = np.argsort(-shares)
        rows.append({letters[at]: float(shares[at]) for at in order})
    text = "".join(next(iter(row)) for row in rows)
    whole = math.prod(row[c] for row, c in zip(rows, text, strict=True))
    return Reading(text, whole, whole, tuple(rows))


def test_alternatives_come_best_first() -> None:
    found = alternatives(BLURRED, most=4)
    assert [text for text, _ in found] == ["8ABC123", "8ABG123", "BABC123", "8ABO123"]
    assert found[0][1] == pytest.approx(BLURRED.probability)
    assert found[2][1] == pytest.approx(BLURRED.probability * 3 / 7)


@given(readings())
def test_alternatives_are_those_of_trying_all(reading: Reading) -> None:
    every = [
        ("".join(c for c, _ in chosen), math.prod(p for _, p in chosen))
        for chosen in itertools.islice(
            itertools.product(*(row.items() for row in reading.positions[:4])), 2000
        )
    ]
    short = Reading(
        reading.text[:4],
        math.prod(row[c] for row, c in zip(reading.positions[:4], reading.text[:4], strict=True)),
        1.0,
        reading.positions[:4],
    )
    best = sorted((p for _, p in every), reverse=True)[:5]
    assert [p for _, p in alternatives(short, most=5, floor=0.0)] == pytest.approx(best)


@given(readings(), st.floats(0, 1))
def test_alternatives_never_add_up_to_more_than_one(reading: Reading, sure: float) -> None:
    told = Reading(reading.text, sure, sure, reading.positions)
    found = alternatives(told, most=50, floor=0.0)
    assert found[0] == (reading.text, sure)
    assert sum(p for _, p in found) <= 1 + 1e-9
    assert [p for _, p in found[1:]] == sorted((p for _, p in found[1:]), reverse=True)


@pytest.mark.parametrize("module", [seen, groups, exif])
def test_examples_in_the_documentation_hold(module: ModuleType) -> None:
    assert doctest.testmod(module).failed == 0


def test_nothing_read_has_no_alternatives_and_no_pattern() -> None:
    nothing = Reading("", 0.8, 0.8, ())
    assert alternatives(nothing) == []
    assert not readable(nothing)
    with pytest.raises(BadInput, match="No character"):
        to_pattern(nothing)


def test_a_blurred_character_is_weighed_in_the_pattern() -> None:
    pattern = to_pattern(BLURRED)
    assert str(pattern) == "[8{0.7}B{0.3}]A{0.95}B{0.95}[C{0.5}G{0.3}O{0.2}]1{0.95}2{0.95}3{0.95}"
    assert pattern.known_characters == 7
    assert repr(pattern) == "<Pattern of 7 items, 7 characters known>"


def test_a_place_that_may_hold_nothing_is_optional() -> None:
    pattern = to_pattern(a_reading("7ABX1", unsure={4: {"1": 0.55}}))
    assert str(pattern) == "7{0.95}A{0.95}B{0.95}X{0.95}(1)"
    assert pattern.bounds == (4, 5)


@given(readings())
def test_every_pattern_can_be_written_and_read_back(reading: Reading) -> None:
    pattern = to_pattern(reading)
    again = Pattern.parse(str(pattern))
    assert str(again) == str(pattern)
    for ours, read in zip(pattern.items, again.items, strict=True):
        assert np.allclose(ours.distribution(), read.distribution(), atol=1e-6)
        assert ours.optional == read.optional


def test_neither_box_nor_name_of_a_plate_shows_what_it_reads() -> None:
    plate = PlateSeen(((10.2, 5.0), (90.0, 8.0), (89.5, 30.7), (9.0, 28.0)), 0.9, BLURRED)
    assert plate.box == (9, 5, 90, 31)
    assert "8ABC" not in repr(plate)
