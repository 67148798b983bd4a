"""Orders to purge: asked for by one person, approved by others, valid for a while; every step on the record."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from workbench.audit.chain import Chain, Entry
from workbench.custody.plan import Plan
from workbench.errors import BadInput, Refused
from workbench.models import Session
from workbench.policy.data_parts import Purging
from workbench.policy.profile import Profile
from workbench.records.custody_tables import retention_approvals, retention_orders
from workbench.records.database import Database

__all__ = ["Approved", "Order", "Orders"]

_SEE = "See: workbench retention list"
_LONGEST = 400


@dataclass(frozen=True, slots=True)
class Approved:
    """An approval as it was entered."""

    approval: str
    reference: str
    dated_on: dt.date
    approved_by: str
    approved_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Order:
    """An order to purge what is due and was captured before ``through``."""

    id: int
    through: dt.datetime
    why: str
    status: str
    requested_by: str
    requested_at: dt.datetime
    expires_at: dt.datetime
    plan: dict[str, Any]
    approvals: tuple[Approved, ...]

    def state(self, now: dt.datetime) -> str:
        """Return ``asked``, ``approved``, ``expired`` or ``withdrawn``."""
        return self.status if self.status == "withdrawn" or now < self.expires_at else "expired"


class Orders:
    """The orders of a home.

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
        clock: Callable[[], dt.datetime],
        zone: ZoneInfo,
    ) -> None:
        self._database = database
        self._chain = chain
        self._profile = profile
        self._clock = clock
        self._zone = zone

    def list(self) -> list[Order]:
        """Return every order, oldest first."""
        with self._database.read() as connection:
            rows = connection.execute(sa.select(retention_orders).order_by(retention_orders.c.id))
            return [_order(connection, row) for row in rows.all()]

    def get(self, order_id: int) -> Order:
        """Return an order; BadInput where there is none of that number."""
        with self._database.read() as connection:
            return _one(connection, order_id)

    @property
    def rules(self) -> Purging:
        """What the profile asks of a purge; Refused where it says nothing."""
        retention = self._profile.retention
        if retention.purging is None:
            raise Refused(
                "The policy profile does not say what a purge needs.",
                clause=retention.purge_clause or retention.clause,
                citation=self._profile.cite(retention.purge_clause or retention),
                remedy="Fill in retention.purging in the profile.",
            )
        return retention.purging

    def expiry(self) -> dt.datetime:
        """Return when an order that is asked for now expires."""
        return self.rules.valid_for.after(self._clock())

    def request(self, plan: Plan, *, through: dt.datetime, why: str, by: Session) -> Order:
        """Ask for a purge, with the plan that was looked at."""
        if not why.strip() or len(why) > _LONGEST:
            raise BadInput("An order has a reason of a few words.", "Say what it carries out.")
        now = self._clock()
        values = {
            "through": through,
            "why": why.strip(),
            "status": "asked",
            "requested_by": by.member.username,
            "requested_at": now,
            "expires_at": self.expiry(),
            "plan": json.dumps(plan.plain(), ensure_ascii=False),
            "plan_sha256": plan.sha256(),
        }
        with self._database.write() as connection:
            order_id = connection.execute(
                retention_orders.insert().values(**values).returning(retention_orders.c.id)
            ).scalar_one()
            said = {
                "order": order_id,
                "through": through.isoformat(),
                "reads": plan.reads.to_go,
                "plan_sha256": plan.sha256(),
            }
            self._record("retention.request", said, by, connection)
            return _one(connection, order_id)

    def approve(
        self, order_id: int, approval: str, *, reference: str, dated_on: dt.date, by: Session
    ) -> Order:
        """Enter an approval that the profile asks for.

        Raises
        ------
        Refused
            The member asked for the purge, or has entered another of its approvals.
        """
        now = self._clock()
        asked = {each.id: each for each in self.rules.approvals}
        if approval not in asked:
            raise BadInput(
                "The policy asks for no such approval.", f"It asks for: {', '.join(asked)}."
            )
        if not reference.strip() or len(reference) > _LONGEST:
            raise BadInput(
                "An approval has a reference.", "Give the resolution's or the letter's number."
            )
        if dated_on > now.astimezone(self._zone).date():
            raise BadInput("The approval is dated in the future.", "Give the date that it bears.")
        with self._database.write() as connection:
            order = _one(connection, order_id)
            problem = _own(order, by.member.username)
            if not problem:
                self._enter(connection, order, approval, reference.strip(), dated_on, by)
                return _one(connection, order_id)
        said = {"order": order_id, "approval": approval}
        self._record("retention.approve", said, by, outcome="refused", detail="four-eyes")
        raise Refused(
            problem,
            clause=asked[approval].clause,
            citation=self._profile.cite(asked[approval]),
            remedy="Have another member with that right enter it.",
        )

    def _enter(
        self,
        connection: sa.Connection,
        order: Order,
        approval: str,
        reference: str,
        dated_on: dt.date,
        by: Session,
    ) -> None:
        now = self._clock()
        if order.state(now) != "asked":
            raise BadInput(f"The order is {order.state(now)}.", _SEE)
        if any(each.approval == approval for each in order.approvals):
            raise BadInput("That approval has been entered already.", _SEE)
        connection.execute(
            retention_approvals.insert().values(
                order_id=order.id,
                approval=approval,
                reference=reference,
                dated_on=dated_on,
                approved_by=by.member.username,
                approved_at=now,
            )
        )
        have = {each.approval for each in order.approvals} | {approval}
        if have >= {each.id for each in self.rules.approvals}:
            connection.execute(
                retention_orders.update()
                .where(retention_orders.c.id == order.id)
                .values(status="approved")
            )
        said = {"order": order.id, "approval": approval, "reference": reference}
        self._record("retention.approve", said | {"dated": dated_on.isoformat()}, by, connection)

    def withdraw(self, order_id: int, *, by: Session) -> Order:
        """Withdraw an order; what it has destroyed stays destroyed, and nothing more is."""
        with self._database.write() as connection:
            order = _one(connection, order_id)
            if order.status == "withdrawn":
                raise BadInput("The order has been withdrawn.", _SEE)
            connection.execute(
                retention_orders.update()
                .where(retention_orders.c.id == order_id)
                .values(status="withdrawn", ended_by=by.member.username, ended_at=self._clock())
            )
            self._record(
                "retention.request", {"order": order_id, "step": "withdrawn"}, by, connection
            )
            return _one(connection, order_id)

    def runnable(self, order_id: int) -> Order:
        """Return an order that may be run now.

        Raises
        ------
        Refused
            It lacks an approval, has expired or was withdrawn.
        """
        order = self.get(order_id)
        missing = [
            each.what
            for each in self.rules.approvals
            if each.id not in {entered.approval for entered in order.approvals}
        ]
        state = order.state(self._clock())
        if state == "approved" and not missing:
            return order
        lacks = f"it lacks: {'; '.join(missing)}" if missing else f"it is {state}"
        raise Refused(
            f"The order may not be run: {lacks}.",
            clause=self.rules.clause,
            citation=self._profile.cite(self.rules),
            remedy="Have what is missing entered, or ask for a new order.",
        )

    def _record(
        self,
        action: str,
        said: dict[str, Any],
        by: Session,
        connection: sa.Connection | None = None,
        *,
        outcome: str = "ok",
        detail: str = "",
    ) -> None:
        entry = Entry(
            "event", action, outcome=outcome, session=by, elements=said,
            clause=self.rules.clause, detail=detail,
        )  # fmt: skip
        self._chain.append(entry, connection)


def _own(order: Order, username: str) -> str:
    if order.requested_by == username:
        return "Nobody approves a purge that they asked for."
    if any(each.approved_by == username for each in order.approvals):
        return "Each approval of a purge is entered by another person."
    return ""


def _one(connection: sa.Connection, order_id: int) -> Order:
    row = connection.execute(
        sa.select(retention_orders).where(retention_orders.c.id == order_id)
    ).first()
    if row is None:
        raise BadInput("There is no order of that number.", _SEE)
    return _order(connection, row)


def _order(connection: sa.Connection, row: Any) -> Order:
    table = retention_approvals
    entered = connection.execute(
        sa.select(table).where(table.c.order_id == row.id).order_by(table.c.id)
    )
    approvals = tuple(
        Approved(each.approval, each.reference, each.dated_on, each.approved_by, each.approved_at)
        for each in entered
    )
    return Order(
        row.id, row.through, row.why, row.status, row.requested_by, row.requested_at,
        row.expires_at, json.loads(row.plan) if row.plan else {}, approvals,
    )  # fmt: skip
