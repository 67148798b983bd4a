"""The audit as members make it: review a period, decide on findings, sign; by policy and on the record."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, Protocol

from workbench.audit.access import access
from workbench.audit.chain import Entry
from workbench.audit.households import Households
from workbench.audit.indicators import Finding
from workbench.audit.judgments import (
    DISPOSED,
    DISPOSITIONS,
    OUTCOMES,
    SIGNED,
    Disposition,
    SignOff,
    digest_of,
    dispositions,
    sign_offs,
)
from workbench.audit.permit import Home
from workbench.audit.verify import Verdict
from workbench.audit.yardsticks import Yardsticks
from workbench.errors import BadInput, Refused
from workbench.models import CaseRecord, Member, Session
from workbench.policy.reasons import signs
from workbench.records.registers import storable

if TYPE_CHECKING:
    from workbench.audit.elsewhere_review import ElsewhereReview
    from workbench.audit.review import AuditReview

__all__ = ["AuditDesk", "AuditHouse"]

_LONGEST = 500
_FEWEST = 6  # characters of a key that may stand for it
_SEE = "See: workbench audit review"


class _Accounts(Protocol):
    def list(self) -> list[Member]:
        """Return every account."""


class _Register(Protocol):
    def list(self) -> list[CaseRecord]:
        """Return every case."""


class AuditHouse(Home, Protocol):
    """The service, as the audit sees it."""

    @property
    def people(self) -> _Accounts:
        """The accounts."""

    @property
    def cases(self) -> _Register:
        """The case register."""

    @property
    def households(self) -> Households:
        """The list of members' own plates."""

    def audit_verify(self) -> Verdict:
        """Check the record for alterations."""


class AuditDesk:
    """Reviews of periods, what is said of their findings, and the signatures under them.

    Parameters
    ----------
    house : AuditHouse
        The service.
    yardsticks : callable
        Returns what else an audit of a period is measured by.
    """

    def __init__(
        self, house: AuditHouse, yardsticks: Callable[[dt.datetime, dt.datetime], Yardsticks]
    ) -> None:
        self._house = house
        self._yardsticks = yardsticks

    def review(
        self,
        token: str,
        *,
        start: dt.datetime,
        end: dt.datetime,
        sample_size: int | None = None,
        seed: int = 1,
        confidence: float | None = None,
        share: float | None = None,
    ) -> AuditReview:
        """Return everything that an audit report of a period needs.

        ``confidence`` and ``share`` set the size of the sample; see :func:`workbench.audit.sampling.size_to_find`.
        """
        from workbench.audit.review import review

        house = self._house
        elements: dict[str, Any] = {**_period(start, end), "seed": seed}
        if confidence is not None:
            elements["confidence"] = confidence
        session = house.permit(token, "audit.review", elements)
        with access(house.chain, "audit.review", session=session, elements=elements) as under_way:
            result = review(
                house.database,
                start=start,
                end=end,
                sample_size=sample_size,
                seed=seed,
                verdict=house.audit_verify(),
                before=under_way.id,
                confidence=confidence,
                share=share,
                **self._facts(),
            )
            result = replace(result, yardsticks=self._yardsticks(start, end))
            under_way.rows = len(result.records)
        return result

    def dispose(
        self,
        token: str,
        key: str,
        *,
        start: dt.datetime,
        end: dt.datetime,
        disposition: str,
        note: str = "",
    ) -> Disposition:
        """Say what is to be said of a finding; what was said before stays on the record.

        Parameters
        ----------
        key : str
            The finding's key, or its first characters, six or more.
        start, end : datetime
            The period in whose review it is found, aware, end excluded.
        disposition : str
            One of :data:`workbench.audit.judgments.DISPOSITIONS`.
        note : str
            Why, in words; needed for every disposition that decides.

        Raises
        ------
        Refused
            The finding is about the member who would decide on it, or no person asks.
        BadInput
            There is no such finding in that period.
        """
        if disposition not in DISPOSITIONS:
            raise BadInput("There is no such disposition.", f"There are: {', '.join(DISPOSITIONS)}.")  # fmt: skip
        note = _words(note, "note", needed=disposition != "open")
        elements: dict[str, Any] = {
            **_period(start, end),
            "finding": key[:64],
            "disposition": disposition,
        }
        session = self._person(token, DISPOSED, elements)
        finding = _one(self._findings(start, end), key)
        elements |= {
            "finding": finding.key,
            "indicator": finding.id,
            "accounts": sorted(finding.accounts),
            "accesses": list(finding.rows),
            "note": note,
        }
        if session.member.username in finding.accounts:
            self._refuse(
                session,
                DISPOSED,
                elements,
                code="audit.own-finding",
                reason="This finding is about your own account.",
                remedy="Have another member who may review audits decide on it.",
            )
        number = self._house.chain.append(
            Entry("event", DISPOSED, outcome="ok", session=session, elements=elements)
        )
        with self._house.database.read() as connection:
            found = dispositions(connection, before=number + 1)
        return found[finding.key]

    def sign(
        self,
        token: str,
        *,
        start: dt.datetime,
        end: dt.datetime,
        role: str,
        outcome: str,
        title: str = "",
        note: str = "",
    ) -> SignOff:
        """Sign the review of a period, its findings and dispositions as they stand now.

        Parameters
        ----------
        role : {"reviewer", "approver"}
            The reviewer signs first; the approver is somebody else.
        outcome : str
            One of :data:`workbench.audit.judgments.OUTCOMES` for that role. A reviewer who closes the review has
            decided on every finding; otherwise the outcome is ``open``.
        title, note : str
            The office in which the member signs, and what is to be said beside it.

        Raises
        ------
        Refused
            A finding about whoever signs is not decided, somebody would approve their own review, there is none to
            approve, or no person asks.
        """
        if outcome not in OUTCOMES.get(role, {}):
            known = "; ".join(f"{one}: {', '.join(words)}" for one, words in OUTCOMES.items())
            raise BadInput("There is no such role or outcome.", f"There are: {known}.")
        title, note = _words(title, "title"), _words(note, "note")
        elements: dict[str, Any] = {**_period(start, end), "role": role, "outcome": outcome}
        session = self._person(token, SIGNED, elements)
        found = self._findings(start, end)
        with self._house.database.read() as connection:
            said = dispositions(connection)
            sha256 = digest_of(found, said)
            signed = sign_offs(connection, start, end, sha256=sha256)
        decided = {each.key for each in found if each.key in said and said[each.key].is_final}
        fault = _own_open(session, found, decided) or (
            _hasty(outcome, len(found) - len(decided))
            if role == "reviewer"
            else _no_approval(session, signed.get("reviewer"))
        )
        if fault:
            code, reason, remedy = fault
            self._refuse(session, SIGNED, elements, code=code, reason=reason, remedy=remedy)
        elements |= {
            "title": title,
            "note": note,
            "findings": len(found),
            "disposed": len(decided),
            "sha256": sha256,
        }
        self._house.chain.append(
            Entry("event", SIGNED, outcome="ok", session=session, elements=elements)
        )
        with self._house.database.read() as connection:
            return sign_offs(connection, start, end, sha256=sha256)[role]

    def elsewhere(
        self,
        token: str,
        path: Path,
        *,
        organizations: Collection[str] = (),
        automatic: Collection[str] = (),
        ignore: Collection[str] = (),
    ) -> ElsewhereReview:
        """Review searches made in another system, from its audit export; nothing of the export is kept.

        Parameters
        ----------
        organizations : collection of str
            How the export writes this agency's name, where it is not the settings' own.
        automatic : collection of str
            Kinds of search that no person typed.
        ignore : collection of str
            Columns that are passed over.
        """
        from workbench.audit.elsewhere import read_export
        from workbench.audit.elsewhere_review import review_elsewhere

        house = self._house
        elements = {"file": path.name}
        session = house.permit(token, "audit.review", elements)
        with access(
            house.chain, "audit.elsewhere", session=session, elements=elements
        ) as under_way:
            now = house.clock()
            searches, imported = read_export(
                path, rejects=house.settings.rejects, now=now, ignore=ignore
            )
            found = review_elsewhere(
                searches,
                imported,
                agency=house.settings.agency,
                cases={case.number: case for case in house.cases.list()},
                profile=house.profile,
                zone=house.settings.zone,
                now=now,
                organizations=organizations,
                automatic=automatic,
            )
            under_way.rows = len(searches)
            under_way.detail = (
                f"sha256 {imported.sha256}, {len(imported.rejected)} rejected, "
                f"{len(found.findings)} findings"
            )
        return found

    def _findings(self, start: dt.datetime, end: dt.datetime) -> tuple[Finding, ...]:
        from workbench.audit.review import findings_in

        return findings_in(self._house.database, start=start, end=end, **self._facts())

    def _facts(self) -> dict[str, Any]:
        house = self._house
        return {
            "zone": house.settings.zone,
            "profile": house.profile,
            "members": house.people.list(),
            "cases": {case.number: case for case in house.cases.list()},
            "now": house.clock(),
            "households": house.households.lookup(),
        }

    def _person(self, token: str, action: str, elements: Mapping[str, Any]) -> Session:
        session = self._house.permit(token, "audit.review", elements)
        if session.member.kind == "service":
            self._refuse(
                session,
                action,
                elements,
                code="audit.no-person",
                reason="A scheduled job decides nothing and signs nothing.",
                remedy="Log in as the member who reviewed it.",
            )
        return session

    def _refuse(
        self,
        session: Session,
        action: str,
        elements: Mapping[str, Any],
        *,
        code: str,
        reason: str,
        remedy: str,
    ) -> NoReturn:
        audits = self._house.profile.audits
        clause = audits.every_clause or audits.clause
        self._house.chain.append(
            Entry(
                "event",
                action,
                outcome="refused",
                session=session,
                elements=elements,
                clause=clause,
                detail=code,
            )
        )
        citation = self._house.profile.cite(audits.every_clause or audits)
        raise Refused(reason, clause=clause, citation=citation, remedy=remedy)


_Fault = tuple[str, str, str] | None


def _own_open(session: Session, found: tuple[Finding, ...], decided: set[str]) -> _Fault:
    own = session.member.username
    if not any(own in each.accounts and each.key not in decided for each in found):
        return None
    return (
        "audit.own-finding",
        "A finding about your own account is not decided.",
        "Have another member decide on it first: workbench audit dispose.",
    )


def _hasty(outcome: str, left: int) -> _Fault:
    if outcome == "open" or not left:
        return None
    return (
        "audit.undecided",
        f"{left:,} of the findings {'is' if left == 1 else 'are'} not decided.",
        "Decide on each with workbench audit dispose, or sign with --outcome open.",
    )


def _no_approval(session: Session, reviewer: SignOff | None) -> _Fault:
    if reviewer is None:
        return (
            "audit.no-review",
            "No reviewer has signed the review of this period.",
            "Have it reviewed and signed first, for exactly these times.",
        )
    if reviewer.username == session.member.username:
        return (
            "audit.own-review",
            "You reviewed this period yourself.",
            "Have another member approve it.",
        )
    if not reviewer.stands:
        return (
            "audit.review-changed",
            "Findings or dispositions have changed since the reviewer signed.",
            "Have the reviewer look at them and sign again.",
        )
    return None


def _one(found: tuple[Finding, ...], key: str) -> Finding:
    wanted = key.strip().lower()
    same = [each for each in found if each.key.startswith(wanted)]
    if len(wanted) < _FEWEST or not same:
        raise BadInput("There is no such finding in the review of this period.", _SEE)
    if len({each.key for each in same}) > 1:
        raise BadInput("Several findings begin like that.", "Give more of the key.")
    return same[0]


def _period(start: dt.datetime, end: dt.datetime) -> dict[str, str]:
    if end <= start:
        raise BadInput("The period ends before it starts.", "Swap start and end.")
    return {"start": start.isoformat(), "end": end.isoformat()}


def _words(text: str, what: str, *, needed: bool = False) -> str:
    """Return words as one line that may stand on the record for years."""
    words = " ".join(text.split())
    if not words and needed:
        raise BadInput(f"The {what} is missing.", "Say in words what this rests on.")
    if len(words) > _LONGEST or not storable(words) or not words.isprintable():
        raise BadInput(f"The {what} cannot be kept.", f"At most {_LONGEST} plain characters.")
    kinds = [sign.label for sign in signs(words) if sign.code.startswith("personal.")]
    if kinds:
        raise BadInput(
            f"The {what} seems to hold {kinds[0]}, which the access record would keep for years.",
            "Leave it out: the audit's own file holds it.",
        )
    return words
