"""Transfers: whole or not at all, once, and registered; on SQLite and PostgreSQL."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import stat

import pytest
import sqlalchemy as sa
from filelock import FileLock
from transfer_files import GROUPS, MAPPED, NOW, Passage, group, jsonl, passages, utc

from workbench.errors import BadInput, BadTransfer, Failed
from workbench.ingest import loading, transfers
from workbench.ingest.transfers import recover
from workbench.records import tables

TRANSFER_CLAUSES = pytest.mark.clause(
    "clovis-ca:462.4[2]",
    "claremont-ca:820.3[1]",
    "piedmont-ca:438.4[2]",
    "clinton-ut:426.3[4]",
    "seal-beach-ca:RETENTION[4]",
)


@pytest.fixture
def small(monkeypatch):
    """Have batches hold five rows, so that a small file is many transactions."""
    monkeypatch.setattr("workbench.ingest.formats.base.BATCH_ROWS", 5)
    monkeypatch.setattr("workbench.ingest.loading.WRITE_ROWS", 5)


def plates(desk) -> dict[tuple[str, str], tuple[dt.datetime, dt.datetime, int]]:
    return {
        (row["plate"], row["state"]): (row["first_at"], row["last_at"], row["reads"])
        for row in desk.rows("plates")
    }


def days(desk) -> dict[str, int]:
    return {row["day"]: row["reads"] for row in desk.rows("camera_days")}


@TRANSFER_CLAUSES
def test_the_register_says_who_brought_what_from_where_and_what_came_of_it(each_desk, tmp_path):
    path = GROUPS.write(tmp_path, passages(12), tail="garbage\n")
    result = each_desk.receive(path, unit="Car 7", camera="C1")
    (row,) = each_desk.rows("transfers")
    camera = each_desk.rows("cameras")[0]
    assert row | {"id": 0, "first_read_id": 0} == {
        "id": 0,
        "file_name": "reads.jsonl",
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "size": path.stat().st_size,
        "format": "alpr_group",
        "unit": "Car 7",
        "camera_id": camera["id"],
        "received_by": 1,
        "began_at": NOW,
        "ended_at": NOW,
        "status": "complete",
        "accepted": 12,
        "rejected": 1,
        "skipped": 0,
        "reject_file": result.reject_file.name,
        "first_at": utc("2026-03-02 20:00"),
        "last_at": utc("2026-03-02 20:11"),
        "first_read_id": 0,
        "error": "",
    }
    assert {read["transfer_id"] for read in each_desk.rows("reads")} == {result.transfer_id}


@TRANSFER_CLAUSES
def test_a_failed_transfer_is_registered_with_its_error_and_leaves_nothing_else(
    each_desk, tmp_path, small
):
    path = GROUPS.write(tmp_path, passages(23), tail='{"data_type": "alpr_gr')
    with pytest.raises(BadTransfer, match="cut"):
        each_desk.receive(path)
    assert each_desk.is_untouched()
    (row,) = each_desk.rows("transfers")
    assert (row["status"], row["accepted"], row["first_read_id"]) == ("failed", 0, None)
    assert "cut" in row["error"]


def test_a_file_that_failed_can_be_loaded_once_it_is_whole(each_desk, tmp_path, small):
    path = GROUPS.write(tmp_path, passages(12), tail="{")
    with pytest.raises(BadTransfer):
        each_desk.receive(path)
    whole = GROUPS.write(tmp_path, passages(12))
    assert each_desk.receive(whole).accepted == 12
    assert [row["status"] for row in each_desk.rows("transfers")] == ["failed", "complete"]
    assert len(each_desk.rows("reads")) == 12


def test_plates_and_days_are_counted_over_transfers(each_desk, tmp_path, small):
    at = utc("2026-03-02 20:00")
    one = [Passage("7ABX1", at), Passage("7ABX1", at + dt.timedelta(days=1)), Passage("7ABX2", at)]
    two = [Passage("7ABX1", at - dt.timedelta(days=2)), Passage("7ABX3", at)]
    each_desk.receive(GROUPS.write(tmp_path, one, name="one"))
    each_desk.receive(GROUPS.write(tmp_path, two, name="two"))
    assert plates(each_desk) == {
        ("7ABX1", "CA"): (at - dt.timedelta(days=2), at + dt.timedelta(days=1), 3),
        ("7ABX2", "CA"): (at, at, 1),
        ("7ABX3", "CA"): (at, at, 1),
    }
    assert days(each_desk) == {"2026-02-28": 1, "2026-03-02": 3, "2026-03-03": 1}


def test_counts_are_those_of_the_rows_however_they_came(each_desk, tmp_path, small):
    rows = [
        Passage(f"7ABX{number % 9}", utc("2026-10-30 05:00") + dt.timedelta(hours=number * 3))
        for number in range(60)
    ]
    each_desk.receive(GROUPS.write(tmp_path, rows[:25], name="one"))
    each_desk.receive(GROUPS.write(tmp_path, rows[25:], name="two"))
    reads = each_desk.rows("reads")
    wanted: dict[tuple[str, str], list[dt.datetime]] = {}
    for read in reads:
        wanted.setdefault((read["plate"], read["state"]), []).append(read["captured_at"])
    assert plates(each_desk) == {
        key: (min(times), max(times), len(times)) for key, times in wanted.items()
    }
    zone = each_desk.settings.zone
    by_day: dict[str, int] = {}
    for read in reads:
        day = read["captured_at"].astimezone(zone).date().isoformat()
        by_day[day] = by_day.get(day, 0) + 1
    assert days(each_desk) == by_day


def test_nothing_shows_before_the_transfer_is_complete(each_desk, tmp_path, small):
    seen = []

    def look(*_):
        statuses = {row["id"]: row["status"] for row in each_desk.rows("transfers")}
        reads = [statuses[row["transfer_id"]] for row in each_desk.rows("reads")]
        seen.append((len(reads), set(reads), len(plates(each_desk)), len(days(each_desk))))

    each_desk.receive(GROUPS.write(tmp_path, passages(12)), progress=look)
    assert [count for count, *_ in seen] == [5, 10, 10]
    assert all(rest == [{"loading"}, 0, 0] for _, *rest in seen)


def test_progress_goes_from_nothing_to_all(desk, tmp_path, small):
    path = GROUPS.write(tmp_path, passages(400))
    calls: list[tuple[int, int, int]] = []
    desk.receive(path, progress=lambda *call: calls.append(call))
    done, total, rows = zip(*calls, strict=True)
    assert list(done) == sorted(done)
    assert set(total) == {path.stat().st_size}
    assert (done[-1], rows[-1], len(calls)) == (path.stat().st_size, 400, 80)


def test_writers_get_their_turn_between_batches(desk, tmp_path, small):
    """What is put on the access record meanwhile does not wait for the end of a transfer."""

    def write(*_):
        with desk.database.write() as connection:
            connection.execute(sa.update(tables.members).values(name="Ito"))

    assert desk.receive(GROUPS.write(tmp_path, passages(12)), progress=write).accepted == 12


def interrupted(desk, path, after: int):
    """Load a file in a process that ends, as if killed, after some batches: nothing is undone."""
    calls = 0

    class Killed(BaseException):
        pass

    def kill(*_):
        nonlocal calls
        calls += 1
        if calls == after:
            raise Killed

    undo = loading.Loading._undo
    loading.Loading._undo = lambda self, *_: self._rejects._stream and self._rejects._stream.close()
    try:
        with pytest.raises(Killed):
            desk.receive(path, progress=kill)
    finally:
        loading.Loading._undo = undo


@pytest.mark.parametrize("after", [1, 2, 3])
def test_an_interrupted_transfer_is_undone_and_the_file_loaded(each_desk, tmp_path, small, after):
    path = GROUPS.write(tmp_path, passages(11), tail="garbage\n")
    interrupted(each_desk, path, after)
    assert [row["status"] for row in each_desk.rows("transfers")] == ["loading"]
    result = each_desk.receive(path)
    assert (result.accepted, result.rejected, result.duplicate) == (11, 1, False)
    assert [row["status"] for row in each_desk.rows("transfers")] == ["failed", "complete"]
    assert len(each_desk.rows("reads")) == 11
    assert sum(days(each_desk).values()) == 11
    assert len(each_desk.rejects()) == 1


def test_recover_undoes_what_was_interrupted_by_itself(each_desk, tmp_path, small):
    kept = each_desk.receive(GROUPS.write(tmp_path, passages(7), name="kept"))
    later = passages(9, start="2026-04-02 20:00")
    interrupted(each_desk, GROUPS.write(tmp_path, later, name="cut"), 2)
    assert recover(each_desk.database, each_desk.settings, clock=lambda: NOW) == [
        kept.transfer_id + 1
    ]
    assert recover(each_desk.database, each_desk.settings, clock=lambda: NOW) == []
    assert {read["transfer_id"] for read in each_desk.rows("reads")} == {kept.transfer_id}
    assert "Interrupted" in each_desk.rows("transfers")[1]["error"]


def test_undoing_goes_in_steps_and_survives_being_broken_off(
    each_desk, tmp_path, small, monkeypatch
):
    monkeypatch.setattr("workbench.ingest.store._ROWS_AT_ONCE", 3)
    each_desk.receive(GROUPS.write(tmp_path, passages(4), name="kept"))
    path = GROUPS.write(tmp_path, passages(23, start="2026-04-02 20:00"), name="cut")
    interrupted(each_desk, path, 5)
    steps = 0
    write = each_desk.database.write

    def failing():
        nonlocal steps
        steps += 1
        if steps == 4:
            raise OSError("the power went")
        return write()

    monkeypatch.setattr(each_desk.database, "write", failing)
    with pytest.raises(OSError, match="power"):
        recover(each_desk.database, each_desk.settings, clock=lambda: NOW)
    monkeypatch.setattr(each_desk.database, "write", write)
    assert 4 < len(each_desk.rows("reads")) < 27
    assert each_desk.receive(path).accepted == 23
    assert len(each_desk.rows("reads")) == 27


def stranger(passage: Passage, camera: int, **changes):
    return group(passage, camera_id=camera, gps_latitude=36.6, gps_longitude=-120.3, **changes)


def test_a_stranger_with_a_place_is_added_and_found_again(each_desk, tmp_path):
    one, two = passages(2)
    for name, items in (("one", [stranger(one, 555)]), ("two", [stranger(two, 555)])):
        path = tmp_path / f"{name}.jsonl"
        path.write_text(jsonl(items))
        each_desk.receive(path)
    added = each_desk.rows("cameras")[1]
    wanted = {
        "code": "555",
        "vendor_key": "AGENT/555",
        "registered": False,
        "kind": "fixed",
        "latitude": 36.6,
        "longitude": -120.3,
        "owner": "Santa Lucera PD",
    }
    assert {name: added[name] for name in wanted} == wanted
    assert len(each_desk.rows("cameras")) == 2
    assert {read["camera_id"] for read in each_desk.rows("reads")} == {added["id"]}


def test_strangers_of_a_unit_are_mobile(desk, tmp_path):
    path = tmp_path / "x.jsonl"
    path.write_text(jsonl([stranger(passages(1)[0], 555)]))
    desk.receive(path, unit="Car 7")
    assert (desk.rows("cameras")[1]["kind"], desk.rows("cameras")[1]["latitude"]) == (
        "mobile",
        None,
    )


def test_the_same_number_of_another_agent_is_another_camera(desk, tmp_path):
    one, two = passages(2)
    path = tmp_path / "x.jsonl"
    path.write_text(jsonl([stranger(one, 555), stranger(two, 555, agent_uid="OTHER")]))
    desk.receive(path)
    assert [row["code"] for row in desk.rows("cameras")] == ["C1", "555", "OTHER/555"]


def test_strangers_of_a_failed_transfer_go_with_it(each_desk, tmp_path, small):
    first = tmp_path / "first.jsonl"
    first.write_text(jsonl([stranger(passages(1)[0], 444)]))
    each_desk.receive(first)
    path = tmp_path / "x.jsonl"
    path.write_text(
        jsonl([stranger(one, 444 + number % 2) for number, one in enumerate(passages(12))]) + "{"
    )
    with pytest.raises(BadTransfer):
        each_desk.receive(path)
    assert [row["code"] for row in each_desk.rows("cameras")] == ["C1", "444"]


def test_a_camera_that_is_not_in_the_register_cannot_be_named(desk, tmp_path):
    with pytest.raises(BadInput, match="no camera 'C99'"):
        desk.receive(GROUPS.write(tmp_path, passages(1)), camera="C99")
    assert not desk.rows("transfers")


def test_a_format_and_a_mapping_are_one_too_many(desk, tmp_path):
    with pytest.raises(BadInput, match="Both"):
        desk.receive(GROUPS.write(tmp_path, passages(1)), format="elsag", **MAPPED.options)


def test_the_reads_of_a_private_party_are_marked(desk, tmp_path):
    desk.receive(
        GROUPS.write(tmp_path, passages(1)), governmental=False, source_agency="Acme Towing"
    )
    (read,) = desk.rows("reads")
    assert (read["governmental"], read["source_agency"]) == (False, "Acme Towing")


def test_one_loads_at_a_time(each_desk, tmp_path):
    path = GROUPS.write(tmp_path, passages(2))
    with (
        FileLock(each_desk.settings.home / "ingest.lock"),
        pytest.raises(Failed, match="Another transfer"),
    ):
        each_desk.receive(path, wait_s=0.05)
    assert not each_desk.rows("transfers")
    assert each_desk.receive(path).accepted == 2


def test_on_postgresql_one_loads_at_a_time_from_whichever_machine(postgres, tmp_path):
    from transfer_files import Desk

    with postgres.database() as database:
        desk = Desk(database, tmp_path / "home")
        with database.engine.connect() as elsewhere:
            elsewhere.execute(sa.select(sa.func.pg_advisory_lock(transfers._LOCK)))
            with pytest.raises(Failed, match="Another transfer"):
                desk.receive(GROUPS.write(tmp_path, passages(2)), wait_s=0.05)
        assert not desk.rows("transfers")


def test_a_file_that_changes_while_it_is_read_is_refused(desk, tmp_path):
    path = GROUPS.write(tmp_path, passages(3))

    def append(*_):
        with path.open("a") as stream:
            stream.write(jsonl([group(passages(4)[3])]))

    with pytest.raises(BadTransfer, match="changed while"):
        desk.receive(path, progress=append)
    assert desk.is_untouched()


def test_a_disk_that_is_full_leaves_nothing_and_a_next_step(desk, tmp_path, small, monkeypatch):
    calls = 0
    write = loading.Writer.write

    def full(self, connection):
        nonlocal calls
        calls += 1
        write(self, connection)
        if calls == 2:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(loading.Writer, "write", full)
    with pytest.raises(Failed, match="could not be stored") as error:
        desk.receive(GROUPS.write(tmp_path, passages(12)))
    assert "disk" in error.value.next_step
    assert desk.is_untouched()


def test_no_error_and_no_log_line_carries_a_plate(desk, tmp_path, caplog, small):
    caplog.set_level("DEBUG")
    column_wrong = [
        group(one, camera_id=one.plate, gps_latitude=None, gps_longitude=None)
        for one in passages(4)
    ]
    path = tmp_path / "x.jsonl"
    path.write_text(jsonl(column_wrong))
    with pytest.raises(BadTransfer) as error:
        desk.receive(path)
    desk.receive(GROUPS.write(tmp_path, passages(7), tail="7ABX garbage\n"))
    text = caplog.text + str(error.value) + "".join(row["error"] for row in desk.rows("transfers"))
    assert "7ABX" not in text
    assert "not in the register" in str(error.value)


def test_the_reject_file_is_for_its_owner_alone(desk, tmp_path):
    result = desk.receive(GROUPS.write(tmp_path, passages(2), name="a b;c", tail="garbage\n"))
    assert stat.S_IMODE(result.reject_file.stat().st_mode) == 0o600
    assert stat.S_IMODE(result.reject_file.parent.stat().st_mode) == 0o700
    assert result.reject_file.name == f"{result.transfer_id:06d}-a_b_c.jsonl.rejects.jsonl"


@pytest.mark.parametrize("sample", [GROUPS, MAPPED], ids=lambda sample: sample.id)
def test_rejected_rows_come_in_once_what_was_wrong_is_mended(desk, tmp_path, sample):
    elsewhere = [
        Passage(f"8XYZ{number}", utc("2026-03-02 20:00"), "900", (0, 0)) for number in range(3)
    ]
    path = sample.write(tmp_path, [*passages(2), *elsewhere])
    first = desk.receive(path, **sample.options)
    assert (first.accepted, first.rejected) == (2, 3)
    desk.camera("C9", "900", (36.6, -120.3))
    second = desk.receive(first.reject_file, **sample.options)
    assert (second.accepted, second.rejected, second.format) == (3, 0, sample.format)
    assert [read["plate"] for read in desk.rows("reads")][2:] == ["8XYZ0", "8XYZ1", "8XYZ2"]
    assert desk.receive(first.reject_file, **sample.options).duplicate


def test_rejected_rows_of_a_mapping_want_their_mapping(desk, tmp_path):
    first = desk.receive(MAPPED.write(tmp_path, passages(1), tail=MAPPED.bad), **MAPPED.options)
    with pytest.raises(BadTransfer, match="through the mapping"):
        desk.receive(first.reject_file)


@pytest.mark.parametrize(
    "damage", ['{"workbench_rejects": 1}\n', '{"workbench_rejects": 1, "format": "elsag"}\n7\n']
)
def test_a_damaged_reject_file_is_a_clear_error(desk, tmp_path, damage):
    path = tmp_path / "x.rejects.jsonl"
    path.write_text(damage)
    with pytest.raises(BadTransfer, match="damaged reject file"):
        desk.receive(path)


def test_reject_lines_are_json_with_line_reason_and_text(desk, tmp_path):
    result = desk.receive(GROUPS.write(tmp_path, passages(1), tail="garbage é\n"))
    preamble, row = map(json.loads, result.reject_file.read_text().splitlines())
    assert preamble == {"workbench_rejects": 1, "format": "alpr_group"}
    assert row == {"line": 2, "reason": "The line is not a JSON object.", "text": "garbage é"}
