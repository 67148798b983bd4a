"""The policy in force: the text that was adopted last, read from the home and held against its hash and the record."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from workbench.errors import BadProfile, Failed, NotSetUp, RecordBroken
from workbench.policy.profile import Profile, load, path_of
from workbench.records.database import Database
from workbench.records.tables import audit_records
from workbench.records.unit_tables import policy_versions
from workbench.settings import Settings

__all__ = ["ADOPTED", "digest", "keep", "kept_at", "newest", "opened", "policy_of", "text_of"]

ADOPTED = "policy.adopted"
"""What the record calls it."""


def digest(text: str) -> str:
    """Return the SHA-256 of a policy's text, hexadecimal."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def text_of(source: str | Path) -> str:
    """Return the text behind a shipped profile's name or a file's path."""
    try:
        return path_of(source).read_text(encoding="utf-8")
    except (OSError, UnicodeError) as error:
        raise BadProfile(
            f"The policy profile cannot be read ({type(error).__name__}).", "Check its path."
        ) from None


def newest(connection: sa.Connection) -> sa.Row[Any] | None:
    """Return the version that was adopted last, or None where none was."""
    query = policy_versions.select().where(policy_versions.c.status == "adopted")
    return connection.execute(query.order_by(policy_versions.c.number.desc())).first()


def kept_at(settings: Settings, sha256: str) -> Path:
    """Return where a home keeps an adopted text."""
    return settings.home / "policy" / f"{sha256}.yaml"


def keep(settings: Settings, text: str) -> Path:
    """Keep an adopted text in the home, under its hash, readable by its owner alone."""
    path = kept_at(settings, digest(text))
    path.parent.mkdir(exist_ok=True, mode=0o700)
    fresh = path.with_suffix(f".{os.getpid()}")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
        file.write(text)
    return fresh.replace(path)


def opened(settings: Settings, other: Profile | None = None) -> tuple[Database, Profile]:
    """Open a home's database and return it with the policy in force, or with ``other`` in its place."""
    database = Database.open(settings.url)
    try:
        database.require_current()
        return database, other or policy_of(settings, database)
    except BaseException:
        database.close()
        raise


def policy_of(settings: Settings, database: Database) -> Profile:
    """Return the policy in force; of a home that has adopted none yet, the one that its settings name.

    Installing another release changes no policy: the text that was adopted stays in force until another is adopted.

    Raises
    ------
    NotSetUp
        The text that the home keeps is not the one that was adopted.
    RecordBroken
        The record knows nothing of that adoption.
    BadProfile
        This release cannot read the adopted text.
    """
    with database.read() as connection:
        row = newest(connection)
        if row is None:
            return load(settings.profile)
        _on_record(connection, row)
    path = kept_at(settings, row.sha256)
    if not path.exists():
        if digest(row.text) != row.sha256:
            raise _altered(row)
        keep(settings, row.text)
    try:
        found = path.read_text(encoding="utf-8")
    except (OSError, UnicodeError):
        raise _altered(row) from None
    if digest(found) != row.sha256:
        raise _altered(row)
    with contextlib.suppress(Failed):  # the shipped text is the same: read once for all homes
        if digest(text_of(row.source)) == row.sha256:
            return load(row.source)
    try:
        return load(path)
    except BadProfile as error:
        raise BadProfile(
            f"This release cannot read the policy in force, {row.profile}@{row.version}. {error.problem}",
            f"Have a member propose one that it can read, and another approve it: workbench policy adopt {row.profile}",
        ) from None


def _altered(row: Any) -> NotSetUp:
    return NotSetUp(
        f"The policy's text, policy/{row.sha256}.yaml, is not the one that was adopted as "
        f"{row.profile}@{row.version} (SHA-256 {row.sha256}).",
        "Put it back from the backup, or remove that file: the adopted text is then taken from the database. A changed "
        "policy comes into force by: workbench policy adopt FILE",
    )


def _on_record(connection: sa.Connection, row: Any) -> None:
    """See that the line of the record that the adoption names is that adoption."""
    line = connection.execute(
        sa.select(audit_records.c.action, audit_records.c.elements).where(
            audit_records.c.seq == row.record_seq
        )
    ).first()
    said = json.loads(line.elements) if line is not None and line.action == ADOPTED else {}
    if said.get("sha256") != row.sha256 or said.get("number") != row.number:
        raise RecordBroken(
            "The record knows nothing of the policy that is said to be in force.",
            "Run `workbench audit verify`, find out who changed the database, and restore it from its backup.",
        )
