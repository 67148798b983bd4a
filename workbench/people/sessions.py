"""Log-ins and sessions: who is asking, for how long, and what happens to whoever guesses."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import secrets
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from workbench.audit.chain import Entry
from workbench.errors import BadInput, LoginRefused, NotLoggedIn
from workbench.models import Member, Session
from workbench.people import passwords
from workbench.people.accounts import UNKNOWN, Accounts, hash_key
from workbench.people.store import end_session, end_sessions, load, look_up, session_of
from workbench.records.tables import login_failures, members, sessions

__all__ = ["People"]

_SEEN_EVERY = dt.timedelta(seconds=5)
_LONGEST_KEY = 1000
_LOCKED = "locked"
_LOG_IN = "Run: workbench login"


@dataclass(frozen=True)
class _Attempt:
    """A log-in as it arrives: where from, and what is wrong with its password or key (empty for nothing)."""

    address: str
    host: str
    wrong: str
    automatic: bool = False

    def entry(self, action: str, outcome: str, username: str, detail: str) -> Entry:
        return Entry(
            "event",
            action,
            outcome=outcome,
            username=username,
            address=self.address,
            host=self.host,
            detail=detail,
            automatic=self.automatic,
        )


class People(Accounts):
    """The register of members, and the door they come in by.

    Whatever is wrong with a log-in, its answer is the same: who asks learns neither whether the username exists, nor
    whether the password was right while the account was locked. The record says what it was.
    """

    def login(
        self, username: str, password: str, *, address: str = "", host: str = ""
    ) -> tuple[str, Session]:
        """Log a person in.

        Returns
        -------
        (str, Session)
            The session's token, of which only the SHA-256 is kept, and the session.

        Raises
        ------
        LoginRefused
            The name or the password is wrong, or the account is locked or disabled.
        """
        row = self._known(username)
        person = row is not None and row.kind != "service"
        right = self._verifies(row.password_hash if row is not None and person else "", password)
        fresh = ""
        if right and row is not None and self.hasher.check_needs_rehash(row.password_hash):
            fresh = self.hasher.hash(passwords.encode(password))
        wrong = "wrong password" if person else "a service member does not log in with a password"
        return self._enter(row, _Attempt(address, host, "" if right else wrong), fresh)

    def login_service(
        self, username: str, key_file: Path, *, address: str = "", host: str = ""
    ) -> tuple[str, Session]:
        """Log a service member in by its key file; the session is marked automatic.

        Raises
        ------
        BadInput
            The key file cannot be read, or others than its owner can read it.
        LoginRefused
            As for :meth:`login`.
        """
        kept = hash_key(_read_key(key_file))
        row = self._known(username)
        service = row is not None and row.kind == "service"
        right = service and row is not None and hmac.compare_digest(row.password_hash, kept)
        wrong = "wrong key" if service else "only a service member logs in with a key"
        return self._enter(row, _Attempt(address, host, "" if right else wrong, automatic=True))

    def session(self, token: str) -> Session:
        """Return the session of a token, and count it as used just now.

        Raises
        ------
        NotLoggedIn
            There is no such session, or it has ended.
        """
        now = self.clock()
        with self.database.read() as connection:
            row = self._session_row(connection, token)
            member = load(connection, self._member_row(connection, row.member_id))
        if why := self._over(row, member, now):
            self._end_over(row.id)
            raise NotLoggedIn(f"Your session has ended: {why}.", remedy=_LOG_IN)
        if now - row.last_seen_at >= _SEEN_EVERY:
            with self.database.write() as connection:
                mine = sa.and_(sessions.c.id == row.id, sessions.c.last_seen_at < now)
                connection.execute(sessions.update().where(mine).values(last_seen_at=now))
        return session_of(row, member)

    def peek(self, token: str) -> tuple[Session, dt.timedelta]:
        """Return the session of a token and how long it lives on if nobody uses it; asking does not count as use.

        Raises
        ------
        NotLoggedIn
            There is no such session, or it has ended.
        """
        now = self.clock()
        with self.database.read() as connection:
            row = self._session_row(connection, token)
            member = load(connection, self._member_row(connection, row.member_id))
        if why := self._over(row, member, now):
            self._end_over(row.id)
            raise NotLoggedIn(f"Your session has ended: {why}.", remedy=_LOG_IN)
        idle = row.last_seen_at + dt.timedelta(minutes=self.rules.idle_minutes)
        longest = row.created_at + dt.timedelta(hours=self.rules.max_session_hours)
        return session_of(row, member), min(idle, longest) - now

    def logout(self, token: str) -> None:
        """End a session."""
        with self.database.write() as connection:
            row = self._session_row(connection, token)
            member = load(connection, self._member_row(connection, row.member_id))
            end_session(
                connection, self.chain, row, member, self.clock(), "logged out", action="logout"
            )

    def prove(self, session: Session, password: str) -> None:
        """See that whoever holds a session knows its member's password; a wrong one counts as a failed log-in.

        Raises
        ------
        LoginRefused
            It is another password, or the account is locked by now.
        """
        with self.database.read() as connection:
            row = self._member_row(connection, session.member.id)
        right = self._verifies(row.password_hash, password)
        now, attempt = self.clock(), _Attempt(session.address, session.host, "")
        with self.database.write() as connection:
            row = self._member_row(connection, session.member.id)
            locked = row.locked_until is not None and now < row.locked_until
            if right and not locked:
                return
            self._fail(
                connection, row, now, attempt, _LOCKED if locked else "wrong present password"
            )
        raise LoginRefused(
            "The present password is wrong, or the account is locked.",
            citation=self.rules.citation,
            remedy="Whoever forgot it has an administrator set another: workbench member password",
        )

    def _known(self, username: str) -> sa.Row[Any] | None:
        with self.database.read() as connection:
            return look_up(connection, username)

    def _enter(
        self, seen: sa.Row[Any] | None, attempt: _Attempt, fresh: str = ""
    ) -> tuple[str, Session]:
        """Decide on a log-in, record it, and open the session.

        ``seen`` is the member's row when the password was checked, outside of the write lock; ``fresh`` is a new hash
        of the password where the old one's parameters are outdated.
        """
        now = self.clock()
        token = secrets.token_urlsafe(32)
        session = None
        with self.database.write() as connection:
            self._end_stale(connection, now)
            row = self._member_row(connection, seen.id) if seen is not None else None
            if seen is not None and row is not None and row.password_hash != seen.password_hash:
                attempt = replace(attempt, wrong="the password or key was just changed")
            why = self._hindrance(connection, row, now, attempt.wrong)
            if row is None or why:
                self._fail(connection, row, now, attempt, why)
            else:
                changes = {"password_hash": fresh} if fresh else {}
                self._update(connection, row, last_login_at=now, locked_until=None, **changes)
                self._forget_failures(connection, row.username)
                session = self._open(connection, row.id, token, now, attempt)
        if session is None:
            raise self._refusal()
        return token, session

    def _refusal(self) -> LoginRefused:
        rules = self.rules
        return LoginRefused(
            "The name or the password is wrong, or the account is locked or disabled.",
            citation=rules.citation,
            remedy=f"{rules.lock_after_failures} failures within {rules.lock_window_minutes} minutes lock an "
            f"account for {rules.lock_minutes} minutes; an administrator can unlock or enable it.",
        )

    def _hindrance(
        self, connection: sa.Connection, row: sa.Row[Any] | None, now: dt.datetime, wrong: str
    ) -> str:
        """Return why a log-in fails, or nothing; disables an account that was idle for too long."""
        if row is None:
            return "no such member"
        if row.locked_until is not None and now < row.locked_until:
            return _LOCKED
        if row.active and self._idle(row, now):
            self._disable_idle(connection, row, now)
            return "disabled"
        return wrong or ("" if row.active else "disabled")

    def _idle(self, row: sa.Row[Any], now: dt.datetime) -> bool:
        times = (row.created_at, row.enabled_at, row.last_login_at)
        latest = max(time for time in times if time is not None)
        return bool(now - latest >= dt.timedelta(days=self.rules.disable_after_idle_days))

    def _disable_idle(self, connection: sa.Connection, row: sa.Row[Any], now: dt.datetime) -> None:
        why = f"no log-in for {self.rules.disable_after_idle_days} days"
        self._update(connection, row, active=False, disabled_at=now, disabled_why=why)
        self._record(connection, "account.disabled", row.username, None, detail=why)
        end_sessions(connection, self.chain, row, now, "the account was disabled")

    def _fail(
        self,
        connection: sa.Connection,
        row: sa.Row[Any] | None,
        now: dt.datetime,
        attempt: _Attempt,
        why: str,
    ) -> None:
        """Record a failed log-in, and lock the account when it was one too many."""
        rules, username = self.rules, UNKNOWN if row is None else row.username
        self.chain.append(attempt.entry("login.failed", "refused", username, why), connection)
        since = now - dt.timedelta(minutes=rules.lock_window_minutes)
        connection.execute(login_failures.delete().where(login_failures.c.at <= since))
        if row is None or why == _LOCKED:
            return
        failure = {"username": username, "at": now, "address": attempt.address}
        connection.execute(login_failures.insert(), failure)
        count = sa.select(sa.func.count()).where(login_failures.c.username == username)
        if connection.execute(count).scalar_one() < rules.lock_after_failures:
            return
        until = now + dt.timedelta(minutes=rules.lock_minutes)
        self._update(connection, row, locked_until=until)
        self._forget_failures(connection, username)
        detail = (
            f"{rules.lock_after_failures} failures within {rules.lock_window_minutes} minutes; "
            f"locked until {until.isoformat(timespec='seconds')}"
        )
        self.chain.append(attempt.entry("login.locked", "ok", username, detail), connection)

    def _open(
        self,
        connection: sa.Connection,
        member_id: int,
        token: str,
        now: dt.datetime,
        attempt: _Attempt,
    ) -> Session:
        values = {
            "member_id": member_id,
            "token_hash": _hash_token(token),
            "created_at": now,
            "last_seen_at": now,
            "address": attempt.address,
            "host": attempt.host,
            "automatic": attempt.automatic,
        }
        connection.execute(sessions.insert(), values)
        row = self._session_row(connection, token)
        session = session_of(row, load(connection, self._member_row(connection, member_id)))
        self.chain.append(Entry("event", "login", outcome="ok", session=session), connection)
        return session

    def _over(self, row: sa.Row[Any], member: Member, now: dt.datetime) -> str:
        """Return why a session is over, or nothing."""
        if not member.active:
            return "the account was disabled"
        if now - row.created_at >= dt.timedelta(hours=self.rules.max_session_hours):
            return f"{self.rules.max_session_hours} hours are over"
        if now - row.last_seen_at >= dt.timedelta(minutes=self.rules.idle_minutes):
            return f"idle for {self.rules.idle_minutes} minutes"
        return ""

    def _end_stale(self, connection: sa.Connection, now: dt.datetime) -> None:
        """End every session that is over, whoever's it is."""
        for row in connection.execute(sessions.select().where(sessions.c.ended_at.is_(None))).all():
            member = load(connection, self._member_row(connection, row.member_id))
            if why := self._over(row, member, now):
                end_session(connection, self.chain, row, member, now, why)

    def _end_over(self, session_id: int) -> None:
        """End one session that was found to be over, unless another process did."""
        with self.database.write() as connection:
            row = connection.execute(sessions.select().where(sessions.c.id == session_id)).one()
            member = load(connection, self._member_row(connection, row.member_id))
            now = self.clock()
            why = self._over(row, member, now)
            if row.ended_at is None and why:
                end_session(connection, self.chain, row, member, now, why)

    @staticmethod
    def _session_row(connection: sa.Connection, token: str) -> sa.Row[Any]:
        wanted = sessions.select().where(sessions.c.token_hash == _hash_token(token))
        row = connection.execute(wanted).first()
        if row is None:
            raise NotLoggedIn("There is no such session.", remedy=_LOG_IN)
        if row.ended_at is not None:
            raise NotLoggedIn(f"Your session has ended: {row.ended_why}.", remedy=_LOG_IN)
        return row

    @staticmethod
    def _member_row(connection: sa.Connection, member_id: int) -> sa.Row[Any]:
        return connection.execute(members.select().where(members.c.id == member_id)).one()


def _hash_token(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def _read_key(path: Path) -> str:
    try:
        shared = path.stat().st_mode & 0o077
        text = path.read_text(encoding="utf-8")[:_LONGEST_KEY].strip()
    except (OSError, ValueError) as error:
        raise BadInput(
            f"The key file cannot be read ({type(error).__name__}).",
            "Give the path that `workbench member service-key` printed.",
        ) from None
    if shared:
        raise BadInput(
            "Others than its owner can read the key file.",
            "Make a new key, and keep it at mode 600.",
        )
    return text
