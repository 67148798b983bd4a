"""The ranking: one posterior, explanations that add up, misreads found, order that stands."""

import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from slow_reference import PLATES, reference, small_patterns

from workbench.analysis import fits
from workbench.analysis.errormodels import error_model
from workbench.analysis.partial import COLUMNS, rank
from workbench.analysis.pattern import Pattern
from workbench.analysis.plates import is_plausible
from workbench.errors import BadInput

WITNESS = error_model("witness")
COMPOSED = error_model("camera").scaled(6).turned_around().then(WITNESS)


def vehicles(*plates, **columns):
    frame = pd.DataFrame({"plate": list(plates), "state": "CA", "reads": 3})
    for name, values in columns.items():
        frame[name] = pd.Series(values, dtype=object if name == "alternates" else None)
    return frame


def crowd(count=2000, seed=1):
    rng = np.random.default_rng(seed)
    letters = list("ABCDEFGHJKLMNPRSTUVWXYZ")
    return [
        str(rng.integers(4, 10)) + "".join(rng.choice(letters, 3)) + f"{rng.integers(1000):03d}"
        for _ in range(count)
    ]


def ranked(text, frame, **options):
    return rank(Pattern.parse(text), frame, **options)


@given(small_patterns(), st.lists(PLATES, min_size=1, max_size=12, unique=True), st.integers(1, 4))
@settings(max_examples=60, deadline=None)
def test_the_order_is_that_of_the_slow_reference(pattern, plates, reads):
    plates = [p for p in plates if not is_plausible(p, "CA")]
    frame = vehicles(*plates)
    frame["reads"] = reads + 1
    doubt = 0.35**reads
    expected = {
        p: (1 - doubt) * reference(pattern, p, WITNESS) + doubt * reference(pattern, p, COMPOSED)
        for p in plates
    }
    result = rank(pattern, frame, limit=100)
    if not any(expected.values()):
        assert result.empty
        return
    found = [expected[p] for p in result["plate"]]
    assert found == sorted(found, reverse=True) or np.allclose(found, sorted(found, reverse=True))
    best = max(expected.values())
    assert {p for p, v in expected.items() if v > best * 1.01e-6} <= set(result["plate"])
    # The probabilities stand to each other as the likelihoods do.
    ratio = result["probability"].to_numpy() / result["probability"].iloc[0]
    assert ratio == pytest.approx(np.array(found) / found[0], rel=1e-6)


def test_the_columns_and_the_sum_of_probabilities():
    result = ranked("7A?X1*", vehicles(*crowd(), "7ABX123"), limit=5000)
    assert list(result.columns) == list(COLUMNS)
    assert result["plate"].iloc[0] == "7ABX123"
    assert list(result["rank"]) == list(range(1, len(result) + 1))
    assert result["probability"].is_monotonic_decreasing
    total = result["probability"].sum() + result.attrs["none_of_these"]
    assert 0.999 < total <= 1 + 1e-9
    assert result.attrs["candidates"] == 2001
    assert result.attrs["seen_by"] == "witness"


def test_none_of_these_wins_where_nothing_fits():
    assert ranked("2QQQ222", vehicles(*crowd())).attrs["none_of_these"] > 0.8
    assert ranked("7ABX123", vehicles(*crowd(), "7ABX123")).attrs["none_of_these"] < 0.01


def test_a_fuller_city_makes_a_part_of_a_plate_say_less():
    few = ranked("7AB*", vehicles("7ABX123", *crowd(50)))["probability"].iloc[0]
    many = ranked("7AB*", vehicles("7ABX123", *crowd(20_000)))["probability"].iloc[0]
    assert many < few / 2


NUMBER = r"([\d,.e+-]*\d)"


@pytest.mark.parametrize("text", ["7A?X1*", "7ABX123", "*X1*", "8ABX123"])
def test_the_numbers_of_an_explanation_add_up(text):
    plates = [*crowd(1000), "7ABX123", "7A8X123"]
    frame = vehicles(*plates)
    rng = np.random.default_rng(2)
    frame["color"] = rng.choice(["gray", "silver", "black", ""], len(frame))
    frame["make"] = rng.choice(["toyota", "honda"], len(frame))
    frame["nearest_m"] = rng.uniform(10, 3000, len(frame))
    frame["reads"] = rng.integers(1, 9, len(frame))
    result = ranked(text, frame, color="gray", make="toyota", near=True, limit=8)
    for line, probability in zip(result["explanation"], result["probability"], strict=True):
        product = 1.0
        for factor in re.findall(rf"×{NUMBER}", line):
            product *= float(factor.replace(",", ""))
        starts = float(re.search(rf"starts at 1 in {NUMBER}", line)[1].replace(",", ""))
        weight, total = (
            float(v.replace(",", ""))
            for v in re.search(rf": {NUMBER} of {NUMBER} in all", line).groups()
        )
        assert product / starts == pytest.approx(weight, rel=0.04)
        assert weight / total == pytest.approx(probability, rel=0.02)
        assert line.count("×") == 5  # plate, color, make, place, reads
        assert line.endswith("%")


def test_each_kind_of_evidence_moves_the_ranking():
    frame = vehicles(
        "7ABX123",
        "7ABX124",
        color=["red", "gray"],
        make=["ford", "toyota"],
        model=["f150", "toyota_corolla"],
        body=["pickup", "sedan"],
        nearest_m=[2500.0, 100.0],
    )
    plain = ranked("7ABX12?", frame)["probability"]
    assert plain.iloc[0] == pytest.approx(plain.iloc[1], rel=0.01)
    for said in (
        {"color": "silver"},
        {"make": "Toyota"},
        {"model": "Corolla"},
        {"body": "car"},
        {"near": True},
    ):
        result = ranked("7ABX12?", frame, **said)
        assert result["plate"].iloc[0] == "7ABX124", said
        assert result["probability"].iloc[0] > 1.2 * result["probability"].iloc[1], said


def test_a_model_does_not_count_its_make_twice():
    frame = vehicles("7ABX123", *crowd(200))
    frame["make"] = ["toyota", "honda", "ford"] * 67
    frame["model"] = ["toyota_corolla", "civic", "focus"] * 67
    make = ranked("7ABX123", frame, make="toyota")["explanation"].iloc[0]
    both = ranked("7ABX123", frame, make="toyota", model="corolla")["explanation"].iloc[0]

    def factor(line, name):
        return float(re.search(rf"{name} [^;]*?×{NUMBER}", line)[1])

    assert factor(both, "make") == factor(make, "make")
    assert factor(both, "model") < 2  # all Toyotas here are Corollas


def test_the_state_is_evidence():
    frame = vehicles("7ABX123", "7ABX124")
    frame["state"] = ["NV", "CA"]
    assert ranked("7ABX12?", frame, state="California")["plate"].iloc[0] == "7ABX124"


def test_a_plate_that_the_camera_misread_is_found():
    # The true plate 7ABX123 was read once, as 7A8X123.
    frame = vehicles(*crowd(3000), "7A8X123")
    frame["reads"] = [3] * 3000 + [1]
    result = ranked("7ABX1*", frame)
    assert result["plate"].iloc[0] == "7A8X123"
    assert "or misread by the camera" in result["explanation"].iloc[0]


def test_a_plate_read_again_and_again_is_hardly_misread():
    def factor(plate, reads):
        frame = vehicles(plate, *crowd(500)).assign(reads=[reads] + [3] * 500)
        return float(
            re.search(rf"×{NUMBER}", ranked("7ABX123", frame)["explanation"].iloc[0])[1].replace(
                ",", ""
            )
        )

    # 8 for B is a frequent misreading; a plate of no series is one more probably.
    assert factor("7A8X123", 1) > 2 * factor("7A8X123", 9)
    assert factor("7A8X123", 1) / factor("7A8X123", 9) > factor("7ARX123", 1) / factor("7ARX123", 9)
    # And one that fits as it stands fits better, the surer it is.
    assert factor("7ABX123", 9) > factor("7ABX123", 1)


def test_a_misread_plate_says_so():
    frame = vehicles("7A8X123", *crowd(500)).assign(reads=[1] + [3] * 500)
    assert (
        "or misread by the camera, which is of no known series ×"
        in (ranked("7ABX123", frame)["explanation"].iloc[0])
    )
    assert "misread" not in ranked("7A8X123", frame)["explanation"].iloc[0]


def test_the_cameras_alternatives_are_used():
    plates = ["7ARX109", "5KDT441"]
    frame = vehicles(*plates, alternates=[[["7ABX109", 0.41]], []])
    frame["reads"] = 1
    without = ranked("7ABX109", frame.drop(columns="alternates"))
    result = ranked("7ABX109", frame)
    assert result["plate"].iloc[0] == "7ARX109"
    assert result.attrs["none_of_these"] < without.attrs["none_of_these"]
    words = result["explanation"].iloc[0]
    assert words.startswith(
        "if 7ABX109 was misread, as the camera itself held possible (0.41): 7, A"
    )


def test_an_alternative_counts_by_the_cameras_confidence():
    def none(confidence, best=None):
        frame = vehicles("7ARX109", *crowd(2000))
        frame["alternates"] = pd.Series([[["7ABX109", confidence]], *([[]] * 2000)], dtype=object)
        frame["reads"] = 1
        if best is not None:
            frame["confidence"] = best
        return ranked("7ABX109", frame).attrs["none_of_these"]

    assert none(0.4) < none(0.1) < none(0.01)
    assert none(0.4, best=0.45) < none(0.4, best=0.99)


def test_scores_that_are_no_chances_hardly_take_from_a_plate_that_fits():
    # Vendors offer other plates with scores nearly as high as the one chosen; it is right far more often than they.
    def odds(**columns):
        frame = vehicles("7ABX123", *crowd(500)).assign(reads=1)
        for name, first in columns.items():
            frame[name] = pd.Series([first, *([[] if name == "alternates" else 0.9] * 500)])
        result = ranked("7ABX123", frame)
        return result["probability"].iloc[0] / result.attrs["none_of_these"]

    alone = odds(confidence=0.92)
    offered = odds(confidence=0.92, alternates=[["7A8X123", 0.88], ["7ABX12", 0.85]])
    assert 0.9 * alone < offered < alone
    assert odds(confidence=0.5, alternates=[["7ARX129", 0.48]]) < 0.7 * odds(confidence=0.5)


def test_ties_stand_in_the_order_of_plate_and_state():
    plates = ["7ABX129", "7ABX121", "7ABX125"] * 2
    frame = vehicles(*plates)
    frame["state"] = ["CA", "CA", "CA", "", "", ""]
    first = ranked("*", frame)
    again = ranked("*", frame.sample(frac=1, random_state=3))
    assert list(first["plate"]) == sorted(plates)
    assert list(first["state"]) == ["", "CA"] * 3
    pd.testing.assert_frame_equal(first, again)


def test_the_limit_cuts_the_same_list():
    frame = vehicles(*crowd(3000))
    every = ranked("7A*1?", frame, limit=1000)
    some = ranked("7A*1?", frame, limit=10)
    assert list(some["plate"]) == list(every["plate"][:10])
    assert some["probability"].iloc[0] == pytest.approx(every["probability"].iloc[0], rel=1e-12)


def test_many_candidates_give_the_same_leads(monkeypatch):
    frame = vehicles(*crowd(4000), "7ABX123", "7A8X123")
    every = ranked("7ABX1?3", frame, limit=20)
    monkeypatch.setattr(fits, "MANY", 100)
    fast = ranked("7ABX1?3", frame, limit=20)
    strong = every["probability"] > 1e-4
    assert list(fast["plate"][: strong.sum()]) == list(every["plate"][strong])
    assert fast["probability"].iloc[0] == pytest.approx(every["probability"].iloc[0], rel=1e-3)


def test_no_candidates():
    result = ranked("7A*", vehicles(), limit=5)
    assert result.empty
    assert list(result.columns) == list(COLUMNS)
    assert result.attrs["none_of_these"] == 1


def test_missing_values_are_no_evidence():
    frame = vehicles("7ABX123", color=[None], make=[np.nan], nearest_m=[np.nan])
    frame["state"] = None
    frame["reads"] = np.nan
    result = ranked("7ABX123", frame, color="red", make="ford", state="CA", near=True)
    assert "color not recorded ×1;" in result["explanation"].iloc[0]
    assert "make not recorded ×1;" in result["explanation"].iloc[0]
    assert "state not recorded ×1;" in result["explanation"].iloc[0]


@given(st.text(alphabet="7AB?*#@[]~()/8X", max_size=12))
@settings(max_examples=60, deadline=None)
def test_no_pattern_crashes_the_ranking(text):
    from workbench.errors import BadPattern

    try:
        pattern = Pattern.parse(text)
    except BadPattern:
        return
    result = rank(pattern, vehicles("7ABX123", "B", "8" * 12, "A" * 13))
    assert result["probability"].between(0, 1).all()
    assert result["explanation"].str.len().gt(0).all()


@pytest.mark.parametrize(
    "said",
    [
        {"color": "plaid"},
        {"body": "boat"},
        {"state": "Atlantis"},
        {"unread": 0.0},
        {"seen_by": "owl"},
    ],
)
def test_what_makes_no_sense_is_refused(said):
    with pytest.raises(BadInput):
        ranked("7A*", vehicles("7ABX123"), **said)
