"""Holds, as members place, review and release them: decided by policy and on the record, each of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from workbench.audit.access import access
from workbench.audit.chain import Entry
from workbench.custody.holds import Hold, Holds
from workbench.custody.house import House
from workbench.custody.scope import Scope
from workbench.errors import Refused
from workbench.models import Scene, Session
from workbench.times import parse_time

__all__ = ["HoldsDesk", "put_refusal"]

Moment = str | dt.datetime


class HoldsDesk:
    """Holds, as members place and release them; see :class:`workbench.custody.holds.Holds`."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._holds = Holds(
            house.database,
            house.chain,
            house.profile,
            house.cases,
            house.clock,
            house.settings.zone,
        )

    def add(
        self,
        token: str,
        *,
        basis: str,
        authority: str,
        requester: str,
        plates: Sequence[str] = (),
        cameras: Sequence[str] = (),
        area: Scene | None = None,
        start: Moment | None = None,
        end: Moment | None = None,
        searches: bool = False,
        **more: Any,
    ) -> Hold:
        """Place a hold; times without an offset are the agency's. See :meth:`workbench.custody.holds.Holds.add`."""
        by = self._house.permit(token, "hold.add", {"basis": basis})
        zone = self._house.settings.zone
        times = [parse_time(each, zone) if each else None for each in (start, end)]
        scope = Scope(tuple(plates), tuple(cameras), area, times[0], times[1], searches)
        try:
            return self._holds.add(
                basis=basis, authority=authority, requester=requester, scope=scope, by=by, **more
            )
        except Refused as error:
            put_refusal(self._house, "hold.add", {"basis": basis}, by, error)
            raise

    def list(self, token: str) -> list[Hold]:
        """Return every hold, with what it names; looking at them is an access too."""
        by = self._house.permit(token, "hold.list", {})
        with access(self._house.chain, "hold.list", session=by, elements={}) as under_way:
            found = self._holds.list()
            under_way.rows = len(found)
        return found

    def review(
        self, token: str, hold_id: int, *, next_review: dt.date | None = None, note: str = ""
    ) -> Hold:
        """Say that a hold is still needed."""
        by = self._house.permit(token, "hold.review", {"hold": hold_id})
        return self._holds.review(hold_id, by=by, next_review=next_review, note=note)

    def court_order(self, token: str, hold_id: int, *, reference: str, dated_on: dt.date) -> Hold:
        """Enter the court order that a preservation request waited for."""
        by = self._house.permit(token, "hold.review", {"hold": hold_id})
        return self._holds.court_order(hold_id, reference=reference, dated_on=dated_on, by=by)

    def ask_release(self, token: str, hold_id: int, why: str) -> Hold:
        """Ask for a hold's release."""
        by = self._house.permit(token, "hold.release", {"hold": hold_id})
        return self._holds.ask_release(hold_id, why, by=by)

    def confirm_release(self, token: str, hold_id: int) -> Hold:
        """Release a hold that somebody else asked to release."""
        by = self._house.permit(token, "hold.release", {"hold": hold_id})
        return self._holds.confirm_release(hold_id, by=by)

    def keep(self, token: str, hold_id: int) -> Hold:
        """Turn a release down."""
        by = self._house.permit(token, "hold.release", {"hold": hold_id})
        return self._holds.keep(hold_id, by=by)


def put_refusal(
    house: House, action: str, elements: dict[str, Any], by: Session, error: Refused
) -> None:
    """Put on the record what a part refused."""
    entry = Entry(
        "event", action, outcome="refused", session=by, elements=elements, clause=error.clause
    )
    house.chain.append(entry)
