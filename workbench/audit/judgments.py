"""What reviewers said of findings, and who signed a review: on the record, and read back from it.

A finding's key is the hash of its indicator, its accounts and the numbers of its accesses: the same in every review of
the period, and another as soon as an access more belongs to it. There is no table of dispositions: each is an event on
the access record, none is ever changed, and the last one on a key holds.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from workbench.audit.indicators.base import Finding
from workbench.records.tables import audit_records, from_micros

__all__ = [
    "DISPOSED",
    "DISPOSITIONS",
    "OUTCOMES",
    "SIGNED",
    "Disposition",
    "SignOff",
    "digest_of",
    "dispositions",
    "sign_offs",
]

DISPOSED = "audit.disposed"
SIGNED = "audit.signed"
"""The names under which dispositions and signatures stand on the record."""

DISPOSITIONS: Mapping[str, str] = {
    "explained": "the accesses were in order, for the reason given",
    "training": "no bad faith; the member is to be instructed",
    "referred": "handed to whoever investigates members",
    "open": "not decided yet",
}
"""What a reviewer may say of a finding."""

OUTCOMES: Mapping[str, Mapping[str, str]] = {
    "reviewer": {
        "no-misuse": "no misuse found",
        "referred": "misuse found and referred",
        "open": "questions remain open",
    },
    "approver": {
        "approved": "approved",
        "conditions": "approved with conditions",
        "not-approved": "not approved",
    },
}
"""With which words each of the two signs."""


@dataclass(frozen=True, slots=True)
class Disposition:
    """What a reviewer said of a finding; ``record_id`` is its line on the record."""

    key: str
    disposition: str
    note: str
    username: str
    name: str
    at: dt.datetime
    record_id: int

    @property
    def is_final(self) -> bool:
        """Whether it decides the finding."""
        return self.disposition != "open"


@dataclass(frozen=True, slots=True)
class SignOff:
    """A signature under the review of a period.

    ``findings`` and ``disposed`` count what there was and what was decided when it was given, and ``sha256`` covers
    both; ``stands`` says whether findings and dispositions are still those that were signed.
    """

    role: str
    outcome: str
    note: str
    title: str
    username: str
    name: str
    at: dt.datetime
    findings: int
    disposed: int
    sha256: str
    record_id: int
    stands: bool = True


def digest_of(findings: Iterable[Finding], said: Mapping[str, Disposition]) -> str:
    """Return what a signature covers: the SHA-256 of every finding's key with its disposition."""
    pairs = sorted(
        (each.key, said[each.key].disposition if each.key in said else "") for each in findings
    )
    return hashlib.sha256(json.dumps(pairs, separators=(",", ":")).encode()).hexdigest()


def dispositions(connection: sa.Connection, *, before: int | None = None) -> dict[str, Disposition]:
    """Return the last disposition on each key, as it stood before a record of that number."""
    found: dict[str, Disposition] = {}
    for row, said in _events(connection, DISPOSED, before):
        key = str(said.get("finding", ""))
        found[key] = Disposition(
            key,
            str(said.get("disposition", "")),
            str(said.get("note", "")),
            row.username,
            row.name,
            from_micros(row.at),
            row.seq,
        )
    return found


def sign_offs(
    connection: sa.Connection,
    start: dt.datetime,
    end: dt.datetime,
    *,
    sha256: str,
    before: int | None = None,
) -> dict[str, SignOff]:
    """Return the last signature of each role under the review of exactly that period.

    Parameters
    ----------
    sha256 : str
        What a signature would cover now; see :func:`digest_of`. An approver's signature stands only after the
        reviewer's.
    """
    found: dict[str, SignOff] = {}
    for row, said in _events(connection, SIGNED, before):
        if (_moment(said, "start"), _moment(said, "end")) != (start, end):
            continue
        found[str(said["role"])] = SignOff(
            **{name: str(said.get(name, "")) for name in ("role", "outcome", "note", "title", "sha256")},
            username=row.username,
            name=row.name,
            at=from_micros(row.at),
            findings=int(said.get("findings", 0)),
            disposed=int(said.get("disposed", 0)),
            record_id=row.seq,
            stands=said.get("sha256") == sha256,
        )  # fmt: skip
    reviewer, approver = found.get("reviewer"), found.get("approver")
    if approver and (reviewer is None or approver.record_id < reviewer.record_id):
        found["approver"] = replace(approver, stands=False)
    return found


def _events(
    connection: sa.Connection, action: str, before: int | None
) -> Iterator[tuple[sa.Row[Any], dict[str, Any]]]:
    columns = [audit_records.c[name] for name in ("seq", "at", "username", "name", "elements")]
    query = (
        sa.select(*columns)
        .where(
            audit_records.c.action == action,
            audit_records.c.phase == "event",
            audit_records.c.outcome == "ok",
        )
        .order_by(audit_records.c.seq)
    )
    if before is not None:
        query = query.where(audit_records.c.seq < before)
    for row in connection.execute(query):
        yield row, json.loads(row.elements)


def _moment(said: Mapping[str, Any], name: str) -> dt.datetime | None:
    try:
        return dt.datetime.fromisoformat(str(said.get(name, "")))
    except ValueError:
        return None
