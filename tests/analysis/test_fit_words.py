"""Why a plate fits, in words."""

import pytest
from hypothesis import given, settings
from slow_reference import PLATES, small_patterns

from workbench.analysis.errormodels import error_model
from workbench.analysis.explain import factor_text, fit_words, number_text, percent_text, steps
from workbench.analysis.pattern import Pattern

CAMERA, WITNESS = error_model("camera"), error_model("witness")


@pytest.mark.parametrize(
    ("text", "plate", "words"),
    [
        ("7ABX123", "7ABX123", "7, A, B, X, 1, 2 and 3 as said"),
        ("7A?X", "7ABX", "7, A and X as said"),
        ("7A8X", "7ABX", "7, A and X as said, 8 said where B stands (0.004)"),
        ("7[8R]", "78", "7 and 8 as said"),
        ("7[8R]", "7B", "7 as said, 8 or R said where B stands (0.002"),
        ("7ABX1", "7ABX21", "7, A, B, X and 1 as said, 2 not said (0.015)"),
        ("7ABX21", "7ABX1", "7, A, B, X and 1 as said, 2 said but not there (0.008)"),
        ("7BAX12", "7ABX12", "7, X, 1 and 2 as said, A and B said in the other order (0.008)"),
        ("7*X", "7ABX", "7 and X as said"),
        ("7(A)X", "7X", "7 and X as said"),
        ("7#X", "7AX", "7 and X as said, a digit said where A stands"),
        ("7[A-K]X", "70X", "7 and X as said, another one said where 0 stands"),
        ("???", "7AX", "fits as any plate would"),
    ],
)
def test_words(text, plate, words):
    assert fit_words(Pattern.parse(text), plate, WITNESS).startswith(words)


def test_a_camera_sees():
    assert fit_words(Pattern.parse("7A8"), "7AB", CAMERA, verb="seen") == (
        "7 and A as seen, 8 seen where B stands (0.006)"
    )


@given(small_patterns(), PLATES)
@settings(max_examples=150, deadline=None)
def test_steps_read_the_plate_from_left_to_right(pattern, plate):
    found = steps(pattern, plate, WITNESS)
    if found:
        read = "".join(step.characters for step in found)
        assert read == plate
    assert fit_words(pattern, plate, WITNESS)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.12, "0.12"),
        (3.14159, "3.14"),
        (12345.0, "12,300"),
        (0.0, "0"),
        (2e-9, "2e-09"),
        (1e15, "1e+15"),
    ],
)
def test_numbers_are_short(value, text):
    assert number_text(value) == text
    assert factor_text(value) == f"×{text}"


def test_percentages_are_honest_at_both_ends():
    assert percent_text(0.9999) == "over 99.9 %"
    assert percent_text(0.0) == "under 0.1 %"
    assert percent_text(0.995) == "99.5 %"
    assert percent_text(0.012) == "1.2 %"
    assert percent_text(0.5) == "50 %"
