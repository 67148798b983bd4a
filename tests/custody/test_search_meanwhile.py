"""A search at the moment of a purge sees a day as it was, or what is held of it; never a part."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from custody_town import SCENE, Town
from world import REASON

from workbench.client import Bench
from workbench.custody import steps
from workbench.errors import Failed
from workbench.ingest.transfers import turn
from workbench.records import tables
from workbench.records.barrier import keep_purges_out
from workbench.records.database import Database
from workbench.service import Service

DAYS = [f"2025-01-{day:02d}" for day in (6, 7, 8, 20, 21)] + ["2024-11-05", "2024-12-24"]
A_DAY = {f"{hour:02d}PLATE" for hour in range(8, 20)}
HELD = {"08PLATE", "13PLATE"}


@pytest.fixture
def town(tmp_path: Path, database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:
    monkeypatch.setattr(steps, "_READS_AT_ONCE", 1)
    town = Town(tmp_path, database)
    for day in DAYS:
        for plate in sorted(A_DAY):
            town.read(plate, at=f"{day} {plate[:2]}:30")
    town.hold(plates=sorted(HELD))
    yield town
    town.service.close()


def test_searches_meanwhile_see_whole_days(town: Town) -> None:
    order = town.order()
    over = threading.Event()
    seen: dict[str, list[set[str]]] = {day: [] for day in DAYS}
    failed: list[BaseException] = []

    def search() -> None:
        service = Service.open(town.settings.home, clock=town.clock)
        try:
            bench = Bench(service, town.login("rivera"))
            case = bench.case(town.case_number, purpose="homicide", reason=REASON)
            last_round = False
            while not last_round:
                last_round = over.is_set()
                for day in DAYS:
                    found = case.canvass(
                        scene=SCENE, radius_m=300, start=f"{day} 00:00", end=f"{day} 23:59"
                    )
                    seen[day].append(set(found["plate"]))
        except BaseException as error:
            failed.append(error)
        finally:
            service.close()

    searching = threading.Thread(target=search)
    searching.start()
    try:
        town.purge(order)
    finally:
        over.set()
        searching.join()
    assert not failed
    for day, found in seen.items():
        assert all(plates in (A_DAY, HELD) for plates in found), day
        assert found[-1] == HELD
        assert found == sorted(found, key=len, reverse=True)  # what is gone does not come back


def test_a_purge_waits_for_a_search_that_has_begun(town: Town) -> None:
    """The search has its snapshot, and looks at the reads only once the purge is at it."""
    order = town.order()
    begun = threading.Event()
    counted = sa.select(sa.func.count()).select_from(tables.reads)
    purging = threading.Thread(target=lambda: (begun.wait(), town.purge(order)))
    purging.start()
    with town.service.database.read() as connection:
        keep_purges_out(connection)
        connection.execute(sa.select(tables.cameras.c.id)).all()  # the snapshot
        begun.set()
        purging.join(1.0)
        assert purging.is_alive()
        assert connection.execute(counted).scalar_one() == len(DAYS) * len(A_DAY)
    purging.join(60)
    assert not purging.is_alive()
    with town.service.database.read() as connection:
        keep_purges_out(connection)
        assert connection.execute(counted).scalar_one() == len(DAYS) * len(HELD)


def test_a_hold_that_is_placed_meanwhile_wins(town: Town) -> None:
    order = town.order()
    placed: list[int] = []

    def once(done: int, of: int) -> None:
        if not placed and done < of:
            placed.append(town.hold(plates=["19PLATE"]).id)

    town.purge(order, progress=once)
    left = town.rows(tables.reads.c.plate, tables.reads.c.captured_at)
    late = [row for row in left if row.plate == "19PLATE"]
    assert placed
    assert 0 < len(late) < len(DAYS)
    assert {row.plate for row in left} == {*HELD, "19PLATE"}


def test_no_transfer_comes_in_between(town: Town) -> None:
    """A purge and a transfer take turns: neither counts what the other is changing."""
    order, token = town.order(), town.login("ruiz")
    with (
        turn(town.service.database, town.settings, 1.0),
        pytest.raises(Failed, match="Another transfer"),
    ):
        town.retention.run(token, order, wait_s=0.2)
    assert len(town.plates()) == len(DAYS) * len(A_DAY)
