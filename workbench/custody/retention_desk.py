"""Retention, as members plan, order, approve and run purges: decided by policy and on the record, each of them."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import sqlalchemy as sa

from workbench.audit.access import access
from workbench.custody.certificate import certificate
from workbench.custody.due import Due, due
from workbench.custody.holds_desk import put_refusal
from workbench.custody.house import House
from workbench.custody.orders import Order, Orders
from workbench.custody.plan import Plan, make_plan
from workbench.custody.purge import Progress, Purge, unfinished
from workbench.errors import BadInput, Refused
from workbench.models import Session
from workbench.records.custody_tables import purges
from workbench.times import parse_time

__all__ = ["RetentionDesk"]

Moment = str | dt.datetime
_WAIT_S = 600.0  # for a transfer under way


class RetentionDesk:
    """Plans, orders and runs of purges."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._orders = Orders(
            house.database, house.chain, house.profile, house.clock, house.settings.zone
        )

    def plan(self, token: str, *, through: Moment | None = None) -> Plan:
        """Return what a purge would destroy now, in counts, and what is held; nothing is changed."""
        elements = {"through": str(through)} if through else {}
        by = self._house.permit(token, "retention.plan", elements)
        with access(
            self._house.chain, "retention.plan", session=by, elements=elements
        ) as under_way:
            found = self._plan(self._due(self._moment(through)))
            under_way.rows = found.reads.to_go
        return found

    def request(self, token: str, *, why: str, through: Moment | None = None) -> Order:
        """Ask for a purge of what was captured before ``through``.

        Without ``through`` it is what is due now; where the policy keeps reads to a longest time, what will be due
        until the order expires, so that one order serves the runs of that time.
        """
        by = self._house.permit(token, "retention.request", {})
        limit = self._moment(through) or self._usual_limit()
        return self._orders.request(self._plan(self._due(limit)), through=limit, why=why, by=by)

    def orders(self, token: str) -> list[Order]:
        """Return every order with its approvals."""
        self._house.permit(token, "retention.plan", {})
        return self._orders.list()

    def approve(
        self, token: str, order_id: int, approval: str, *, reference: str, dated_on: dt.date
    ) -> Order:
        """Enter an approval of somebody else's order."""
        said = {"order": order_id, "approval": approval}
        by = self._house.permit(token, "retention.approve", said)
        return self._orders.approve(
            order_id, approval, reference=reference, dated_on=dated_on, by=by
        )

    def withdraw(self, token: str, order_id: int) -> Order:
        """Withdraw an order."""
        by = self._house.permit(token, "retention.request", {"order": order_id})
        return self._orders.withdraw(order_id, by=by)

    def run(
        self,
        token: str,
        order_id: int,
        *,
        progress: Progress | None = None,
        wait_s: float = _WAIT_S,
    ) -> dict[str, Any] | None:
        """Carry out an approved order, and return the certificate; None where nothing is due.

        A purge that was broken off goes on. Where its order may no longer be run, nothing more is destroyed, and what
        was is brought beyond recovery and certified.
        """
        house = self._house
        said = {"order": order_id}
        by = house.permit(token, "retention.run", said)
        with house.database.read() as connection:
            left = unfinished(connection)
        order, destroying = self._runnable(order_id, left, by)
        reach = self._due(order.through)
        planned = self._plan(reach)
        if left is None and not any(each.to_go for each in planned.classes):
            return None
        purge = Purge(
            house.database, house.chain, house.settings, house.profile, house.clock,
            house.runner.plates,
        )  # fmt: skip

        def certify(done: dict[str, Any]) -> dict[str, Any]:
            return certificate(done, order, house.profile, house.settings, house.chain.software)

        elements = {**said, "captured_before": reach.end.isoformat() if reach.end else ""}
        with access(house.chain, "retention.run", session=by, elements=elements) as under_way:
            number, made = purge.run(
                order,
                reach,
                planned,
                certify,
                by=by,
                destroying=destroying,
                progress=progress,
                wait_s=wait_s,
            )
            under_way.rows = made["destroyed"]["reads"]
            under_way.detail = f"purge {number}"
        return self._certificate(number)

    def certificate(self, token: str, purge_id: int) -> dict[str, Any]:
        """Return the certificate of a purge."""
        self._house.permit(token, "retention.plan", {"purge": purge_id})
        return self._certificate(purge_id)

    def certificates(self, token: str) -> list[dict[str, Any]]:
        """Return every certificate, oldest first."""
        self._house.permit(token, "retention.plan", {})
        query = sa.select(purges.c.id).where(purges.c.status == "done").order_by(purges.c.id)
        with self._house.database.read() as connection:
            numbers = list(connection.execute(query).scalars())
        return [self._certificate(number) for number in numbers]

    def _certificate(self, purge_id: int) -> dict[str, Any]:
        query = sa.select(purges.c.certificate, purges.c.certificate_sha256)
        with self._house.database.read() as connection:
            row = connection.execute(query.where(purges.c.id == purge_id)).first()
        if row is None or not row.certificate:
            raise BadInput(
                "There is no certificate of that number.", "See: workbench retention list"
            )
        return {**json.loads(row.certificate), "sha256": row.certificate_sha256}

    def _runnable(self, order_id: int, left: int | None, by: Session) -> tuple[Order, bool]:
        try:
            return self._orders.runnable(order_id), True
        except Refused as error:
            if left == order_id:
                return self._orders.get(order_id), False
            put_refusal(self._house, "retention.run", {"order": order_id}, by, error)
            raise

    def _due(self, limit: dt.datetime | None) -> Due:
        found = due(self._house.profile, self._house.clock(), self._house.settings.zone)
        return found.through(limit) if limit else found

    def _usual_limit(self) -> dt.datetime:
        house = self._house
        lasting = house.profile.retention.after_minimum == "keep-to-maximum"
        at = self._orders.expiry() if lasting else house.clock()
        limit = due(house.profile, at, house.settings.zone).end
        return limit or house.clock()

    def _moment(self, value: Moment | None) -> dt.datetime | None:
        if not value:
            return None
        return parse_time(value, self._house.settings.zone).astimezone(dt.UTC)

    def _plan(self, reach: Due) -> Plan:
        house = self._house
        return make_plan(
            house.database,
            house.profile,
            reach,
            now=house.clock(),
            zone=house.settings.zone,
            rejects=house.settings.rejects,
        )
