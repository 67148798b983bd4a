"""The shipped tables say what their sources say, and models compose."""

import numpy as np
import pytest

from workbench.analysis.errormodels import error_model, from_table
from workbench.analysis.plates import ALPHABET
from workbench.errors import BadInput

CAMERA, WITNESS = error_model("camera"), error_model("witness")
COMPOSED = CAMERA.turned_around().then(WITNESS)


@pytest.mark.parametrize(
    "model",
    [CAMERA, WITNESS, COMPOSED, CAMERA.turned_around(), WITNESS.scaled(2), CAMERA.scaled(0.5)],
    ids=lambda m: m.name,
)
def test_a_model_is_made_of_probabilities(model):
    assert model.substitution.min() >= 0
    assert model.substitution.sum(axis=1) == pytest.approx(np.ones(36))
    assert ((model.missing >= 0) & (model.missing <= 0.5)).all()
    assert model.extra_is.sum() == pytest.approx(1)
    assert 0 <= model.extra <= 0.5
    assert 0 <= model.swapped <= 0.5
    assert model.when_unsure().sum(axis=1) == pytest.approx(np.ones(36))
    assert model.sources


@pytest.mark.parametrize("group", ["0ODQ", "1IL", "2Z", "5S", "8B", "6G"])
def test_a_camera_confuses_shapes_first(group):
    for true in group:
        like = [CAMERA.probability(true, seen) for seen in group if seen != true]
        unlike = [CAMERA.probability(true, seen) for seen in ALPHABET if seen not in group]
        assert min(like) > 3 * max(unlike)


def test_then_less_alike_shapes_then_rare_ones():
    ranks = [CAMERA.probability(*pair) for pair in ("8B", "38", "37", "3W")]
    assert ranks == sorted(ranks, reverse=True)
    assert len(set(ranks)) == 4


def test_only_a_witness_swaps_neighbors():
    assert CAMERA.swapped == 0
    assert WITNESS.swapped > 0


def test_a_camera_adds_ones_more_than_anything():
    assert ALPHABET[int(CAMERA.extra_is.argmax())] == "1"


def test_a_witness_takes_letters_for_their_neighbors_in_the_alphabet():
    for first, second in zip("ABCDEFGHIJKLMNOPQRSTUVWXY", "BCDEFGHIJKLMNOPQRSTUVWXYZ", strict=True):
        others = [
            WITNESS.probability(first, c) for c in ALPHABET[10:] if abs(ord(c) - ord(first)) > 1
        ]
        assert WITNESS.probability(first, second) > 3 * max(others)


def test_a_witness_has_no_pattern_in_digits():
    others = {WITNESS.probability(a, b) for a in ALPHABET[:10] for b in ALPHABET[:10] if a != b}
    assert len(others) == 1


def test_a_camera_reads_nine_plates_of_ten_and_a_witness_one_of_three_stated():
    def whole(model):
        right = (model.substitution.diagonal() * (1 - model.missing)).mean()
        return right**7 * (1 - model.extra) ** 8 * (1 - model.swapped) ** 7

    assert 0.88 < whole(CAMERA) < 0.97
    assert 0.25 < whole(WITNESS) < 0.45


def test_a_missing_one_turned_around_is_an_extra_one():
    back = CAMERA.turned_around()
    assert back.extra == pytest.approx(CAMERA.missing.mean())
    # A 1 that was seen may be none: a bolt was.
    assert back.missing[1] > 3 * back.missing[ALPHABET.index("W")]


def test_turning_around_is_bayes():
    back = CAMERA.turned_around()
    b, eight = ALPHABET.index("B"), ALPHABET.index("8")
    expected = CAMERA.substitution[b, eight] / CAMERA.substitution[:, eight].sum()
    assert back.substitution[eight, b] == pytest.approx(expected)


def test_scaling_scales_mistakes():
    twice = WITNESS.scaled(2)
    assert twice.probability("M", "N") == pytest.approx(2 * WITNESS.probability("M", "N"))
    assert twice.extra == pytest.approx(2 * WITNESS.extra)


def test_substitutions_only():
    only = WITNESS.substitutions_only()
    assert not only.missing.any()
    assert only.extra == only.swapped == 0


def test_a_table_that_is_mostly_wrong_is_refused():
    table = {"any_other": 0.02, "missing": 0, "extra": 0, "swapped": 0}
    with pytest.raises(BadInput, match="more often than right"):
        from_table("bad", table)


def test_an_unknown_seer_is_refused():
    with pytest.raises(BadInput, match="not known"):
        error_model("parrot")
