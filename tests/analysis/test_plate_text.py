"""Normalizing, states, formats."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.analysis.plates import (
    ALPHABET,
    STATES,
    formats,
    is_plausible,
    mask,
    matching_formats,
    normalize,
    state_code,
)


@pytest.mark.parametrize(
    ("raw", "plate"),
    [
        (" 8abc-123 ", "8ABC123"),
        ("7·AB♥X.12", "7ABX12"),
        ("O0I1", "O0I1"),
        ("８ＡＢＣ", "8ABC"),
        ("", ""),
        ("ñ-ß-é", ""),
    ],
)
def test_normalizing_keeps_letters_and_digits_only(raw, plate):
    assert normalize(raw) == plate


@given(st.text(max_size=20))
@settings(deadline=None)
def test_normalizing_is_closed_and_stable(raw):
    plate = normalize(raw)
    assert set(plate) <= set(ALPHABET)
    assert normalize(plate) == plate


@given(st.text(alphabet=ALPHABET, max_size=12))
@settings(deadline=None)
def test_normalizing_never_turns_a_letter_into_a_digit(plate):
    assert normalize(plate.lower()) == plate


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("us-ca", "CA"),
        ("CA", "CA"),
        ("California", "CA"),
        (" new mexico ", "NM"),
        ("mx-bcn", ""),
        ("XX", ""),
        ("", ""),
        (None, ""),
    ],
)
def test_state_codes(text, code):
    assert state_code(text) == code


def test_all_states_and_the_district_are_there():
    assert len(STATES) == 51 + 5
    assert all(state_code(name) == code for code, name in STATES.items())


@pytest.mark.parametrize(
    ("plate", "state", "fits"),
    [
        ("7ABC123", "CA", True),
        ("0ABC123", "CA", False),  # leading digit 1-9
        ("7IBC123", "CA", False),  # no I, O, Q as first letter
        ("7ABQ123", "CA", False),  # nor as third
        ("7AOC123", "CA", True),  # the middle letter may be any
        ("123ABC4", "CA", True),  # the series from 2026
        ("5A12345", "CA", True),
        ("12345A6", "CA", True),
        ("ABC123", "CA", True),
        ("A123BC", "UT", True),
        ("A123BC", "CA", False),
        ("ABC1234", "NY", True),
        ("ABC1234", "CA", False),
        ("123456", "DE", True),
        ("ABC1234", "", True),  # of some state
        ("ABC1234", "HI", True),  # no format on file: any state's will do
        ("GOBEARS", "CA", False),  # personalized: implausible is not impossible
    ],
)
def test_formats(plate, state, fits):
    assert is_plausible(plate, state) is fits


def test_every_format_is_documented_and_its_shares_hold():
    assert formats()
    for state in {f.state for f in formats()}:
        assert state in STATES
        assert 0 < sum(f.share for f in formats(state)) <= 1
        for series in formats(state):
            assert series.source
            assert all(series.positions)
            example = "".join(allowed[0] for allowed in series.positions)
            assert series in matching_formats(example, state)


def test_a_mask_hides_most_of_a_plate():
    assert mask("7ABX123") == "7A*****"
    assert mask("7A") == "**"
    assert mask("") == ""
