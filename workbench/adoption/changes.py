"""Changes of policy: one member proposes a text, another approves it, and the record names old and new by hash."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from workbench.adoption.force import ADOPTED, digest, keep, kept_at, newest, text_of
from workbench.audit.chain import Chain, Entry
from workbench.audit.permit import Permit
from workbench.errors import BadInput, NotSetUp, Refused
from workbench.models import Session
from workbench.policy.actions import grants
from workbench.policy.differences import differences
from workbench.policy.profile import Profile, load, names
from workbench.records.database import Database
from workbench.records.tables import members
from workbench.records.unit_tables import policy_versions
from workbench.records.words import line
from workbench.settings import Settings

__all__ = ["PolicyChanges", "Version"]

_SEE = "See: workbench policy versions"
_LONGEST = 500


@dataclass(frozen=True, slots=True)
class Version:
    """A version of the policy that was proposed.

    ``number`` counts the adopted ones from 1; ``status`` is ``proposed``, ``adopted`` or ``rejected``; ``changes`` says
    in words what differs from the policy that was in force when it was proposed.
    """

    id: int
    number: int | None
    status: str
    profile: str
    version: str
    source: str
    sha256: str
    changes: tuple[str, ...]
    why: str
    proposed_by: str
    proposed_at: dt.datetime
    decided_by: str
    decided_at: dt.datetime | None
    decided_why: str

    @property
    def name(self) -> str:
        """Profile and version, as the record names them."""
        return f"{self.profile}@{self.version}"


class PolicyChanges:
    """The versions of a home's policy.

    Parameters
    ----------
    permit : callable
        Asks the policy in force: :meth:`workbench.service.Service.permit`.
    profile : Profile
        The policy in force.
    clock : callable
        Gives the present time, aware.
    """

    def __init__(
        self,
        database: Database,
        chain: Chain,
        permit: Permit,
        profile: Profile,
        clock: Callable[[], dt.datetime],
        settings: Settings,
    ) -> None:
        self.database = database
        self.chain = chain
        self.permit = permit
        self.profile = profile
        self.clock = clock
        self.settings = settings
        self._number = self._in_force_number()

    def versions(self) -> list[Version]:
        """Return every version that was proposed, the newest first. A policy is no secret: anybody may."""
        proposer, decider = members.alias("proposer"), members.alias("decider")
        query = (
            sa.select(
                policy_versions,
                proposer.c.username.label("proposer"),
                decider.c.username.label("decider"),
            )
            .outerjoin(proposer, proposer.c.id == policy_versions.c.proposed_by)
            .outerjoin(decider, decider.c.id == policy_versions.c.decided_by)
            .order_by(policy_versions.c.id.desc())
        )
        with self.database.read() as connection:
            return [_version(row) for row in connection.execute(query)]

    def require_same(self) -> None:
        """See that no other policy came into force since this one was opened.

        Raises
        ------
        NotSetUp
            One did: whoever holds this must open the home anew.
        """
        if self._in_force_number() != self._number:
            raise NotSetUp(
                "Another policy came into force since this was opened.",
                "Start anew: restart the kernel, or run the command again.",
            )

    def begin(self, why: str = "the home was made") -> None:
        """Adopt the policy that the settings name, where none was ever adopted."""
        text = text_of(self.settings.profile)
        sha256, now = digest(text), self.clock()
        with self.database.write() as connection:
            if newest(connection) is not None:
                return
            values = {
                "profile": self.profile.id,
                "version": self.profile.version,
                "source": self.settings.profile,
                "sha256": sha256,
                "text": text,
                "changes": json.dumps({"base": "", "words": []}),
                "why": why,
                "status": "adopted",
                "proposed_at": now,
                "decided_at": now,
                "number": 1,
            }
            elements = {"new": self._name, "sha256": sha256, "number": 1}
            entry = Entry("event", ADOPTED, outcome="ok", elements=elements, detail=why)
            values["record_seq"] = self.chain.append(entry, connection)
            connection.execute(policy_versions.insert(), values)
            keep(self.settings, text)
        self._number = 1

    def carry_over(self) -> None:
        """Adopt the policy of a home that an earlier release made."""
        if self._number is None:
            self.begin("carried over from a release that adopted none")

    def compare(self, source: str | Path) -> tuple[str, ...]:
        """Say what differs between the policy in force and another text, in words."""
        return differences(self.profile, load(source))

    def propose(self, token: str, source: str | Path, why: str) -> Version:
        """Propose a text: a shipped profile's name, or the path of the site's own file.

        Raises
        ------
        BadProfile
            The text does not hold.
        BadInput
            It is the one in force, or would leave nobody who may change the policy or run the accounts.
        """
        session = self.permit(token, "policy.change", {"source": Path(source).name})
        why = line(why, "reason", longest=_LONGEST, needed=True)
        loaded, text = load(source), text_of(source)
        sha256 = digest(text)
        with self.database.write() as connection:
            current = newest(connection)
            base = current.sha256 if current is not None else ""
            if sha256 == base:
                raise BadInput("That is the text in force.", _SEE)
            _leaves_somebody(connection, loaded)
            words = (*differences(self.profile, loaded), *_without_role(connection, loaded))
            values = {
                "profile": loaded.id,
                "version": loaded.version,
                "source": _source(source),
                "sha256": sha256,
                "text": text,
                "changes": json.dumps({"base": base, "words": list(words)}, ensure_ascii=False),
                "why": why,
                "status": "proposed",
                "proposed_by": session.member.id,
                "proposed_at": self.clock(),
            }
            key = connection.execute(policy_versions.insert(), values).inserted_primary_key
            proposal = int(key[0]) if key else 0
            elements = {
                "proposal": proposal,
                "old": self._name,
                "old_sha256": base,
                "new": f"{loaded.id}@{loaded.version}",
                "sha256": sha256,
                "differences": len(words),
            }
            self._record(connection, "policy.proposed", session, elements, why)
        return self._version(proposal)

    def approve(self, token: str, proposal: int) -> Version:
        """Bring a proposed text into force. Nobody approves what they proposed.

        Raises
        ------
        Refused
            The member proposed it, or may not approve.
        BadInput
            It is decided already, or another text came into force since it was proposed.
        """
        session = self.permit(token, self._approving, {"proposal": proposal})
        self._not_own(proposal, session)
        with self.database.write() as connection:
            row, changes = self._open_one(connection, proposal)
            current = newest(connection)
            if changes["base"] != (current.sha256 if current is not None else ""):
                raise BadInput(
                    "Another text came into force since this one was proposed.",
                    "Have it proposed again, so that its differences are read anew.",
                )
            path = keep(self.settings, row.text)
            loaded = load(path)
            _leaves_somebody(connection, loaded)
            number = (current.number if current is not None else 0) + 1
            elements = {
                "proposal": proposal,
                "number": number,
                "old": f"{current.profile}@{current.version}" if current is not None else "",
                "old_sha256": changes["base"],
                "new": f"{row.profile}@{row.version}",
                "sha256": row.sha256,
            }
            seq = self._record(connection, ADOPTED, session, elements, row.why)
            decided = {"decided_by": session.member.id, "decided_at": self.clock()}
            connection.execute(
                policy_versions.update()
                .where(policy_versions.c.id == proposal)
                .values(status="adopted", number=number, record_seq=seq, **decided)
            )
        return self._version(proposal)

    def reject(self, token: str, proposal: int, why: str) -> Version:
        """Turn a proposal down; whoever proposed it may take it back."""
        why = line(why, "reason", longest=_LONGEST, needed=True)
        session = self.permit(token, self._approving, {"proposal": proposal})
        with self.database.write() as connection:
            row, _ = self._open_one(connection, proposal)
            elements = {
                "proposal": proposal,
                "new": f"{row.profile}@{row.version}",
                "sha256": row.sha256,
            }
            self._record(connection, "policy.rejected", session, elements, why)
            decided = {"decided_by": session.member.id, "decided_at": self.clock()}
            connection.execute(
                policy_versions.update()
                .where(policy_versions.c.id == proposal)
                .values(status="rejected", decided_why=why, **decided)
            )
        return self._version(proposal)

    def text(self, version: Version) -> Path:
        """Return the file that the home keeps of an adopted version."""
        return kept_at(self.settings, version.sha256)

    @property
    def _approving(self) -> str:
        """The action that approving is; a policy from before there was one leaves it to whoever may change it."""
        roles = self.profile.roles.values()
        known = any(grants(role.actions, "policy.approve") for role in roles)
        return "policy.approve" if known else "policy.change"

    @property
    def _name(self) -> str:
        return f"{self.profile.id}@{self.profile.version}"

    def _in_force_number(self) -> int | None:
        query = sa.select(sa.func.max(policy_versions.c.number))
        with self.database.read() as connection:
            number: int | None = connection.execute(
                query.where(policy_versions.c.status == "adopted")
            ).scalar()
        return number

    def _not_own(self, proposal: int, session: Session) -> None:
        """Refuse, on the record, to have a member approve what they proposed; who proposed it never changes."""
        query = sa.select(policy_versions.c.proposed_by).where(policy_versions.c.id == proposal)
        with self.database.read() as connection:
            if connection.execute(query).scalar() != session.member.id:
                return
        rules = self.profile.administrator
        entry = Entry(
            "event", self._approving, outcome="refused", session=session,
            elements={"proposal": proposal}, clause=rules.clause, detail="four-eyes",
        )  # fmt: skip
        self.chain.append(entry)
        raise Refused(
            "Nobody approves a change of policy that they proposed.",
            clause=rules.clause,
            citation=self.profile.cite(rules),
            remedy="Have another member read the differences and approve it.",
        )

    @staticmethod
    def _open_one(connection: sa.Connection, proposal: int) -> tuple[Any, dict[str, Any]]:
        """Return a proposal that is still open."""
        row = connection.execute(
            policy_versions.select().where(policy_versions.c.id == proposal)
        ).first()
        if row is None:
            raise BadInput("There is no such proposal.", _SEE)
        if row.status != "proposed":
            raise BadInput(f"That proposal is {row.status} already.", _SEE)
        if digest(row.text) != row.sha256:
            raise BadInput(
                "The proposed text was altered in the database.", "Have it proposed again."
            )
        return row, json.loads(row.changes)

    def _version(self, proposal: int) -> Version:
        return next(each for each in self.versions() if each.id == proposal)

    def _record(
        self,
        connection: sa.Connection,
        action: str,
        session: Session,
        elements: dict[str, Any],
        detail: str,
    ) -> int:
        entry = Entry(
            "event", action, outcome="ok", session=session, elements=elements, detail=detail
        )
        return self.chain.append(entry, connection)


def _leaves_somebody(connection: sa.Connection, profile: Profile) -> None:
    """See that under a profile somebody could still change the policy, and somebody run the accounts."""
    rows = connection.execute(
        sa.select(members.c.roles, members.c.kind).where(members.c.active.is_(True))
    ).all()

    def who(action: str) -> list[int]:
        return [
            place
            for place, row in enumerate(rows)
            if _may(profile, row.roles.split(), row.kind, action)
        ]

    if not who("member.change") or not who("policy.change"):
        raise BadInput(
            "Under that text no active member could change accounts or the policy.",
            "Give a member a role that it grants this to first, or mend its roles.",
        )


def _without_role(connection: sa.Connection, profile: Profile) -> list[str]:
    """Say how many active members a profile would leave without any of its roles."""
    query = sa.select(members.c.roles).where(members.c.active.is_(True))
    roles = connection.execute(query).scalars()
    left = sum(not set(held.split()) & set(profile.roles) for held in roles)
    return (
        [f"members: {left} active ones hold none of its roles, and could do nothing"]
        if left
        else []
    )


def _may(profile: Profile, roles: Collection[str], kind: str, action: str) -> bool:
    held = [profile.roles[name] for name in roles if name in profile.roles]
    return any(kind in role.member_kinds and grants(role.actions, action) for role in held)


def _source(source: str | Path) -> str:
    return str(source) if str(source) in names() else str(Path(source).resolve())


def _version(row: Any) -> Version:
    return Version(
        id=row.id,
        number=row.number,
        status=row.status,
        profile=row.profile,
        version=row.version,
        source=row.source,
        sha256=row.sha256,
        changes=tuple(json.loads(row.changes)["words"]),
        why=row.why,
        proposed_by=row.proposer or "setup",
        proposed_at=row.proposed_at,
        decided_by=row.decider or ("setup" if row.decided_at else ""),
        decided_at=row.decided_at,
        decided_why=row.decided_why,
    )
