"""The plate index kept beside the records: in step with them on either database, whatever happened to the file."""

import datetime as dt
import logging

import numpy as np
import pytest
import sqlalchemy as sa

from workbench.analysis.plateindex import STATE_NUMBERS
from workbench.queries.plates import Plates
from workbench.records.database import Database, ensure_partitions
from workbench.records.tables import cameras, plates, reads, to_micros, transfers

DAY = dt.timedelta(days=1)
BEGIN = dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + 20_500 * DAY  # in February 2026


class Office:
    """Records that transfers come into, and the index beside them."""

    def __init__(self, database: Database, path) -> None:
        self.database, self.path = database, path
        self.kept = Plates(path)
        with database.write() as connection:
            ensure_partitions(connection, to_micros(BEGIN), to_micros(BEGIN + 90 * DAY))
            row = {"code": "C1", "kind": "fixed", "governmental": True, "registered": True}
            added = connection.execute(cameras.insert().returning(cameras.c.id), row)
            self.camera = added.scalar_one()

    def transfer(self, *found: tuple[str, str, int], status: str = "complete") -> int:
        """Take in reads: plate, state, day."""
        with self.database.write() as connection:
            last = connection.execute(sa.select(sa.func.max(reads.c.id))).scalar() or 0
            number = connection.execute(
                transfers.insert().returning(transfers.c.id),
                {
                    "file_name": "day.csv",
                    "sha256": f"{found}",
                    "size": 1,
                    "began_at": BEGIN,
                    "status": status,
                    "first_read_id": last + 1,
                },
            ).scalar_one()
            for plate, state, day in found:
                at = BEGIN + day * DAY
                connection.execute(
                    reads.insert(),
                    {
                        "plate": plate,
                        "plate_raw": plate,
                        "state": state,
                        "captured_at": at,
                        "camera_id": self.camera,
                        "latitude": 36.58,
                        "longitude": -120.25,
                        "cell": 1,
                        "governmental": True,
                        "transfer_id": number,
                    },
                )
                if status == "complete":
                    self._count(connection, plate, state, at)
            return number

    @staticmethod
    def _count(connection, plate, state, at) -> None:
        same = (plates.c.plate == plate) & (plates.c.state == state)
        row = connection.execute(sa.select(plates).where(same)).first()
        if row is None:
            fresh = {"plate": plate, "state": state, "first_at": at, "last_at": at, "reads": 1}
            connection.execute(plates.insert(), fresh)
        else:
            later = {"last_at": max(row.last_at, at), "reads": row.reads + 1}
            connection.execute(plates.update().where(same).values(later))

    def found(self, kept: Plates | None = None) -> dict[tuple[str, str], tuple[int, int, int]]:
        """Return what a search finds in the index: first and last day, and reads, of each plate."""
        with self.database.read() as connection:
            index = (kept or self.kept).at(connection)
        result = {}
        for shelf in index.shelves:
            rows = np.arange(len(shelf))
            days = zip(shelf.first, shelf.last, shelf.reads, strict=True)
            keys = zip(
                shelf.plates.texts(rows),
                [STATE_NUMBERS[n] for n in shelf.state_numbers(rows)],
                strict=True,
            )
            for key, (first, last, count) in zip(keys, days, strict=True):
                result[key] = (int(first) - 20_500, int(last) - 20_500, int(count))
        return result


@pytest.fixture
def office(database: Database, tmp_path) -> Office:
    return Office(database, tmp_path / "plates.index")


def test_what_arrives_is_in_the_next_search(office: Office) -> None:
    assert office.found() == {}
    office.transfer(("7ABC123", "CA", 1), ("7ABC123", "CA", 3), ("8XYZ999", "NV", 2))
    assert office.found() == {("7ABC123", "CA"): (1, 3, 2), ("8XYZ999", "NV"): (2, 2, 1)}
    office.transfer(("7ABC123", "CA", 9), ("TEMP1234567", "", 4))
    office.transfer(("1AAA111", "CA", 5))
    both = {
        ("7ABC123", "CA"): (1, 9, 3),
        ("8XYZ999", "NV"): (2, 2, 1),
        ("TEMP1234567", ""): (4, 4, 1),
        ("1AAA111", "CA"): (5, 5, 1),
    }
    assert office.found() == both
    assert office.found(Plates(office.path)) == both  # as another process opens it


def test_a_transfer_under_way_or_failed_is_not_in_it(office: Office) -> None:
    office.transfer(("7ABC123", "CA", 1))
    office.transfer(("8XYZ999", "NV", 2), status="loading")
    office.transfer(("9QQQ111", "CA", 2), status="failed")
    assert set(office.found()) == {("7ABC123", "CA")}


def test_a_transfer_that_ends_after_a_later_one_is_put_in(office: Office) -> None:
    slow = office.transfer(("7ABC123", "CA", 1), status="loading")
    office.transfer(("8XYZ999", "NV", 2))
    assert set(office.found()) == {("8XYZ999", "NV")}
    with office.database.write() as connection:
        connection.execute(
            transfers.update().where(transfers.c.id == slow).values(status="complete")
        )
        Office._count(connection, "7ABC123", "CA", BEGIN + DAY)
    assert set(office.found()) == {("7ABC123", "CA"), ("8XYZ999", "NV")}


def test_only_what_is_new_is_read_again(office: Office) -> None:
    office.transfer(("7ABC123", "CA", 1))
    office.found()
    with office.database.write() as connection:  # a whole build would show this
        connection.execute(plates.update().values(reads=77))
    office.transfer(("8XYZ999", "NV", 2))
    assert office.found()["7ABC123", "CA"] == (1, 1, 1)


def test_where_reads_were_destroyed_every_process_builds_it_anew(office: Office) -> None:
    office.transfer(("7ABC123", "CA", 1), ("8XYZ999", "NV", 2))
    assert len(office.found()) == 2
    with office.database.write() as connection:
        connection.execute(plates.delete().where(plates.c.plate == "7ABC123"))
    Plates(office.path).forget()  # by the process that destroyed them
    assert not office.path.exists()
    assert set(office.found()) == {("8XYZ999", "NV")}


def test_a_file_of_other_records_is_built_anew(office: Office) -> None:
    office.transfer(("7ABC123", "CA", 1))
    office.found()
    with office.database.write() as connection:  # the transfer is gone, another has its number
        connection.execute(transfers.update().values(sha256="another"))
        connection.execute(plates.update().values(plate="8XYZ999"))
    assert set(office.found(Plates(office.path))) == {("8XYZ999", "CA")}


def test_a_damaged_file_is_built_anew(office: Office) -> None:
    office.transfer(("7ABC123", "CA", 1))
    office.found()
    office.path.write_bytes(office.path.read_bytes()[:-3])
    assert set(office.found(Plates(office.path))) == {("7ABC123", "CA")}


def test_where_the_file_cannot_be_kept_searches_go_on(office: Office, tmp_path, caplog) -> None:
    office.transfer(("7ABC123", "CA", 1))
    kept = Plates(tmp_path / "not" / "there" / "plates.index")
    with caplog.at_level(logging.WARNING):
        assert set(office.found(kept)) == {("7ABC123", "CA")}
    assert "cannot be kept" in caplog.text
    assert "7ABC123" not in caplog.text
    assert not (tmp_path / "not").exists()
