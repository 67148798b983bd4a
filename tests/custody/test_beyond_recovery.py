"""After a purge no byte of what was purged is left in the database's files, and what is held is all there.

The files themselves are searched: SQLite's with its write-ahead log, PostgreSQL's whole data directory but the
write-ahead log, which is bounded and named in the certificate.
"""

from __future__ import annotations

import random
import string
from collections.abc import Iterator
from pathlib import Path

import pytest
from custody_town import Town
from databases import Postgres

from workbench.custody.erase import erase
from workbench.custody.files import destroy
from workbench.errors import Failed
from workbench.records import tables
from workbench.records.database import Database, ensure_partitions

COUNT = 100
LONG_AGO = tables.from_micros(0)
HOUR = 3_600_000_000


def plates(seed: int, count: int) -> list[str]:
    """Return plates that nothing else can be: ten characters."""
    draw = random.Random(seed)
    return [
        "".join(draw.choices(string.ascii_uppercase + string.digits, k=10)) for _ in range(count)
    ]


def found(files: list[Path], names: list[str]) -> set[str]:
    data = [file.read_bytes() for file in files]
    return {name for name in names if any(name.encode() in each for each in data)}


def fill(town: Town, names: list[str], at: str, *, reads: int, images: bool = False) -> None:
    """Put reads into every table and index as a transfer would, in no order, a few reads for each plate."""
    draw = random.Random(len(names))
    (camera, *_) = [row.id for row in town.rows(tables.cameras.c.id)]
    start = tables.to_micros(tables.from_micros(0).fromisoformat(at + "T12:00:00+00:00"))
    rows = []
    for number in range(reads):
        plate = names[number % len(names)]
        moment = start + draw.randrange(20 * 24) * HOUR + draw.randrange(HOUR)
        rows.append(
            {
                "plate": plate,
                "plate_raw": f"{plate[:5]} {plate[5:]}",
                "state": "CA",
                "captured_at": tables.from_micros(moment),
                "camera_id": camera,
                "cell": draw.randrange(1 << 60),
                "governmental": True,
                "transfer_id": town.transfer,
                "candidates": f'[["{plate[:9]}", 0.2]]' if number % 3 else None,
                "image": f"{plate}.jpg" if images and number < len(names) else None,
            }
        )
    draw.shuffle(rows)
    with town.service.database.write() as connection:
        ensure_partitions(connection, start, start + 21 * 24 * HOUR)
        connection.execute(tables.reads.insert(), rows)
        for plate in names:
            mine = [row for row in rows if row["plate"] == plate]
            times = [row["captured_at"] for row in mine]
            values = {"plate": plate, "state": "CA", "reads": len(mine)}
            connection.execute(
                tables.plates.insert(), {**values, "first_at": min(times), "last_at": max(times)}
            )


@pytest.fixture
def town(tmp_path: Path, database: Database) -> Iterator[Town]:
    town = Town(tmp_path, database)
    yield town
    town.service.close()


def files_of(town: Town, request: pytest.FixtureRequest) -> tuple[list[Path], list[Path]]:
    """Return the database's files, and those of the write-ahead log where they are apart."""
    if town.service.database.dialect == "sqlite":
        path = Path(str(town.service.database.engine.url.database))
        return [each for each in path.parent.glob(path.name + "*") if each.is_file()], []
    server: Postgres = request.getfixturevalue("postgres")
    data = server.folder / "data"
    every = [each for each in data.rglob("*") if each.is_file()]
    log = [each for each in every if "pg_wal" in each.parts]
    return [each for each in every if each not in log], log


def test_purged_plates_are_nowhere_in_the_files_and_held_ones_are(
    town: Town, request: pytest.FixtureRequest
) -> None:
    gone, kept, young = (plates(seed, COUNT) for seed in (1, 2, 3))
    fill(town, [*gone, *kept], "2024-11-01", reads=6000)
    fill(town, young, "2025-10-01", reads=2000)
    with town.service.database.engine.connect().execution_options(
        isolation_level="AUTOCOMMIT"
    ) as connection:
        connection.exec_driver_sql("ANALYZE")  # samples of plates go into the statistics
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql(
                "CHECKPOINT"
            )  # else the rows are in memory and the log alone
    case = town.desk().case(town.case_number, purpose="homicide", reason="Shooting at 5th and Main")
    window = {"start": "2024-11-01", "end": "2025-10-30"}
    case.partial("7ABX12?", seen_by="camera", **window)  # makes the plate index
    town.hold(plates=kept)
    before, _ = files_of(town, request)
    assert found(before, gone) == set(gone)
    assert town.indexed() == {*gone, *kept, *young}

    made = town.purge()

    after, log = files_of(town, request)
    assert found(after, gone) == set()
    assert found(after, kept) == set(kept)
    assert found(after, young) == set(young)
    raw = [f"{plate[:5]} {plate[5:]}" for plate in gone]
    assert found(after, raw) == set()
    assert set(town.plates()) == {*kept, *young}
    assert sum(row.reads for row in town.rows(tables.plates.c.plate, tables.plates.c.reads)) == 5000
    assert made["destroyed"]["plates"] == COUNT
    case.partial("7ABX12?", seen_by="camera", **window)
    assert town.indexed() == {*kept, *young}
    home = [each for each in town.settings.home.rglob("*") if each.is_file()]
    assert found(home, gone) == set()
    if log:  # what is left of the write-ahead log is said, not hidden
        assert any("Write-ahead log moved on" in each for each in made["method"])
        assert any("write-ahead logs" in each["what"] for each in made["not_reached"])


def test_pictures_are_overwritten_before_they_are_removed(town: Town) -> None:
    (town.settings.home / "images").mkdir()
    names = plates(4, 3)
    for name in names:
        (town.settings.home / "images" / f"{name}.jpg").write_bytes(b"x" * 3000)
    fill(town, names, "2024-11-01", reads=9, images=True)
    keeper = (town.settings.home / "images" / f"{names[0]}.jpg").open("rb")  # whoever has it open
    with keeper:
        town.purge()
        assert keeper.read() == bytes(3000)
    assert list((town.settings.home / "images").iterdir()) == []


def test_a_file_outside_the_home_is_not_touched(town: Town, tmp_path: Path) -> None:
    outside = tmp_path / "outside.jpg"
    outside.write_bytes(b"x")
    (town.settings.home / "link.jpg").symlink_to(outside)
    for path in ("../outside.jpg", "link.jpg"):
        with pytest.raises(OSError, match="does not lie"):
            destroy(town.settings.home, path)
    assert outside.read_bytes() == b"x"


def test_what_the_role_may_not_do_is_left_to_a_superuser(postgres: Postgres) -> None:
    with postgres.database() as database:
        owner = database.engine.url
        with database.write() as connection:
            connection.exec_driver_sql("DROP ROLE IF EXISTS limited")
            connection.exec_driver_sql("CREATE ROLE limited LOGIN PASSWORD 'limited'")
            connection.exec_driver_sql("GRANT ALL ON ALL TABLES IN SCHEMA public TO limited")
        limited = Database.open(owner.set(username="limited", password="limited"))
        try:
            erased = erase(limited)
        finally:
            limited.close()
        assert [each.split()[1] for each in erased.left_to_do] == ["the", "a", "a"]
        assert len(erased.method) == 2
        assert erase(database).left_to_do == ()
        with database.write() as connection:
            connection.exec_driver_sql("DROP OWNED BY limited")
            connection.exec_driver_sql("DROP ROLE limited")


def test_a_reader_that_stays_is_named_and_nothing_is_lost(sqlite: Database) -> None:
    with sqlite.write() as connection:
        connection.execute(tables.login_failures.insert(), {"username": "a", "at": LONG_AGO})
    with sqlite.read() as reader:
        reader.execute(tables.login_failures.select()).all()
        with sqlite.write() as connection:
            connection.execute(tables.login_failures.delete())
        with pytest.raises(Failed, match="not yet beyond recovery"):
            erase(sqlite, wait_s=0.1)
    assert erase(sqlite).left_to_do == ()


def test_copies_that_split_pages_leave_are_gone_too(tmp_path: Path, sqlite: Database) -> None:
    """Many plates, deleted page by page: overwriting alone leaves some of them in pages that were once split."""
    path = tmp_path / "workbench.db"
    draw = random.Random(1)
    gone, young = plates(1, 5000), plates(2, 5000)
    day = 24 * HOUR
    rows = []
    for number in range(20_000):
        old = number % 2 == 0
        at = draw.randrange(30 * day) + (0 if old else 30 * day)
        rows.append((draw.choice(gone if old else young), at, draw.randrange(1 << 60)))
    rows.sort(key=lambda row: (row[1] // day, row[2]))
    with sqlite.write() as connection:
        for statement in PARENTS:
            connection.exec_driver_sql(statement)
        connection.exec_driver_sql(
            "INSERT INTO reads (plate, captured_at, cell, camera_id, governmental, transfer_id) "
            "VALUES (?, ?, ?, 1, 1, 1)",
            rows,
        )
    for each in range(30):
        with sqlite.write() as connection:
            connection.exec_driver_sql(
                "DELETE FROM reads WHERE captured_at >= ? AND captured_at < ?",
                (each * day, (each + 1) * day),
            )
    erase(sqlite)
    files = list(tmp_path.glob(path.name + "*"))
    assert found(files, gone) == set()
    kept = {row[0] for row in rows if row[1] >= 30 * day}
    assert found(files, sorted(kept)) == kept


PARENTS = (
    "INSERT INTO cameras (id, code, kind, governmental, registered) VALUES (1, 'C4', 'fixed', 1, 1)",
    "INSERT INTO transfers (id, file_name, sha256, size, began_at, status) "
    "VALUES (1, 'f', '0', 1, 0, 'complete')",
)
