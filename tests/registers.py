"""Helpers for the tests of registers: files to import, and what the record says of it."""

from __future__ import annotations

import csv
import datetime as dt
import json
from pathlib import Path
from typing import Any

from workbench.audit import keys
from workbench.audit.chain import Chain
from workbench.records.database import Database
from workbench.records.tables import audit_records, members

NOW = dt.datetime(2026, 3, 11, 3, tzinfo=dt.UTC)  # the evening of March 10 in California


def open_chain(database: Database, home: Path) -> Chain:
    (home / "record").mkdir()
    key = keys.create(home / "keys")
    return Chain(
        database, home / "record", key, profile="clovis-ca@1", software="w", clock=lambda: NOW
    )


def add_members(database: Database, *usernames: str) -> None:
    with database.write() as connection:
        for username in usernames:
            connection.execute(members.insert(), {"username": username, "name": username,
                "kind": "person", "roles": "analyst", "active": True, "created_at": NOW})  # fmt: skip


def write(path: Path, text: str, encoding: str = "utf-8") -> Path:
    """Write a file of lines without the indentation of the test around them."""
    lines = [line.strip(" ") for line in text.strip().split("\n")]
    path.write_bytes(("\n".join(lines) + "\n").encode(encoding))
    return path


def record(database: Database, *actions: str) -> list[tuple[str, str, Any]]:
    """Return action, case number and elements of the record's lines, of these actions or of all."""
    query = audit_records.select().order_by(audit_records.c.seq)
    if actions:
        query = query.where(audit_records.c.action.in_(actions))
    with database.read() as connection:
        return [
            (row.action, row.case_number, json.loads(row.elements))
            for row in connection.execute(query)
        ]


def rejects(path: Path | None) -> list[tuple[int, str, str]]:
    """Return line, reason and text of a reject file."""
    assert path is not None
    with path.open(newline="", encoding="utf-8") as file:
        header, *rows = list(csv.reader(file))
    assert header == ["line", "reason", "text"]
    return [(int(line), reason, text) for line, reason, text in rows]
