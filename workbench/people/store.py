"""From rows to members and sessions, for the modules beside this one."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from workbench.audit.chain import Chain, Entry
from workbench.errors import BadInput
from workbench.models import Member, Qualification, Session
from workbench.records.tables import members, qualifications, sessions

__all__ = [
    "end_session",
    "end_sessions",
    "find",
    "load",
    "look_up",
    "pack",
    "session_of",
    "unpack",
]


def find(connection: sa.Connection, username: str) -> sa.Row[Any]:
    """Return a member's row; raises BadInput where there is none."""
    row = look_up(connection, username)
    if row is None:
        raise BadInput("There is no such member.", "See: workbench member list")
    return row


def look_up(connection: sa.Connection, username: str) -> sa.Row[Any] | None:
    """Return a member's row, or None; what is typed may be anything."""
    wanted = username.strip().lower()
    if not (wanted.isascii() and wanted.isprintable()):
        return None
    return connection.execute(members.select().where(members.c.username == wanted)).first()


def load(connection: sa.Connection, row: sa.Row[Any]) -> Member:
    """Return the member of a row, with everything they have completed, the oldest first."""
    completed = connection.execute(
        qualifications.select()
        .where(qualifications.c.member_id == row.id)
        .order_by(qualifications.c.completed_on, qualifications.c.id)
    )
    return Member(
        id=row.id,
        username=row.username,
        name=row.name,
        organization=row.organization,
        kind=row.kind,
        roles=frozenset(row.roles.split()),
        active=row.active,
        qualifications=tuple(
            Qualification(each.kind, each.completed_on, each.expires_on, unpack(each.topics))
            for each in completed
        ),
        created_at=row.created_at,
        last_login_at=row.last_login_at,
    )


def pack(topics: Iterable[str]) -> str:
    """Return topics as the column keeps them: a JSON list, or nothing."""
    listed = list(topics)
    return json.dumps(listed, ensure_ascii=False) if listed else ""


def unpack(text: str) -> tuple[str, ...]:
    """Return the topics of a column."""
    return tuple(json.loads(text)) if text else ()


def session_of(row: sa.Row[Any], member: Member) -> Session:
    """Return the session of a row."""
    return Session(
        id=row.id,
        member=member,
        address=row.address,
        host=row.host,
        created_at=row.created_at,
        automatic=row.automatic,
    )


def end_session(
    connection: sa.Connection,
    chain: Chain,
    row: sa.Row[Any],
    member: Member,
    now: dt.datetime,
    why: str,
    *,
    action: str = "session.ended",
) -> None:
    """End a session, on the record."""
    ended = sessions.update().where(sessions.c.id == row.id)
    connection.execute(ended.values(ended_at=now, ended_why=why))
    session = session_of(row, member)
    chain.append(Entry("event", action, outcome="ok", session=session, detail=why), connection)


def end_sessions(
    connection: sa.Connection,
    chain: Chain,
    member_row: sa.Row[Any],
    now: dt.datetime,
    why: str,
    *,
    spared: int | None = None,
) -> None:
    """End every open session of a member, but for the one with the id ``spared``."""
    member = load(connection, member_row)
    open_ones = sessions.select().where(
        sessions.c.member_id == member.id, sessions.c.ended_at.is_(None)
    )
    for row in connection.execute(open_ones).all():
        if row.id != spared:
            end_session(connection, chain, row, member, now, why)
