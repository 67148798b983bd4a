"""Special-use permits of stationary readers."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from world import World

from workbench.cli.doctor import examine
from workbench.errors import BadInput, Refused
from workbench.records.database import Database


@pytest.fixture
def world(tmp_path: Path, database: Database) -> Iterator[World]:
    url = database.engine.url.render_as_string(hide_password=False)
    world = World(tmp_path / "home", profile="clinton-ut", url=url)
    world.camera("C4")
    world.camera("C5")
    world.camera("M1", kind="mobile")
    yield world
    world.service.close()


def add(world: World, camera: str = "C4", **changes: object) -> object:
    values = {
        "number": "SUP-26-004", "issued_by": "Department of Transportation",
        "issued_on": dt.date(2026, 1, 5), "expires_on": dt.date(2026, 3, 10), **changes,
    }  # fmt: skip
    return world.service.permits.add(world.login("okafor"), camera=camera, **values)


def test_a_permit_is_kept_with_its_file_and_on_the_record(world: World, tmp_path: Path) -> None:
    paper = tmp_path / "permit.pdf"
    paper.write_bytes(b"a permit")
    entered = add(world, file=paper)
    assert world.service.permits.list(world.admin) == [entered]
    (line,) = world.record(action="camera.permitted")
    said = json.loads(line.elements)
    assert (said["camera"], said["number"], said["sha256"]) == ("C4", "SUP-26-004", entered.sha256)


def test_stationary_cameras_without_one_in_force_are_named(world: World) -> None:
    assert world.service.permits.missing(world.admin) == ("C4", "C5")
    add(world)
    assert world.service.permits.missing(world.admin) == ("C5",)
    world.clock.forward(days=1)  # the permit's last day is over
    assert world.service.permits.missing(world.login("okafor")) == ("C4", "C5")
    add(world, number="SUP-26-090", issued_on=dt.date(2026, 3, 11), expires_on=None)
    assert world.service.permits.missing(world.login("okafor")) == ("C5",)


@pytest.mark.parametrize(
    ("camera", "change"),
    [
        ("C9", {}),
        ("C4", {"number": " "}),
        ("C4", {"issued_on": dt.date(2026, 3, 11), "expires_on": None}),
        ("C4", {"expires_on": dt.date(2026, 1, 4)}),
    ],
)
def test_a_permit_that_does_not_hold_is_not_entered(
    world: World, camera: str, change: dict[str, object]
) -> None:
    with pytest.raises(BadInput):
        add(world, camera, **change)
    assert world.service.permits.list(world.admin) == []


def test_twice_the_same_is_refused_and_so_is_whoever_may_not(world: World) -> None:
    add(world)
    with pytest.raises(BadInput, match="entered already"):
        add(world)
    with pytest.raises(Refused):
        world.service.permits.add(
            world.login("rivera"), camera="C4", number="1", issued_by="x", issued_on=dt.date(2026, 1, 1)
        )  # fmt: skip


def test_where_the_policy_publishes_none_none_is_missing(tmp_path: Path) -> None:
    world = World(tmp_path / "home")
    world.camera("C4")
    assert world.service.permits.missing(world.admin) == ()


def test_doctor_names_the_cameras_without_one(tmp_path: Path) -> None:
    world = World(tmp_path / "home", profile="clinton-ut")
    world.camera("C4")
    world.service.close()
    (found,) = [each for each in examine(tmp_path / "home") if each.check == "permits"]
    assert found.state == "note"
    assert "C4" in found.found
