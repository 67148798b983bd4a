"""Breaches: a suspected breach goes on the record, with the policy that handles it and who is to be told.

The workbench names that path and does not replace it.
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass

import sqlalchemy as sa

from workbench.audit.chain import Entry
from workbench.custody.house import House, line
from workbench.errors import BadInput
from workbench.policy.profile import Profile
from workbench.records.release_tables import breaches
from workbench.records.tables import members

__all__ = ["Breach", "Breaches", "Path", "path_of"]


@dataclass(frozen=True, slots=True)
class Path:
    """Where a breach is led to: the policy that handles it (empty where the text names none), and whom to tell."""

    refer_to: str
    clause: str
    citation: str
    tell: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Breach:
    """A suspected breach as it was reported."""

    id: int
    noticed_at: dt.datetime
    reported_at: dt.datetime
    username: str
    name: str
    words: str
    led_to: str
    clause: str
    told: tuple[str, ...]
    record_seq: int


def path_of(profile: Profile) -> Path:
    """Return where the policy leads a breach to, and whom it names: its administrator and custodian of records."""
    administrator, breach = profile.administrator, profile.breach
    tell = (administrator.title, administrator.custodian_of_records or "")
    return Path(
        breach.refer_to if breach else "",
        breach.clause if breach else administrator.clause,
        profile.cite(breach or administrator),
        tuple(each for each in tell if each),
    )


class Breaches:
    """The register of suspected breaches."""

    def __init__(self, house: House) -> None:
        self._house = house

    def list(self, token: str) -> list[Breach]:
        """Return every suspected breach, the oldest first."""
        self._house.permit(token, "breach.list")
        with self._house.database.read() as connection:
            return _load(connection)

    def report(self, token: str, words: str, *, noticed_at: dt.datetime | None = None) -> Breach:
        """Report a suspected breach.

        Parameters
        ----------
        words : str
            What was noticed. It stands on the record: no plates and no names.
        noticed_at : datetime, optional
            When, aware and not after now; by default now.
        """
        session = self._house.permit(token, "breach.report")
        now = self._house.clock()
        if (noticed_at or now) > now:
            raise BadInput("The time has not come.", "Say when it was noticed.")
        path, said = path_of(self._house.profile), line(words, "account of what was noticed")
        about = {
            "noticed_at": (noticed_at or now).isoformat(),
            "words": said,
            "led_to": path.refer_to,
            "tell": list(path.tell),
        }
        entry = Entry(
            "event",
            "breach.reported",
            outcome="ok",
            session=session,
            elements=about,
            clause=path.clause,
        )
        with self._house.database.write() as connection:
            values = {
                "noticed_at": noticed_at or now,
                "reported_at": now,
                "member_id": session.member.id,
                "words": said,
                "led_to": path.refer_to,
                "clause": path.clause,
                "told": json.dumps(path.tell),
                "record_seq": self._house.chain.append(entry, connection),
            }
            connection.execute(breaches.insert(), values)
            return _load(connection)[-1]


def _load(connection: sa.Connection) -> list[Breach]:
    query = (
        sa.select(breaches, members.c.username, members.c.name)
        .join(members, members.c.id == breaches.c.member_id)
        .order_by(breaches.c.id)
    )
    return [
        Breach(
            row.id,
            row.noticed_at,
            row.reported_at,
            row.username,
            row.name,
            row.words,
            row.led_to,
            row.clause,
            tuple(json.loads(row.told)),
            row.record_seq,
        )
        for row in connection.execute(query)
    ]
