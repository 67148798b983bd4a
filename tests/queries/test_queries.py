"""What the three queries find, and what they say beside it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from world import REASON, SCENE, World, local

import workbench
from workbench.analysis.errormodels import ErrorModel, error_model
from workbench.analysis.learned import Learned, Provenance, save
from workbench.errors import BadInput, BadPattern, BadTime
from workbench.models import Scene
from workbench.records import tables

NEAR = (36.5830, -120.2500)  # some 330 m north of the scene
FAR = (36.6100, -120.2500)  # some 3.3 km north of it
HOUR = {"start": "2026-03-02 21:00", "end": "2026-03-02 22:00"}


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = World(tmp_path)
    world.camera("C4", at=SCENE)
    world.camera("C5", at=NEAR)
    world.camera("C9", at=FAR)
    world.camera("M1", kind="mobile")
    return world


def the_case(world: World, username: str = "rivera") -> workbench.Case:
    return world.desk(username).case(world.case_number, purpose="homicide", reason=REASON)


def no_more_than(world: World, rows: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the policy allow so many rows."""
    limits = world.service.profile.limits.model_copy(update={"max_rows": rows})
    profile = world.service.profile.model_copy(update={"limits": limits})
    monkeypatch.setattr(world.service.runner, "profile", profile)


def keep_learned(model: ErrorModel, path: Path) -> None:
    """Keep a table as if it had been learned and found to be better."""
    day = local("2026-03-01")
    learned = Learned(
        model=model,
        base=error_model("camera"),
        counted=np.zeros((37, 37)),
        better=True,
        held_out=-1.0,
        held_out_base=-1.1,
        held_out_error=0.01,
        held_out_reads=1000,
        reads=10_000,
        vehicles=100,
        pairs=50,
        misreads=40.0,
        first_at=day,
        last_at=day,
    )
    save(learned, path, Provenance(made_at=day, software="alpr-workbench", access_id=1))


def test_history_is_one_plate_in_time_order(world: World) -> None:
    world.read("7ABX123", camera="C5", at="2026-03-02 21:20")
    world.read("7ABX123", camera="C4", at="2026-03-02 21:12")
    world.read("7ABX124", camera="C4", at="2026-03-02 21:15")
    trail = the_case(world).history("7abx 123", **HOUR)
    assert list(trail["camera"]) == ["C4", "C5"]
    assert trail.crs.to_epsg() == 4326
    assert trail["captured_at"].iloc[0] == local("2026-03-02 21:12")
    assert str(trail["local_time"].iloc[0]) == "2026-03-02 21:12:00-08:00"


def test_history_window_includes_its_start_and_excludes_its_end(world: World) -> None:
    for at in ("20:59:59.999999", "21:00", "21:59:59.999999", "22:00"):
        world.read("7ABX123", camera="C4", at=f"2026-03-02 {at}")
    assert len(the_case(world).history("7ABX123", **HOUR)) == 2


def test_history_of_a_state_keeps_reads_of_unknown_state(world: World) -> None:
    for state in ("CA", "NV", ""):
        world.read("7ABX123", camera="C4", at="2026-03-02 21:12", state=state)
    trail = the_case(world).history("7ABX123", state="ca", **HOUR)
    assert sorted(trail["state"]) == ["", "CA"]


def test_reads_of_an_unfinished_transfer_are_not_seen(world: World) -> None:
    world.read("7ABX123", camera="C4", at="2026-03-02 21:12")
    with world.service.database.write() as connection:
        connection.execute(tables.transfers.update().values(status="loading"))
    assert the_case(world).history("7ABX123", **HOUR).empty


def test_canvass_checks_the_exact_distance(world: World) -> None:
    world.read("7ABX123", camera="C4", at="2026-03-02 21:12")
    world.read("8XYZ999", camera="C5", at="2026-03-02 21:13")
    world.read("6FAR000", camera="C9", at="2026-03-02 21:14")
    case = the_case(world)
    wide = case.canvass(scene=SCENE, radius_m=800, **HOUR)
    assert sorted(wide["plate"]) == ["7ABX123", "8XYZ999"]
    assert wide["distance_m"].max() == pytest.approx(333, abs=2)
    narrow = case.canvass(scene=SCENE, radius_m=330, **HOUR)
    assert list(narrow["plate"]) == ["7ABX123"]


def test_canvass_of_a_polygon(world: World) -> None:
    world.read("7ABX123", camera="C4", at="2026-03-02 21:12")
    world.read("8XYZ999", camera="C5", at="2026-03-02 21:13")
    lat, lon = SCENE
    corners = [(lat - 0.001, lon - 0.001), (lat - 0.001, lon + 0.001), (lat + 0.001, lon)]
    found = the_case(world).canvass(scene=Scene(lat, lon, polygon=tuple(corners)), **HOUR)
    assert list(found["plate"]) == ["7ABX123"]


def test_canvass_says_how_usual_a_vehicle_is_here_at_this_hour(world: World) -> None:
    for day in range(1, 29):
        world.read("5COM001", camera="C4", at=f"2026-02-{day:02} 21:10")
        world.read("5DAY001", camera="C4", at=f"2026-02-{day:02} 08:10")
    for plate in ("5COM001", "5DAY001", "7NEW001"):
        world.read(plate, camera="C4", at="2026-03-02 21:12")
    found = the_case(world).canvass(scene=SCENE, radius_m=800, **HOUR)
    cars = workbench.by_vehicle(found).set_index("plate")
    assert cars["usual_days"].to_dict() == {"5COM001": 28, "5DAY001": 28, "7NEW001": 0}
    assert cars["usual_hour_days"].to_dict() == {"5COM001": 28, "5DAY001": 0, "7NEW001": 0}
    assert set(cars["baseline_days"]) == {28}
    assert cars.loc["7NEW001", "usual"] == "not seen here before"
    assert cars.loc["5COM001", "usual"] == "usually here at this hour"


def test_canvass_carries_coverage_and_outages(world: World) -> None:
    world.read("7ABX123", camera="C4", at="2026-03-02 21:12")
    world.outage("C5", "2026-03-02 21:30", "2026-03-03 06:00")
    found = the_case(world).canvass(scene=SCENE, radius_m=800, **HOUR)
    by_code = {camera["camera"]: camera for camera in found.attrs["coverage"]}
    assert set(by_code) == {"C4", "C5"}
    assert by_code["C4"]["covered"] == 1
    assert by_code["C5"]["covered"] == pytest.approx(0.5)
    assert by_code["C5"]["outages"][0]["reason"] == "no power"
    assert any("C5" in line and "no power" in line for line in found.attrs["caveats"])


def test_a_mobile_unit_is_listed_where_it_read(world: World) -> None:
    lat, lon = SCENE
    world.read("7ABX123", camera="M1", at="2026-03-02 21:12", latitude=lat, longitude=lon + 0.001)
    found = the_case(world).canvass(scene=SCENE, radius_m=800, **HOUR)
    assert {camera["camera"] for camera in found.attrs["coverage"]} == {"C4", "C5", "M1"}


def test_partial_ranks_the_plate_meant_first(world: World) -> None:
    for plate, color in (("7ABX123", "black"), ("7AKX190", "white"), ("5ZZZ555", "black")):
        world.read(plate, camera="C4", at="2026-03-02 21:12", color=color)
    cars = the_case(world).partial("7A?X1*", color="black", near=SCENE, radius_m=800, **HOUR)
    assert cars["plate"].iloc[0] == "7ABX123"
    assert cars["probability"].is_monotonic_decreasing
    assert cars["probability"].sum() <= 1 + 1e-9
    assert cars["explanation"].str.len().min() > 0


def test_partial_finds_the_same_with_and_without_the_table_of_plates(world: World) -> None:
    for day in (1, 2, 3, 4, 5):
        world.read("7ABX123", camera="C9", at=f"2026-03-0{day} 10:00")
        world.read("5ZZZ555", camera="C4", at=f"2026-03-0{day} 10:00")
    case = the_case(world)
    short = case.partial("7A?X1*", start="2026-03-02 00:00", end="2026-03-03 00:00")
    long = case.partial("7A?X1*", start="2026-03-01 00:00", end="2026-03-06 00:00")
    assert short["plate"].iloc[0] == long["plate"].iloc[0] == "7ABX123"
    assert list(long["reads"])[:1] == [5]


def test_partial_of_a_busy_day_is_ranked_over_everybody_and_not_cut(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for minute in range(30):
        world.read(f"5ZZZ5{minute:02d}", camera="C4", at=f"2026-03-02 10:{minute:02d}")
    world.read("7ABX123", camera="C9", at="2026-03-02 11:00")
    no_more_than(world, 10, monkeypatch)
    day = {"start": "2026-03-02 00:00", "end": "2026-03-03 00:00"}
    cars = the_case(world).partial("7A?X1*", **day)
    assert cars["plate"].iloc[0] == "7ABX123"
    assert cars.attrs["considered"] == 31
    assert not cars.attrs["truncated"]


def test_a_table_learned_from_the_sites_own_reads_is_used(world: World) -> None:
    for camera in ("C4", "C5"):  # one vehicle, read twice: not a misread of the other
        world.read("7ABX128", camera=camera, at="2026-03-02 21:12")
    world.read("7ABX129", camera="C4", at="2026-03-02 21:12")
    asked = {"near": SCENE, "radius_m": 800, "seen_by": "camera", **HOUR}
    before = the_case(world).partial("7ABX123", **asked)
    assert any("a general table" in said for said in before.attrs["caveats"])
    shipped = error_model("camera")
    often = shipped.substitution.copy()
    three, nine = 3, 9
    often[three, nine] += 0.3
    often[three, three] -= 0.3
    keep_learned(replace(shipped, substitution=often), world.settings.camera_model)
    after = the_case(world).partial("7ABX123", **asked)
    assert any("this agency's own reads" in said for said in after.attrs["caveats"])
    share = [frame.set_index("plate")["probability"]["7ABX129"] for frame in (before, after)]
    odds = [probability / (1 - probability) for probability in share]
    assert odds[1] > 20 * odds[0]


def test_a_damaged_table_stops_the_search_and_says_what_to_do(world: World) -> None:
    path = world.settings.camera_model
    path.parent.mkdir()
    path.write_text("better: true\n")
    with pytest.raises(BadInput, match="camera learn"):
        the_case(world).partial("7ABX123", near=SCENE, radius_m=800, **HOUR)
    assert world.record(action="query.partial")[-1].outcome == "failed"


def test_the_time_of_the_incident_tells_who_could_have_been_there(world: World) -> None:
    world.camera("C20", at=(36.5980, -120.2500))  # two kilometers to the north
    world.read("7ABX123", camera="C20", at="2026-03-02 21:55")
    world.read("7ABX124", camera="C20", at="2026-03-02 21:14")
    asked = {"near": SCENE, "radius_m": 2500, **HOUR}
    alike = the_case(world).partial("7ABX12?", **asked)
    assert alike["probability"].iloc[0] == pytest.approx(alike["probability"].iloc[1])
    cars = the_case(world).partial("7ABX12?", at="2026-03-02 21:10", **asked)
    assert cars["plate"].iloc[0] == "7ABX124"
    assert "4 min" in cars["explanation"].iloc[0]
    assert cars.attrs["query"]["at"].startswith("2026-03-03T05:10")


def test_the_time_of_the_incident_wants_its_place(world: World) -> None:
    with pytest.raises(BadInput, match="together with its place"):
        the_case(world).partial("7ABX12?", at="2026-03-02 21:10", **HOUR)


def test_partial_leaves_out_vehicles_read_outside_the_window(world: World) -> None:
    world.read("7ABX123", camera="C4", at="2026-01-02 10:00")
    world.read("7ABX123", camera="C4", at="2026-03-09 10:00")
    world.read("7ACX123", camera="C4", at="2026-02-02 10:00")
    cars = the_case(world).partial("7A?X123", start="2026-02-01 00:00", end="2026-02-08 00:00")
    assert list(cars["plate"]) == ["7ACX123"]


def test_a_result_of_nothing_is_a_frame_with_its_columns(world: World) -> None:
    case = the_case(world)
    for empty in (
        case.history("7ABX123", **HOUR),
        case.canvass(scene=(36.0, -120.0), radius_m=500, **HOUR),
        case.partial("7A?X1*", near=SCENE, radius_m=800, **HOUR),
        case.partial("7A?X1*", start="2026-02-01 00:00", end="2026-02-08 00:00"),
    ):
        assert len(empty) == 0
        assert "plate" in empty.columns
        assert empty.attrs["caveats"]


def test_a_result_longer_than_the_limit_is_cut_and_says_so(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    no_more_than(world, 2, monkeypatch)
    for minute in range(4):
        world.read("7ABX123", camera="C4", at=f"2026-03-02 21:{minute:02}")
    for found in (
        the_case(world).history("7ABX123", **HOUR),
        the_case(world).canvass(scene=SCENE, radius_m=800, **HOUR),
    ):
        assert len(found) == 2
        assert found.attrs["truncated"]
        assert any("narrow" in line for line in found.attrs["caveats"])
    assert [line.truncated for line in world.record(phase="outcome")] == [1, 1]


@pytest.mark.clause(
    "clovis-ca:462.3(f)",
    "claremont-ca:820.8[8]",
    "piedmont-ca:438.3(f)",
    "clinton-ut:426.2(e)",
    "seal-beach-ca:OPERATION(f)",
)
@pytest.mark.parametrize(
    "profile", ["clovis-ca", "claremont-ca", "piedmont-ca", "clinton-ut", "seal-beach-ca"]
)
def test_every_result_says_to_verify_in_the_words_of_the_policy(
    tmp_path: Path, profile: str
) -> None:
    world = World(tmp_path, profile=profile)
    world.camera("C4")
    world.read("7ABX123", camera="C4", at="2026-03-02 21:12")
    found = the_case(world).canvass(scene=SCENE, radius_m=800, **HOUR)
    assert world.service.profile.state_database.notice in found.attrs["caveats"]


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ({"start": "yesterday", "end": "2026-03-02 22:00"}, BadTime),
        ({"start": "2026-03-02 22:00", "end": "2026-03-02 21:00"}, BadTime),
        ({"start": "2026-11-01 01:30", "end": "2026-11-01 05:00"}, BadTime),
        ({"start": "2026-03-08 02:30", "end": "2026-03-08 05:00"}, BadTime),
    ],
)
def test_a_window_that_cannot_be_understood(
    world: World, asked: dict[str, str], error: type[Exception]
) -> None:
    with pytest.raises(error):
        the_case(world).history("7ABX123", **asked)


def test_bad_patterns_and_places_are_named_and_recorded(world: World) -> None:
    case = the_case(world)
    with pytest.raises(BadPattern):
        case.partial("7A[", **HOUR)
    with pytest.raises(BadInput, match="radius"):
        case.canvass(scene=SCENE, **HOUR)
    with pytest.raises(BadInput, match="globe"):
        case.canvass(scene=(136.58, -120.25), radius_m=800, **HOUR)
    assert [line.detail for line in world.record(outcome="failed")] == ["BadPattern"]
