"""Holds: what is held back from a purge, on whose word, until when; each change on the record.

A hold is active, then its release is asked for by one person and confirmed by another. Until then it holds. A
preservation request lapses by itself after the time that the profile gives it, unless a court order is entered.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from workbench.audit.chain import Chain, Entry
from workbench.cases import Cases
from workbench.custody.scope import Scope, scene_of, scene_text
from workbench.errors import BadInput, Refused
from workbench.models import Session
from workbench.policy.data_parts import HoldRules
from workbench.policy.profile import Profile
from workbench.records.custody_tables import holds
from workbench.records.database import Database
from workbench.records.tables import cameras

__all__ = ["RELATED", "Hold", "Holds", "in_force"]

RELATED = "official-business"
"""The basis of a hold that keeps reads for their longest time, and no longer: they are related to official business."""

_SEE = "See: workbench hold list"
_LONGEST = 400
_KINDS = ("", "governmental", "defendant")


@dataclass(frozen=True, slots=True)
class Hold:
    """A hold as it stands.

    ``lapses_at`` is when a preservation request ends by itself, None for every other hold and once a court has spoken.
    """

    id: int
    basis: str
    authority: str
    requester: str
    requester_agency: str
    requester_kind: str
    dated_on: dt.date | None
    case_number: str
    scope: Scope
    status: str
    placed_by: str
    placed_at: dt.datetime
    lapses_at: dt.datetime | None
    review_by: dt.date
    court_order: str = ""
    court_order_on: dt.date | None = None
    release_why: str = ""
    release_asked_by: str = ""
    released_by: str = ""
    released_at: dt.datetime | None = None

    def holds_at(self, now: dt.datetime) -> bool:
        """Say whether it holds anything back."""
        return self.status != "released" and (self.lapses_at is None or now < self.lapses_at)

    def state(self, now: dt.datetime) -> str:
        """Return ``active``, ``release asked``, ``lapsed`` or ``released``."""
        if self.status != "released" and not self.holds_at(now):
            return "lapsed"
        return self.status.replace("-", " ")


class Holds:
    """The register of holds.

    Parameters
    ----------
    clock : callable
        Gives the present time, aware.
    zone : ZoneInfo
        The agency's zone: it says which day it is.
    """

    def __init__(
        self,
        database: Database,
        chain: Chain,
        profile: Profile,
        cases: Cases,
        clock: Callable[[], dt.datetime],
        zone: ZoneInfo,
    ) -> None:
        self._database = database
        self._chain = chain
        self._profile = profile
        self._cases = cases
        self._clock = clock
        self._zone = zone

    def list(self) -> list[Hold]:
        """Return every hold, oldest first."""
        with self._database.read() as connection:
            return [_hold(row) for row in connection.execute(sa.select(holds).order_by(holds.c.id))]

    def get(self, hold_id: int) -> Hold:
        """Return a hold; BadInput where there is none of that number."""
        with self._database.read() as connection:
            return _one(connection, hold_id)

    def add(
        self,
        *,
        basis: str,
        authority: str,
        requester: str,
        scope: Scope,
        by: Session,
        requester_agency: str = "",
        requester_kind: str = "",
        dated_on: dt.date | None = None,
        case_number: str = "",
        review_by: dt.date | None = None,
    ) -> Hold:
        """Place a hold.

        Parameters
        ----------
        basis : str
            What suspends the purge: one of the profile's words, or ``official-business`` where the profile has
            unrelated reads go early.
        authority : str
            The paper that it rests on: a warrant's number, a court's, a letter's date.
        requester : str
            Who asks for it, by name or office.
        requester_kind : str
            For a preservation request ``governmental`` or ``defendant``.
        review_by : date, optional
            By when somebody looks whether it is still needed; at most the profile's interval ahead.

        Raises
        ------
        Refused
            The profile does not recognize that basis.
        """
        now = self._clock()
        today = now.astimezone(self._zone).date()
        rules = self._rules()
        self._recognized(basis)
        scope = scope.checked()
        self._check_words(authority, requester, requester_agency)
        if dated_on and dated_on > today:
            raise BadInput("The hold's paper is dated in the future.", "Give the date it bears.")
        lapses_at = self._preservation(basis, requester_kind, scope, now)
        self._check_case(case_number, scope)
        latest = rules.review_every.day_after(today)
        review_by = review_by or latest
        if not today < review_by <= latest:
            raise BadInput(
                "The hold's review is not between tomorrow and the profile's interval.",
                f"Give a day up to {latest}: reviews are due every {rules.review_every}.",
            )
        values = {
            "basis": basis,
            "authority": authority.strip(),
            "requester": requester.strip(),
            "requester_agency": requester_agency.strip(),
            "requester_kind": requester_kind,
            "dated_on": dated_on,
            "case_number": case_number.strip(),
            "searches": scope.searches,
            "plates": json.dumps(scope.plates) if scope.plates else "",
            "cameras": json.dumps(scope.cameras) if scope.cameras else "",
            "area": scene_text(scope.area),
            "start_at": scope.start,
            "end_at": scope.end,
            "status": "active",
            "placed_by": by.member.username,
            "placed_at": now,
            "lapses_at": lapses_at,
            "review_by": review_by,
        }
        with self._database.write() as connection:
            self._check_cameras(connection, scope)
            hold_id = connection.execute(
                holds.insert().values(**values).returning(holds.c.id)
            ).scalar_one()
            said = {"hold": hold_id, "basis": basis, "covers": scope.words(), "case": case_number}
            self._chain.append(self._entry("hold.add", said, by), connection)
            return _one(connection, hold_id)

    def review(
        self, hold_id: int, *, by: Session, next_review: dt.date | None = None, note: str = ""
    ) -> Hold:
        """Say that a hold is still needed, and when it is looked at next."""
        today = self._clock().astimezone(self._zone).date()
        latest = self._rules().review_every.day_after(today)
        review_by = next_review or latest
        if not today < review_by <= latest:
            raise BadInput(
                "The next review is not between tomorrow and the profile's interval.",
                f"Give a day up to {latest}.",
            )
        change = {
            "review_by": review_by,
            "reviewed_by": by.member.username,
            "reviewed_at": self._clock(),
        }
        said = {"review_by": review_by.isoformat()}
        return self._change(hold_id, "hold.review", change, said, by, detail=note[:_LONGEST])

    def court_order(self, hold_id: int, *, reference: str, dated_on: dt.date, by: Session) -> Hold:
        """Enter the court order that a preservation request rests on from now on: it lapses no longer."""
        hold = self.get(hold_id)
        now = self._clock()
        if hold.basis != "preservation-request":
            raise BadInput("Only a preservation request waits for a court order.", _SEE)
        if not hold.holds_at(now):
            raise BadInput(
                "The preservation request has lapsed.",
                "Place a hold on the order itself, with the basis disclosure-order.",
            )
        if not reference.strip() or dated_on > now.astimezone(self._zone).date():
            raise BadInput(
                "A court order has a reference and a date that has passed.", "Give both."
            )
        change = {"court_order": reference.strip(), "court_order_on": dated_on, "lapses_at": None}
        said = {"order": reference.strip(), "dated": dated_on.isoformat()}
        return self._change(hold_id, "hold.review", change, said, by)

    def ask_release(self, hold_id: int, why: str, *, by: Session) -> Hold:
        """Ask for a hold's release; it goes on holding until somebody else confirms."""
        if not why.strip() or len(why) > _LONGEST:
            raise BadInput("A release has a reason of a few words.", "Say why it is not needed.")
        change = {
            "status": "release-asked",
            "release_why": why.strip(),
            "release_asked_by": by.member.username,
            "release_asked_at": self._clock(),
        }
        return self._change(hold_id, "hold.release", change, {"step": "asked"}, by, only="active")

    def confirm_release(self, hold_id: int, *, by: Session) -> Hold:
        """Release a hold; another person than who asked.

        Raises
        ------
        Refused
            The same person asked for it.
        """
        hold = self.get(hold_id)
        if hold.status != "release-asked":
            raise BadInput(
                "Nobody has asked for this hold's release.", "Ask with --why; another confirms."
            )
        if hold.release_asked_by == by.member.username:
            self._refuse_own("hold.release", hold_id, by)
        change = {
            "status": "released",
            "released_by": by.member.username,
            "released_at": self._clock(),
        }
        said = {"step": "confirmed"}
        asker = (
            hold.release_asked_by
        )  # nobody asks anew between the look at who asked and the release
        return self._change(
            hold_id, "hold.release", change, said, by, only="release-asked", asked_by=asker
        )

    def keep(self, hold_id: int, *, by: Session) -> Hold:
        """Turn a release down that was asked for: the hold goes on."""
        change = {"status": "active", "release_why": "", "release_asked_by": ""}
        said = {"step": "turned down"}
        return self._change(hold_id, "hold.release", change, said, by, only="release-asked")

    # --- checks -------------------------------------------------------------------------------------------

    def _rules(self) -> HoldRules:
        if self._profile.retention.holds is None:
            raise Refused(
                "The policy profile does not say how holds are looked after.",
                clause=self._profile.retention.clause,
                citation=self._profile.cite(self._profile.retention),
                remedy="Fill in retention.holds in the profile.",
            )
        return self._profile.retention.holds

    def _recognized(self, basis: str) -> None:
        retention = self._profile.retention
        known = [*retention.suspends, *([RELATED] if retention.purge_unrelated else [])]
        if basis not in known:
            basis_clause = retention.purge_clause or retention.clause
            raise Refused(
                "The policy does not let that suspend a purge.",
                clause=basis_clause,
                citation=self._profile.cite(basis_clause),
                remedy=f"What does: {', '.join(known)}.",
            )

    def _preservation(
        self, basis: str, kind: str, scope: Scope, now: dt.datetime
    ) -> dt.datetime | None:
        if kind not in _KINDS:
            raise BadInput("A requester is governmental or a defendant.", "Give one of the two.")
        rules = self._profile.retention.preservation
        if basis != "preservation-request" or rules is None:
            return None
        if not kind:
            raise BadInput(
                "Only a governmental entity or a criminal defendant files a preservation request.",
                "Say which of the two the requester is.",
            )
        if not (scope.plates or scope.cameras or scope.start or scope.end) or scope.searches:
            raise BadInput(
                "A preservation request names camera, plate or times.", "Enter what it names."
            )
        local = now.astimezone(self._zone)
        through = rules.lasts.day_after(local.date())  # to the end of its last day
        return dt.datetime.combine(
            through + dt.timedelta(days=1), dt.time(), tzinfo=self._zone
        ).astimezone(dt.UTC)

    def _check_case(self, number: str, scope: Scope) -> None:
        if scope.searches and not number.strip():
            raise BadInput("Whose searches? The hold names no case.", "Name the case.")
        if number.strip() and self._cases.get(number.strip()) is None:
            raise BadInput("There is no such case in the register.", "See: workbench case list")

    @staticmethod
    def _check_words(authority: str, requester: str, agency: str) -> None:
        if not authority.strip() or not requester.strip():
            raise BadInput(
                "A hold says what paper it rests on and who asks for it.",
                "Give both: the paper's number or date, and the requester's name or office.",
            )
        if max(len(authority), len(requester), len(agency)) > _LONGEST:
            raise BadInput(f"A field is longer than {_LONGEST} characters.", "Shorten it.")

    @staticmethod
    def _check_cameras(connection: sa.Connection, scope: Scope) -> None:
        known = (
            set(connection.execute(sa.select(cameras.c.code)).scalars()) if scope.cameras else {}
        )
        if any(code not in known for code in scope.cameras):
            raise BadInput(
                "A camera of the hold is not in the register.", "See: workbench camera list"
            )

    def _refuse_own(self, action: str, hold_id: int, by: Session) -> None:
        rules = self._rules()
        self._chain.append(
            Entry(
                "event", action, outcome="refused", session=by, elements={"hold": hold_id},
                clause=rules.clause, detail="four-eyes",
            )
        )  # fmt: skip
        raise Refused(
            "Nobody confirms the release that they asked for.",
            clause=rules.clause,
            citation=self._profile.cite(rules),
            remedy="Have another member with that right confirm it.",
        )

    # --- writing ------------------------------------------------------------------------------------------

    def _change(
        self,
        hold_id: int,
        action: str,
        change: dict[str, Any],
        said: dict[str, Any],
        by: Session,
        *,
        detail: str = "",
        only: str = "",
        asked_by: str = "",
    ) -> Hold:
        with self._database.write() as connection:
            before = _one(connection, hold_id)
            if before.status == "released":
                raise BadInput("The hold has been released.", _SEE)
            if only and before.status != only:
                raise BadInput(f"That needs the hold to be {only.replace('-', ' ')}.", _SEE)
            if asked_by and before.release_asked_by != asked_by:
                raise BadInput("The release was asked for anew just now.", _SEE)
            connection.execute(holds.update().where(holds.c.id == hold_id).values(**change))
            self._chain.append(
                self._entry(action, {"hold": hold_id, **said}, by, detail), connection
            )
            return _one(connection, hold_id)

    def _entry(self, action: str, said: dict[str, Any], by: Session, detail: str = "") -> Entry:
        clause = self._rules().clause
        return Entry(
            "event", action, outcome="ok", session=by, elements=said, clause=clause, detail=detail
        )


def in_force(connection: sa.Connection, now: dt.datetime) -> list[Hold]:
    """Return the holds that hold something back at a time, as a connection sees them."""
    query = sa.select(holds).where(holds.c.status != "released").order_by(holds.c.id)
    return [hold for hold in map(_hold, connection.execute(query)) if hold.holds_at(now)]


def _one(connection: sa.Connection, hold_id: int) -> Hold:
    row = connection.execute(sa.select(holds).where(holds.c.id == hold_id)).first()
    if row is None:
        raise BadInput("There is no hold of that number.", _SEE)
    return _hold(row)


def _hold(row: Any) -> Hold:
    scope = Scope(
        tuple(json.loads(row.plates)) if row.plates else (),
        tuple(json.loads(row.cameras)) if row.cameras else (),
        scene_of(json.loads(row.area)) if row.area else None,
        row.start_at,
        row.end_at,
        row.searches,
    )
    same = {name: getattr(row, name) for name in Hold.__slots__ if name != "scope"}
    return Hold(scope=scope, **same)
