"""What an audit is measured by beside the searches, as the registers themselves have it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from custody_town import Town
from release_desk import Bound, Desk, url
from world import local

from workbench.audit.yardsticks import Yardsticks
from workbench.custody.yardsticks import yardsticks
from workbench.records.database import Database
from workbench.records.hotlist_tables import hits

__all__ = ["url"]

OLD = "2025-01-20 09:00"
SPRING = (local("2026-03-01 00:00"), local("2026-04-01 00:00"))


@pytest.fixture
def town(tmp_path: Path, database: Database) -> Iterator[Town]:
    town = Town(tmp_path, database)
    yield town
    town.service.close()


def looked(service: Any) -> Yardsticks:
    return yardsticks(service, *SPRING)


def test_an_empty_house_has_nothing_and_its_statements_are_missing(town: Town) -> None:
    found = looked(town.service)
    assert found.day == dt.date(2026, 3, 10)
    assert (found.agreements, found.releases, found.purges, found.account_reviews) == (
        (),
        (),
        (),
        (),
    )
    assert (found.hits, found.hits_closed) == ({}, {})
    assert {each["state"] for each in found.attestations} == {"never given"}
    assert found.overdue["unfinished"] is None


def test_a_purge_shows_with_its_certificate(town: Town) -> None:
    for plate in ("7ABX123", "6KLM880", "PLATE1"):
        town.read(plate, at=OLD)
    town.hold(plates=["PLATE1"])
    made = town.purge()
    (purge,) = looked(town.service).purges
    assert (purge["reads"], purge["held"]) == (2, 1)
    assert purge["sha256"] == made["sha256"]
    assert purge["approvals"]
    assert looked(town.service).overdue["held"] == 1


def test_hits_of_the_period_stand_by_state(town: Town) -> None:
    for minute, disposition in (
        (10, ""),
        (11, "correct"),
        (12, "wrong-plate"),
        (13, "wrong-plate"),
    ):
        at = f"2026-03-02 21:{minute}"
        town.hit(town.read("7ABX123", at=at), at=at, disposition=disposition)
    earlier = town.hit(town.read("7ABX123", at="2026-02-02 21:10"), at="2026-02-02 21:10")
    with town.service.database.write() as connection:
        connection.execute(hits.update().where(hits.c.disposition != "").values(status="closed"))
        before = hits.update().where(hits.c.id == earlier)
        connection.execute(before.values(raised_at=local("2026-02-02 21:11")))
    found = looked(town.service)
    assert found.hits == {"raised": 1, "closed": 3}
    assert found.hits_closed == {"correct": 1, "wrong-plate": 2}


def test_agreements_and_requests_are_told(tmp_path: Path, url: str) -> None:
    desk = Desk(tmp_path, profile="piedmont-ca", url=url)
    Bound(desk.service.custody.agreements, desk.token("chief")).register(
        kind="memorandum",
        party="Oakland Police Department",
        subject="share",
        signed_by="Chief of Police",
        signed_on=dt.date(2025, 1, 15),
        ends_on=dt.date(2026, 1, 14),
        paper=desk.scan(b"the memorandum"),
        meets_standards=True,
    )
    release = desk.request()
    found = looked(desk.service)
    assert [(each["party"], each["state"]) for each in found.agreements] == [
        ("Oakland Police Department", "expired")
    ]
    (request,) = found.releases
    assert (request["number"], request["state"], request["approved_by"]) == (
        release.number,
        "requested",
        "",
    )
    assert yardsticks(desk.service, local("2026-01-01 00:00"), SPRING[0]).releases == ()
    desk.service.close()


def test_reads_kept_too_long_are_counted(tmp_path: Path, url: str) -> None:
    desk = Desk(tmp_path, profile="clinton-ut", url=url)
    assert looked(desk.service).overdue["reads"] == 0
    desk.world.read("7ABX123", camera="C4", at="2025-03-02 21:10")
    over = looked(desk.service).overdue
    assert over["reads"] == 1
    assert over["limit"]
    assert "Clinton" in over["citation"]
    desk.service.close()
