"""Agreements: contracts and memoranda under which others run or share the system, with dates and file hash."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import sqlalchemy as sa

from workbench.audit.chain import Entry
from workbench.custody import papers
from workbench.custody.house import House, line, refuse, today
from workbench.errors import BadInput
from workbench.models import Session
from workbench.policy.profile import Profile
from workbench.records.release_tables import agreements

__all__ = ["KINDS", "SUBJECTS", "Agreement", "Agreements", "standing_agreements"]

KINDS = ("contract", "memorandum")
SUBJECTS = ("receive", "provide", "share")
_SOON = dt.timedelta(days=60)
State = Literal["not yet begun", "in force", "ends soon", "expired", "ended"]


@dataclass(frozen=True, slots=True)
class Agreement:
    """An agreement as it stands; ``ends_on`` is its last day, None where it has none."""

    id: int
    kind: str
    party: str
    subject: str
    signed_by: str
    signed_on: dt.date
    begins_on: dt.date
    ends_on: dt.date | None
    meets_standards: bool
    file_name: str
    file_sha256: str
    state: State
    ended_why: str = ""


def standing_agreements(connection: sa.Connection, day: dt.date) -> list[Agreement]:
    """Return every agreement in the order of entry, with how it stands on a day."""
    rows = connection.execute(agreements.select().order_by(agreements.c.id))
    return [_agreement(row, day) for row in rows]


class Agreements:
    """The register of agreements."""

    def __init__(self, house: House) -> None:
        self._house = house

    def list(self, token: str) -> list[Agreement]:
        """Return every agreement, ended ones too."""
        self._house.permit(token, "agreement.list")
        with self._house.database.read() as connection:
            return standing_agreements(connection, today(self._house))

    def register(
        self,
        token: str,
        *,
        kind: str,
        party: str,
        subject: str,
        signed_by: str,
        signed_on: dt.date,
        paper: Path,
        meets_standards: bool,
        begins_on: dt.date | None = None,
        ends_on: dt.date | None = None,
    ) -> Agreement:
        """Enter an agreement that is signed.

        Parameters
        ----------
        kind : {"contract", "memorandum"}
            What it is.
        party : str
            The other agency or company.
        subject : {"receive", "provide", "share"}
            What is done with services or data under it.
        signed_by : str
            Who signed for the agency, by title.
        paper : Path
            The signed paper: kept beside the database under its SHA-256.
        meets_standards : bool
            Whether whoever enters it has seen that it meets the policy's minimum standards.
        begins_on, ends_on : date, optional
            Its first day, by default that of the signature, and its last day.

        Raises
        ------
        Refused
            The policy knows no such agreement, it is not signed by who the policy names, or it does not meet the
            policy's standards.
        """
        if kind not in KINDS or subject not in SUBJECTS:
            raise BadInput(
                "There is no such kind or subject of an agreement.",
                f"Kinds: {', '.join(KINDS)}. Subjects: {', '.join(SUBJECTS)}.",
            )
        party, signed_by = line(party, "other party"), line(signed_by, "title of who signed")
        elements = {"kind": kind, "party": party, "subject": subject}
        session = self._house.permit(token, "agreement.register", elements)
        self._recognized(session, elements, signed_by, meets_standards=meets_standards)
        first = begins_on or signed_on
        if ends_on is not None and ends_on < first:
            raise BadInput("The agreement would end before it begins.", "Correct its days.")
        kept = papers.look(paper)
        papers.keep(self._house.settings, kept)
        values: dict[str, Any] = {
            **elements,
            "signed_by": signed_by,
            "signed_on": signed_on,
            "begins_on": first,
            "ends_on": ends_on,
            "meets_standards": meets_standards,
            "file_sha256": kept.sha256,
            "file_name": kept.name,
            "entered_by": session.member.username,
            "entered_at": self._house.clock(),
        }
        with self._house.database.write() as connection:
            fresh = agreements.insert().returning(agreements.c.id)
            key = int(connection.execute(fresh, values).scalar_one())
            about = {**elements, "agreement": key, "sha256": kept.sha256, "signed_by": signed_by}
            self._record(connection, session, "agreement.registered", about)
            return self._one(connection, key)

    def paper(self, token: str, agreement: int, out: Path) -> Path:
        """Copy the signed paper into a folder; see :func:`papers.hand_out`."""
        self._house.permit(token, "agreement.list", {"agreement": agreement})
        with self._house.database.read() as connection:
            found = self._one(connection, agreement)
        return papers.hand_out(self._house.settings, found.file_sha256, found.file_name, out)

    def end(self, token: str, agreement: int, why: str) -> Agreement:
        """Enter that an agreement was ended before its time, as of today."""
        session = self._house.permit(token, "agreement.register", {"agreement": agreement})
        words = line(why, "reason")
        with self._house.database.write() as connection:
            if self._one(connection, agreement).state in ("expired", "ended"):
                raise BadInput("That agreement has ended already.", "See: workbench agreement list")
            ends = agreements.update().where(agreements.c.id == agreement)
            ended = {"ended_by": session.member.username, "ended_at": self._house.clock()}
            connection.execute(ends.values(ended_why=words, **ended))
            self._record(
                connection, session, "agreement.ended", {"agreement": agreement, "why": words}
            )
            return self._one(connection, agreement)

    def _recognized(
        self, session: Session, elements: dict[str, str], signed_by: str, *, meets_standards: bool
    ) -> None:
        profile = self._house.profile
        custody = profile.custody
        fault = None
        if elements["kind"] not in custody.outside_operation and not _custodian(
            profile, elements["party"]
        ):
            fault = (
                "agreement.unknown",
                f"The policy knows no {elements['kind']} under which others run or share the system.",
                "Have the policy amended first, and its profile with it.",
            )
        elif custody.outside_signer and signed_by.casefold() != custody.outside_signer.casefold():
            fault = (
                "agreement.signer",
                f"Such an agreement is entered into by the {custody.outside_signer}.",
                "Have it signed by them.",
            )
        elif not meets_standards:
            fault = (
                "agreement.standards",
                "Nobody has said that it meets the minimum standards of the policy.",
                "Compare it with the policy, and say so when entering it.",
            )
        if fault is not None:
            code, reason, remedy = fault
            refuse(
                self._house,
                session,
                "agreement.register",
                elements,
                code=code,
                reason=reason,
                basis=custody.outside_clause or custody,
                remedy=remedy,
            )

    def _one(self, connection: sa.Connection, key: int) -> Agreement:
        row = connection.execute(agreements.select().where(agreements.c.id == key)).first()
        if row is None:
            raise BadInput("There is no such agreement.", "See: workbench agreement list")
        return _agreement(row, today(self._house))

    def _record(
        self, connection: sa.Connection, session: Session, action: str, about: dict[str, Any]
    ) -> None:
        custody = self._house.profile.custody
        entry = Entry(
            "event",
            action,
            outcome="ok",
            session=session,
            elements=about,
            clause=custody.outside_clause or custody.clause,
        )
        self._house.chain.append(entry, connection)


def _custodian(profile: Profile, party: str) -> bool:
    """Say whether the policy names a party as a custodian beside the owner."""
    named = {
        each.casefold() for each in profile.custody.custodians if each != profile.custody.owner
    }
    return party.casefold() in named


def _agreement(row: sa.Row[Any], day: dt.date) -> Agreement:
    state: State = "in force"
    if row.ended_at is not None:
        state = "ended"
    elif row.begins_on > day:
        state = "not yet begun"
    elif row.ends_on is not None and row.ends_on < day:
        state = "expired"
    elif row.ends_on is not None and row.ends_on - day <= _SOON:
        state = "ends soon"
    return Agreement(
        row.id,
        row.kind,
        row.party,
        row.subject,
        row.signed_by,
        row.signed_on,
        row.begins_on,
        row.ends_on,
        row.meets_standards,
        row.file_name,
        row.file_sha256,
        state,
        row.ended_why,
    )
