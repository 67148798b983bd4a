"""What stands in the record, and what happens where it cannot be written."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import stat
from pathlib import Path

import pytest
import sqlalchemy as sa
from record_builders import DESK, GROUNDS, NOON, RIVERA, Record, entry, open_chain

from workbench.audit import chain as chain_module
from workbench.audit import keys
from workbench.audit.chain import Chain, Entry
from workbench.audit.verify import verify
from workbench.errors import NotSetUp, RecordUnwritable
from workbench.records.database import Database
from workbench.records.tables import from_micros, login_failures


@pytest.fixture
def chain(database: Database, tmp_path: Path) -> Chain:
    return open_chain(database, tmp_path)


def rows(database: Database) -> list[dict[str, object]]:
    with database.read() as connection:
        found = connection.execute(sa.text("SELECT * FROM audit_records ORDER BY seq"))
        return [dict(row._mapping) for row in found]


def test_an_entry_holds_who_what_when_where_and_why(database: Database, chain: Chain) -> None:
    automatic = dataclasses.replace(DESK, automatic=True)
    chain.append(Entry("intent", "query.history", session=automatic, grounds=GROUNDS,
                       elements={"state": "CA", "plate": "7ABX123"}))  # fmt: skip
    chain.append(Entry("outcome", "query.history", outcome="ok", session=DESK, access_id=1,
                       rows=3, truncated=True))  # fmt: skip
    intent, outcome = rows(database)
    assert intent == {
        **intent,
        "seq": 1,
        "phase": "intent",
        "action": "query.history",
        "access_id": 1,
        "username": "rivera",
        "name": "Ana Rivera",
        "organization": "Santa Lucera Police Department",
        "roles": "analyst detective",
        "session_id": 3,
        "address": "10.0.0.7",
        "host": "desk-7",
        "case_number": "26-00417",
        "crime_type": "homicide",
        "incident_number": "I26-01873",
        "purpose": "homicide",
        "reason": "Shooting at 5th and Main",
        "elements": '{"plate":"7ABX123","state":"CA"}',
        "automatic": 1,
        "profile": "clovis-ca@2026.1",
        "software": "workbench 0.1",
    }
    assert from_micros(int(str(intent["at"]))) == NOON
    assert (outcome["access_id"], outcome["outcome"]) == (1, "ok")
    assert (outcome["rows"], outcome["truncated"], outcome["automatic"]) == (3, 1, 0)


def test_entries_count_up_and_each_signs_the_head(database: Database, chain: Chain) -> None:
    assert chain.head() == (0, "0" * 64)
    assert [chain.append(entry()), *chain.append_all([entry(), entry()])] == [1, 2, 3]
    assert chain.append_all([]) == []
    head = json.loads((chain.folder / "head.json").read_text())
    assert (head["seq"], head["hash"]) == chain.head()
    assert head["seq"] == 3


def test_one_by_one_and_all_at_once_are_the_same_record(
    database: Database, chain: Chain, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chain_module, "CHECKPOINT_EVERY", 2)
    chain.append(entry(1))
    chain.append_all([entry(2), entry(3), entry(4)])
    with database.write() as connection:
        assert [chain.append(entry(n), connection) for n in (5, 6)] == [5, 6]
    verdict = verify(database, chain.folder, chain.key)
    assert (verdict.ok, verdict.records, verdict.checkpoints) == (True, 6, 3)
    lines = (chain.folder / "checkpoints.jsonl").read_text().splitlines()
    assert [json.loads(line)["seq"] for line in lines] == [2, 4, 6]
    assert stat.S_IMODE((chain.folder / "checkpoints.jsonl").stat().st_mode) == 0o600


def test_an_entry_falls_with_its_transaction(database: Database, chain: Chain) -> None:
    def fail() -> None:
        with database.write() as connection:
            chain.append(entry(), connection)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert rows(database) == []
    assert not (chain.folder / "head.json").exists()


def test_a_checkpoint_can_be_asked_for(database: Database, chain: Chain) -> None:
    chain.append(entry())
    assert chain.checkpoint().verifies(chain.key)
    assert chain.checkpoint().seq == 1
    assert verify(database, chain.folder, chain.key).checkpoints == 1


def test_text_that_a_database_cannot_keep_is_written_out(database: Database, chain: Chain) -> None:
    grounds = dataclasses.replace(GROUNDS, reason="half \ud83d of a pair, and \0 in it 🚗")
    chain.append(Entry("event", "x", grounds=grounds, elements={"odd": "\udfff\0"}))
    (row,) = rows(database)
    assert row["reason"] == r"half \ud83d of a pair, and \x00 in it 🚗"
    assert verify(database, chain.folder, chain.key).ok


def test_a_head_is_never_moved_back(database: Database, chain: Chain) -> None:
    chain.append_all([entry(n) for n in range(5)])
    chain._sign_head(2, "0" * 64)
    assert json.loads((chain.folder / "head.json").read_text())["seq"] == 5


def raising_trigger(database: Database) -> None:
    with database.write() as connection:
        if database.dialect == "sqlite":
            connection.exec_driver_sql(
                "CREATE TRIGGER full BEFORE INSERT ON audit_records"
                " BEGIN SELECT RAISE(ABORT, 'full'); END"
            )
        else:
            connection.exec_driver_sql(
                "CREATE TRIGGER a_full BEFORE INSERT ON audit_records"
                " FOR EACH ROW EXECUTE FUNCTION refuse_change()"
            )


def missing_table(database: Database) -> None:
    with database.write() as connection:
        connection.exec_driver_sql("DROP TABLE audit_records")


@pytest.mark.parametrize("unwritable", [raising_trigger, missing_table])
def test_a_record_that_cannot_be_written_says_so(
    database: Database, chain: Chain, unwritable: object
) -> None:
    unwritable(database)  # type: ignore[operator]
    for append in (lambda: chain.append(entry()), lambda: chain.append_all([entry()])):
        with pytest.raises(RecordUnwritable, match=r"nothing is shown.*workbench doctor"):
            append()


def test_what_hangs_on_an_entry_falls_with_it(database: Database, chain: Chain) -> None:
    raising_trigger(database)

    def work() -> None:
        with database.write() as connection:
            connection.execute(login_failures.insert(), {"username": "a", "at": NOON})
            chain.append(entry(), connection)

    with pytest.raises(RecordUnwritable):
        work()
    with database.read() as connection:
        assert connection.execute(login_failures.select()).all() == []


def test_a_read_only_database_says_so(sqlite: Database, tmp_path: Path) -> None:
    path = sqlite.engine.url.database
    sqlite.close()
    closed = Database.open(f"sqlite:///file:{path}?mode=ro&uri=true")
    with pytest.raises(RecordUnwritable):
        open_chain(closed, tmp_path).append(entry())
    closed.close()


@pytest.mark.parametrize("inside", [False, True])
def test_files_that_cannot_be_written_say_so(
    database: Database, chain: Chain, inside: bool
) -> None:
    """Root may write anywhere, so a folder stands in the place of the file."""
    (chain.folder / "head.json").mkdir()

    def within() -> None:
        with database.write() as connection:
            chain.append(entry(), connection)

    with pytest.raises(RecordUnwritable):
        within() if inside else chain.append(entry())


def test_a_lost_connection_says_so(database: Database, tmp_path: Path) -> None:
    if database.dialect == "sqlite":
        away = Database.open(f"sqlite:///{tmp_path / 'no such folder' / 'x.db'}")
    else:
        away = Database.open(database.engine.url.set(port=1))
    with pytest.raises(RecordUnwritable):
        open_chain(away, tmp_path).append(entry())
    away.close()


def test_times_keep_their_microseconds(database: Database, tmp_path: Path) -> None:
    later = NOON + dt.timedelta(microseconds=1)
    record = Record(database, tmp_path, 1)
    open_chain(database, tmp_path, lambda: later).append(entry())
    first, second = record.rows()
    assert second["at"] - first["at"] == 1
    assert RIVERA.name == first["name"]


def test_keys_are_the_owners_alone_and_made_once(tmp_path: Path) -> None:
    made = keys.create(tmp_path / "keys")
    assert stat.S_IMODE((tmp_path / "keys" / "record.key").stat().st_mode) == 0o600
    assert keys.load(tmp_path / "keys").id == made.id
    with pytest.raises(NotSetUp, match="a signing key already"):
        keys.create(tmp_path / "keys")


def test_the_public_half_alone_verifies_and_does_not_sign(tmp_path: Path) -> None:
    made = keys.create(tmp_path)
    signature = made.sign(b"x")
    (tmp_path / "record.key").unlink()
    public = keys.load(tmp_path)
    assert public.verifies(b"x", signature)
    assert not public.verifies(b"y", signature)
    with pytest.raises(NotSetUp, match="signing key is not here"):
        public.sign(b"x")


def test_damaged_or_foreign_keys_say_what_to_restore(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    keys.create(one)
    keys.create(two)
    (one / "record.pub").write_bytes((two / "record.pub").read_bytes())
    with pytest.raises(NotSetUp, match="do not belong together"):
        keys.load(one)
    (one / "record.pub").write_text("damaged")
    with pytest.raises(NotSetUp, match="damaged"):
        keys.load(one)
    (one / "record.pub").unlink()
    with pytest.raises(NotSetUp, match="missing"):
        keys.load(one)
