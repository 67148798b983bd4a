"""Hits: raised by a match, taken through the policy's steps by named people, closed with a disposition.

A hit keeps the entry as it was listed and the policy's steps as they were, both sealed; of the read it keeps its number
alone, so that a read that is purged is gone. Every step is an act in the database and a line of the access record, in
one transaction; what was said at it is sealed, and its hash stands in the line.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from workbench.audit.chain import Chain
from workbench.audit.chain import Entry as Line
from workbench.errors import BadInput, RecordBroken
from workbench.hotlists.entries import Entry
from workbench.hotlists.keyring import Keyring
from workbench.hotlists.rows import act_place, hit_place, place_of
from workbench.hotlists.steps import Act, Plan
from workbench.models import Grounds, Session
from workbench.policy.hit_parts import HitStep
from workbench.records.database import Database
from workbench.records.hotlist_tables import hit_acts, hits, hot_lists
from workbench.records.tables import audit_records, cameras, members, to_micros

__all__ = ["ActDone", "Hit", "Hits", "Raised"]


@dataclass(frozen=True, slots=True)
class Raised:
    """A match that is to be a hit."""

    read_id: int
    captured_at: dt.datetime
    camera_id: int
    transfer_id: int
    list_id: int
    listed: str
    path: str
    near: bool
    probability: float
    kept: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ActDone:
    """A step that was taken: by whom, when, what it found, and what was said."""

    number: int
    step: str
    outcome: str
    at: dt.datetime
    username: str
    name: str
    said: Mapping[str, Any]
    record_seq: int


@dataclass(frozen=True, slots=True)
class Hit:
    """A hit with its entries, what was done, and what is to be done."""

    id: int
    read_id: int
    captured_at: dt.datetime
    camera: str
    camera_name: str
    list_id: int
    listed: str
    path: str
    near: bool
    probability: float
    raised_at: dt.datetime
    closed_at: dt.datetime | None
    entries: tuple[Entry, ...]
    of_list: Mapping[str, Any]
    plan: Plan
    acts: tuple[ActDone, ...]

    @property
    def case_number(self) -> str:
        """The first case number that an entry names; empty for none."""
        return next((entry.case for entry in self.entries if entry.case), "")


class Hits:
    """The hits of a home."""

    def __init__(self, database: Database, chain: Chain, ring: Keyring) -> None:
        self.database = database
        self.chain = chain
        self.ring = ring

    def raise_(
        self, connection: sa.Connection, raised: Sequence[Raised], match_id: int, at: dt.datetime
    ) -> list[int]:
        """Enter hits, inside a writing transaction; return their numbers. Those that are there already are left out."""
        fresh = self._not_there(connection, raised)
        if not fresh:
            return []
        self.ring.refresh()
        numbers = _next_ids(connection, len(fresh))
        rows = []
        for number, each in zip(numbers, fresh, strict=True):
            place = hit_place(number, each.read_id, each.list_id, each.listed, to_micros(at))
            rows.append(
                {
                    "id": number,
                    "read_id": each.read_id,
                    "captured_at": each.captured_at,
                    "camera_id": each.camera_id,
                    "transfer_id": each.transfer_id,
                    "list_id": each.list_id,
                    "listed": each.listed,
                    "path": each.path,
                    "near": each.near,
                    "probability": each.probability,
                    "status": "raised",
                    "raised_at": at,
                    "match_id": match_id,
                    "key_id": self.ring.current,
                    "sealed": self.ring.seal(dict(each.kept), place),
                }
            )
        connection.execute(hits.insert(), rows)
        return numbers

    def _not_there(self, connection: sa.Connection, raised: Sequence[Raised]) -> list[Raised]:
        """Leave out what is a hit already: the same read, list and plate, for the same listings."""
        ids = sorted({each.read_id for each in raised})
        known: dict[tuple[int, int, str], set[str]] = {}
        for first in range(0, len(ids), 500):
            some = ids[first : first + 500]
            for row in connection.execute(sa.select(hits).where(hits.c.read_id.in_(some))):
                kept = self.ring.open_(row.sealed, row.key_id, place_of(hits, row))
                key = (row.read_id, row.list_id, row.listed)
                known.setdefault(key, set()).update(map(_listing, kept["entries"]))
        return [
            each
            for each in raised
            if not set(map(_listing, each.kept["entries"]))
            <= known.get((each.read_id, each.list_id, each.listed), set())
        ]

    def list(
        self, *, status: str | None = None, open_only: bool = True, limit: int = 500
    ) -> list[dict[str, Any]]:
        """Return hits, the newest first, without plate, entry or read."""
        query = (
            sa.select(
                hits.c.id, hits.c.raised_at, hits.c.captured_at, hits.c.path, hits.c.near,
                hits.c.probability, hits.c.status, hits.c.disposition, hits.c.closed_at,
                hot_lists.c.code.label("list"), cameras.c.code.label("camera"),
                cameras.c.name.label("camera_name"),
            )
            .join(hot_lists, hot_lists.c.id == hits.c.list_id)
            .join(cameras, cameras.c.id == hits.c.camera_id)
            .order_by(hits.c.raised_at.desc(), hits.c.id.desc())
            .limit(limit)
        )  # fmt: skip
        if status is not None:
            query = query.where(hits.c.status == status)
        elif open_only:
            query = query.where(hits.c.status != "closed")
        with self.database.read() as connection:
            return [dict(row._mapping) for row in connection.execute(query)]  # noqa: SLF001

    def get(self, hit_id: int) -> Hit:
        """Return a hit, its steps checked against its status and against the access record.

        Raises
        ------
        BadInput
            There is no hit of that number.
        RecordBroken
            A row was altered, or its status does not follow from its steps.
        """
        with self.database.read() as connection:
            return self._load(connection, hit_id)

    def act(
        self,
        hit_id: int,
        name: str,
        outcome: str,
        said: Mapping[str, Any],
        *,
        session: Session,
        at: dt.datetime,
        clause: str,
        grounds: Grounds,
    ) -> Hit:
        """Take a step, on the record, or close; the plan must allow it at this very moment.

        Parameters
        ----------
        name : str
            A step, or ``close`` with the disposition as its outcome.
        said : mapping
            What is kept of it, as plain JSON; sealed.
        """
        with self.database.write() as connection:
            self.ring.refresh()
            hit = self._load(connection, hit_id)
            if name == "close":
                hit.plan.allow_closing(outcome, str(said.get("closing", "none")))
            else:
                clause = hit.plan.allow(name, outcome, session.member.roles).clause
            plan = hit.plan.after(Act(name, outcome))
            number = len(hit.acts) + 1
            kept = {**said, "outcome": outcome, "salt": secrets.token_hex(16)}
            seq = self.chain.append(
                Line(
                    "event",
                    f"hit.{'broadcast' if name == 'announce' else name}",
                    outcome="ok",
                    session=session,
                    grounds=grounds,
                    elements={
                        "hit": hit_id,
                        "step": name,
                        "found": outcome,
                        "said_sha256": _hash(kept),
                    },
                    clause=clause,
                ),
                connection,
            )
            place = act_place(hit_id, number, name, to_micros(at), session.member.id)
            connection.execute(
                hit_acts.insert(),
                {
                    "hit_id": hit_id,
                    "number": number,
                    "step": name,
                    "at": at,
                    "member_id": session.member.id,
                    "record_seq": seq,
                    "key_id": self.ring.current,
                    "sealed": self.ring.seal(kept, place),
                },
            )
            closing = {"disposition": outcome, "closed_at": at} if plan.closed else {}
            connection.execute(
                hits.update().where(hits.c.id == hit_id).values(status=plan.status, **closing)
            )
            return self._load(connection, hit_id)

    def _load(self, connection: sa.Connection, hit_id: int) -> Hit:
        row = connection.execute(
            sa.select(hits, cameras.c.code, cameras.c.name)
            .join(cameras, cameras.c.id == hits.c.camera_id)
            .where(hits.c.id == hit_id)
        ).first()
        if row is None:
            raise BadInput("There is no hit of that number.", "See: workbench hit list")
        kept = self.ring.open_(row.sealed, row.key_id, place_of(hits, row))
        steps = tuple(HitStep.model_validate_json(json.dumps(step)) for step in kept["steps"])
        acts = self._acts(connection, hit_id)
        plan = Plan.replay(steps, [Act(act.step, act.outcome) for act in acts])
        if (row.status, row.disposition) != (plan.status, plan.closed):
            raise RecordBroken(
                f"The status of hit {hit_id} does not follow from its steps.",
                "Do not act on it. Run: workbench audit verify, and find out who changed the database.",
            )
        return Hit(
            id=row.id,
            read_id=row.read_id,
            captured_at=row.captured_at,
            camera=row.code,
            camera_name=row.name,
            list_id=row.list_id,
            listed=row.listed,
            path=row.path,
            near=row.near,
            probability=row.probability,
            raised_at=row.raised_at,
            closed_at=row.closed_at,
            entries=tuple(Entry.of(row.listed, each) for each in kept["entries"]),
            of_list=kept["list"],
            plan=plan,
            acts=acts,
        )

    def _acts(self, connection: sa.Connection, hit_id: int) -> tuple[ActDone, ...]:
        rows = connection.execute(
            sa.select(hit_acts, members.c.username, members.c.name, audit_records.c.elements)
            .join(members, members.c.id == hit_acts.c.member_id)
            .outerjoin(audit_records, audit_records.c.seq == hit_acts.c.record_seq)
            .where(hit_acts.c.hit_id == hit_id)
            .order_by(hit_acts.c.number)
        ).all()
        found = []
        for place, row in enumerate(rows, start=1):
            said = self.ring.open_(row.sealed, row.key_id, place_of(hit_acts, row))
            line = json.loads(row.elements or "{}")
            if row.number != place or (line.get("hit"), line.get("said_sha256")) != (
                hit_id,
                _hash(said),
            ):
                raise RecordBroken(
                    f"A step of hit {hit_id} does not agree with the access record.",
                    "Do not act on it. Run: workbench audit verify, and find out who changed the database.",
                )
            told = {key: value for key, value in said.items() if key not in ("salt", "outcome")}
            found.append(
                ActDone(
                    row.number,
                    row.step,
                    said["outcome"],
                    row.at,
                    row.username,
                    row.name,
                    told,
                    row.record_seq,
                )
            )
        return tuple(found)


def _hash(said: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(dict(said), sort_keys=True).encode()).hexdigest()


def _listing(plain: Mapping[str, Any]) -> str:
    names = ("state", "category", "reference", "case")
    return json.dumps([plain.get(name, "") for name in names])


def _next_ids(connection: sa.Connection, count: int) -> list[int]:
    """Return numbers that no hit has or ever had, inside a writing transaction."""
    if connection.dialect.name == "postgresql":
        query = sa.text(
            "SELECT nextval(pg_get_serial_sequence('hits', 'id')) FROM generate_series(1, :count)"
        )
        return [int(number) for number in connection.execute(query, {"count": count}).scalars()]
    last = connection.execute(
        sa.text("SELECT seq FROM sqlite_sequence WHERE name = 'hits'")
    ).scalar_one_or_none()
    return list(range(int(last or 0) + 1, int(last or 0) + 1 + count))
