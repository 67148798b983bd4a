"""The tables, once for SQLite and PostgreSQL.

Times are whole microseconds since 1970-01-01 UTC (:class:`Micros`): the same number on both databases, exact,
small, and quick to compare. Text that may be absent is the empty string; numbers that may be absent are NULL.
"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.types import TypeDecorator

__all__ = [
    "APPEND_ONLY",
    "Micros",
    "audit_checkpoints",
    "audit_records",
    "camera_days",
    "cameras",
    "case_assignments",
    "cases",
    "from_micros",
    "login_failures",
    "members",
    "metadata",
    "outages",
    "plates",
    "qualifications",
    "reads",
    "sessions",
    "to_micros",
    "transfers",
]

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MICROSECOND = dt.timedelta(microseconds=1)


def to_micros(time: dt.datetime) -> int:
    """Return whole microseconds since 1970-01-01 UTC of an aware time.

    >>> to_micros(dt.datetime(1970, 1, 1, 0, 0, 1, tzinfo=dt.UTC))
    1000000
    """
    if time.tzinfo is None:
        raise ValueError("a time without a zone cannot be stored")
    return (time - _EPOCH) // _MICROSECOND


def from_micros(micros: int) -> dt.datetime:
    """Return the aware UTC time of a number of microseconds since 1970-01-01 UTC."""
    return _EPOCH + micros * _MICROSECOND


class Micros(TypeDecorator[dt.datetime]):
    """An aware time kept as whole microseconds since 1970-01-01 UTC."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> int | None:
        """Turn an aware time into microseconds."""
        del dialect
        return None if value is None else to_micros(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> dt.datetime | None:
        """Turn microseconds into an aware UTC time."""
        del dialect
        return None if value is None else from_micros(value)


#: A 64-bit key that SQLite treats as its row id.
Key = BigInteger().with_variant(Integer, "sqlite")

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _text(name: str, *, unique: bool = False) -> Column[str]:
    return Column(name, Text, nullable=False, server_default="", unique=unique)


members = Table(
    "members",
    metadata,
    Column("id", Key, primary_key=True),
    Column("username", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    _text("organization"),
    Column("kind", Text, nullable=False),
    Column("roles", Text, nullable=False),
    Column("active", Boolean, nullable=False),
    _text("password_hash"),
    Column("created_at", Micros, nullable=False),
    Column("last_login_at", Micros),
    Column("enabled_at", Micros),
    Column("locked_until", Micros),
    Column("disabled_at", Micros),
    _text("disabled_why"),
)

qualifications = Table(
    "qualifications",
    metadata,
    Column("id", Key, primary_key=True),
    Column("member_id", ForeignKey("members.id"), nullable=False, index=True),
    Column("kind", Text, nullable=False),
    Column("completed_on", Date, nullable=False),
    Column("expires_on", Date),
    _text("topics"),
    _text("note"),
    Column("recorded_by", Text, nullable=False),
    Column("recorded_at", Micros, nullable=False),
)

sessions = Table(
    "sessions",
    metadata,
    Column("id", Key, primary_key=True),
    Column("member_id", ForeignKey("members.id"), nullable=False, index=True),
    Column("token_hash", Text, nullable=False, unique=True),
    Column("created_at", Micros, nullable=False),
    Column("last_seen_at", Micros, nullable=False),
    Column("ended_at", Micros),
    _text("ended_why"),
    _text("address"),
    _text("host"),
    Column("automatic", Boolean, nullable=False),
)

login_failures = Table(
    "login_failures",
    metadata,
    Column("id", Key, primary_key=True),
    Column("username", Text, nullable=False),
    Column("at", Micros, nullable=False),
    _text("address"),
    Index("ix_login_failures_username_at", "username", "at"),
)

cases = Table(
    "cases",
    metadata,
    Column("id", Key, primary_key=True),
    Column("number", Text, nullable=False, unique=True),
    _text("crime_type"),
    Column("status", Text, nullable=False),
    _text("incident_number"),
    _text("title"),
    Column("opened_on", Date),
    Column("closed_on", Date),
    Column("created_by", Text, nullable=False),
    Column("created_at", Micros, nullable=False),
    Column("source", Text, nullable=False),
)

case_assignments = Table(
    "case_assignments",
    metadata,
    Column("id", Key, primary_key=True),
    Column("case_id", ForeignKey("cases.id"), nullable=False, index=True),
    Column("member_id", ForeignKey("members.id"), nullable=False, index=True),
    Column("assigned_at", Micros, nullable=False),
    Column("assigned_by", Text, nullable=False),
    Column("ended_at", Micros),
)

cameras = Table(
    "cameras",
    metadata,
    Column("id", Key, primary_key=True),
    Column("code", Text, nullable=False, unique=True),
    _text("name"),
    Column("kind", Text, nullable=False),
    Column("latitude", Float),
    Column("longitude", Float),
    Column("heading", Float),
    _text("vendor_key"),
    _text("owner"),
    Column("governmental", Boolean, nullable=False),
    Column("registered", Boolean, nullable=False),
    Column("installed_on", Date),
    Column("removed_on", Date),
    Index("ix_cameras_vendor_key", "vendor_key"),
)

outages = Table(
    "outages",
    metadata,
    Column("id", Key, primary_key=True),
    Column("camera_id", ForeignKey("cameras.id"), nullable=False, index=True),
    Column("start_at", Micros, nullable=False),
    Column("end_at", Micros),
    _text("reason"),
    _text("source"),
    UniqueConstraint("camera_id", "start_at"),
)

transfers = Table(
    "transfers",
    metadata,
    Column("id", Key, primary_key=True),
    Column("file_name", Text, nullable=False),
    Column("sha256", Text, nullable=False, index=True),
    Column("size", BigInteger, nullable=False),
    _text("format"),
    _text("unit"),
    Column("camera_id", ForeignKey("cameras.id")),
    Column("received_by", ForeignKey("members.id")),
    Column("began_at", Micros, nullable=False),
    Column("ended_at", Micros),
    Column("status", Text, nullable=False),
    Column("accepted", BigInteger, nullable=False, server_default="0"),
    Column("rejected", BigInteger, nullable=False, server_default="0"),
    Column("skipped", BigInteger, nullable=False, server_default="0"),
    _text("reject_file"),
    Column("first_at", Micros),
    Column("last_at", Micros),
    Column("first_read_id", BigInteger),
    _text("error"),
)

# On PostgreSQL this table is partitioned by month of capture, and its key is (id, captured_at).
reads = Table(
    "reads",
    metadata,
    Column("id", Key, primary_key=True),
    Column("plate", Text, nullable=False),
    _text("plate_raw"),
    _text("state"),
    Column("state_confidence", Float),
    Column("confidence", Float),
    Column("captured_at", Micros, nullable=False),
    Column("camera_id", ForeignKey("cameras.id"), nullable=False),
    Column("latitude", Float),
    Column("longitude", Float),
    Column("cell", BigInteger),
    Column("heading", Float),
    Column("make", Text),
    Column("model", Text),
    Column("color", Text),
    Column("body", Text),
    Column("make_confidence", Float),
    Column("model_confidence", Float),
    Column("color_confidence", Float),
    Column("body_confidence", Float),
    Column("candidates", Text),
    Column("image", Text),
    _text("source_agency"),
    Column("governmental", Boolean, nullable=False),
    Column("source_id", Text),
    Column("transfer_id", ForeignKey("transfers.id"), nullable=False),
    Column("line", BigInteger),
    Index("ix_reads_plate_captured_at", "plate", "captured_at"),
    Index("ix_reads_cell_captured_at", "cell", "captured_at"),
    Index("ix_reads_captured_at", "captured_at"),
)

plates = Table(
    "plates",
    metadata,
    Column("plate", Text, primary_key=True),
    Column("state", Text, primary_key=True),
    Column("first_at", Micros, nullable=False),
    Column("last_at", Micros, nullable=False),
    Column("reads", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

camera_days = Table(
    "camera_days",
    metadata,
    Column("camera_id", ForeignKey("cameras.id"), primary_key=True),
    Column("day", Text, primary_key=True),
    Column("reads", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

# The order of these columns is the order in which they are hashed: see workbench/audit/chain.py.
audit_records = Table(
    "audit_records",
    metadata,
    Column("seq", Key, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    Column("phase", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("access_id", BigInteger),
    Column("outcome", Text, nullable=False),
    Column("username", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("organization", Text, nullable=False),
    Column("roles", Text, nullable=False),
    Column("session_id", BigInteger),
    Column("address", Text, nullable=False),
    Column("host", Text, nullable=False),
    Column("case_number", Text, nullable=False),
    Column("crime_type", Text, nullable=False),
    Column("incident_number", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("elements", Text, nullable=False),
    Column("rows", BigInteger),
    Column("truncated", Integer),
    Column("clause", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("automatic", Integer, nullable=False),
    Column("profile", Text, nullable=False),
    Column("software", Text, nullable=False),
    Column("prev_hash", Text, nullable=False),
    Column("hash", Text, nullable=False),
    Index("ix_audit_records_at", "at"),
    Index("ix_audit_records_username_at", "username", "at"),
    Index("ix_audit_records_case_number", "case_number"),
    Index("ix_audit_records_access_id", "access_id"),
)

audit_checkpoints = Table(
    "audit_checkpoints",
    metadata,
    Column("seq", Key, primary_key=True, autoincrement=False),
    Column("hash", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("key_id", Text, nullable=False),
    Column("signature", Text, nullable=False),
)

#: Tables that refuse UPDATE, DELETE and TRUNCATE by trigger.
APPEND_ONLY = ("audit_records", "audit_checkpoints", "qualifications")
