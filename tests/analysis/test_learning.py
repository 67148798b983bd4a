"""A camera's confusions, learned without knowing any true plate."""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from misreading_town import Town

from workbench.analysis.confusions import odds_of, table_of
from workbench.analysis.errormodels import error_model
from workbench.analysis.learned import Learned, Provenance, changes, save, stored
from workbench.analysis.learning import learn
from workbench.analysis.linking import Trails
from workbench.analysis.neighbors import Plates, codes_of, find_pairs
from workbench.analysis.plates import ALPHABET
from workbench.errors import BadInput

CAMERA = error_model("camera")
PROVENANCE = Provenance(dt.datetime(2026, 11, 21, tzinfo=dt.UTC), "alpr-workbench 1", 17)
PLANTED = Town(planted={"8X": 0.03, "K5": 0.02}, drops=0.006, adds=0.003)
CROWDED = Town(vehicles=9000, letters="ABKX", planted={"8X": 0.03})
SURE = Town(vehicles=9000, letters="ABKX")


@functools.cache
def reads(town: str) -> pd.DataFrame:
    return {"planted": PLANTED, "crowded": CROWDED, "sure": SURE}[town].reads()


@functools.cache
def learned(town: str) -> Learned:
    return learn(reads(town).drop(columns="true"), CAMERA)


def counted(town: str, *, true: str, seen: str) -> float:
    return float(learned(town).counted[ALPHABET.index(true), ALPHABET.index(seen)])


# --- what was planted -------------------------------------------------------------------------------------


def test_planted_confusions_are_found_with_direction_and_size() -> None:
    model = learned("planted").model
    assert learned("planted").better
    assert model.probability("8", "X") == pytest.approx(0.03, rel=0.2)
    assert model.probability("K", "5") == pytest.approx(0.02, rel=0.35)
    assert model.probability("X", "8") < 0.0003
    assert model.probability("5", "K") < 0.0003
    # What the shipped table expects and these cameras never do.
    assert model.probability("8", "B") < 0.1 * CAMERA.probability("8", "B")


def test_missing_and_extra_characters_are_learned() -> None:
    model = learned("planted").model
    assert 7 * model.missing[codes_of(["7"])[0, 0]] == pytest.approx(0.006, rel=0.35)
    assert 8 * model.extra == pytest.approx(0.003, rel=0.35)
    assert model.extra_is[1] > 0.9


def test_a_learned_table_is_one_of_probabilities() -> None:
    model = learned("planted").model
    assert model.substitution.sum(axis=1) == pytest.approx(np.ones(36))
    assert (model.substitution >= 0).all()
    assert model.extra_is.sum() == pytest.approx(1.0)
    assert model.name == "camera"


def test_as_many_misreads_are_counted_as_there_are() -> None:
    frame = reads("planted")
    right = frame[frame["true"] == frame["plate"]].groupby("true").size()
    wrong = frame[frame["true"] != frame["plate"]]
    noticeable = int((wrong["true"].map(right).fillna(0) >= 4).sum())
    assert learned("planted").misreads == pytest.approx(noticeable, rel=0.05)


def test_neighbors_by_chance_are_not_taken_for_misreads() -> None:
    # Nine thousand vehicles among 64,000 plates: most have several neighbors that are vehicles too.
    frame = reads("crowded")
    assert learned("crowded").pairs > 3 * learned("crowded").misreads
    assert learned("crowded").model.probability("8", "X") == pytest.approx(0.03, rel=0.1)
    right = frame[frame["true"] == frame["plate"]].groupby("true").size()
    wrong = frame[frame["true"] != frame["plate"]]
    noticeable = int((wrong["true"].map(right).fillna(0) >= 4).sum())
    assert counted("crowded", true="8", seen="X") == pytest.approx(noticeable, rel=0.1)


def test_cameras_that_never_err_are_found_to_err_hardly_ever() -> None:
    found = learned("sure")
    assert found.pairs > 10_000
    assert found.misreads < 0.005 * found.reads


def test_what_a_camera_offers_tells_which_of_two_it_was() -> None:
    alone = Town(vehicles=4000, letters="ABK", planted={"8X": 0.03}, seed=3)
    told = dataclasses.replace(alone, offers=0.9)
    results = []
    for town in (alone, told):
        frame = town.reads().assign(camera="C1", latitude=36.58, longitude=-120.25)
        frame["captured_at"] = frame["captured_at"].min()  # no trails to go by
        results.append(learn(frame.drop(columns=["true", "color"]), CAMERA))
    frame = told.reads()
    right = frame[frame["true"] == frame["plate"]].groupby("true").size()
    wrong = frame[frame["true"] != frame["plate"]]
    noticeable = int((wrong["true"].map(right).fillna(0) >= 4).sum())
    off_alone, off_told = (abs(each.misreads - noticeable) for each in results)
    assert off_told < off_alone


# --- whether it is used -----------------------------------------------------------------------------------


def test_cameras_that_err_as_the_shipped_table_says_keep_it() -> None:
    model = CAMERA.substitutions_only()
    found = learn(Town(model=model, seed=2).reads().drop(columns="true"), model)
    assert not found.better
    assert found.model.probability("8", "B") == pytest.approx(CAMERA.probability("8", "B"), rel=0.4)


def test_with_few_reads_the_shipped_table_is_kept() -> None:
    model = CAMERA.substitutions_only()
    for seed in range(4):
        frame = Town(vehicles=60, model=model, seed=seed).reads()
        assert not learn(frame.drop(columns="true"), model).better


def test_no_vehicle_read_often_is_said() -> None:
    frame = reads("planted").drop_duplicates("true").drop_duplicates("plate")
    with pytest.raises(BadInput, match="too few reads"):
        learn(frame.drop(columns="true"), CAMERA)
    with pytest.raises(BadInput, match="too few reads"):
        learn(frame.head(0), CAMERA)


@pytest.mark.parametrize("plates", [["7ABX123"] * 4, ["7ABX124"] * 5 + ["7ABX1"]])
def test_hardly_any_reads_teach_hardly_anything(plates: list[str]) -> None:
    frame = pd.DataFrame({"plate": plates, "state": "CA", "camera": "C1"})
    frame["captured_at"] = pd.date_range("2026-03-02", periods=len(frame), tz="UTC")
    found = learn(frame.assign(latitude=36.58, longitude=np.nan, confidence=None), CAMERA)
    assert not found.better
    assert found.misreads == 0.0
    assert found.model.substitution == pytest.approx(CAMERA.substitution, abs=0.001)


def test_the_same_reads_teach_the_same() -> None:
    again = learn(reads("planted").drop(columns="true"), CAMERA)
    assert (again.model.substitution == learned("planted").model.substitution).all()
    assert again.held_out == learned("planted").held_out


def test_little_is_needed_of_a_read() -> None:
    least = ["plate", "state", "captured_at", "camera", "latitude", "longitude"]
    found = learn(reads("planted")[least], CAMERA)
    assert found.model.probability("8", "X") == pytest.approx(0.03, rel=0.2)


def test_offers_may_be_text_and_odd() -> None:
    frame = reads("planted").drop(columns="true").head(6000)
    odd: list[object] = [
        "",
        None,
        "null",
        '[["7ABC123", 0.5]]',
        [["7ABÇ12", 0.4], [None, 1]],
        [["A" * 40, 1]],
    ]
    frame["candidates"] = [odd[i % len(odd)] for i in range(len(frame))]
    assert learn(frame, CAMERA).reads == 6000


# --- neighbors, trails, tables ----------------------------------------------------------------------------

plate_texts = st.text("018BI", min_size=1, max_size=5)


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(plate_texts, st.integers(1, 40), min_size=1, max_size=25))
def test_neighbors_are_those_one_mistake_apart(seen: dict[str, int]) -> None:
    plates = Plates.of(pd.Series([plate for plate, count in seen.items() for _ in range(count)]))
    names = list(seen)
    pairs = find_pairs(plates)
    columns = (pairs.seldom, pairs.often, pairs.true, pairs.seen, pairs.ways)
    found = Counter(
        (names[a], names[b], "" if t < 0 else ALPHABET[t], "" if s < 0 else ALPHABET[s], int(w))
        for a, b, t, s, w in zip(*columns, strict=True)
    )
    expected = Counter(
        (seldom, often, *mistake, ways)
        for often, many in seen.items()
        for seldom, few in seen.items()
        if many >= 4 and many >= 4 * few
        for mistake, ways in mistakes(often, seldom).items()
    )
    assert found == expected


def mistakes(true: str, seen: str) -> Counter[tuple[str, str]]:
    """Return each single mistake that makes one of the other, with the number of places for it."""
    found: Counter[tuple[str, str]] = Counter()
    for place, character in enumerate(true):
        found[character, ""] += true[:place] + true[place + 1 :] == seen
        for other in ALPHABET:
            if other != character and true[:place] + other + true[place + 1 :] == seen:
                found[character, other] += 1
    for place, character in enumerate(seen):
        found["", character] += seen[:place] + seen[place + 1 :] == true
    return +found


def trail_level(*, minutes: float, camera: str, north: float) -> int:
    """Return how a vehicle's trail fits a read at C1, when it is read at a camera some time after."""
    start = pd.Timestamp("2026-03-02 12:00", tz="UTC")
    later, week = start + pd.Timedelta(minutes=minutes), start + pd.Timedelta(days=7)
    frame = pd.DataFrame(
        {
            "plate": ["7ABX123", "7A8X123", "7A8X123"],
            "captured_at": [start, later, week],
            "camera": ["C1", camera, "C9"],
            "latitude": [36.58, 36.58 + north, 36.7],
            "longitude": -120.25,
        }
    )
    plates = Plates.of(frame["plate"])
    return int(Trails.of(plates, frame).levels(np.array([0]), np.array([1]))[0])


def test_trails() -> None:
    nowhere, usual, follows, beside, too_fast = range(5)
    assert trail_level(minutes=6, camera="C2", north=0.02) == follows
    assert trail_level(minutes=-6, camera="C2", north=0.02) == follows
    assert trail_level(minutes=0.5, camera="C2", north=0.2) == too_fast
    assert trail_level(minutes=0.5, camera="C1", north=0.0) == beside
    assert trail_level(minutes=3000, camera="C1", north=0.0) == usual
    assert trail_level(minutes=3000, camera="C2", north=0.02) == nowhere


def test_counts_and_opportunities_make_rates() -> None:
    counts = np.zeros((37, 37))
    counts[8, 11], counts[8, 36], counts[36, 1] = 3000.0, 1000.0, 500.0
    codes = codes_of(["8888"])
    model = table_of(counts, codes, np.array([100_000.0]), CAMERA)
    odds = odds_of(model)
    assert odds[8, 11] == pytest.approx(3000 / 400_000, rel=0.01)
    assert odds[8, 36] == pytest.approx(1000 / 400_000, rel=0.01)
    assert odds[36, 1] == pytest.approx(500 / 500_000, rel=0.01)


# --- the file ---------------------------------------------------------------------------------------------


def test_what_is_saved_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "models" / "camera.yaml"
    assert stored(path) is None
    digest = save(learned("planted"), path, PROVENANCE)
    assert digest in path.read_text()
    model = stored(path)
    assert model is not None
    kept = learned("planted").model
    assert model.substitution == pytest.approx(kept.substitution, abs=1e-7)
    assert model.missing == pytest.approx(kept.missing, abs=1e-8)
    assert model.extra_is == pytest.approx(kept.extra_is, abs=1e-6)
    assert model.extra == pytest.approx(kept.extra, abs=1e-8)
    assert model.name == "camera"
    assert "own reads of 2026-02-02 to" in model.sources[-1]


def test_the_file_says_where_it_is_from_and_holds_no_plate(tmp_path: Path) -> None:
    path = tmp_path / "camera.yaml"
    save(learned("planted"), path, PROVENANCE)
    text = path.read_text()
    assert "alpr-workbench 1" in text
    assert "access_id: 17" in text
    assert '"reads": ' in text
    plates = set(reads("planted")["plate"])
    assert not [plate for plate in plates if plate in text]
    assert save(learned("planted"), tmp_path / "again.yaml", PROVENANCE) in text


def test_one_that_is_no_better_is_kept_and_not_used(tmp_path: Path) -> None:
    path = tmp_path / "camera.yaml"
    save(dataclasses.replace(learned("planted"), better=False), path, PROVENANCE)
    assert "better: false" in path.read_text()
    assert stored(path) is None


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text.replace("better: true", "better: false"),
        lambda text: text.replace("extra: 0.", "extra: 1."),
        lambda text: text[: len(text) // 2],
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text + "# a remark\n",
        lambda text: "",
        lambda text: text.replace("better: true", "better: \udcff"),
    ],
)
def test_a_damaged_or_edited_file_is_named(tmp_path: Path, damage) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "camera.yaml"
    save(learned("planted"), path, PROVENANCE)
    path.write_bytes(damage(path.read_text()).encode(errors="surrogateescape"))
    with pytest.raises(BadInput, match=r"camera\.yaml, is damaged or was changed by hand"):
        stored(path)


def test_what_changed_most_comes_first() -> None:
    top = changes(learned("planted"), 6)
    assert len(top) == 6
    pairs = [(each.true, each.seen) for each in top]
    assert ("8", "X") in pairs[:3]
    assert ("K", "5") in pairs[:3]
    assert all(each.true != each.seen for each in top)
