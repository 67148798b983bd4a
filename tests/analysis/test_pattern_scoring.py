"""The scan equals a slow, obviously correct sum over all ways in which a plate can lead to a pattern."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from slow_reference import PLATES, reference, small_patterns

from workbench.analysis import scoring
from workbench.analysis.errormodels import error_model
from workbench.analysis.pattern import Pattern
from workbench.analysis.plates import ALPHABET, LETTERS, PlateFormat, is_plausible
from workbench.analysis.plateset import PlateSet
from workbench.analysis.scoring import at_random, fits_series, likelihoods, scores
from workbench.errors import BadPattern

CAMERA, WITNESS = error_model("camera"), error_model("witness")
COMPOSED = CAMERA.turned_around().then(WITNESS)
MODELS = [CAMERA, WITNESS, COMPOSED, WITNESS.substitutions_only()]


@given(small_patterns(), st.lists(PLATES, min_size=1, max_size=6), st.sampled_from(MODELS))
@settings(max_examples=100, deadline=None)
def test_likelihoods_equal_the_reference(pattern, plates, model):
    expected = [reference(pattern, plate, model) for plate in plates]
    assert likelihoods(pattern, plates, model) == pytest.approx(expected, rel=1e-9, abs=1e-300)


@given(small_patterns(), st.lists(PLATES, min_size=5, max_size=40), st.sampled_from(MODELS))
@settings(max_examples=60, deadline=None)
def test_a_threshold_loses_nothing_above_it(pattern, plates, model):
    every = likelihoods(pattern, plates, model)
    threshold = float(np.median(every))
    some = likelihoods(pattern, plates, model, threshold=threshold)
    assert (some == np.where(every >= threshold, every, 0.0)).all()


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_random_text_never_crashes_the_scan(data):
    text = data.draw(st.text(alphabet="7AB?*#@[]~()/8", max_size=14))
    try:
        pattern = Pattern.parse(text)
    except BadPattern:
        return
    values = likelihoods(pattern, ["7ABX123", "B", "A" * 12, ""], WITNESS)
    assert np.isfinite(values).all()
    assert (values >= 0).all()
    assert values[3] == 0


def test_a_scan_of_many_equals_a_scan_of_one_by_one():
    rng = np.random.default_rng(5)
    plates = ["".join(rng.choice(list("78AB01"), rng.integers(4, 8))) for _ in range(3000)]
    pattern = Pattern.parse("7A?B*")
    together = likelihoods(pattern, plates, WITNESS)
    alone = [likelihoods(pattern, [plate], WITNESS)[0] for plate in plates[:100]]
    assert list(together[:100]) == alone


def test_order_of_fit_is_what_a_detective_expects():
    plates = ["7ABX123", "7BAX123", "7A8X123", "7ABX12", "7ABX1234", "5KRT906"]
    values = likelihoods(Pattern.parse("7ABX123"), plates, WITNESS)
    best, swapped, shape, short, long, other = values
    assert best == values.max()
    assert other < min(swapped, shape, short, long) / 1e4
    by_camera = likelihoods(Pattern.parse("7ABX123"), plates, CAMERA)
    assert by_camera[2] > by_camera[1] * 100  # a camera takes B for 8, but never swaps


def test_contains_does_not_prefer_long_plates():
    pattern = Pattern.parse("*X1*")
    values = likelihoods(pattern, ["X1AAAA", "X1AAAAAA"], CAMERA)
    assert values[1] < values[0]


def test_a_plate_longer_than_any_fits_nothing():
    assert likelihoods(Pattern.parse("*"), ["A" * 13, "A"], WITNESS)[0] == 0


def text_of(codes):
    return ["".join(ALPHABET[c] for c in row if c < 36) for row in codes]


def test_plates_are_kept_once_for_each_head_and_each_tail():
    plates = ["7ABX123", "", "B", "7ABX12", "7ABX123", "9ZZZ123"]
    kept = PlateSet.of(plates)
    assert [plates[i] for i in kept.order] == text_of(kept.codes())
    assert text_of(kept.heads) == ["7ABX", "9ZZZ", "B", ""]  # the end of a plate sorts last
    assert text_of(kept.tails) == ["123", "12", ""]
    assert list(kept.starts) == [0, 3, 4, 5, 6]
    assert PlateSet.of(["A" * 10]).width == 12
    assert len(PlateSet.of([])) == 0


@given(st.lists(st.text(ALPHABET, max_size=13), max_size=30), st.data())
@settings(max_examples=50, deadline=None)
def test_some_of_the_plates_are_a_set_too(plates, data):
    kept = PlateSet.of(plates)
    whole = text_of(kept.codes())
    assert [whole[i] for i in range(len(kept))] == [
        plates[i] if len(plates[i]) <= 12 else "" for i in kept.places()
    ]
    rows = [i for i in range(len(kept)) if data.draw(st.booleans())]
    some = kept.only(np.array(rows, dtype=np.int64))
    assert text_of(some.codes()) == [whole[i] for i in rows]
    assert [plates[i][:12] for i in some.places()] == [plates[i][:12] for i in kept.places()[rows]]
    assert kept.texts(np.array(rows, dtype=np.int64)) == [whole[i] for i in rows]
    assert text_of(kept.codes(np.array(rows, dtype=np.int64))) == [whole[i] for i in rows]


def test_odd_characters_are_left_out():
    assert text_of(PlateSet.of(["7Äbx"]).codes()) == ["7BX"]


@pytest.mark.parametrize("text", ["7A?X1*", "*X1*", "8AB1", "A*", "[8B]A~?X(1)", "7AB18X1"])
@pytest.mark.parametrize("model", [CAMERA, WITNESS], ids=lambda m: m.name)
def test_chance_is_the_mean_over_all_plates_of_a_series(text, model):
    pattern = Pattern.parse(text)
    small = PlateFormat("CA", "small", ("78", "ABX", "8B", "X", "01"), 1.0, "made up")
    every = ["".join(plate) for plate in itertools.product(*small.positions)]
    expected = likelihoods(pattern, every, model).mean()
    found = scoring._mean_over(scoring.tables(pattern, model, 12), scoring._positions(small))
    assert found == pytest.approx(expected, rel=1e-9)


def test_chance_for_any_state_is_between_those_of_states():
    pattern = Pattern.parse("7A?X1*")
    each = [at_random(pattern, WITNESS, {state: 1.0}) for state in ("CA", "NY", "UT")]
    mixed = at_random(pattern, WITNESS, {"CA": 0.5, "NY": 0.3, "UT": 0.2})
    assert min(each) < mixed < max(each)
    assert at_random(pattern, WITNESS, {}) > 0
    assert at_random(pattern, WITNESS, {"HI": 1.0}) > 0


def test_plates_without_a_state_are_taken_to_be_of_those_that_are_known():
    pattern = Pattern.parse("7A?X1*")
    known = at_random(pattern, WITNESS, {"CA": 3.0, "NV": 1.0})
    assert at_random(pattern, WITNESS, {"CA": 3.0, "": 2.0, "NV": 1.0}) == known
    assert at_random(pattern, WITNESS, {"": 2.0}) != known


def test_many_plates_fit_series_as_one_does():
    rng = np.random.default_rng(3)
    plates = [
        "".join(rng.choice(list("17IQAB" + LETTERS[:3]), rng.integers(5, 8))) for _ in range(400)
    ]
    plates += ["7ABC123", "0ABC123", "A123BC", "ABC1234", "123456"] * 3
    states = rng.choice(["CA", "UT", "NY", "", "HI"], len(plates)).tolist()
    expected = [is_plausible(p, s) for p, s in zip(plates, states, strict=True)]
    assert fits_series(PlateSet.of(plates), states).tolist() == expected
    assert 0 < sum(expected) < len(expected)


def test_no_plates_give_no_scores():
    assert scores(Pattern.parse("7A*"), PlateSet.of([]), WITNESS).shape == (0,)
