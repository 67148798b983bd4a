"""What the acts on hot lists and hits share: the parts of the home, the decision, and the record."""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
from collections.abc import Callable, Mapping
from typing import Any

import sqlalchemy as sa

from workbench.analysis.errormodels import ErrorModel
from workbench.analysis.learned import stored
from workbench.audit.chain import Chain
from workbench.audit.chain import Entry as Line
from workbench.cases import Cases
from workbench.errors import BadInput, Refused
from workbench.hotlists.entries import text
from workbench.hotlists.hits import Hits
from workbench.hotlists.keyring import Keyring
from workbench.hotlists.lists import Lists
from workbench.hotlists.runs import Matching
from workbench.models import CaseRecord, Extent, Grounds, Session
from workbench.policy.decision import Request, decide
from workbench.policy.grounds import check_purpose, check_reason
from workbench.policy.profile import Profile
from workbench.records.database import Database
from workbench.records.hotlist_tables import SEALED
from workbench.settings import Settings

__all__ = ["Permit", "Shared", "Time", "completed", "words"]

Time = str | dt.datetime
Permit = Callable[[str, str, Mapping[str, Any] | None], Session]
_FEWEST_WORDS = 3


class Shared:
    """The parts of a home that hot lists and hits need.

    Parameters
    ----------
    permit : callable
        ``Service.permit``: returns the session if its member may do an action, else records the refusal and raises it.
    session : callable
        ``Service.session``: returns whose a token is.
    """

    def __init__(
        self,
        *,
        database: Database,
        chain: Chain,
        cases: Cases,
        profile: Profile,
        settings: Settings,
        clock: Callable[[], dt.datetime],
        permit: Permit,
        session: Callable[[str], Session],
    ) -> None:
        self.database = database
        self.chain = chain
        self.cases = cases
        self.profile = profile
        self.settings = settings
        self.clock = clock
        self.permit = permit
        self.session = session

    @functools.cached_property
    def ring(self) -> Keyring:
        """The keys; the first is made when it is first needed."""
        with self.database.read() as connection:
            sealed = any(
                connection.execute(sa.select(table.c.id).limit(1)).first() is not None
                for table in SEALED
            )
        return Keyring.open(self.settings.keys, sealed=sealed)

    @functools.cached_property
    def register(self) -> Lists:
        """The lists themselves, for what asks no policy."""
        settings = self.settings
        return Lists(
            self.database,
            self.ring,
            home=settings.home,
            rejects=settings.rejects,
            zone=settings.zone,
            clock=self.clock,
        )

    @functools.cached_property
    def hits_kept(self) -> Hits:
        """The hits themselves, for what asks no policy."""
        return Hits(self.database, self.chain, self.ring)

    @functools.cached_property
    def matching(self) -> Matching:
        """What holds reads against the lists."""
        return Matching(
            self.database, self.register, self.hits_kept, self.profile, self.clock, self._camera
        )

    def _decided(
        self,
        token: str,
        action: str,
        elements: Mapping[str, Any],
        grounds: Grounds | None,
        extent: Extent | None,
    ) -> tuple[Session, Grounds]:
        """Return session and grounds if the policy allows an action that needs grounds; record a refusal."""
        session = self.session(token)
        case = self.cases.get(grounds.case_number) if grounds else None
        request = Request(
            action=action,
            member=session.member,
            grounds=grounds,
            case=case,
            extent=extent,
            now=self.clock(),
            automatic=session.automatic,
        )
        decision = decide(self.profile, request)
        if not decision.allowed or grounds is None:
            kept = grounds
            if grounds is not None and decision.withhold_reason:
                kept = dataclasses.replace(grounds, reason="[withheld: personal data]")
            self.chain.append(
                Line(
                    "event",
                    action,
                    outcome="refused",
                    session=session,
                    grounds=kept,
                    elements=elements,
                    clause=decision.refusals[0].clause,
                    detail=" ".join(found.code for found in decision.refusals),
                )
            )
            decision.raise_if_refused()
            raise Refused("No case, purpose and reason were given.")
        return session, completed(grounds, case)

    def _check_purpose(
        self, purpose: str, session: Session, action: str, elements: Mapping[str, Any]
    ) -> None:
        found = check_purpose(self.profile, purpose)
        if found:
            first = found[0]
            self.chain.append(
                Line(
                    "event", action, outcome="refused", session=session, elements=elements,
                    clause=first.clause, detail=first.code,
                )
            )  # fmt: skip
            raise Refused(
                first.reason, clause=first.clause, citation=first.citation, remedy=first.remedy
            )

    def _check_words(self, said: str) -> None:
        """Refuse words with personal data in them: they stand on the record in clear."""
        for found in check_reason(self.profile, said):
            if found.severity == "refuse":
                raise Refused(
                    found.reason, clause=found.clause, citation=found.citation, remedy=found.remedy
                )

    def _camera(self) -> ErrorModel | None:
        path = self.settings.camera_model
        return stored(path) if path.exists() else None


def completed(grounds: Grounds, case: CaseRecord | None) -> Grounds:
    """Take crime type and incident number from the case where they were not given."""
    if case is None:
        return grounds
    return dataclasses.replace(
        grounds,
        crime_type=grounds.crime_type or case.crime_type,
        incident_number=grounds.incident_number or case.incident_number,
    )


def words(value: str, what: str) -> str:
    """Return what was said; raises BadInput where it is less than a few words."""
    found = text(value)
    if len(found.split()) < _FEWEST_WORDS:
        raise BadInput(f"It is not said {what}.", "Say it in a few words.")
    return found
