"""What ``workbench doctor`` asks of the database and of the access record in it."""

from __future__ import annotations

import datetime as dt
import importlib.util
import json
from collections.abc import Iterator
from pathlib import Path

import sqlalchemy as sa

from workbench.audit import keys
from workbench.audit.breaks import holds
from workbench.audit.chain import Anchor
from workbench.cli.machine_checks import Finding
from workbench.errors import Failed
from workbench.records import unit_tables
from workbench.records.database import Database
from workbench.records.release_tables import APPENDED
from workbench.records.tables import APPEND_ONLY, audit_records, from_micros, transfers
from workbench.settings import Settings

__all__ = ["examine_database"]

_OLDEST_POSTGRES = 150_000
_WANTED = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1}
_APPEND_ONLY = (*APPEND_ONLY, *APPENDED, *unit_tables.APPENDED, "retention_approvals")
_SLACK = dt.timedelta(minutes=5)


def examine_database(settings: Settings) -> Iterator[Finding]:
    """Look at the database, its protections, the record's end, and transfers that did not finish."""
    url = sa.make_url(settings.url)
    shown = url.render_as_string(hide_password=True)
    backend = url.get_backend_name()
    if backend == "postgresql" and importlib.util.find_spec("psycopg") is None:
        yield Finding(
            "database",
            "fail",
            "The database is PostgreSQL and its driver is missing",
            "pip install 'alpr-workbench[postgres]'",
        )
        return
    if backend == "sqlite" and not Path(url.database or "").is_file():
        yield Finding(  # opening would make an empty one
            "database",
            "fail",
            f"There is no database at {shown}",
            "Run `workbench init` for a new home, or restore the database from its backup.",
        )
        return
    try:
        yield from _opened(settings, shown)
    except sa.exc.SQLAlchemyError as error:
        cause = type(getattr(error, "orig", None) or error).__name__
        yield Finding(
            "database",
            "fail",
            f"The database at {shown} does not answer ({cause})",
            "See that it runs, that this user may read and write it, and that no other program locks it.",
        )


def _opened(settings: Settings, shown: str) -> Iterator[Finding]:
    database = Database.open(settings.url)
    try:
        try:
            database.require_current()
        except Failed as failure:
            yield Finding("database", "fail", failure.problem, failure.next_step)
            return
        yield Finding("database", "ok", f"{shown}, schema current")
        with database.write():  # the write lock can be had; nothing is written
            pass
        with database.read() as connection:
            yield from _protections(connection)
            yield _head(connection, settings)
            yield _times(connection)
            yield _transfers(connection)
        yield from _under_policy(database, settings)
    finally:
        database.close()


def _under_policy(database: Database, settings: Settings) -> Iterator[Finding]:
    """Look at the policy in force, and at what it asks of units, accounts and cameras."""
    from workbench.adoption import policy_of
    from workbench.cli.account_checks import examine_accounts
    from workbench.cli.custody_checks import examine_custody
    from workbench.cli.policy_checks import examine_adoption
    from workbench.cli.retention_checks import examine_retention
    from workbench.cli.unit_checks import examine_units

    now = dt.datetime.now(dt.UTC)
    try:
        profile = policy_of(settings, database)
    except Failed as failure:
        yield Finding("policy in force", "fail", failure.problem, failure.next_step)
        return
    with database.read() as connection:
        yield from examine_adoption(connection)
        yield from examine_units(connection, settings, profile, now)
        yield from examine_accounts(connection, settings, profile, now)
        yield from examine_custody(connection, settings, profile, now)
        yield from examine_retention(connection, settings, profile, now)


def _protections(connection: sa.Connection) -> Iterator[Finding]:
    if connection.dialect.name == "sqlite":
        yield _pragmas(connection)
        query = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        wanted = {f"{table}_no_{verb}" for table in _APPEND_ONLY for verb in ("update", "delete")}
    else:
        yield _postgres(connection)
        query = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'"
        wanted = {f"{table}_no_{verb}" for table in _APPEND_ONLY for verb in ("change", "truncate")}
    gone = wanted - set(connection.exec_driver_sql(query).scalars())
    if gone:
        yield Finding(
            "append-only",
            "fail",
            f"A protection of the access record is gone or switched off: {', '.join(sorted(gone))}",
            "Find out who removed it, run `workbench audit verify`, and restore the table from a backup.",
        )
    else:
        yield Finding(
            "append-only", "ok", f"{len(_APPEND_ONLY)} tables refuse changes and deletions"
        )


def _pragmas(connection: sa.Connection) -> Finding:
    values = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in _WANTED}
    wrong = [
        f"{name} is {values[name]}" for name, value in _WANTED.items() if values[name] != value
    ]
    if wrong:
        return Finding(
            "pragmas",
            "fail",
            f"SQLite runs with other settings than asked for: {', '.join(wrong)}",
            "Close every program that has the database open, then open it with the workbench.",
        )
    return Finding("pragmas", "ok", "Write-ahead log, full flush, foreign keys, secure delete")


def _postgres(connection: sa.Connection) -> Finding:
    number = int(connection.exec_driver_sql("SHOW server_version_num").scalar_one())
    if number < _OLDEST_POSTGRES:
        return Finding(
            "postgresql",
            "fail",
            f"PostgreSQL {number // 10_000} is older than {_OLDEST_POSTGRES // 10_000}",
            "Move the database to a newer server.",
        )
    owner = connection.exec_driver_sql(
        "SELECT count(*) FROM pg_tables WHERE tablename = 'audit_records' AND tableowner = current_user"
    ).scalar_one()
    if owner:
        return Finding(
            "postgresql",
            "note",
            f"PostgreSQL {number // 10_000}; the workbench logs in as the owner of its tables, who can lift "
            "the protection of the record",
            "Run it as another database user, with SELECT and INSERT on the append-only tables.",
        )
    return Finding("postgresql", "ok", f"PostgreSQL {number // 10_000}")


def _head(connection: sa.Connection, settings: Settings) -> Finding:
    """Hold the record's newest line against its own hash and against the signed head outside the database."""
    check, mend = "record", "Run `workbench audit verify`: it names the first record concerned."
    try:
        anchor = _signed_head(settings)
    except Failed as failure:
        return Finding(check, "fail", failure.problem, failure.next_step or mend)
    newest = connection.execute(
        sa.select(audit_records).order_by(audit_records.c.seq.desc()).limit(1)
    ).first()
    if newest is None or newest.seq < anchor.seq:
        return Finding(
            check,
            "fail",
            f"The end of the record is missing: {anchor.seq} records were signed",
            mend,
        )
    signed = connection.execute(
        sa.select(audit_records.c.hash).where(audit_records.c.seq == anchor.seq)
    ).scalar()
    if signed != anchor.hash or not holds(newest):
        return Finding(check, "fail", "The newest records are not the ones that were signed", mend)
    return Finding(check, "ok", f"{newest.seq:,} records; the newest agree with the signed head")


def _signed_head(settings: Settings) -> Anchor:
    """Return the head that was signed outside the database; raises Failed where it cannot be relied on."""
    key = keys.load(settings.keys)
    if key.private is None:
        raise Failed("The record cannot be signed", "Restore keys/record.key from its backup.")
    try:
        anchor = Anchor(**json.loads((settings.record / "head.json").read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise Failed("head.json, the record's signed head, is missing") from None
    except (ValueError, TypeError):
        raise Failed("head.json cannot be read") from None
    if not anchor.verifies(key):
        raise Failed("head.json does not bear the signature of this home's key")
    return anchor


def _times(connection: sa.Connection) -> Finding:
    newest = connection.execute(sa.select(sa.func.max(audit_records.c.at))).scalar()
    ahead = from_micros(newest or 0) - dt.datetime.now(dt.UTC)
    if ahead > _SLACK:
        return Finding(
            "record times",
            "note",
            f"The record's newest line is {ahead.total_seconds() / 3600:,.1f} hours ahead of this clock",
            "Set the clock and keep it by NTP; find out which of the two was wrong.",
        )
    return Finding("record times", "ok", "The record is not ahead of the clock")


def _transfers(connection: sa.Connection) -> Finding:
    rows = connection.execute(
        sa.select(transfers.c.id, transfers.c.file_name).where(transfers.c.status == "loading")
    ).all()
    if not rows:
        return Finding("transfers", "ok", "No transfer was interrupted")
    listed = ", ".join(f"{row.id} ({row.file_name})" for row in rows[:5])
    return Finding(
        "transfers",
        "note",
        f"{len(rows)} not finished: {listed}",
        "If none is running now, ingest the file again: it takes up where it stopped, and nothing doubles.",
    )
