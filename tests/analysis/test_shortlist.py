"""The short list: the same leads and the same probabilities as weighing everybody at once."""

import numpy as np
import pandas as pd
import pytest

from workbench.analysis import fits
from workbench.analysis.partial import rank
from workbench.analysis.pattern import Pattern
from workbench.analysis.plateindex import DAY_US, PlateIndex
from workbench.analysis.shortlist import shortlist
from workbench.errors import BadInput

EVER = (0, 1000 * DAY_US)


def city(count=6000, seed=5):
    rng = np.random.default_rng(seed)
    letters = list("ABCDEFGHJKLMNPRSTUVWXYZ")
    plates = {
        f"{rng.integers(4, 10)}{''.join(rng.choice(letters, 3))}{rng.integers(1000):03d}"
        for _ in range(count)
    }
    plates |= {"7ABX123", "7A8X123", "LUV2SURF", "7ABX1234567"}
    frame = pd.DataFrame({"plate": sorted(plates)})
    frame["state"] = np.where(rng.random(len(frame)) < 0.9, "CA", "NV")
    frame["reads"] = rng.integers(1, 9, len(frame))
    frame["first"] = rng.integers(0, 100, len(frame)) * DAY_US
    return frame


def index_of(frame):
    first = frame["first"].to_numpy(dtype=np.int64)
    plates, states = frame["plate"].tolist(), frame["state"].tolist()
    return PlateIndex.of(plates, states, first, first + DAY_US, frame["reads"].to_numpy())


@pytest.mark.parametrize("text", ["7ABX1?3", "7A[8B]X*", "*BX1*", "7ABX~123", "LUV?SURF"])
@pytest.mark.parametrize("state", [None, "CA"])
def test_a_ranking_of_the_short_list_is_the_ranking_of_all(text, state):
    frame, pattern = city(), Pattern.parse(text)
    every = rank(pattern, frame, state=state, limit=20)
    found = shortlist(pattern, index_of(frame), *EVER, state=state, most=60)
    assert len(found.plates) <= 60
    listed = pd.DataFrame({"plate": found.plates, "state": found.states})
    some = frame.merge(listed, on=["plate", "state"])
    result = rank(pattern, some, state=state, limit=20, among=found.among)
    assert result["plate"].tolist()[:5] == every["plate"].tolist()[:5]
    # What is weighed over all candidates (how frequent states and reads are) is weighed over fewer.
    assert result["probability"].to_numpy()[:5] == pytest.approx(
        every["probability"].to_numpy()[:5], rel=0.35
    )
    assert result.attrs["none_of_these"] == pytest.approx(every.attrs["none_of_these"], rel=0.35)
    assert result.attrs["candidates"] == len(frame)


def test_without_the_others_a_short_list_would_be_too_sure():
    frame, pattern = city(), Pattern.parse("7??????")
    found = shortlist(pattern, index_of(frame), *EVER, most=10)
    some = frame.merge(pd.DataFrame({"plate": found.plates, "state": found.states}))
    alone, among = rank(pattern, some), rank(pattern, some, among=found.among)
    assert alone["probability"].sum() > 0.5
    assert among["probability"].sum() < 0.05
    assert among.attrs["others"] > 0.5
    total = among["probability"].sum() + among.attrs["others"] + among.attrs["none_of_these"]
    assert total == pytest.approx(1.0)


def test_only_plates_of_the_window_are_listed():
    frame, pattern = city(), Pattern.parse("7*")
    start, end = 20 * DAY_US, 30 * DAY_US
    inside = frame[(frame["first"] < end) & (frame["first"] + DAY_US >= start)]
    for window in ((start, end), (start, 95 * DAY_US)):  # few of all, and most of all
        found = shortlist(pattern, index_of(frame), *window, most=10_000)
        assert set(found.plates) <= set(frame["plate"])
        first = frame.set_index(["plate", "state"])["first"]
        days = first.loc[list(zip(found.plates, found.states, strict=True))]
        assert (days < window[1]).all()
        assert (days + DAY_US >= start).all()
    assert shortlist(pattern, index_of(frame), start, end).among.vehicles == len(inside)


def test_a_threshold_loses_no_lead(monkeypatch):
    frame, pattern = city(), Pattern.parse("7ABX1?3")
    every = shortlist(pattern, index_of(frame), *EVER, most=30)
    monkeypatch.setattr(fits, "MANY", 100)
    some = shortlist(pattern, index_of(frame), *EVER, most=30)
    assert some.plates[:10] == every.plates[:10]
    assert some.among.others == pytest.approx(every.among.others, abs=0.01)


def test_the_best_come_first_and_most_is_kept():
    found = shortlist(Pattern.parse("7ABX123"), index_of(city()), *EVER, most=3)
    assert found.plates[0] == "7ABX123"
    assert len(found.plates) <= 3


def test_an_empty_index_and_an_empty_window():
    nothing = index_of(city().head(0))
    assert shortlist(Pattern.parse("7*"), nothing, *EVER).plates == ()
    found = shortlist(Pattern.parse("7*"), index_of(city()), 500 * DAY_US, 501 * DAY_US)
    assert found.plates == ()
    assert found.among.vehicles == 0


def test_a_state_that_is_not_known_is_refused():
    with pytest.raises(BadInput):
        shortlist(Pattern.parse("7*"), index_of(city(50)), *EVER, state="XX")
