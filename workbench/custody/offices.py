"""Who holds which title that the policy names: who decides on releases, whose statement is asked for.

A role opens actions to a job; a title is what a text names for one decision. Nobody enters a title for themselves.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa

from workbench.audit.chain import Entry
from workbench.custody.house import House, refuse, today
from workbench.errors import BadInput
from workbench.people.store import find
from workbench.policy.profile import Profile
from workbench.records.release_tables import offices
from workbench.records.tables import members

__all__ = ["Office", "Offices", "held", "titles"]


@dataclass(frozen=True, slots=True)
class Office:
    """A title, who holds it, since when, and until when (None while it lasts)."""

    title: str
    username: str
    name: str
    since: dt.date
    until: dt.date | None
    entered_by: str


def titles(profile: Profile) -> dict[str, str]:
    """Return the titles that the policy names for something, each with what for."""
    found: dict[str, list[str]] = {}
    releases = profile.releases
    for title in releases.approvers:
        found.setdefault(title, []).append("decides on releases")
    if releases.forwarded_to:
        found.setdefault(releases.forwarded_to, []).append("requests are forwarded to them")
    if releases.filed_by:
        found.setdefault(releases.filed_by, []).append("keeps the file of requests")
    for each in profile.attestations:
        found.setdefault(each.by, []).append(f"states how it stands with {each.clause}")
    if undocking := profile.transfers.undocking_permission:
        found.setdefault(undocking, []).append("permits the undocking of a unit")
    found.setdefault(profile.administrator.title, []).append("answers for the system")
    return {title: "; ".join(whats) for title, whats in found.items()}


def held(connection: sa.Connection, member_id: int, day: dt.date) -> frozenset[str]:
    """Return the titles that a member holds on a day."""
    query = sa.select(offices.c.title).where(
        offices.c.member_id == member_id,
        offices.c.since <= day,
        offices.c.until.is_(None) | (offices.c.until > day),
    )
    return frozenset(connection.execute(query).scalars())


class Offices:
    """The register of who holds which title."""

    def __init__(self, house: House) -> None:
        self._house = house

    def list(self, token: str, *, ended: bool = False) -> list[Office]:
        """Return who holds which title; with ``ended`` also who held it."""
        self._house.permit(token, "office.list")
        query = sa.select(offices, members.c.username, members.c.name).join(
            members, members.c.id == offices.c.member_id
        )
        if not ended:
            query = query.where(offices.c.until.is_(None))
        with self._house.database.read() as connection:
            rows = connection.execute(query.order_by(offices.c.title, offices.c.id)).all()
        return [_office(row) for row in rows]

    def assign(
        self, token: str, title: str, username: str, *, since: dt.date | None = None
    ) -> Office:
        """Enter that a member holds a title, by default from today.

        Raises
        ------
        BadInput
            The policy names no such title, or there is no such active person.
        Refused
            Somebody enters one for themselves.
        """
        title = self._known(title)
        elements = {"title": title, "member": username.strip().lower()}
        session = self._house.permit(token, "office.assign", elements)
        if elements["member"] == session.member.username:
            refuse(
                self._house,
                session,
                "office.assign",
                elements,
                code="office.own",
                reason="Nobody enters a title for themselves.",
                basis=self._house.profile.authorized_use.members_clause,
                remedy="Have another administrator enter it.",
            )
        with self._house.database.write() as connection:
            row = find(connection, username)
            if not row.active or row.kind != "person":
                raise BadInput(
                    "That account is disabled, or is not a person of the agency.",
                    "A title is held by somebody who can act: see workbench member list.",
                )
            day = today(self._house)
            if title in held(connection, row.id, day):
                raise BadInput("They hold that title already.", "See: workbench office list")
            values = {
                "title": title,
                "member_id": row.id,
                "since": since or day,
                "entered_by": session.member.username,
                "entered_at": self._house.clock(),
            }
            connection.execute(offices.insert(), values)
            about = {**elements, "since": values["since"].isoformat()}
            self._house.chain.append(
                Entry("event", "office.assigned", outcome="ok", session=session, elements=about),
                connection,
            )
        return Office(title, row.username, row.name, since or day, None, session.member.username)

    def end(self, token: str, title: str, username: str) -> None:
        """Enter that a member no longer holds a title, as of today."""
        title = self._known(title)
        elements = {"title": title, "member": username.strip().lower()}
        session = self._house.permit(token, "office.assign", elements)
        with self._house.database.write() as connection:
            row = find(connection, username)
            ends = offices.update().where(
                offices.c.member_id == row.id,
                offices.c.title == title,
                offices.c.until.is_(None),
            )
            now = {"ended_by": session.member.username, "ended_at": self._house.clock()}
            if not connection.execute(ends.values(until=today(self._house), **now)).rowcount:
                raise BadInput("They do not hold that title.", "See: workbench office list")
            self._house.chain.append(
                Entry("event", "office.ended", outcome="ok", session=session, elements=elements),
                connection,
            )

    def _known(self, title: str) -> str:
        wanted = " ".join(title.split()).casefold()
        known = titles(self._house.profile)
        for each in known:
            if each.casefold() == wanted:
                return each
        raise BadInput("The policy names no such title.", f"It names: {', '.join(known)}.")


def _office(row: sa.Row[tuple[object, ...]]) -> Office:
    return Office(row.title, row.username, row.name, row.since, row.until, row.entered_by)
