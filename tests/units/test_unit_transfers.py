"""Which units are overdue, which brought nothing, and which downloads went wrong."""

from __future__ import annotations

import datetime as dt
import doctest
from pathlib import Path

import pytest
from unit_yard import Yard
from world import local

from workbench.errors import Refused
from workbench.records.database import Database
from workbench.units import downloads
from workbench.units.downloads import thin_days

LATE = pytest.mark.clause("seal-beach-ca:RETENTION[4]", "seal-beach-ca:RETENTION[5]")


@pytest.fixture
def yard(tmp_path: Path) -> Yard:
    return Yard(tmp_path, profile="seal-beach-ca", now="2026-03-10 12:00")


@LATE
@pytest.mark.parametrize(
    ("last", "overdue_by"),
    [("2026-03-10", 0), ("2026-02-08", 0), ("2026-02-07", 1), ("2026-01-20", 19)],
)
def test_overdue_begins_on_the_thirty_first_day(
    database: Database, tmp_path: Path, last: str, overdue_by: int
) -> None:
    yard = Yard(tmp_path, database, profile="seal-beach-ca", now="2026-03-10 12:00")
    yard.unit("M1", since="2025-06-01")
    yard.brings("M1", on="2025-12-30")
    yard.brings("M1", on=last)
    found = yard.standing("M1")
    assert (found.overdue_by, found.overdue) == (overdue_by, overdue_by > 0)
    assert found.last_transfer_at == local(f"{last} 12:00").astimezone(dt.UTC)
    yard.service.close()


@LATE
def test_overdue_counts_the_local_day_and_not_the_hour(yard: Yard) -> None:
    yard.unit("M1", since="2026-01-05")
    yard.brings("M1", on="2026-02-08", ended_at=local("2026-02-08 23:59"))
    assert yard.standing("M1").overdue_by == 0
    yard.clock.now = local("2026-03-11 00:01").astimezone(dt.UTC)
    yard.admin = yard.login("okafor")
    assert yard.standing("M1").overdue_by == 1


@LATE
def test_overdue_without_anything_ever_received(yard: Yard) -> None:
    yard.unit("M1", since="2026-03-01")
    yard.unit("M2", since="2026-01-01")
    yard.brings("M2", on="2026-01-15", status="failed")
    fresh, old = yard.standing("M1"), yard.standing("M2")
    assert (fresh.silent, fresh.overdue) == (True, False)
    assert (old.silent, old.overdue_by) == (True, 68 - 30)


@LATE
def test_overdue_names_the_longest_gap_of_the_year(yard: Yard) -> None:
    yard.unit("M1", since="2024-01-01")
    for day in ("2024-06-01", "2026-01-10", "2026-02-20", "2026-03-01"):
        yard.brings("M1", on=day)
    found = yard.standing("M1")
    assert found.longest_gap_days == (dt.date(2026, 1, 10) - dt.date(2024, 6, 1)).days
    assert not found.overdue


def test_a_transfer_loaded_for_the_units_camera_is_the_units(yard: Yard) -> None:
    camera = yard.camera("CAR-7", kind="mobile")
    yard.unit("M7", since="2026-01-01", camera="CAR-7")
    yard.brings("", on="2026-03-01", camera_id=camera)
    assert yard.standing("M7").transfers == 1


def test_a_retired_unit_is_not_overdue(yard: Yard) -> None:
    yard.unit("M1", since="2025-01-01")
    yard.service.units.retire(yard.admin, "M1", "sold with its car")
    (found,) = yard.service.units.standing(yard.admin, retired=True)
    assert not found.overdue
    assert yard.service.units.standing(yard.admin) == []
    assert [line.detail for line in yard.record(action="unit.retired")] == ["sold with its car"]


@pytest.mark.parametrize("profile", ["clovis-ca", "piedmont-ca", "clinton-ut"])
def test_where_the_text_sets_no_days_nothing_is_overdue(tmp_path: Path, profile: str) -> None:
    yard = Yard(tmp_path, profile=profile)
    yard.unit("M1", since="2020-01-01")
    found = yard.standing("M1")
    assert found.silent
    assert not found.overdue


def test_units_that_only_transfers_know_are_named(yard: Yard) -> None:
    yard.unit("M1", since="2026-01-01")
    yard.brings("M1", on="2026-03-01")
    yard.brings("Car 9", on="2026-03-01")
    assert yard.service.units.strangers(yard.admin) == ["Car 9"]


@pytest.mark.clause("seal-beach-ca:RETENTION[5]")
def test_overdue_watch_finds_failed_and_interrupted_downloads(yard: Yard) -> None:
    yard.brings("M1", on="2026-03-01", status="failed", error="The disk was full.")
    yard.brings("M2", on="2026-03-02", status="loading")
    mended = yard.brings("M3", on="2026-03-03", status="failed", file_name="m3.csv")
    yard.brings("M3", on="2026-03-04", file_name="m3.csv")
    yard.brings("M4", on="2026-01-01", status="failed", file_name="old.csv")
    found = yard.service.units.downloads(yard.admin)
    assert [(each.kind, each.unit) for each in found] == [("failed", "M1"), ("interrupted", "M2")]
    assert mended not in [each.transfer_id for each in found]
    assert "The disk was full." in found[0].what


def test_a_file_that_ends_in_the_middle_of_a_row_is_found(yard: Yard, tmp_path: Path) -> None:
    yard.camera("C4")
    head = "timestamp,plate,score,dscore,model_make,source_url\n"
    rows = [f"2026-03-02 20:{m}:00-08:00,7ABX1{m},0.91,0.9,,\n" for m in range(10, 15)]
    whole, cut = tmp_path / "whole.csv", tmp_path / "cut.csv"
    whole.write_text(head + "".join(rows).rstrip("\n"))  # no line end, but nothing is missing
    cut.write_text(head + "".join(rows[:3]) + "2026-03-02 2")
    for path in (whole, cut):
        result = yard.service.ingest(yard.admin, path, camera="C4", unit="M1")
        assert any("middle of a row" in note for note in result.notes) == (path == cut)
    (found,) = yard.service.units.downloads(yard.admin)
    assert (found.kind, found.unit, found.what.split()[0]) == ("cut-short", "M1", "cut.csv")


def day(number: int) -> dt.date:
    return dt.date(2026, 3, 1) + dt.timedelta(days=number)


def test_a_thin_day_is_held_against_the_days_before_it() -> None:
    reads = {day(n): 100 for n in range(10)} | {day(10): 19, day(11): 20}
    found = thin_days(reads, first=day(0), today=day(20))
    assert found == [(day(10), 19, 100)]


@pytest.mark.parametrize(
    "reads",
    [
        {day(0): 100, day(1): 100, day(2): 1},  # too few days to say what is usual
        {day(n): 12 for n in range(10)} | {day(10): 1},  # too few reads
        {day(n): 100 for n in range(10)} | {day(20): 1},  # today is not over
    ],
)
def test_what_says_nothing_is_not_called_thin(reads: dict[dt.date, int]) -> None:
    assert thin_days(reads, first=day(0), today=day(20)) == []


def test_an_outage_explains_a_thin_day(yard: Yard) -> None:
    for code in ("C4", "C5"):
        key = yard.camera(code)
        for number in range(1, 9):
            yard.day_of(key, f"2026-03-{number:02d}", 3 if number == 8 else 200)
    yard.outage("C5", "2026-03-08 02:00", "2026-03-08 22:00")
    found = yard.service.units.downloads(yard.admin)
    assert [(each.kind, each.camera, each.reads, each.usual) for each in found] == [
        ("thin", "C4", 3, 200)
    ]


def test_only_who_may_see_units_sees_them(yard: Yard) -> None:
    rivera = yard.login("rivera")
    for ask in (yard.service.units.standing, yard.service.units.downloads):
        with pytest.raises(Refused):
            ask(rivera)
    with pytest.raises(Refused):
        yard.service.units.add(yard.park, code="M9")


def test_its_examples_hold() -> None:
    assert doctest.testmod(downloads).failed == 0
