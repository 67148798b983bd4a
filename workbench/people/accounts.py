"""Accounts: opening, changing, closing them, and what a member has completed."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import re
import secrets
import unicodedata
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, cast, get_args

import sqlalchemy as sa

from workbench.audit.chain import Chain, Entry
from workbench.errors import BadInput, Refused
from workbench.models import Member, MemberKind, Qualification, Session
from workbench.people import passwords
from workbench.people.store import end_sessions, find, load, pack
from workbench.policy.actions import grants
from workbench.policy.parts import Accounts as Rules
from workbench.policy.parts import Role
from workbench.records.database import Database
from workbench.records.registers import storable
from workbench.records.tables import login_failures, members, qualifications

if TYPE_CHECKING:
    from argon2 import PasswordHasher

__all__ = ["RECOVERED", "UNKNOWN", "Accounts", "hash_key"]

RECOVERED = "account.recovered"
"""What the record calls an account that was opened again by whoever holds the home and its keys."""

UNKNOWN = "unknown"
"""What stands on the record in place of a username that is no member's: it may be a password."""

_USERNAME = re.compile(r"[a-z][a-z0-9]*([._-][a-z0-9]+)*")
_WORD = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_RESERVED = {UNKNOWN, "setup"}
_LONGEST = 200
_AHEAD_HOURS = 14  # the date that the earliest zone shows


class Accounts:
    """The register of members.

    Parameters
    ----------
    rules : policy.parts.Accounts
        The profile's rules for passwords, locks and sessions.
    roles : mapping
        The profile's roles by name.
    clock : callable
        Gives the present time, aware.
    hasher : argon2.PasswordHasher, optional
        Other hashing parameters than the library's.
    """

    def __init__(
        self,
        database: Database,
        chain: Chain,
        rules: Rules,
        roles: Mapping[str, Role],
        clock: Callable[[], dt.datetime],
        hasher: PasswordHasher | None = None,
    ) -> None:
        if hasher is None:
            from argon2 import PasswordHasher

            hasher = PasswordHasher()
        self.database = database
        self.chain = chain
        self.rules = rules
        self.roles = roles
        self.clock = clock
        self.hasher = hasher

    def get(self, username: str) -> Member:
        """Return a member.

        Raises
        ------
        BadInput
            There is no such member.
        """
        with self.database.read() as connection:
            return load(connection, find(connection, username))

    def list(self) -> list[Member]:
        """Return every member, disabled ones included, by username."""
        with self.database.read() as connection:
            rows = connection.execute(members.select().order_by(members.c.username)).all()
            return [load(connection, row) for row in rows]

    def add(
        self,
        *,
        username: str,
        name: str,
        roles: Collection[str],
        organization: str,
        by: Session | None,
        kind: str = "person",
        password: str | None = None,
    ) -> Member:
        """Open an account.

        Parameters
        ----------
        kind : str
            ``person``, ``contractor`` or ``service``; a service member gets a key, never a password.
        password : str, optional
            Without one nobody can log in until :meth:`set_password`.
        by : Session or None
            Who opens it; None only while a home is set up.
        """
        username = username.strip().lower()
        if not _USERNAME.fullmatch(username) or len(username) > 40 or username in _RESERVED:
            raise BadInput(
                "That username cannot be used.",
                "Begin with a letter; then letters and digits, parted by single dots, hyphens or "
                "underscores; at most 40.",
            )
        name, organization = _line(name, "name"), _line(organization, "organization")
        self._check_roles(roles, kind)
        if kind == "service" and password is not None:
            raise BadInput(
                "A service member has no password.",
                "Make its key with: workbench member service-key",
            )
        password_hash = ""
        if password is not None:
            password_hash = self._hash(password, username, name, organization)
        now = self.clock()
        values = {
            "username": username,
            "name": name,
            "organization": organization,
            "kind": kind,
            "roles": " ".join(sorted(set(roles))),
            "active": True,
            "password_hash": password_hash,
            "created_at": now,
            "enabled_at": now,
        }
        with self.database.write() as connection:
            taken = sa.select(members.c.id).where(members.c.username == username)
            if connection.execute(taken).first():
                raise BadInput("That username is taken.", "See: workbench member list")
            connection.execute(members.insert(), values)
            kept = ("name", "organization", "kind", "roles")
            self._record(connection, "member.added", username, by, {k: values[k] for k in kept})
            return load(connection, find(connection, username))

    def change_roles(
        self, username: str, roles: Collection[str], *, by: Session | None = None
    ) -> Member:
        """Give a member other roles than before.

        Raises
        ------
        Refused
            Somebody would give themselves a role; one's own can only be given up.
        """
        self._refuse_own_roles(username, roles, by)
        with self.database.write() as connection:
            row = find(connection, username)
            self._check_roles(roles, row.kind)
            after = " ".join(sorted(set(roles)))
            if after != row.roles:
                self._update(connection, row, roles=after)
                changed = {"before": row.roles, "after": after}
                self._record(connection, "member.changed", row.username, by, changed)
            return load(connection, find(connection, username))

    def disable(self, username: str, why: str, *, by: Session | None = None) -> Member:
        """Close an account at once: its sessions end, and nobody can log in with it."""
        why = _line(why, "reason")
        with self.database.write() as connection:
            row = find(connection, username)
            if not row.active:
                raise BadInput("The account is disabled already.", "Nothing is left to do.")
            if by is not None and by.member.id == row.id:
                raise BadInput(
                    "Nobody disables their own account.", "Have another administrator do it."
                )
            now = self.clock()
            self._update(connection, row, active=False, disabled_at=now, disabled_why=why)
            self._record(connection, "member.disabled", row.username, by, detail=why)
            end_sessions(connection, self.chain, row, now, "the account was disabled")
            return load(connection, find(connection, username))

    def enable(self, username: str, *, by: Session | None = None) -> Member:
        """Open a disabled account again, or unlock one that too many failures have locked."""
        with self.database.write() as connection:
            row = find(connection, username)
            now = self.clock()
            if row.active and (row.locked_until is None or row.locked_until <= now):
                raise BadInput(
                    "The account is neither disabled nor locked.", "Nothing is left to do."
                )
            self._update(
                connection,
                row,
                active=True,
                enabled_at=now,
                disabled_at=None,
                disabled_why="",
                locked_until=None,
            )
            self._forget_failures(connection, row.username)
            before = "locked" if row.active else "disabled"
            self._record(connection, "member.enabled", row.username, by, {"before": before})
            return load(connection, find(connection, username))

    def set_password(self, username: str, password: str, *, by: Session | None = None) -> None:
        """Set a member's password; it ends their other sessions and a lock.

        Raises
        ------
        BadInput
            The password does not meet the rules, is the present one, or the member is a service.
        """
        with self.database.read() as connection:
            row = find(connection, username)
        if row.kind == "service":
            raise BadInput(
                "A service member has no password.",
                "Make its key with: workbench member service-key",
            )
        if self._verifies(row.password_hash, password):
            raise BadInput("That is the present password.", "Choose another one.")
        password_hash = self._hash(password, row.username, row.name, row.organization)
        with self.database.write() as connection:
            row = find(connection, username)
            self._update(connection, row, password_hash=password_hash, locked_until=None)
            self._forget_failures(connection, row.username)
            self._record(connection, "password.changed", row.username, by)
            spared = by.id if by else None
            why = "the password was changed"
            end_sessions(connection, self.chain, row, self.clock(), why, spared=spared)

    def restore(self, username: str, password: str, about: Mapping[str, str]) -> Member:
        """Set a password, unlock and enable; only for :func:`workbench.people.recovery.recover`."""
        with self.database.read() as connection:
            row = find(connection, username)
        password_hash = self._hash(password, row.username, row.name, row.organization)
        with self.database.write() as connection:
            row = find(connection, username)
            now = self.clock()
            locked = row.locked_until is not None and row.locked_until > now
            was = "disabled" if not row.active else "locked" if locked else "open"
            self._update(
                connection,
                row,
                password_hash=password_hash,
                active=True,
                enabled_at=now,
                disabled_at=None,
                disabled_why="",
                locked_until=None,
            )
            self._forget_failures(connection, row.username)
            said = "recovered with the home's keys, by the operating system's account that owns the home"
            self._record(
                connection, RECOVERED, row.username, None, {**about, "was": was}, detail=said
            )
            end_sessions(connection, self.chain, row, now, "the account was recovered")
            return load(connection, find(connection, username))

    def qualify(
        self,
        username: str,
        qualification: Qualification,
        *,
        note: str = "",
        by: Session | None = None,
    ) -> Member:
        """Enter something that a member has completed; entries are never changed or removed.

        Raises
        ------
        Refused
            It is the member's own, and somebody else may enter it.
        """
        self._refuse_own_qualification(username, qualification.kind, by)
        done, ends = qualification.completed_on, qualification.expires_on
        if not _WORD.fullmatch(qualification.kind):
            raise BadInput(
                "That is no kind of qualification.",
                "Use the profile's own words, such as training, policy-read or clets.",
            )
        if not storable(note + "".join(qualification.topics)):
            raise BadInput("The note cannot be kept as it is.", "Type it on a keyboard.")
        if done > (self.clock() + dt.timedelta(hours=_AHEAD_HOURS)).date():
            raise BadInput("The day of completion is still to come.", "Enter it once it is done.")
        if ends is not None and ends <= done:
            raise BadInput("It expires before it was completed.", "Check both dates.")
        with self.database.write() as connection:
            row = find(connection, username)
            values: dict[str, Any] = {
                "member_id": row.id,
                "kind": qualification.kind,
                "completed_on": done,
                "expires_on": ends,
                "topics": pack(qualification.topics),
                "note": note,
                "recorded_by": by.member.username if by else "setup",
                "recorded_at": self.clock(),
            }
            connection.execute(qualifications.insert(), values)
            elements = {
                "kind": qualification.kind,
                "completed_on": done.isoformat(),
                "expires_on": ends.isoformat() if ends else "",
                "topics": list(qualification.topics),
            }
            self._record(connection, "member.qualified", row.username, by, elements, detail=note)
            return load(connection, row)

    def service_key(self, username: str, folder: Path, *, by: Session | None = None) -> Path:
        """Make a service member's key: a file that only its owner can read. An earlier key stops working.

        Returns
        -------
        Path
            ``service-<username>.key`` in ``folder``.
        """
        with self.database.read() as connection:
            row = find(connection, username)
        if row.kind != "service":
            raise BadInput(
                "Only a service member has a key.", "Add one with: workbench member add --service"
            )
        secret = secrets.token_urlsafe(48)
        path = folder / f"service-{row.username}.key"
        fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(handle, "w") as file:
                file.write(secret + "\n")
            with self.database.write() as connection:
                self._update(connection, row, password_hash=hash_key(secret), locked_until=None)
                self._forget_failures(connection, row.username)
                self._record(connection, "service.key", row.username, by)
                why = "the key was replaced"
                end_sessions(connection, self.chain, row, self.clock(), why)
            fresh.replace(path)
        finally:
            fresh.unlink(missing_ok=True)
        return path

    def _refuse_own_roles(self, username: str, roles: Collection[str], by: Session | None) -> None:
        if by is None or by.member.username != username.strip().lower():
            return
        if fresh := sorted(set(roles) - by.member.roles):
            self._refuse_own(
                "member.change", {"roles": fresh}, by, "Nobody gives themselves a role."
            )

    def _refuse_own_qualification(self, username: str, kind: str, by: Session | None) -> None:
        """Refuse to enter one's own where somebody else can; while a home is set up there is nobody."""
        if by is None or by.member.username != username.strip().lower():
            return
        if any(self._may_qualify(each) for each in self.list() if each.id != by.member.id):
            reason = "Nobody enters what they have completed themselves."
            self._refuse_own("member.qualify", {"kind": kind}, by, reason)

    def _may_qualify(self, member: Member) -> bool:
        held = [self.roles[name] for name in member.roles if name in self.roles]
        return (
            member.active
            and member.kind == "person"
            and any(grants(role.actions, "member.qualify") for role in held)
        )

    def _refuse_own(
        self, action: str, elements: Mapping[str, Any], by: Session, reason: str
    ) -> NoReturn:
        about = {"member": by.member.username, **elements}
        entry = Entry(
            "event", action, outcome="refused", session=by, elements=about,
            clause=self.rules.clause, detail="account.own",
        )  # fmt: skip
        self.chain.append(entry)
        raise Refused(
            reason,
            clause=self.rules.clause,
            citation=self.rules.citation,
            remedy="Have another member with that right do it.",
        )

    def _hash(self, password: str, username: str, name: str, organization: str) -> str:
        words = passwords.words_of(username, name, organization)
        passwords.accept(password, min_length=self.rules.min_password_length, words=words)
        return self.hasher.hash(passwords.encode(password))

    def _verifies(self, password_hash: str, password: str) -> bool:
        """Tell whether a password is the one behind a hash; the work is the same where there is no hash."""
        from argon2.exceptions import InvalidHashError, VerificationError

        typed = passwords.encode(password[: passwords.MAX_LENGTH])
        if not password_hash.startswith("$argon2"):
            self.hasher.hash(typed)
            return False
        try:
            self.hasher.verify(password_hash, typed)
        except (VerificationError, InvalidHashError):
            return False
        return len(password) <= passwords.MAX_LENGTH

    def _check_roles(self, roles: Collection[str], kind: str) -> None:
        if kind not in get_args(MemberKind):
            kinds = ", ".join(get_args(MemberKind))
            raise BadInput("There is no such kind of member.", f"There are: {kinds}.")
        if isinstance(roles, str) or not roles:
            raise BadInput("A member needs a role.", f"There are: {', '.join(self.roles)}.")
        for name in roles:
            role = self.roles.get(name)
            if role is None:
                raise BadInput(
                    "The policy profile has no such role.", f"There are: {', '.join(self.roles)}."
                )
            if cast("MemberKind", kind) not in role.member_kinds:
                raise BadInput(
                    f"A member of kind {kind} cannot hold the role {name}.",
                    f"It is for: {', '.join(role.member_kinds)}.",
                )

    def _record(
        self,
        connection: sa.Connection,
        action: str,
        username: str,
        by: Session | None,
        elements: Mapping[str, Any] | None = None,
        *,
        detail: str = "",
    ) -> None:
        about = {"member": username, **(elements or {})}
        entry = Entry("event", action, outcome="ok", session=by, elements=about, detail=detail)
        self.chain.append(entry, connection)

    @staticmethod
    def _update(connection: sa.Connection, row: sa.Row[Any], **values: Any) -> None:
        connection.execute(members.update().where(members.c.id == row.id).values(**values))

    @staticmethod
    def _forget_failures(connection: sa.Connection, username: str) -> None:
        connection.execute(login_failures.delete().where(login_failures.c.username == username))


def hash_key(secret: str) -> str:
    """Return what is kept of a service member's key: 48 random bytes need no slow hash."""
    return "sha256$" + hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def _line(text: str, what: str) -> str:
    """Return a text of one line in normal form, without what would upset a terminal."""
    text = " ".join(unicodedata.normalize("NFC", text).split())
    if not text or len(text) > _LONGEST:
        raise BadInput(f"The {what} is empty or too long.", f"Give 1 to {_LONGEST} characters.")
    if any(unicodedata.category(character) in {"Cc", "Cf", "Cs"} for character in text):
        raise BadInput(f"The {what} holds a control character.", "Type it on a keyboard.")
    return text
