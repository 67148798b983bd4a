"""Clauses that take more than a decision, each carried out in a whole workbench under its own profile."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from policy_builders import under
from world import PASSWORD, REASON, SCENE, World

from workbench.errors import LoginRefused, NotLoggedIn, Refused
from workbench.policy.requirements import local_day, standing
from workbench.records import tables

HOUR = {"start": "2026-03-02 21:00", "end": "2026-03-02 22:00"}
WorldOf = Callable[[str], World]


@pytest.fixture(scope="module")
def world_of(tmp_path_factory: pytest.TempPathFactory) -> WorldOf:
    """Return the world of a profile: one for all tests of this file, which only add to it."""
    worlds: dict[str, World] = {}

    def of(name: str) -> World:
        if name not in worlds:
            world = World(tmp_path_factory.mktemp(name) / "home", profile=name)
            world.camera("C4")
            for plate, minute in (("7ABX123", 10), ("7ABX123", 14), ("6KLM880", 12)):
                world.read(plate, camera="C4", at=f"2026-03-02 21:{minute}")
            worlds[name] = world
        return worlds[name]

    return of


@pytest.mark.parametrize(
    "name",
    under(
        clovis=("462.5[1]", "462.5(a)"),
        claremont="820.8[2]",
        piedmont=("438.5[1]", "438.5(a)"),
        clinton=("426.4", "426.4(a)"),
        seal=("ACCOUNTABILITY", "ACCOUNTABILITY(b)"),
    ),
)
def test_login_and_password_stand_before_every_read(world_of: WorldOf, name: str) -> None:
    world = world_of(name)
    grounds = world.desk().case(world.case_number, purpose="homicide", reason=REASON).grounds
    asked = {"plate": "7ABX123", **HOUR}
    for token in ("", "guessed", "a" * 64):
        with pytest.raises(NotLoggedIn):
            world.service.query(token, "query.history", asked, grounds)
    with pytest.raises(LoginRefused):
        world.service.login("rivera", "not-the-password")
    with pytest.raises(LoginRefused):
        world.service.login("nobody", PASSWORD)
    token = world.login("rivera")
    assert len(world.service.query(token, "query.history", asked, grounds)) == 2
    world.service.logout(token)
    with pytest.raises(NotLoggedIn):
        world.service.query(token, "query.history", asked, grounds)


@pytest.mark.parametrize(
    "name",
    under(
        clovis="462.5(a)",
        claremont=("820.5[3]", "820.5[4]", "820.5[5]", "820.5[6]", "820.5[7]"),
        piedmont="438.5(a)",
        clinton="426.4(a)",
        seal="ACCOUNTABILITY(b)",
    ),
)
def test_record_of_access_holds_what_the_text_names(world_of: WorldOf, name: str) -> None:
    world = world_of(name)
    case = world.desk().case(world.case_number, purpose="shooting", reason=REASON)
    found = case.history("6KLM880", **HOUR)
    intent, outcome = world.record(access_id=found.attrs["access_id"])
    for line in (intent, outcome):
        assert (line.username, line.name) == ("rivera", "Rivera")
        assert line.at == tables.to_micros(world.clock())
        assert line.organization == "Santa Lucera Police Department"
        assert line.address == "10.0.0.7"
        assert line.purpose == "shooting"
    assert json.loads(intent.elements)["plate"] == "6KLM880"
    assert (outcome.outcome, outcome.rows) == ("ok", 1)


@pytest.mark.clause("clinton-ut:426.4(c)")
@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM audit_records",
        "UPDATE audit_records SET crime_type = 'other', incident_number = ''",
        "DELETE FROM audit_records WHERE at < 0 OR seq = 1",
    ],
)
def test_kept_records_are_not_deleted_or_changed(world_of: WorldOf, change: str) -> None:
    world = world_of("clinton-ut")
    case = world.desk().case(world.case_number, purpose="homicide", reason=REASON)
    case.history("7ABX123", **HOUR)
    before = world.record()
    with pytest.raises(sa.exc.DBAPIError), world.service.database.write() as connection:
        connection.execute(sa.text(change))
    assert world.record() == before
    newest = world.record(phase="intent")[-1]
    assert (newest.crime_type, newest.incident_number) == ("homicide", "I26-01873")


SCENES = under(clovis="462.3(c)", piedmont="438.3(c)", clinton="426.2(c)", seal="OPERATION(c)")


@pytest.mark.parametrize("name", SCENES)
@pytest.mark.parametrize("purpose", ["homicide", "shooting", "major-incident", "crime-scene"])
def test_canvass_around_a_crime_scene(world_of: WorldOf, name: str, purpose: str) -> None:
    case = world_of(name).desk().case(world_of(name).case_number, purpose=purpose, reason=REASON)
    found = case.canvass(scene=SCENE, radius_m=800, **HOUR)
    assert set(found["plate"]) == {"7ABX123", "6KLM880"}


@pytest.mark.parametrize("name", SCENES)
def test_partial_plate_of_a_major_crime_finds_the_vehicle(world_of: WorldOf, name: str) -> None:
    world = world_of(name)
    case = world.desk().case(world.case_number, purpose="shooting", reason=REASON)
    found = case.partial("7A?X1*", seen_by="witness", **HOUR)
    assert found.iloc[0]["plate"] == "7ABX123"


@pytest.mark.parametrize(
    "name",
    under(
        clovis="462.4[2]",
        claremont="820.3[1]",
        piedmont="438.4[2]",
        clinton="426.3[4]",
        seal="RETENTION[4]",
    ),
)
def test_transfer_is_registered(world_of: WorldOf, name: str, tmp_path: Path) -> None:
    world = world_of(name)
    world.member("ruiz", "administrator")
    file = tmp_path / "unit-12.csv"
    file.write_text(
        "timestamp,plate,score,dscore,model_make,source_url\n"
        "2026-03-02 23:10:00-08:00,5xyz999,0.91,0.9,,\n"
        "2026-03-02 23:11:00-08:00,,0.91,0.9,,\n"
    )
    result = world.service.ingest(world.login("ruiz"), file, camera="C4", unit="unit-12")
    query = sa.select(tables.transfers).where(tables.transfers.c.id == result.transfer_id)
    with world.service.database.read() as connection:
        kept = connection.execute(query).one()
    ruiz = next(each for each in world.service.people.list() if each.username == "ruiz")
    assert (kept.received_by, kept.unit, kept.status) == (ruiz.id, "unit-12", "complete")
    assert (kept.accepted, kept.rejected) == (1, 1)
    assert len(kept.sha256) == 64
    assert [line.username for line in world.record(action="ingest", phase="outcome")] == ["ruiz"]


@pytest.mark.parametrize(
    "name",
    under(clovis="462.2[3]", piedmont="438.2[3]", seal="ADMINISTRATION[2]"),
)
def test_member_and_roles_are_given_by_somebody_on_the_record(world_of: WorldOf, name: str) -> None:
    world = world_of(name)
    world.member("castle", "analyst")
    world.service.change_roles(world.admin, "castle", ["administrator"])
    lines = [
        line
        for line in world.record(username="okafor")
        if line.action.startswith("member.") and "castle" in line.elements
    ]
    given = lines[-1]
    assert "administrator" in given.elements
    assert given.at == tables.to_micros(world.clock())
    castle = next(m for m in world.service.members(world.admin) if m.username == "castle")
    assert castle.roles == {"administrator"}
    with pytest.raises(Refused):
        world.service.change_roles(world.login("rivera"), "rivera", ["administrator"])


@pytest.mark.parametrize("name", under(clovis="462.8", piedmont="438.10"))
def test_trainings_are_kept_and_what_is_missing_is_reported(world_of: WorldOf, name: str) -> None:
    world = world_of(name)
    world.member("moss", "detective")
    world.member("hale", "detective", without=("training",))
    day = local_day(world.service.profile, world.clock())
    states = {}
    for member in world.service.members(world.admin):
        for each in standing(world.service.profile, member, day):
            if each.requirement.id == "training":
                states[member.username] = each.state
    assert states["moss"] == "held"
    assert states["hale"] == "missing"
    entered = [
        line for line in world.record(action="member.qualified") if "training" in line.elements
    ]
    assert {line.username for line in entered} == {"okafor"}
