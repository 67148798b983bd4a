"""Weighing a hit through the one runner: what else passes here, on the record, within the policy."""

from __future__ import annotations

from pathlib import Path

import pytest
from world import REASON, SCENE, World

import workbench
from workbench.analysis.errormodels import error_model
from workbench.analysis.misread import COLUMNS, STANDING
from workbench.errors import BadInput, Refused

NEAR = (36.5830, -120.2500)
MONTH = {"start": "2026-02-10 00:00", "end": "2026-03-10 00:00"}


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = World(tmp_path)
    world.camera("C4", at=SCENE)
    world.camera("C5", at=NEAR)
    return world


def the_case(world: World, username: str = "rivera") -> workbench.Case:
    return world.desk(username).case(world.case_number, purpose="homicide", reason=REASON)


def commuter(world: World, plate: str, *, days: int = 20, **fields: str) -> None:
    for day in range(1, days + 1):
        world.read(plate, camera="C4", at=f"2026-02-{day + 7:02} 07:40", **fields)


def test_a_hit_that_a_commuter_explains(world: World) -> None:
    commuter(world, "8GAC123", color="gray", make="honda")
    hit = world.read("8CAC123", camera="C4", at="2026-03-02 07:41", color="gray", make="honda")
    found = the_case(world).misread(hit, listed="8cac 123", state="CA", color="red", **MONTH)
    assert list(found.columns) == list(COLUMNS)
    best = found.iloc[0]
    assert (best["kind"], best["plate"], best["state"]) == ("known", "8GAC123", "CA")
    assert best["reads"] == best["reads_here"] == 18  # those inside the window
    assert str(best["last_seen"]) == "2026-02-27 07:40:00-08:00"
    assert best["nearest_minutes"] == pytest.approx(-(3 * 24 * 60 + 1))
    assert found.attrs["listed"] < 0.1
    assert found.attrs["listed"] + found.attrs["misread"] == pytest.approx(1.0)
    assert found.attrs["standing"] == STANDING
    assert found.attrs["read"]["camera"] == "C4"
    assert STANDING in found.attrs["caveats"]
    assert any("1 in 100,000,000 passing vehicles" in line for line in found.attrs["caveats"])
    assert world.service.profile.state_database.notice in found.attrs["caveats"]


def test_a_hit_that_nothing_else_explains(world: World) -> None:
    commuter(world, "5ZZZ555")
    hit = world.read("8CAC123", camera="C4", at="2026-03-02 07:41", confidence=0.97)
    found = the_case(world).misread(hit, listed="8CAC123", state="California", **MONTH)
    assert found["kind"].iloc[0] == "listed"
    assert found.attrs["listed"] > 0.9
    assert "5ZZZ555" not in set(found["plate"])


def test_the_hit_itself_and_its_repeats_in_passing_are_no_evidence(world: World) -> None:
    hit = world.read("8CAC123", camera="C4", at="2026-03-02 07:41:00")
    world.read("8CAC123", camera="C4", at="2026-03-02 07:41:02")
    alone = the_case(world).misread(hit, listed="8CAC123", state="CA", **MONTH)
    assert alone["reads"].iloc[0] == 0
    world.read("8CAC123", camera="C5", at="2026-03-02 07:46:00")
    again = the_case(world).misread(hit, listed="8CAC123", state="CA", **MONTH)
    assert again["reads"].iloc[0] == 1
    assert again.attrs["listed"] > alone.attrs["listed"]


def test_the_same_plate_of_another_state_stands_apart(world: World) -> None:
    commuter(world, "8CAC123", state="NV")
    hit = world.read("8CAC123", camera="C4", at="2026-03-02 07:41", state="NV")
    found = the_case(world).misread(hit, listed="8CAC123", state="CA", **MONTH)
    assert found[["kind", "state"]].iloc[0].to_list() == ["known", "NV"]


def test_what_the_camera_offered_is_looked_up(world: World) -> None:
    commuter(world, "9QRS777")
    hit = world.read(
        "8CAC123",
        camera="C4",
        at="2026-03-02 07:41",
        confidence=0.4,
        candidates='[["8GAC123", 0.4]]',
    )
    found = the_case(world).misread(hit, listed="8CAC123", **MONTH)
    assert found.attrs["read"]["candidates"] == [["8GAC123", 0.4]]
    assert "9QRS777" not in set(found["plate"])


def test_it_goes_by_the_cameras_own_mistakes_where_they_were_learned(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    commuter(world, "8GAC123")
    hit = world.read("8CAC123", camera="C4", at="2026-03-02 07:41")
    shipped = the_case(world).misread(hit, listed="8CAC123", **MONTH)
    learned = error_model("camera").scaled(0.05)
    monkeypatch.setattr(world.service.runner, "_camera", lambda: learned)
    own = the_case(world).misread(hit, listed="8CAC123", **MONTH)
    assert own.attrs["listed"] > shipped.attrs["listed"]
    assert any("learned from this agency" in line for line in own.attrs["caveats"])


def test_it_is_on_the_record_with_what_was_asked(world: World) -> None:
    hit = world.read("8CAC123", camera="C4", at="2026-03-02 07:41")
    found = the_case(world).misread(hit, listed="8CAC123", prior=1e-5, **MONTH)
    (line,) = world.record(phase="intent")
    assert line.action == "query.misread"
    assert found.attrs["access_id"] == line.access_id
    assert found.attrs["query"]["prior"] == 1e-5
    assert [each.outcome for each in world.record(phase="outcome")] == ["ok"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"listed": "---"},
        {"state": "Narnia"},
        {"prior": 0.0},
        {"start": "2026-02-01 00:00", "end": "2026-02-02 00:00"},
    ],
)
def test_what_cannot_be_weighed_is_said(world: World, wrong: dict[str, object]) -> None:
    hit = world.read("8CAC123", camera="C4", at="2026-03-02 07:41")
    with pytest.raises(BadInput) as error:
        the_case(world).misread(hit, **{"listed": "8CAC123", **MONTH, **wrong})
    assert "8CAC123" not in str(error.value)
    assert world.record(outcome="failed")


def test_a_read_that_is_not_there_is_a_failure_on_the_record(world: World) -> None:
    with pytest.raises(BadInput, match="no such read"):
        the_case(world).misread(77, listed="8CAC123", **MONTH)
    assert [line.outcome for line in world.record(phase="outcome")] == ["failed"]


def test_a_dispatcher_may_and_records_staff_may_not(world: World) -> None:
    hit = world.read("8CAC123", camera="C4", at="2026-03-02 07:41")
    for name, role in (("ito", "dispatcher"), ("moss", "records")):
        world.member(name, role)
        world.service.cases.assign(world.case_number, [name], by=world.session(world.admin))
    assert len(the_case(world, "ito").misread(hit, listed="8CAC123", **MONTH))
    with pytest.raises(Refused):
        the_case(world, "moss").misread(hit, listed="8CAC123", **MONTH)
