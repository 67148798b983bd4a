"""A unit is undocked under a permission on record, or the undocking is refused."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from unit_yard import Yard
from world import ZONE, local

from workbench.errors import BadInput, Refused
from workbench.records.database import Database
from workbench.records.release_tables import offices
from workbench.units.standing import standing

UNDOCKING = pytest.mark.clause("seal-beach-ca:OPERATION(g)")


@pytest.fixture
def yard(tmp_path: Path, database: Database) -> Iterator[Yard]:
    yard = Yard(tmp_path, database, profile="seal-beach-ca", now="2026-03-10 12:00")
    yard.unit("M1", since="2026-01-05")
    yard.unit("M2", since="2026-01-05")
    yield yard
    yard.service.close()


def allow(yard: Yard, unit: str = "M1", *, by: str | None = None, **changes: str) -> None:
    times = {"start": "2026-03-10 12:00", "end": "2026-03-10 18:00", **changes}
    yard.service.units.allow(
        by or yard.park, unit, given_by="Cmdr. Lee Park", reason="maintenance",
        start=local(times["start"]), end=local(times["end"]),
    )  # fmt: skip


@UNDOCKING
def test_without_permission_it_is_refused_and_on_the_record(yard: Yard) -> None:
    with pytest.raises(Refused) as refused:
        yard.service.units.undock(yard.admin, "M1")
    assert refused.value.clause == "OPERATION(g)"
    assert "Support Services Division Commander" in refused.value.remedy
    (line,) = yard.record(action="unit.dock", outcome="refused")
    assert (line.username, line.clause, json.loads(line.elements)["unit"]) == (
        "okafor", "OPERATION(g)", "M1",
    )  # fmt: skip
    assert yard.service.units.moves(yard.admin) == []


@UNDOCKING
def test_with_permission_it_is_kept_with_who_gave_it_by_title(yard: Yard) -> None:
    allow(yard)
    move = yard.service.units.undock(yard.admin, "M1", note="new antenna")
    assert move.permitted
    assert yard.standing("M1").undocked_at == yard.clock()
    given = json.loads(yard.record(action="unit.permitted")[0].elements)
    assert (given["given_by"], given["title"], given["unit"]) == (
        "Cmdr. Lee Park", "Support Services Division Commander", "M1",
    )  # fmt: skip
    (line,) = yard.record(action="unit.undocked")
    assert json.loads(line.elements)["permission"] == move.permission_id
    yard.clock.forward(minutes=10)
    yard.service.units.dock(yard.admin, "M1")
    assert yard.standing("M1").undocked_at is None


@UNDOCKING
@pytest.mark.parametrize(
    "other",
    [
        {"unit": "M2"},
        {"start": "2026-03-10 13:00"},
        {"end": "2026-03-10 12:00", "start": "2026-03-10 11:00"},
    ],
)
def test_a_permission_holds_for_its_unit_and_its_time_alone(
    yard: Yard, other: dict[str, str]
) -> None:
    yard.clock.now = local("2026-03-10 11:00")
    allow(yard, **other)
    yard.clock.now = local("2026-03-10 12:00")
    with pytest.raises(Refused):
        yard.service.units.undock(yard.login("okafor"), "M1")


@UNDOCKING
def test_nobody_undocks_under_a_permission_that_they_entered(yard: Yard) -> None:
    allow(yard, by=yard.admin)
    with pytest.raises(Refused):
        yard.service.units.undock(yard.admin, "M1")
    assert yard.service.units.undock(yard.park, "M1").permitted


@UNDOCKING
def test_a_permission_covers_nothing_from_before_it_was_entered(yard: Yard) -> None:
    with pytest.raises(BadInput, match="given before it starts"):
        yard.service.units.allow(
            yard.park, "M1", given_by="Cmdr. Lee Park",
            start=local("2026-03-10 08:00"), end=local("2026-03-10 18:00"),
        )  # fmt: skip
    yard.service.units.allow(
        yard.park, "M1", given_by="Cmdr. Lee Park", given_at=local("2026-03-09 08:00"),
        start=local("2026-03-10 08:00"), end=local("2026-03-10 18:00"),
    )  # fmt: skip
    with pytest.raises(Refused):
        yard.service.units.undock(yard.admin, "M1", at=local("2026-03-10 09:00"))


@UNDOCKING
def test_one_that_was_found_undocked_is_kept_as_such(yard: Yard) -> None:
    move = yard.service.units.undock(yard.admin, "M1", found=True, note="in the wash bay")
    assert not move.permitted
    assert yard.standing("M1").unpermitted == 1
    (line,) = yard.record(action="unit.undocked")
    assert json.loads(line.elements)["permitted"] is False
    with yard.service.database.read() as connection:
        later = yard.clock() + dt.timedelta(days=366)
        (found, _) = standing(connection, now=later, zone=ZONE, max_days=30)
    assert (found.unit.code, found.unpermitted) == ("M1", 0)


@UNDOCKING
def test_where_it_is_known_who_holds_the_title_nobody_else_gives_it(yard: Yard) -> None:
    yard.member("stone", "supervisor")
    with yard.service.database.write() as connection:
        for day, until in ((dt.date(2025, 1, 1), dt.date(2026, 1, 1)), (dt.date(2026, 1, 1), None)):
            holder = "park" if until else "stone"
            values = {
                "title": "Support Services Division Commander", "since": day, "until": until,
                "member_id": yard.service.people.get(holder).id,
                "entered_by": "okafor", "entered_at": yard.clock(),
            }  # fmt: skip
            connection.execute(offices.insert(), values)
    with pytest.raises(BadInput, match="does not hold the title"):
        allow(yard)  # by Cmdr. Lee Park
    when = {"start": local("2026-03-10 12:00"), "end": local("2026-03-10 18:00")}
    with pytest.raises(BadInput, match="does not hold the title"):
        yard.service.units.allow(yard.park, "M1", given_by="Park", **when)
    assert yard.service.units.allow(yard.park, "M1", given_by="stone", **when).given_by == "stone"


def test_moves_follow_one_another(yard: Yard) -> None:
    with pytest.raises(BadInput, match="docked already"):
        yard.service.units.dock(yard.admin, "M1")
    allow(yard)
    yard.service.units.undock(yard.admin, "M1")
    with pytest.raises(BadInput, match="undocked already"):
        yard.service.units.undock(yard.admin, "M1")
    with pytest.raises(BadInput, match="before what was reported"):
        yard.service.units.dock(yard.admin, "M1", at=local("2026-03-09 08:00"))
    with pytest.raises(BadInput, match="still to come"):
        yard.service.units.dock(yard.admin, "M1", at=local("2026-03-11 08:00"))


def test_where_the_policy_asks_for_no_permission_none_is_needed(tmp_path: Path) -> None:
    yard = Yard(tmp_path, profile="clovis-ca")
    yard.unit("M1", since="2026-01-05")
    assert yard.service.units.undock(yard.admin, "M1").permitted


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE unit_moves SET permitted = permission_id IS NULL",
        "DELETE FROM unit_moves",
        "UPDATE undocking_permissions SET given_by = 'somebody else'",
    ],
)
def test_what_was_reported_cannot_be_changed_in_the_database(yard: Yard, change: str) -> None:
    allow(yard)
    yard.service.units.undock(yard.admin, "M1")
    with (
        pytest.raises(sa.exc.DBAPIError, match="append-only"),
        yard.service.database.write() as connection,
    ):
        connection.exec_driver_sql(change)
    assert yard.service.units.moves(yard.admin)[0].permitted
