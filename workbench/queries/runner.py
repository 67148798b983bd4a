"""The one choke point: the only function in the code base that returns reads to people.

Its order is the promise of the product: who asks, may they, the intent on the record (committed and flushed), the
query with bound parameters, the outcome on the record, the result. A refusal and a failure are recorded too. Where
the record cannot be written there is no result.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench import cancelling
from workbench.analysis.errormodels import ErrorModel
from workbench.analysis.learned import stored
from workbench.audit.access import access
from workbench.audit.chain import Chain, Entry
from workbench.cases import Cases
from workbench.errors import WorkbenchError
from workbench.models import CaseRecord, Grounds, Session, Window
from workbench.policy.decision import Decision, Request, decide
from workbench.policy.profile import Profile
from workbench.queries.plates import Plates
from workbench.queries.reads import Answer, Query, Source
from workbench.records.barrier import keep_purges_out
from workbench.records.database import Database
from workbench.settings import Settings

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Runner"]


class Runner:
    """Runs queries, each on the record.

    Parameters
    ----------
    clock : callable
        Gives the present time, aware.
    """

    def __init__(
        self,
        database: Database,
        chain: Chain,
        cases: Cases,
        profile: Profile,
        settings: Settings,
        clock: Callable[[], dt.datetime],
    ) -> None:
        self.database = database
        self.chain = chain
        self.cases = cases
        self.profile = profile
        self.settings = settings
        self.clock = clock
        self.plates = Plates(settings.plate_index)

    def run(
        self,
        action: str,
        build: Callable[[], Query],
        given: dict[str, Any],
        grounds: Grounds,
        session: Session,
    ) -> pd.DataFrame:
        """Answer a query, or say why not; either way it is on the record first.

        Parameters
        ----------
        action : str
            The query's name in the policy, such as ``query.canvass``.
        build : callable
            Makes the query out of what was given; may raise for bad input, which is recorded as a failure.
        given : dict
            What was asked for in plain values; stands on the record where the query could not be made.
        grounds : Grounds
            Case, purpose, reason; crime type and incident number are taken from the case where left empty.
        session : Session
            Who asks, from where.

        Raises
        ------
        Refused
            The policy says no.
        RecordUnwritable
            The access record could not be written.
        Cancelled
            Whoever asked wants it no longer (:mod:`workbench.cancelling`); recorded as a failure of that name.
        """
        case = self.cases.get(grounds.case_number)
        grounds = _completed(grounds, case)
        try:
            query = build()
        except WorkbenchError as error:
            self._event(action, "failed", given, grounds, session, detail=type(error).__name__)
            raise
        decision = self._decide(query, grounds, case, session)
        if not decision.allowed:
            self._refuse(decision, query, grounds, session)
        with access(
            self.chain, query.action, session=session, grounds=grounds, elements=query.elements()
        ) as under_way:
            answer = self._fetch(query)
            cancelling.check()
            under_way.rows, under_way.truncated = len(answer.frame), answer.truncated
        frame = answer.frame
        attrs: dict[str, Any] = {
            "access_id": under_way.id,
            "case": grounds.case_number,
            "purpose": grounds.purpose,
            "query": query.elements(),
            "window": _ends(query.window),
            "timezone": self.settings.timezone,
            "rows": len(frame),
            "truncated": answer.truncated,
            "profile": self.profile.id,
            "policy_notes": [finding.reason for finding in decision.warnings],
            **answer.attrs,
        }
        frame.attrs.update(attrs)
        return frame

    def _fetch(self, query: Query) -> Answer:
        with self.database.read() as connection:
            keep_purges_out(connection)
            return query.fetch(
                Source(
                    connection,
                    self.profile,
                    self.settings.zone,
                    self.clock(),
                    self.plates,
                    self.settings.baseline_days,
                    self._camera(),
                )
            )

    def _camera(self) -> ErrorModel | None:
        """Return the cameras' mistakes as learned from the site's own reads; None to go by the shipped table."""
        path = self.settings.camera_model
        try:
            return _learned(path, path.stat().st_mtime_ns)
        except FileNotFoundError:
            return None

    def _decide(
        self, query: Query, grounds: Grounds, case: CaseRecord | None, session: Session
    ) -> Decision:
        request = Request(
            action=query.action,
            member=session.member,
            grounds=grounds,
            case=case,
            extent=query.extent(),
            now=self.clock(),
            automatic=session.automatic,
        )
        return decide(self.profile, request)

    def _refuse(self, decision: Decision, query: Query, grounds: Grounds, session: Session) -> None:
        first = decision.refusals[0]
        if decision.withhold_reason:
            grounds = dataclasses.replace(grounds, reason="[withheld: personal data]")
        codes = " ".join(finding.code for finding in decision.refusals)
        self._event(
            query.action,
            "refused",
            query.elements(),
            grounds,
            session,
            clause=first.clause,
            detail=codes,
        )
        decision.raise_if_refused()

    def _event(
        self,
        action: str,
        outcome: str,
        elements: dict[str, Any],
        grounds: Grounds,
        session: Session,
        *,
        clause: str = "",
        detail: str = "",
    ) -> None:
        self.chain.append(
            Entry(
                "event",
                action,
                outcome=outcome,
                session=session,
                grounds=grounds,
                elements=elements,
                clause=clause,
                detail=detail,
            )
        )


def _ends(window: Window | None) -> list[str] | None:
    return None if window is None else [window.start.isoformat(), window.end.isoformat()]


@functools.lru_cache(maxsize=4)
def _learned(path: Path, _changed: int) -> ErrorModel | None:
    return stored(path)


def _completed(grounds: Grounds, case: CaseRecord | None) -> Grounds:
    """Take crime type and incident number from the case where they were not given."""
    if case is None:
        return grounds
    return dataclasses.replace(
        grounds,
        crime_type=grounds.crime_type or case.crime_type,
        incident_number=grounds.incident_number or case.incident_number,
    )
