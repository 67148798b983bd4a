"""The yearly review of all accounts: listed with standing, decided one by one, and signed by a named reviewer."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from workbench.audit.account_dates import AccountDates, account_dates
from workbench.audit.chain import Entry
from workbench.audit.permit import Register
from workbench.errors import BadInput
from workbench.models import Member
from workbench.people.store import load
from workbench.policy.requirements import Standing, local_day, standing
from workbench.records.tables import members
from workbench.records.unit_tables import account_reviews, reviewed_accounts
from workbench.records.words import line

__all__ = ["DECISIONS", "AccountReviews", "ReviewedAccount", "SignedReview"]

DECISIONS = {
    "keep": "the account stays as it is",
    "disable": "the account is to be closed",
    "change": "its roles are to be changed",
}
"""What a reviewer decides on each account."""

_LONGEST = 500


@dataclass(frozen=True, slots=True)
class ReviewedAccount:
    """An account as a reviewer sees it: who, which roles, last log-in, what was completed, and its last review."""

    member: Member
    standing: tuple[Standing, ...]
    dates: AccountDates

    @property
    def lacking(self) -> tuple[str, ...]:
        """What the policy asks of its member and is not held."""
        return tuple(f"{each.requirement.kind} {each.state}" for each in self.standing if not each.held)  # fmt: skip


@dataclass(frozen=True, slots=True)
class SignedReview:
    """A signed review: by whom, in which office, when, and what was decided on how many accounts."""

    id: int
    reviewer: str
    name: str
    title: str
    signed_at: dt.datetime
    statement: str
    sha256: str
    decisions: Mapping[str, str]


class AccountReviews(Register):
    """The reviews of accounts.

    The profile says how often all accounts are reviewed, and what each member must hold.
    """

    def accounts(self, token: str) -> list[ReviewedAccount]:
        """Return every account, by username, with what a reviewer of accounts should see."""
        self.permit(token, "member.review")
        with self.database.read() as connection:
            return self._accounts(connection)

    def signed(self, token: str) -> list[SignedReview]:
        """Return the reviews that were signed, the newest first."""
        self.permit(token, "member.review")
        query = (
            sa.select(account_reviews, members.c.username, members.c.name)
            .join(members, members.c.id == account_reviews.c.reviewer_id)
            .order_by(account_reviews.c.id.desc())
        )
        with self.database.read() as connection:
            return [
                SignedReview(
                    row.id, row.username, row.name, row.title, row.signed_at, row.statement, row.sha256,
                    _decisions(connection, row.id),
                )
                for row in connection.execute(query).all()
            ]  # fmt: skip

    def sign(
        self, token: str, *, title: str, statement: str, decisions: Mapping[str, str]
    ) -> SignedReview:
        """Sign a review of all accounts.

        Parameters
        ----------
        title : str
            The office in which the reviewer signs.
        statement : str
            What the reviewer states, in a sentence or two.
        decisions : mapping
            One of :data:`DECISIONS` for the username of every active account but the reviewer's own: that one is for
            another reviewer.

        Raises
        ------
        BadInput
            An account has no decision, or one that there is not.
        """
        session = self.permit(token, "member.review", {"accounts": len(decisions)})
        title, statement = (
            line(title, "title", longest=_LONGEST, needed=True),
            line(statement, "statement", longest=_LONGEST, needed=True),
        )
        now = self.clock()
        with self.database.write() as connection:
            listed = {each.member.username: each for each in self._accounts(connection)}
            own = session.member.username
            _check(decisions, {name for name, each in listed.items() if each.member.active}, own)
            lines = [
                {
                    "member_id": listed[name].member.id,
                    "decision": decisions[name],
                    "roles": " ".join(sorted(listed[name].member.roles)),
                    "active": listed[name].member.active,
                    "last_login_at": listed[name].member.last_login_at,
                    "standing": ", ".join(listed[name].lacking),
                }
                for name in sorted(decisions)
            ]
            sha256 = hashlib.sha256(
                json.dumps([title, statement, lines], default=str, sort_keys=True).encode()
            ).hexdigest()
            elements = {
                "title": title,
                "accounts": len(lines),
                "sha256": sha256,
                **{
                    word: sorted(name for name, made in decisions.items() if made == word)
                    for word in ("disable", "change")
                },
            }
            entry = Entry(
                "event", "member.reviewed", outcome="ok", session=session, elements=elements, detail=statement
            )  # fmt: skip
            values = {
                "reviewer_id": session.member.id,
                "title": title,
                "signed_at": now,
                "statement": statement,
                "sha256": sha256,
                "record_seq": self.chain.append(entry, connection),
            }
            key = connection.execute(account_reviews.insert(), values).inserted_primary_key
            number = int(key[0]) if key else 0
            connection.execute(
                reviewed_accounts.insert(), [{**line, "review_id": number} for line in lines]
            )
        return SignedReview(
            number, own, session.member.name, title, now, statement, sha256, dict(decisions)
        )

    def _accounts(self, connection: sa.Connection) -> list[ReviewedAccount]:
        now = self.clock()
        dates = account_dates(connection, self.profile.accounts.review_every, now, self.zone)
        day = local_day(self.profile, now)
        rows = connection.execute(members.select().order_by(members.c.username)).all()
        found = [load(connection, row) for row in rows]
        return [
            ReviewedAccount(each, standing(self.profile, each, day), dates[each.username])
            for each in found
        ]


def _check(decisions: Mapping[str, str], active: set[str], own: str) -> None:
    if own in decisions:
        raise BadInput(
            "Nobody reviews their own account.", "Leave it out: another reviewer decides on it."
        )
    if unknown := set(decisions.values()) - set(DECISIONS):
        raise BadInput(
            f"There is no such decision: {min(unknown)}.", f"There are: {', '.join(DECISIONS)}."
        )
    if missing := active - set(decisions) - {own}:
        raise BadInput(
            f"{len(missing)} active accounts have no decision.",
            "Decide on every account: a review of some is no review.",
        )
    if strangers := set(decisions) - active:
        raise BadInput(
            f"{len(strangers)} decisions are on no active account.", "See: workbench member review"
        )
    if not decisions:
        raise BadInput("There is no account to review.", "Another reviewer decides on your own.")


def _decisions(connection: sa.Connection, review: int) -> dict[str, str]:
    query = (
        sa.select(members.c.username, reviewed_accounts.c.decision)
        .join(members, members.c.id == reviewed_accounts.c.member_id)
        .where(reviewed_accounts.c.review_id == review)
        .order_by(members.c.username)
    )
    return {row.username: row.decision for row in connection.execute(query)}
