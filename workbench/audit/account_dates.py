"""When each account was last reviewed by somebody else, and when it is due again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from workbench.policy.period import Period
from workbench.records.tables import members
from workbench.records.unit_tables import account_reviews, reviewed_accounts

__all__ = ["AccountDates", "account_dates"]


@dataclass(frozen=True, slots=True)
class AccountDates:
    """The last review of an account, and the last day for the next one.

    ``decision`` is what that review decided, ``keep``, ``disable`` or ``change``; ``open`` says that it is yet to be
    carried out. An account that was never reviewed is due one period after it was opened.
    """

    username: str
    reviewed_at: dt.datetime | None
    reviewer: str
    decision: str
    due_on: dt.date
    overdue: bool
    open: bool

    @property
    def words(self) -> str:
        """What a list of accounts says of it; empty where nothing is late or open."""
        found = []
        if self.overdue:
            found.append(f"account review due since {self.due_on}")
        if self.open:
            found.append(f"review decided: {self.decision}, not yet done")
        return "; ".join(found)


def account_dates(
    connection: sa.Connection, every: Period, now: dt.datetime, zone: ZoneInfo
) -> Mapping[str, AccountDates]:
    """Return the dates of every account by username. A disabled account is never overdue."""
    reviewer = members.alias("reviewer")
    query = (
        sa.select(reviewed_accounts, account_reviews.c.signed_at, reviewer.c.username)
        .join(account_reviews, account_reviews.c.id == reviewed_accounts.c.review_id)
        .join(reviewer, reviewer.c.id == account_reviews.c.reviewer_id)
        .where(account_reviews.c.reviewer_id != reviewed_accounts.c.member_id)
        .order_by(account_reviews.c.signed_at, account_reviews.c.id)
    )
    last = {row.member_id: row for row in connection.execute(query)}
    today = now.astimezone(zone).date()
    found = {}
    for account in connection.execute(members.select()):
        seen = last.get(account.id)
        since = seen.signed_at if seen is not None else account.created_at
        if account.enabled_at is not None and seen is None:
            since = account.enabled_at
        due = every.day_after(since.astimezone(zone).date())
        decision = seen.decision if seen is not None else ""
        found[account.username] = AccountDates(
            account.username,
            reviewed_at=seen.signed_at if seen is not None else None,
            reviewer=seen.username if seen is not None else "",
            decision=decision,
            due_on=due,
            overdue=bool(account.active) and today > due,
            open=_open(decision, seen, account),
        )
    return found


def _open(decision: str, seen: sa.Row[tuple[object, ...]] | None, account: object) -> bool:
    """Say whether what a review decided is yet to be carried out."""
    if seen is None or not getattr(account, "active", False):
        return False
    if decision == "disable":
        disabled = getattr(account, "enabled_at", None)
        return disabled is None or disabled <= seen.signed_at
    return decision == "change" and getattr(account, "roles", "") == seen.roles
