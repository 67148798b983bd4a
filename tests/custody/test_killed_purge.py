"""A purge that is killed at any moment loses nothing and half-destroys nothing; the next run brings it to its end."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from custody_town import Town
from world import ZONE

from workbench.records import tables
from workbench.records.custody_tables import purge_files, purge_steps, purges
from workbench.records.database import Database

KILLS = 50
DAYS = 12
APART = 25 * 86_400_000_000  # so that PostgreSQL has some ten months to go through
HELD = {"HELD1", "HELD2"}
WORKER = Path(__file__).with_name("purge_worker.py")


@pytest.fixture
def town(tmp_path: Path, database: Database) -> Iterator[Town]:
    town = Town(tmp_path, database)
    (town.settings.home / "images").mkdir()
    yield town
    town.service.close()


class Zygote:
    """The process whose workers are killed."""

    def __init__(self, town: Town, who: str) -> None:
        given = [str(town.settings.home), town.login(who), town.clock().isoformat()]
        command = [sys.executable, str(WORKER), *given]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self._line() == "ready"

    def run(self, what: str, kill_after: float | None = None) -> str:
        """Have a worker do something; kill it after a while. Return how it ended."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{what}\n")
        self.process.stdin.flush()
        pid = int(self._line())
        if kill_after is not None:
            time.sleep(kill_after)
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        return self._line()

    def _line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def close(self) -> None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        self.process.wait(30)
        self.process.stdout.close()


def fill(town: Town, start: str, draw: random.Random) -> None:
    """Put reads on many days, two of them each day held, some with a picture; and a few that are not due."""
    rows: list[dict[str, Any]] = []
    first = tables.to_micros(tables.from_micros(0).fromisoformat(start + "T16:00:00+00:00"))
    (camera, *_) = [row.id for row in town.rows(tables.cameras.c.id)]
    for day in range(DAYS):
        for number in range(6):
            name = f"{start[2:4]}{start[5:7]}{day:02d}{number}"
            plate = f"HELD{number + 1}" if number < 2 else name
            rows.append(_row(town, camera, plate, first + day * APART + number, name))
            if number in (1, 3):
                (town.settings.home / "images" / f"{name}.jpg").write_bytes(os.urandom(200))
    from workbench.records.database import ensure_partitions

    with town.service.database.write() as connection:
        ensure_partitions(connection, first, first + DAYS * APART)
        connection.execute(tables.reads.insert(), rows)
        for table in (tables.plates, tables.camera_days):
            connection.execute(table.delete())
        connection.execute(
            sa.text(
                "INSERT INTO plates (plate, state, first_at, last_at, reads) SELECT plate, state, "
                "min(captured_at), max(captured_at), count(*) FROM reads GROUP BY plate, state"
            )
        )
    counted = recount(town)[1]
    with town.service.database.write() as connection:
        for day_text, count in counted.items():
            values = {"camera_id": camera, "day": day_text, "reads": count}
            connection.execute(tables.camera_days.insert(), values)
    del draw


def _row(town: Town, camera: int, plate: str, at: int, name: str) -> dict[str, Any]:
    return {
        "plate": plate,
        "state": "CA",
        "captured_at": tables.from_micros(at),
        "camera_id": camera,
        "governmental": True,
        "transfer_id": town.transfer,
        "image": f"{name}.jpg",
    }


def recount(town: Town) -> tuple[Counter[str], Counter[str]]:
    """Return the reads by plate and by local day."""
    found = town.rows(tables.reads.c.plate, tables.reads.c.captured_at)
    days = Counter(row.captured_at.astimezone(ZONE).date().isoformat() for row in found)
    return Counter(row.plate for row in found), days


def whole(town: Town, before: dict[str, set[str]]) -> None:
    """Check that every table agrees and that each day is either as it was, or has only what is held."""
    plates, days = recount(town)
    assert town.known() == plates
    assert town.days() == days
    left: dict[str, set[str]] = {}
    for row in town.rows(tables.reads.c.captured_at, tables.reads.c.image):
        left.setdefault(row.captured_at.astimezone(ZONE).date().isoformat(), set()).add(row.image)
    for day, images in before.items():
        held = {name for name in images if name[6] in "01"}
        assert left.get(day, set()) in (images, held), day
    there = {each.name for each in (town.settings.home / "images").iterdir()}
    named = {name for images in left.values() for name in images if name[6] in "13"}
    assert named <= there  # no read has lost its picture
    listed = town.rows(purge_files.c.path, where=purge_files.c.status == "due")
    assert there - named <= {Path(row.path).name for row in listed}


@pytest.mark.parametrize("seed", [1])
def test_killed_fifty_times_nothing_is_lost_or_half_destroyed(town: Town, seed: int) -> None:
    draw = random.Random(seed)
    zygote = Zygote(town, "ruiz")
    town.hold(plates=sorted(HELD))
    killed, rounds, longest, destroyed = 0, 0, 0.8, 0
    stages: Counter[str] = Counter()
    try:
        while killed < KILLS:
            rounds += 1
            start = f"20{10 + rounds:02d}-0{1 + rounds % 9}-05"
            fill(town, start, draw)
            before: dict[str, set[str]] = {}
            for row in town.rows(tables.reads.c.captured_at, tables.reads.c.image):
                day = row.captured_at.astimezone(ZONE).date().isoformat()
                before.setdefault(day, set()).add(row.image)
            order = town.order()
            while True:
                began = time.monotonic()
                after = longest * draw.random() ** 2 if killed < KILLS else None
                ended = zygote.run(f"purge {order}", after)
                whole(town, before)
                if ended != "killed":
                    longest = min(longest, max(0.1, time.monotonic() - began))
                    break
                killed += 1
                stages.update(row.status for row in town.rows(purges.c.id, purges.c.status)[-1:])
            assert ended == "0"
            destroyed += DAYS * 4
            assert set(town.known()) == HELD
            assert town.known()["HELD1"] == rounds * DAYS
            assert (
                sum(row.reads for row in town.rows(purge_steps.c.id, purge_steps.c.reads))
                == destroyed
            )
            assert {row.status for row in town.rows(purges.c.status)} == {"done"}
            assert {row.status for row in town.rows(purge_files.c.status)} == {"destroyed"}
    finally:
        zygote.close()
    assert stages["running"] >= KILLS // 10  # most kills fell into the purge, not before it
    assert town.service.audit_verify().ok
    made = town.retention.certificates(town.login("ruiz"))
    assert sum(each["destroyed"]["reads"] for each in made) == destroyed
