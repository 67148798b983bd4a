"""The reads that learning sees: the newest, of complete transfers, within the policy's retention."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
import sqlalchemy as sa
from world import World, local

from workbench.analysis.geo import cell
from workbench.queries.learning import learn_confusions, newest_reads
from workbench.records.database import Database, ensure_partitions
from workbench.records.tables import cameras, reads, to_micros, transfers


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = World(tmp_path, profile="clinton-ut")
    world.camera("C4")
    for minute in range(5):
        world.read(
            f"7ABX12{minute}",
            camera="C4",
            at=f"2026-03-02 21:1{minute}",
            confidence=None,
            color="red",
        )
    return world


def plates(world: World, count: int, horizon: dt.datetime | None = None) -> list[str]:
    with world.service.database.read() as connection:
        return newest_reads(connection, count, horizon)["plate"].tolist()


def test_the_newest_reads(world: World) -> None:
    assert plates(world, 3) == ["7ABX124", "7ABX123", "7ABX122"]
    assert plates(world, 3, local("2026-03-02 21:13")) == ["7ABX124", "7ABX123"]
    assert plates(world, 3, local("2026-03-03 00:00")) == []


def test_in_pieces_on_both_databases(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workbench.queries.learning._AT_ONCE", 2)
    at = local("2026-03-02 21:10")
    place = {"latitude": 36.58, "longitude": -120.25, "cell": cell(36.58, -120.25)}
    with database.write() as connection:
        ensure_partitions(connection, to_micros(at), to_micros(at))
        done = {
            "sha256": "0" * 64,
            "size": 1,
            "began_at": at,
            "status": "complete",
            "file_name": "day",
        }
        connection.execute(transfers.insert(), {"id": 1, **done})
        camera = {"id": 1, "code": "C4", "kind": "fixed", "governmental": True, "registered": True}
        connection.execute(cameras.insert(), camera)
        rows = [
            {
                "plate": f"7ABX12{minute}", "plate_raw": "", "state": "CA", "camera_id": 1, "transfer_id": 1,
                "captured_at": at + dt.timedelta(minutes=minute), "governmental": True, **place,
            }
            for minute in range(5)
        ]  # fmt: skip
        connection.execute(reads.insert(), rows)
    with database.read() as connection:
        frame = newest_reads(connection, 4)
    assert frame["plate"].tolist() == ["7ABX124", "7ABX123", "7ABX122", "7ABX121"]
    assert frame["captured_at"].iloc[0] == at + dt.timedelta(minutes=4)


def test_reads_of_an_unfinished_transfer_are_left_out(world: World) -> None:
    with world.service.database.write() as connection:
        connection.execute(sa.update(transfers).values(status="failed"))
    assert plates(world, 3) == []


def test_columns_are_what_learning_needs(world: World) -> None:
    with world.service.database.read() as connection:
        frame = newest_reads(connection, 10)
    assert frame["captured_at"].iloc[-1] == local("2026-03-02 21:10")
    assert frame["confidence"].isna().all()
    assert frame["color"].tolist() == ["red"] * 5
    assert not {"plate_raw", "image", "source_id", "heading"} & set(frame.columns)


def test_reads_past_retention_teach_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = {}

    def learn(frame, base):  # type: ignore[no-untyped-def]
        seen["plates"] = len(frame)
        raise RuntimeError

    monkeypatch.setattr("workbench.analysis.learning.learn", learn)
    service = world.service
    for days, count in ((1, 5), (4000, 0)):
        with pytest.raises(RuntimeError):
            learn_confusions(
                service.database,
                service.profile,
                service.settings,
                world.clock() + dt.timedelta(days=days),
                1,
                newest=5000,
            )
        assert seen["plates"] == count
