"""Attestations: what the policy asks of named people outside the software, and their dated statements of it.

The profile says whose statement each such clause wants, by title, and how often. A statement is appended and never
changed; what is missing or late is reported.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import sqlalchemy as sa

from workbench.audit.chain import Entry
from workbench.custody import papers
from workbench.custody.house import House, line, refuse, today
from workbench.custody.offices import held
from workbench.errors import BadInput
from workbench.policy.data_parts import Attestation
from workbench.policy.profile import Profile
from workbench.records.release_tables import attestations
from workbench.records.tables import members

__all__ = ["Attestations", "Due", "Statement", "due"]

_SOON = dt.timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement that somebody gave: on which clause, under which title, when, in which words."""

    clause: str
    title: str
    username: str
    name: str
    dated_on: dt.date
    words: str
    file_name: str
    file_sha256: str
    record_seq: int


@dataclass(frozen=True, slots=True)
class Due:
    """What the policy wants stated, and how it stands.

    ``state`` is ``given``, ``due soon`` (within 30 days), ``overdue`` or ``never given``; ``due_on`` is the day by
    which the next statement is due, None where none was ever given.
    """

    clause: str
    citation: str
    text: str
    by: str
    every: str
    state: Literal["given", "due soon", "overdue", "never given"]
    due_on: dt.date | None
    last: Statement | None

    @property
    def late(self) -> bool:
        """Whether it is missing or overdue."""
        return self.state in ("overdue", "never given")


def due(connection: sa.Connection, profile: Profile, day: dt.date) -> list[Due]:
    """Return what the policy wants stated, in its order, with how each stands on a day."""
    last = {each.clause: each for each in _given(connection)}
    return [_due(profile, each, last.get(each.clause), day) for each in profile.attestations]


class Attestations:
    """The register of statements."""

    def __init__(self, house: House) -> None:
        self._house = house

    def list(self, token: str) -> list[Due]:
        """Return what the policy wants stated, and how each stands today."""
        self._house.permit(token, "attestation.list")
        with self._house.database.read() as connection:
            return due(connection, self._house.profile, today(self._house))

    def show(self, token: str, clause: str) -> tuple[Statement, ...]:
        """Return every statement on a clause, the oldest first."""
        wanted = self._wanted(clause)
        self._house.permit(token, "attestation.list", {"clause": wanted.clause})
        with self._house.database.read() as connection:
            return tuple(each for each in _given(connection) if each.clause == wanted.clause)

    def give(
        self,
        token: str,
        clause: str,
        words: str,
        *,
        dated_on: dt.date | None = None,
        paper: Path | None = None,
    ) -> Due:
        """Give a statement under one's title.

        Parameters
        ----------
        clause : str
            The number of a clause that wants one.
        words : str
            The statement: what was done, or is in place.
        dated_on : date, optional
            The day it is made for, not after today; by default today.
        paper : Path, optional
            A signed paper: kept beside the database under its SHA-256.

        Raises
        ------
        Refused
            The member does not hold the title that the policy names.
        BadInput
            The policy wants no statement on that clause, or the day has not come.
        """
        wanted = self._wanted(clause)
        elements = {"clause": wanted.clause}
        session = self._house.permit(token, "attestation.give", elements)
        day = today(self._house)
        with self._house.database.read() as connection:
            own = held(connection, session.member.id, day)
        if wanted.by not in own:
            refuse(
                self._house,
                session,
                "attestation.give",
                elements,
                code="attestation.title",
                reason=f"This statement is for the {wanted.by} to give.",
                basis=wanted,
                remedy="Who holds the title is entered with: workbench office assign.",
            )
        if (dated_on or day) > day:
            raise BadInput("The statement's day has not come.", "Give a day up to today.")
        kept = papers.look(paper) if paper is not None else None
        values: dict[str, Any] = {
            "clause": wanted.clause,
            "title": wanted.by,
            "member_id": session.member.id,
            "dated_on": dated_on or day,
            "stated_at": self._house.clock(),
            "words": line(words, "statement"),
            "file_sha256": kept.sha256 if kept else "",
            "file_name": kept.name if kept else "",
        }
        if kept is not None:
            papers.keep(self._house.settings, kept)
        about = {
            **{name: values[name] for name in ("clause", "title", "words", "file_sha256")},
            "dated_on": values["dated_on"].isoformat(),
        }
        entry = Entry(
            "event",
            "attestation.given",
            outcome="ok",
            session=session,
            elements=about,
            clause=wanted.clause,
        )
        with self._house.database.write() as connection:
            seq = self._house.chain.append(entry, connection)
            connection.execute(attestations.insert(), {**values, "record_seq": seq})
            found = due(connection, self._house.profile, day)
        return next(each for each in found if each.clause == wanted.clause)

    def _wanted(self, clause: str) -> Attestation:
        number = clause.strip()
        for each in self._house.profile.attestations:
            if each.clause == number:
                return each
        known = ", ".join(each.clause for each in self._house.profile.attestations)
        raise BadInput(
            "The policy wants no statement on that clause.",
            f"It wants them on: {known}." if known else "This policy wants none.",
        )


def _given(connection: sa.Connection) -> list[Statement]:
    query = (
        sa.select(attestations, members.c.username, members.c.name)
        .join(members, members.c.id == attestations.c.member_id)
        .order_by(attestations.c.dated_on, attestations.c.id)
    )
    return [
        Statement(
            row.clause,
            row.title,
            row.username,
            row.name,
            row.dated_on,
            row.words,
            row.file_name,
            row.file_sha256,
            row.record_seq,
        )
        for row in connection.execute(query)
    ]


def _due(profile: Profile, wanted: Attestation, last: Statement | None, day: dt.date) -> Due:
    until = wanted.every.day_after(last.dated_on) if last else None
    state: Literal["given", "due soon", "overdue", "never given"] = "given"
    if until is None:
        state = "never given"
    elif until < day:
        state = "overdue"
    elif until - day <= _SOON:
        state = "due soon"
    return Due(
        wanted.clause,
        profile.cite(wanted.clause),
        profile.clause(wanted.clause).summary,
        wanted.by,
        str(wanted.every),
        state,
        until,
        last,
    )
