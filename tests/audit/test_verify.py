"""Whatever is done to the record, verification names it: what, and at which record."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from databases import Postgres
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from record_builders import NOON, Record, entry, rehashed

from workbench.audit import chain as chain_module
from workbench.audit import keys
from workbench.audit.chain import COLUMNS, Anchor, anchor_message
from workbench.audit.verify import verify
from workbench.records.database import Database
from workbench.records.tables import audit_checkpoints, to_micros

LENGTH = 12


@pytest.fixture
def record(database: Database, tmp_path: Path) -> Record:
    return Record(database, tmp_path, LENGTH)


@pytest.fixture
def anchored(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Record:
    """Give a record with a checkpoint at every fifth record."""
    monkeypatch.setattr(chain_module, "CHECKPOINT_EVERY", 5)
    return Record(database, tmp_path, LENGTH)


def found(record: Record) -> tuple[str, int | None]:
    """Return what a verification names; it must also say it in words, with the number."""
    verdict = record.verify()
    assert not verdict.ok
    assert str(verdict.seq) in verdict.finding
    return verdict.kind, verdict.seq


@pytest.mark.clause(
    "clovis-ca:462.5(a)", "piedmont-ca:438.5(a)", "clinton-ut:426.4(a)",
    "seal-beach-ca:ACCOUNTABILITY(b)", "claremont-ca:820.5[2]",
)  # fmt: skip
def test_a_whole_record_verifies(record: Record) -> None:
    seen: list[int] = []
    verdict = verify(record.database, record.chain.folder, record.chain.key, progress=seen.append)
    assert verdict.ok
    assert (verdict.records, verdict.head_seq, verdict.kind, verdict.notes) == (12, 12, "", ())
    assert verdict.head_hash == record.rows()[-1]["hash"]
    assert seen == [12]
    assert json.loads(json.dumps(verdict.as_dict()))["ok"] is True


def test_an_empty_record_verifies(database: Database, tmp_path: Path) -> None:
    verdict = Record(database, tmp_path, 0).verify()
    assert (verdict.ok, verdict.records, verdict.notes) == (True, 0, ())


def flipped(value: Any, bit: int = 0) -> Any:
    """Return a value with one bit the other way round."""
    if isinstance(value, int):
        return value ^ (1 << bit)
    raw = bytearray(value.encode())
    raw[bit // 8 % len(raw)] ^= 1 << bit % 8
    return bytes(raw)


@pytest.mark.parametrize("seq", [1, 7, LENGTH])
def test_one_bit_flipped_in_any_column_is_named(record: Record, seq: int) -> None:
    row = record.rows()[seq - 1]
    for column, value in row.items():
        bit = 6 if column == "seq" else 0  # a number that is free
        fresh = flipped(value, bit)
        record.change(seq, **{column: fresh.decode() if isinstance(fresh, bytes) else fresh})
        named = found(record)
        record.change(fresh if column == "seq" else seq, **{column: value})
        assert (column, *named) == (column, "reordered" if column == "seq" else "altered", seq)
    assert record.verify().ok


@pytest.fixture
def sqlite_record(sqlite: Database, tmp_path: Path) -> Record:
    return Record(sqlite, tmp_path, LENGTH)


def test_any_bit_of_any_field_of_any_record_counts(sqlite_record: Record) -> None:
    rows = sqlite_record.rows()

    @settings(max_examples=150, deadline=None, database=None)
    @given(st.integers(1, LENGTH), st.sampled_from(COLUMNS), st.integers(0, 400))
    @example(1, "prev_hash", 7)  # no longer UTF-8
    @example(2, "prev_hash", 7)
    @example(2, "hash", 7)
    def flip(seq: int, column: str, bit: int) -> None:
        value = rows[seq - 1][column]
        if isinstance(value, int):
            bit %= 50
            taken = {row["seq"] for row in rows}
            assume(column != "seq" or flipped(value, bit) not in taken)
        fresh = flipped(value, bit)
        placeholder = "CAST(? AS TEXT)" if isinstance(fresh, bytes) else "?"
        change = f"UPDATE audit_records SET {column} = {placeholder} WHERE seq = ?"
        with sqlite_record.tampering() as connection:
            connection.exec_driver_sql(change, (fresh, seq))
        try:
            assert found(sqlite_record) == ("reordered" if column == "seq" else "altered", seq)
        finally:
            sqlite_record.replace(rows)
        assert sqlite_record.verify().ok

    flip()


def test_one_bit_flipped_in_the_file_itself_is_named(sqlite_record: Record) -> None:
    path = Path(str(sqlite_record.database.engine.url.database))
    with sqlite_record.database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    sqlite_record.database.close()
    raw = bytearray(path.read_bytes())
    at = raw.index(b"entry 8")
    raw[at + 3] ^= 0x80  # no longer UTF-8: SQLite cannot even hand it out as text
    path.write_bytes(raw)
    assert found(sqlite_record) == ("altered", 8)


def test_bytes_in_the_place_of_text_are_named(sqlite_record: Record) -> None:
    sqlite_record.change(5, reason=sa.text("x'6162'"))
    assert found(sqlite_record) == ("altered", 5)


def test_a_damaged_database_is_named_and_not_a_crash(sqlite: Database, tmp_path: Path) -> None:
    record = Record(sqlite, tmp_path, 400)
    path = Path(str(sqlite.engine.url.database))
    with sqlite.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    sqlite.close()
    raw = bytearray(path.read_bytes())
    page = raw.index(b"entry 300") // 4096
    raw[page * 4096 : page * 4096 + 4096] = random.Random(1).randbytes(4096)
    path.write_bytes(raw)
    kind, seq = found(record)
    assert kind in {"unreadable", "altered", "removed"}
    assert seq is not None
    assert 250 < seq <= 300


@pytest.mark.parametrize(
    ("table", "named"),
    [("audit_records", ("unreadable", 1)), ("audit_checkpoints", ("checkpoint", 0))],
)
def test_a_table_that_is_gone_is_named(record: Record, table: str, named: tuple[str, int]) -> None:
    with record.tampering() as connection:
        connection.exec_driver_sql(f"DROP TABLE {table}")
    assert found(record) == named


def test_a_file_that_is_no_database_is_named(sqlite_record: Record) -> None:
    sqlite_record.database.close()
    Path(str(sqlite_record.database.engine.url.database)).write_bytes(b"overwritten" * 1000)
    assert found(sqlite_record) == ("unreadable", 1)


def test_a_database_out_of_reach_is_no_broken_record(postgres: Postgres, tmp_path: Path) -> None:
    with postgres.database() as database:
        record = Record(database, tmp_path, 3)
        away = Database.open(database.engine.url.set(port=1))
        with pytest.raises(sa.exc.OperationalError):
            verify(away, record.chain.folder, record.chain.key)


@pytest.mark.parametrize("gone", [(1,), (1, 2), (7,), (5, 6, 7), (11,)])
def test_removed_records_are_named(record: Record, gone: tuple[int, ...]) -> None:
    record.delete(*gone)
    assert found(record) == ("removed", gone[0])


@pytest.mark.parametrize(("first", "count"), [(1, 1), (7, 1), (4, 3)])
def test_removed_and_renumbered_is_named(record: Record, first: int, count: int) -> None:
    rows = record.rows()
    kept = [row for row in rows if not first <= row["seq"] < first + count]
    for number, row in enumerate(kept, start=1):
        row["seq"] = number
    record.replace(kept)
    assert found(record) == ("removed", first)


@pytest.mark.parametrize("links_too", [False, True])
def test_renumbered_intents_keep_or_move_their_access_ids(
    database: Database, tmp_path: Path, links_too: bool
) -> None:
    record = Record(database, tmp_path, 3)
    for _ in range(3):
        access_id = record.chain.append(chain_module.Entry("intent", "query.history"))
        record.chain.append(
            chain_module.Entry("outcome", "query.history", outcome="ok", access_id=access_id)
        )
    kept = [row for row in record.rows() if row["seq"] not in (4, 5)]
    for row in kept[3:]:
        row["seq"] -= 2
        row["access_id"] -= 2 if links_too else 0
    record.replace(kept)
    assert found(record) == ("removed", 4)


def test_two_records_with_swapped_numbers_are_named(record: Record) -> None:
    for a, b in ((5, 6), (2, 11), (1, 12)):
        rows = record.rows()
        swapped = [dict(row) for row in rows]
        swapped[a - 1]["seq"], swapped[b - 1]["seq"] = b, a
        record.replace(swapped)
        assert found(record) == ("reordered", a)
        record.replace(rows)


def test_two_records_with_swapped_contents_are_named(record: Record) -> None:
    rows = record.rows()
    swapped = [dict(row) for row in rows]
    for column in COLUMNS:
        if column not in {"seq", "prev_hash", "hash"}:
            swapped[3][column], swapped[8][column] = rows[8][column], rows[3][column]
    record.replace(swapped)
    verdict = record.verify()
    assert (verdict.kind, verdict.seq) == ("reordered", 4)
    assert "content of record 9" in verdict.finding


@pytest.mark.parametrize("left", [11, 8, 1, 0])
def test_a_cut_off_end_is_named(record: Record, left: int) -> None:
    record.replace(record.rows()[:left])
    assert found(record) == ("cut", left + 1)
    assert f"{LENGTH - left} record" in record.verify().finding


def test_a_cut_off_end_is_named_when_the_checkpoints_are_gone_too(anchored: Record) -> None:
    anchored.delete_checkpoints()
    anchored.delete(*range(3, LENGTH + 1))
    assert found(anchored) == ("cut", 3)
    anchored.head_file.unlink()
    assert found(anchored) == ("cut", 3)  # checkpoints.jsonl still shows that record 10 was there


def test_a_cut_off_end_with_a_new_one_grown_on_is_named(record: Record) -> None:
    record.replace(rehashed([*record.rows()[:8], *record.rows()[:5]], 9))
    assert found(record) == ("rewritten", 1)


def forged(record: Record, seq: int) -> dict[str, Any]:
    """Return a record somebody made up to follow the one before ``seq``."""
    row = dict(record.rows()[seq - 2], detail="made up")
    return rehashed([*record.rows()[: seq - 1], row], seq)[-1]


def test_an_inserted_record_is_named(record: Record) -> None:
    rows = record.rows()
    shifted = [dict(row, seq=row["seq"] + 1) for row in rows[6:]]
    record.replace([*rows[:6], forged(record, 7), *shifted])
    assert found(record) == ("inserted", 7)


def test_an_inserted_record_that_follows_from_nothing_is_named(record: Record) -> None:
    rows = record.rows()
    stray = dict(forged(record, 7), prev_hash="f" * 64)
    shifted = [dict(row, seq=row["seq"] + 1) for row in rows[6:]]
    record.replace([*rows[:6], stray, *shifted])
    assert found(record) == ("inserted", 7)
    record.replace([dict(stray, seq=0), *rows])
    assert found(record) == ("inserted", 0)


def test_records_numbered_below_the_first_are_named(record: Record) -> None:
    record.change(2, seq=0)
    assert found(record) == ("reordered", 2)


def test_a_record_made_up_at_the_end_is_noted(record: Record) -> None:
    record.replace([*record.rows(), forged(record, 13)])
    verdict = record.verify()
    assert verdict.notes == ("The records after 12 are not signed yet: the next entry signs them.",)
    record.chain.append(entry())
    assert record.verify().notes == ()


def test_an_altered_record_with_a_fresh_hash_is_named(record: Record) -> None:
    rows = record.rows()
    rows[5]["reason"] = "something better"
    record.replace(rehashed(rows[:6], 6) + rows[6:])
    assert found(record) == ("altered", 6)


@pytest.mark.parametrize(("start", "first"), [(1, 1), (4, 1), (6, 6), (10, 6), (11, 11), (12, 11)])
def test_an_end_rewritten_with_fresh_hashes_is_named(
    anchored: Record, start: int, first: int
) -> None:
    rows = anchored.rows()
    rows[start - 1]["reason"] = "something better"
    anchored.replace(rehashed(rows, start))
    assert found(anchored) == ("rewritten", first)


def test_a_rewritten_record_with_checkpoints_signed_by_another_key_is_named(
    anchored: Record, tmp_path: Path
) -> None:
    rows = anchored.rows()
    rows[3]["reason"] = "something better"
    rows = rehashed(rows, 4)
    anchored.replace(rows)
    other = keys.create(tmp_path / "other")
    resigned = []
    for seq in (5, 10):
        at = to_micros(NOON)
        signature = other.sign(anchor_message(seq, rows[seq - 1]["hash"], at, other.id))
        resigned.append(Anchor(seq, rows[seq - 1]["hash"], at, other.id, signature))
    anchored.delete_checkpoints()
    with anchored.tampering() as connection:
        connection.execute(audit_checkpoints.insert(), [vars(anchor) for anchor in resigned])
    assert found(anchored) == ("rewritten", 1)
    anchored.head_file.unlink()
    anchored.checkpoint_file.unlink()
    assert found(anchored) == ("checkpoint", 5)


@pytest.mark.parametrize("field", ["hash", "at", "key_id", "signature"])
def test_a_forged_checkpoint_is_named(anchored: Record, field: str) -> None:
    with anchored.tampering() as connection:
        row = connection.execute(audit_checkpoints.select()).first()
        assert row is not None
        value = getattr(row, field)
        fresh = value + 1 if field == "at" else "0123456789abcdef"
        forge = audit_checkpoints.update().where(audit_checkpoints.c.seq == 5)
        connection.execute(forge.values(**{field: fresh}))
    assert found(anchored) == ("checkpoint", 5)


def test_a_forged_head_is_named(record: Record) -> None:
    head = json.loads(record.head_file.read_text())
    for change in ({"seq": 99}, {"hash": "0" * 64}, {"signature": 5}, {"signature": "zz"}):
        record.head_file.write_text(json.dumps({**head, **change}))
        assert record.verify().kind == "checkpoint"


def test_a_missing_head_is_noted(anchored: Record) -> None:
    anchored.head_file.unlink()
    verdict = anchored.verify()
    assert verdict.ok
    assert any("head.json is missing" in note for note in verdict.notes)
    anchored.checkpoint_file.unlink()
    assert any("No signature is kept outside" in note for note in anchored.verify().notes)


@pytest.mark.parametrize("text", ["", "{", "[]", "5", "\xff"])
def test_a_damaged_head_proves_nothing_and_is_noted(record: Record, text: str) -> None:
    record.head_file.write_text(text, encoding="latin-1")
    verdict = record.verify()
    assert verdict.ok
    assert "Line 1 of head.json is damaged: it proves nothing." in verdict.notes
    record.chain.append(entry())
    assert record.verify().notes == ()


def test_checkpoints_missing_on_either_side_are_noted(anchored: Record) -> None:
    anchored.delete_checkpoints()
    verdict = anchored.verify()
    assert verdict.ok
    assert verdict.notes == (
        "Checkpoint 5 is missing in the database.",
        "Checkpoint 10 is missing in the database.",
    )


def test_a_lost_checkpoint_file_is_noted(anchored: Record) -> None:
    anchored.checkpoint_file.write_text(anchored.checkpoint_file.read_text().splitlines()[1])
    assert anchored.verify().notes == ("Checkpoint 5 is missing in checkpoints.jsonl.",)


def test_the_record_of_another_home_does_not_fit(record: Record, tmp_path: Path) -> None:
    other = keys.create(tmp_path / "other")
    assert verify(record.database, record.chain.folder, other).kind == "checkpoint"
