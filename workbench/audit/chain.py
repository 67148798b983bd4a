"""The access record: append-only, hash-chained, anchored by signatures.

Each record's hash is the SHA-256 of a canonical JSON list of all its fields, among them the hash of the record
before it; so nothing can be altered, removed, inserted or reordered without breaking every hash that follows.
A chain alone does not show that its end was cut off: after every commit the newest record's number and hash are
signed (Ed25519) into ``head.json`` outside the database, and every thousandth record is a signed checkpoint in the
database and in ``checkpoints.jsonl``. Copy those two files elsewhere and the record is anchored there as well.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from filelock import FileLock, Timeout

from workbench.audit.keys import RecordKey
from workbench.errors import RecordUnwritable
from workbench.models import Grounds, Session
from workbench.records.database import Database
from workbench.records.tables import audit_checkpoints, audit_records, to_micros

__all__ = ["GENESIS", "Anchor", "Chain", "Entry", "anchor_message", "digest"]

GENESIS = "0" * 64
CHECKPOINT_EVERY = 1000
COLUMNS = tuple(column.name for column in audit_records.columns)
HASHED = COLUMNS[:-1]
_LOCK = 0x414C5052  # "ALPR": the advisory lock that serialises appends on PostgreSQL
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_insert = audit_records.insert()
_newest = (
    sa.select(audit_records.c.seq, audit_records.c.hash)
    .order_by(audit_records.c.seq.desc())
    .limit(1)
)


def digest(values: Sequence[Any]) -> str:
    """Return the hash of a record's fields, in the table's order and without the hash itself."""
    return hashlib.sha256(_encode(list(values)).encode("utf-8", "surrogatepass")).hexdigest()


def anchor_message(seq: int, record_hash: str, at: int, key_id: str) -> bytes:
    """Return the bytes that a checkpoint's signature covers."""
    return f"alpr-workbench record v1\n{seq}\n{record_hash}\n{at}\n{key_id}".encode()


@dataclass(frozen=True)
class Entry:
    """What is put on the record; everything that is not about the chain itself.

    ``phase`` is ``intent`` (before an access), ``outcome`` (after it) or ``event``; ``elements`` are the plate or other
    data elements of the query, as plain JSON.
    """

    phase: str
    action: str
    outcome: str = ""
    session: Session | None = None
    username: str = ""
    address: str = ""
    host: str = ""
    grounds: Grounds | None = None
    elements: Mapping[str, Any] = field(default_factory=dict)
    access_id: int | None = None
    rows: int | None = None
    truncated: bool | None = None
    clause: str = ""
    detail: str = ""
    automatic: bool = False


@dataclass(frozen=True)
class Anchor:
    """A record's number and hash, signed."""

    seq: int
    hash: str
    at: int
    key_id: str
    signature: str

    def verifies(self, key: RecordKey) -> bool:
        """Tell whether this anchor was signed by ``key``."""
        message = anchor_message(self.seq, self.hash, self.at, self.key_id)
        return self.key_id == key.id and key.verifies(message, self.signature)


class Chain:
    """Appends to the record.

    Parameters
    ----------
    database : Database
        Where the record is kept.
    folder : Path
        Where the signed head and the checkpoints are kept, outside the database.
    key : RecordKey
        Signs both.
    profile : str
        The policy profile in force, such as ``clovis-ca@1``; stands in every record.
    software : str
        The release, such as ``alpr-workbench 0.1.0``.
    clock : callable
        Gives the present time, aware.
    """

    def __init__(
        self,
        database: Database,
        folder: Path,
        key: RecordKey,
        *,
        profile: str,
        software: str,
        clock: Callable[[], dt.datetime],
    ) -> None:
        self.database = database
        self.folder = folder
        self.key = key
        self.profile = profile
        self.software = software
        self.clock = clock

    def append(self, entry: Entry, connection: sa.Connection | None = None) -> int:
        """Put an entry on the record and return its number.

        Without ``connection`` the entry is committed and flushed on return. With the connection of an open
        :meth:`Database.write`, it stands or falls with that transaction.

        Raises
        ------
        RecordUnwritable
            The entry could not be written: whatever depended on it must not go on.
        """
        try:
            if connection is not None:
                return self._append([entry], connection)[0]
            with self.database.write() as own:
                return self._append([entry], own)[0]
        except (sa.exc.SQLAlchemyError, OSError) as error:
            raise _unwritable(error) from None

    def append_all(self, entries: Sequence[Entry]) -> list[int]:
        """Put several entries on the record in one transaction and return their numbers."""
        try:
            with self.database.write() as connection:
                return self._append(entries, connection)
        except (sa.exc.SQLAlchemyError, OSError) as error:
            raise _unwritable(error) from None

    def head(self) -> tuple[int, str]:
        """Return number and hash of the newest record; 0 and zeros where there is none."""
        with self.database.read() as connection:
            return self._head(connection)

    def checkpoint(self) -> Anchor:
        """Sign the newest record into the database and into ``checkpoints.jsonl``."""
        with self.database.write() as connection:
            self._serialise(connection)
            return self._checkpoint(connection, *self._head(connection))

    @staticmethod
    def _head(connection: sa.Connection) -> tuple[int, str]:
        row = connection.execute(_newest).first()
        return (row.seq, row.hash) if row else (0, GENESIS)

    def _serialise(self, connection: sa.Connection) -> None:
        if self.database.dialect == "postgresql":
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")

    def _append(self, entries: Sequence[Entry], connection: sa.Connection) -> list[int]:
        self._serialise(connection)
        seq, record_hash = self._head(connection)
        records = []
        for entry in entries:
            values = self._values(entry, seq + 1)
            values["prev_hash"] = record_hash
            values["hash"] = digest([values[name] for name in HASHED])
            seq, record_hash = values["seq"], values["hash"]
            records.append(values)
        if not records:
            return []
        connection.execute(_insert, records)
        for values in records:
            if values["seq"] % CHECKPOINT_EVERY == 0:
                self._checkpoint(connection, values["seq"], values["hash"])
        self.database.after_commit(connection, "head", lambda: self._sign_head(seq, record_hash))
        return [values["seq"] for values in records]

    def _values(self, entry: Entry, seq: int) -> dict[str, Any]:
        session, grounds = entry.session, entry.grounds
        member = session.member if session else None
        values = {
            "seq": seq,
            "at": to_micros(self.clock()),
            "phase": entry.phase,
            "action": entry.action,
            "access_id": seq if entry.phase == "intent" else entry.access_id,
            "outcome": entry.outcome,
            "username": member.username if member else entry.username,
            "name": member.name if member else "",
            "organization": member.organization if member else "",
            "roles": " ".join(sorted(member.roles)) if member else "",
            "session_id": session.id if session else None,
            "address": session.address if session else entry.address,
            "host": session.host if session else entry.host,
            "case_number": grounds.case_number if grounds else "",
            "crime_type": grounds.crime_type if grounds else "",
            "incident_number": grounds.incident_number if grounds else "",
            "purpose": grounds.purpose if grounds else "",
            "reason": grounds.reason if grounds else "",
            "elements": _encode(dict(sorted(entry.elements.items()))),
            "rows": entry.rows,
            "truncated": None if entry.truncated is None else int(entry.truncated),
            "clause": entry.clause,
            "detail": entry.detail,
            "automatic": int(entry.automatic or bool(session and session.automatic)),
            "profile": self.profile,
            "software": self.software,
        }
        return {
            name: _storable(value) if isinstance(value, str) else value
            for name, value in values.items()
        }

    def _anchor(self, seq: int, record_hash: str) -> Anchor:
        at = to_micros(self.clock())
        signature = self.key.sign(anchor_message(seq, record_hash, at, self.key.id))
        return Anchor(seq, record_hash, at, self.key.id, signature)

    def _checkpoint(self, connection: sa.Connection, seq: int, record_hash: str) -> Anchor:
        anchor = self._anchor(seq, record_hash)
        known = sa.select(audit_checkpoints.c.seq).where(audit_checkpoints.c.seq == seq)
        if seq and connection.execute(known).first() is None:
            connection.execute(audit_checkpoints.insert(), vars(anchor))
            self.database.after_commit(
                connection, f"checkpoint {seq}", lambda: self._keep_checkpoint(anchor)
            )
        return anchor

    def _keep_checkpoint(self, anchor: Anchor) -> None:
        line = json.dumps(vars(anchor)) + "\n"
        with _outside():
            handle = os.open(
                self.folder / "checkpoints.jsonl", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600
            )
            try:
                os.write(handle, line.encode())
            finally:
                os.close(handle)

    def _sign_head(self, seq: int, record_hash: str) -> None:
        """Move the signed head forward; several processes may be at it, so never backward.

        The commit has happened: a head that stays behind for a moment is moved by the next append.
        """
        path = self.folder / "head.json"
        with (
            _outside(),
            contextlib.suppress(Timeout),
            FileLock(self.folder / "head.lock").acquire(timeout=10, poll_interval=0.005),
        ):
            try:
                behind = json.loads(path.read_text())["seq"] < seq
            except (FileNotFoundError, ValueError, KeyError, TypeError):
                behind = True
            if behind:
                fresh = path.with_suffix(".new")
                fresh.write_text(json.dumps(vars(self._anchor(seq, record_hash))))
                fresh.replace(path)


def iterate(
    connection: sa.Connection, *, after: int = 0, batch: int = 20_000
) -> Iterator[list[tuple[Any, ...]]]:
    """Give the record in order from the one ``after`` a number, in lists of rows of plain values.

    With ``after`` 0 it gives every row there is, also one whose number is not above 0.
    """
    where = f"WHERE seq > {int(after)}" if after else ""
    query = f"SELECT {', '.join(COLUMNS)} FROM audit_records {where} ORDER BY seq"
    result = connection.exec_driver_sql(query, execution_options={"stream_results": True})
    try:
        while rows := result.fetchmany(batch):
            yield [tuple(row) for row in rows]
    finally:
        result.close()


def _storable(text: str) -> str:
    """Write out the two things that a database does not keep in a text: NUL and halves of a surrogate pair."""
    return text.replace("\0", "\\x00").encode("utf-8", "backslashreplace").decode("utf-8")


@contextlib.contextmanager
def _outside() -> Iterator[None]:
    """Turn a failure to write beside the database into an unwritable record."""
    try:
        yield
    except OSError as error:
        raise _unwritable(error) from None


def _unwritable(error: Exception) -> RecordUnwritable:
    return RecordUnwritable(
        f"The access record cannot be written ({type(error).__name__}), so nothing is shown.",
        "Run: workbench doctor",
    )
