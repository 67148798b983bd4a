"""Releases: reads leave for another agency only on a written request, approved by who the policy names, and on file.

Requested, taken up, approved (or denied, or referred), fulfilled: no step can be skipped, and nobody decides on a
request that they made or entered. Each step is asked of the policy and stands on the access record.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args

import sqlalchemy as sa

from workbench.audit.access import access
from workbench.audit.chain import Entry
from workbench.custody import papers
from workbench.custody.fulfillment import Package, forget, fulfill, hand_over, under_lock
from workbench.custody.house import House, line, refuse, today
from workbench.custody.intake import QUERIES, complete, one_of, sound
from workbench.custody.offices import held
from workbench.custody.release_file import Recipient, Release, Use, append, enter, load, one
from workbench.custody.release_papers import sheet
from workbench.custody.release_rules import ORDER, deciders, faults, unfit_recipient
from workbench.errors import BadInput
from workbench.models import Session
from workbench.policy.basis import Cited

__all__ = ["QUERIES", "Releases"]

_ACTION = {
    "review": "release.review",
    "verify": "release.review",
    "refer": "release.review",
    "approve": "release.approve",
    "deny": "release.approve",
}


class Releases:
    """The file of requests and what is done with them.

    Parameters
    ----------
    house : House
        The service.
    """

    def __init__(self, house: House) -> None:
        self._house = house

    def list(self, token: str) -> list[Release]:
        """Return every request, the oldest first."""
        self._house.permit(token, "release.list")
        with self._house.database.read() as connection:
            return load(connection)

    def show(self, token: str, number: str) -> Release:
        """Return one request with its steps."""
        self._house.permit(token, "release.list", {"release": number.strip().upper()[:20]})
        with self._house.database.read() as connection:
            return one(connection, number)

    def sheet(self, token: str, number: str) -> str:
        """Return a request as a sheet of text for the file that the policy has somebody keep."""
        return sheet(self.show(token, number), self._house.profile, self._house.settings)

    def letter(self, token: str, number: str, out: Path) -> Path:
        """Copy the written request into a folder, for who reviews it; see :func:`papers.hand_out`."""
        release = self.show(token, number)
        return papers.hand_out(self._house.settings, release.scan_sha256, release.scan_name, out)

    def request(
        self,
        token: str,
        *,
        agency: str,
        person: str,
        purpose_text: str,
        recipient: str,
        use: str = "official",
        dated_on: dt.date | None = None,
        scan: Path | None = None,
        case_number: str = "",
        purpose: str = "",
        query: str = "",
        parameters: Mapping[str, Any] | None = None,
    ) -> Release:
        """Enter a request.

        Parameters
        ----------
        agency, person, purpose_text : str
            As the request names them: the agency, the person who asks, the intended purpose.
        recipient : {"law-enforcement", "prosecutor", "other"}
            What the agency is.
        use : {"official", "personal", "commercial"}
            What the reads are wanted for.
        dated_on : date, optional
            The day on the request; by default today.
        scan : Path, optional
            The written request: kept beside the database under its SHA-256.
        case_number, purpose : str
            The case of the register and the policy's purpose under which it would be fulfilled.
        query, parameters
            One of :data:`QUERIES` and its elements, as :func:`workbench.queries.build` takes them. The approval
            covers them and nothing wider.

        Raises
        ------
        Refused
            The written request, its agency, person or purpose is missing, or its purpose does not stand.
        BadInput
            Something cannot be understood, or the case is not in the register.
        """
        kind = one_of(recipient, get_args(Recipient), "recipient")
        wanted = one_of(use, get_args(Use), "use")
        elements = {"recipient": kind, "use": wanted}
        session = self._house.permit(token, "release.request", elements)
        named = {"agency": agency, "person": person, "purpose": purpose_text}
        complete(self._house, session, elements, named, scan)
        paper = papers.look(scan) if scan is not None else None
        values: dict[str, Any] = {
            "agency": line(agency, "agency"),
            "person": line(person, "person who asks"),
            "recipient": kind,
            "use": wanted,
            "purpose_text": line(purpose_text, "intended purpose"),
            "dated_on": dated_on or today(self._house),
            "scan_sha256": paper.sha256 if paper else "",
            "scan_name": paper.name if paper else "",
            "case_number": case_number.strip(),
            "purpose": purpose.strip(),
            "query": query,
            "parameters": dict(parameters or {}),
            "entered_by": session.member.id,
            "entered_at": self._house.clock(),
        }
        if kind in self._house.profile.releases.recipients and wanted == "official":
            sound(self._house, session, elements, values)
        else:
            values |= {"query": "", "parameters": {}}  # nothing of it can be released
        if paper is not None:
            papers.keep(self._house.settings, paper)
        return self._enter(session, values)

    def review(self, token: str, number: str) -> Release:
        """Take a request up for review."""
        return self._step(token, number, "review")

    def verify(self, token: str, number: str, how: str) -> Release:
        """Enter that and how the recipient was verified, such as by a call back to the agency's own number."""
        return self._step(token, number, "verify", line(how, "way in which they were verified"))

    def approve(self, token: str, number: str, words: str = "") -> Release:
        """Approve a request as it stands."""
        return self._step(token, number, "approve", line(words, "note", needed=False))

    def deny(self, token: str, number: str, why: str) -> Release:
        """Deny a request, with the reason."""
        return self._step(token, number, "deny", line(why, "reason of the denial"))

    def refer(self, token: str, number: str) -> Release:
        """Refer the request of somebody whom the policy does not know to where it says."""
        return self._step(token, number, "refer", self._house.profile.releases.others_to)

    def fulfil(self, token: str, number: str, out: Path) -> Package:
        """Fulfill an approved request; a package that was made and never handed over is handed over now.

        Parameters
        ----------
        out : Path
            The folder that gets the package. The home keeps no copy of it.

        Raises
        ------
        Refused
            It is not approved, or the policy refuses the query to this member.
        """
        elements = {"release": number.strip().upper()[:20]}
        session = self._house.permit(token, "release.fulfil", elements)
        with self._house.database.read() as connection:
            number = one(connection, number).number
        with under_lock(self._house, number):
            release = self._look(number)
            act = "hand-over" if release.state == "fulfilled" else "fulfil"
            self._allowed(session, release, act, "release.fulfil")
            if act == "fulfil":
                fulfill(
                    self._house,
                    release,
                    session,
                    lambda kept: self._put(session, release, "fulfil", details=kept),
                )
                package = hand_over(self._house, self._look(number), out)
            else:
                package = self._hand_over(session, release, out)
            forget(self._house, release)
        return package

    def _hand_over(self, session: Session, release: Release, out: Path) -> Package:
        """Hand over what waits, the intent on the record before it leaves the home."""
        with access(
            self._house.chain,
            "release.hand-over",
            session=session,
            elements={"release": release.number},
        ) as under_way:
            package = hand_over(self._house, release, out)
            self._put(session, release, "hand-over", details={"sha256": package.sha256})
            under_way.rows = package.rows
        return package

    def _look(self, number: str) -> Release:
        with self._house.database.read() as connection:
            return one(connection, number)

    def _enter(self, session: Session, values: dict[str, Any]) -> Release:
        with self._house.database.write() as connection:
            year = today(self._house).year
            request_id, number = enter(connection, values, year)
            about = {
                "release": number,
                **{name: values[name] for name in ("agency", "person", "recipient", "use")},
                "scan_sha256": values["scan_sha256"],
            }
            self._append(connection, session, request_id, "request", "requested", about)
            return one(connection, number)

    def _step(self, token: str, number: str, act: str, words: str = "") -> Release:
        action = _ACTION[act]
        session = self._house.permit(token, action, {"release": number.strip().upper()[:20]})
        release = self._look(number)
        title = self._allowed(session, release, act, action)
        return self._put(session, release, act, title=title, words=words)

    def _allowed(self, session: Session, release: Release, act: str, action: str) -> str:
        """Refuse a step that something stands against; return the title under which it is taken."""
        profile = self._house.profile
        with self._house.database.read() as connection:
            own = held(connection, session.member.id, today(self._house))
        fault = faults(profile, release, act, session.member, own)
        if fault is not None:
            refuse(
                self._house,
                session,
                action,
                {"release": release.number, "step": act},
                code=fault.code,
                reason=fault.reason,
                basis=fault.basis,
                remedy=fault.remedy,
            )
        return next((each for each in deciders(profile) if each in own), "")

    def _put(
        self,
        session: Session,
        release: Release,
        act: str,
        *,
        title: str = "",
        words: str = "",
        details: Mapping[str, Any] | None = None,
    ) -> Release:
        """Append a step unless somebody else took one meanwhile."""
        with self._house.database.write() as connection:
            if len(one(connection, release.number).steps) != len(release.steps):
                raise BadInput(
                    "Somebody else took a step with this request just now.",
                    f"See: workbench release show {release.number}",
                )
            about = {"release": release.number, **(details or {})}
            if words:
                about["to" if act == "refer" else "words"] = words
            self._append(
                connection,
                session,
                release.id,
                act,
                ORDER[act][1],
                about,
                title=title,
                words=words,
                details=details or {},
                clause=self._clause(release, act),
            )
            return one(connection, release.number)

    def _clause(self, release: Release, act: str) -> str:
        rules = self._house.profile.releases
        if act in ("deny", "refer") and (fault := unfit_recipient(self._house.profile, release)):
            return fault.basis.clause if isinstance(fault.basis, Cited) else fault.basis
        return rules.approve_clause or rules.clause

    def _append(
        self,
        connection: sa.Connection,
        session: Session,
        request_id: int,
        act: str,
        state: str,
        about: Mapping[str, Any],
        *,
        clause: str = "",
        **kept: Any,
    ) -> None:
        entry = Entry(
            "event",
            f"release.{act}",
            outcome="ok",
            session=session,
            elements={**about, "state": state},
            clause=clause,
        )
        values = {
            "act": act,
            "state": state,
            "at": self._house.clock(),
            "member_id": session.member.id,
            "record_seq": self._house.chain.append(entry, connection),
            **kept,
        }
        append(connection, request_id, values)
