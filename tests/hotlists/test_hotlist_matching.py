"""Reads held against listed plates: every exact match, and near misses as the camera's error model has them."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.analysis.errormodels import error_model
from workbench.analysis.plates import ALPHABET
from workbench.hotlists.matching import Listed, Match, Sightings, match

LETTERS = "AB8OQ0D1I"
PLATES = st.text(alphabet=LETTERS, min_size=1, max_size=6)


def held(
    *plates: str,
    against: list[str],
    sure: float = 0.95,
    state: str = "CA",
    candidates: list[str | None] | None = None,
    near_from: float | None = None,
) -> Match:
    reads = Sightings(list(plates), [sure] * len(plates), [state] * len(plates), candidates or ())
    return match(reads, Listed.of(against), near_from=near_from)


def pairs(found: Match) -> set[tuple[int, str, bool]]:
    return set(zip(found.read.tolist(), found.plates, found.near.tolist(), strict=True))


@given(st.lists(PLATES, max_size=30), st.lists(PLATES, max_size=30))
def test_exactly_those_that_are_equal_match_exactly(reads: list[str], listed: list[str]) -> None:
    found = held(*reads, against=listed)
    assert pairs(found) == {(i, plate, False) for i, plate in enumerate(reads) if plate in listed}
    assert (found.probability == 1.0).all()


@given(st.lists(PLATES, max_size=12), st.lists(PLATES, max_size=12), st.sampled_from([0.002, 0.02]))
def test_near_misses_are_those_that_one_mistake_explains(
    reads: list[str], listed: list[str], near_from: float
) -> None:
    """Against every single mistake tried one by one; all of these plates fit no series."""
    model = error_model("camera")
    right = {c: model.probability(c, c) for c in LETTERS}
    expected = {}
    for i, seen in enumerate(reads):
        for true in set(listed) - {seen}:
            ways = [0.0]
            if len(true) == len(seen):
                differ = [k for k in range(len(seen)) if true[k] != seen[k]]
                if len(differ) == 1:
                    k = differ[0]
                    ways.append(model.probability(true[k], seen[k]) / right[seen[k]])
            ways += [
                float(model.missing[ALPHABET.index(true[k])])
                for k in range(len(true))
                if true[:k] + true[k + 1 :] == seen
            ]
            ways += [
                model.extra * float(model.extra_is[ALPHABET.index(seen[k])])
                for k in range(len(seen))
                if seen[:k] + seen[k + 1 :] == true
            ]
            ratio = max(ways) * 15.0
            if ratio / (1.0 + ratio) >= near_from:
                expected[i, true] = ratio / (1.0 + ratio)
    found = held(*reads, against=listed, near_from=near_from)
    near = {
        (i, plate): chance
        for i, plate, is_near, chance in zip(
            found.read.tolist(),
            found.plates,
            found.near.tolist(),
            found.probability.tolist(),
            strict=True,
        )
        if is_near
    }
    close = {
        key for key, chance in expected.items() if math.isclose(chance, near_from, rel_tol=1e-6)
    }
    assert set(near) - close == set(expected) - close
    for key in set(near) & set(expected):
        assert near[key] == pytest.approx(expected[key], rel=1e-6)


def test_a_read_of_a_regular_series_by_a_sure_camera_is_no_near_miss_of_a_long_list() -> None:
    assert (
        len(held("7ABX123", against=["7ABX128"], near_from=0.02)) == 0
    )  # 3 for 8 happens, but both are issued
    assert pairs(held("7A8X123", against=["7ABX123"], near_from=0.02)) == {
        (0, "7ABX123", True)
    }  # no series has it


def test_doubt_of_the_camera_makes_a_misread_more_probable() -> None:
    chances = [
        held("7A8X123", against=["7ABX123"], sure=sure, near_from=0.001).probability[0]
        for sure in (0.99, 0.9, 0.6)
    ]
    assert chances == sorted(chances)
    assert chances[0] < chances[2]


def test_what_the_camera_itself_offers_is_taken_up() -> None:
    offered = '[["7ABX128", 0.45], ["7ABX12B", 0.02]]'
    found = held("7ABX123", against=["7ABX128"], sure=0.5, candidates=[offered], near_from=0.02)
    assert pairs(found) == {(0, "7ABX128", True)}
    assert found.probability[0] == pytest.approx(0.9 / 1.9)
    assert len(held("7ABX123", against=["9ZZZ999"], candidates=[offered], near_from=0.02)) == 0


def test_a_read_without_confidence_is_as_any_other() -> None:
    one = held("7A8X123", against=["7ABX123"], sure=math.nan, near_from=0.02)
    two = held("7A8X123", against=["7ABX123"], sure=0.95, near_from=0.02)
    assert one.probability[0] == pytest.approx(two.probability[0])


@pytest.mark.parametrize("odd", ["", "7abx123", "7AB X12", "-"])
def test_what_is_no_plate_matches_nothing(odd: str) -> None:
    assert len(held(odd, against=["7ABX123", "7"], near_from=0.001)) == 0


def test_nothing_against_nothing() -> None:
    assert len(held(against=["7ABX123"], near_from=0.02)) == 0
    assert len(held("7ABX123", against=[], near_from=0.02)) == 0
    assert len(Listed.of([])) == 0
    assert np.array_equal(Listed.of(["B", "A", "B"]).plates, np.array([b"A", b"B"]))
