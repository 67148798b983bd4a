"""A purge that could not be brought to its end: what may be run next, and what that does."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from custody_town import Town

from workbench.custody import purge as module
from workbench.errors import Failed, Refused
from workbench.records.custody_tables import purges
from workbench.records.database import Database

OLD, LATER = "2025-01-20 09:00", "2025-03-20 09:00"


@pytest.fixture
def town(tmp_path: Path, sqlite: Database) -> Iterator[Town]:
    town = Town(tmp_path, sqlite)
    town.read("7ABX123", at=OLD)
    yield town
    town.service.close()


def break_off(town: Town, order: int) -> None:
    """Have the disk be full when the database is to be rewritten."""

    def full(_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "erase", full)
        with pytest.raises(Failed, match=r"not yet beyond recovery.*OperationalError.*has room"):
            town.purge(order)


def states(town: Town) -> list[str]:
    return [row.status for row in town.rows(purges.c.id, purges.c.status)]


def test_the_same_order_brings_it_to_its_end(town: Town) -> None:
    order = town.order()
    break_off(town, order)
    assert (town.plates(), states(town)) == ([], ["cleaning"])
    made = town.purge(order)
    assert made["destroyed"]["reads"] == 1
    assert states(town) == ["done"]
    outcomes = [line.outcome for line in town.record(action="retention.run", phase="outcome")]
    assert outcomes == ["failed", "ok"]


def test_no_other_order_runs_before_it_is_certified(town: Town) -> None:
    first, second = town.order(), town.order()
    break_off(town, first)
    with pytest.raises(Failed, match=f"order {first} was broken off") as failed:
        town.purge(second)
    assert f"workbench retention run {first}" in failed.value.next_step


@pytest.mark.parametrize("ends", ["withdrawn", "expired"])
def test_an_order_that_ended_meanwhile_destroys_nothing_more(town: Town, ends: str) -> None:
    order = town.order(through="2026-06-01")
    break_off(town, order)
    town.days_pass(80)
    town.read("LATER1", at=LATER)
    town.read("LATER2", at="2025-01-21 09:00")  # came in since, and is within what was begun
    if ends == "withdrawn":
        town.retention.withdraw(town.login("ruiz"), order)
    else:
        town.days_pass(20)
    made = town.purge(order)
    assert made["destroyed"]["reads"] == 1
    assert town.plates() == ["LATER1", "LATER2"]
    with pytest.raises(Refused, match=ends):
        town.purge(order)


def test_a_purge_that_goes_on_reaches_no_further_than_it_began(town: Town) -> None:
    order = town.order(through="2026-06-01")
    break_off(town, order)
    town.days_pass(80)
    town.read("LATER1", at=LATER)
    assert town.purge(order)["destroyed"]["reads"] == 1
    assert town.plates() == ["LATER1"]
    assert town.purge(order)["destroyed"]["reads"] == 1  # its own purge, with its own certificate
    assert states(town) == ["done", "done"]
