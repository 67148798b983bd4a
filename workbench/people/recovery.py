"""Letting a site's only administrator in again, by whoever holds the home and its keys; loud on the record.

Where another administrator can log in, that one resets the password, and this is refused. It needs the operating
system's account that owns the home, and the private half of the record's key: whoever has both could change the home
anyway, and this way the record says so.
"""

from __future__ import annotations

import getpass
import json
import os
import socket

from workbench.audit.chain import Anchor
from workbench.audit.keys import RecordKey
from workbench.errors import Failed, NotSetUp, Refused
from workbench.models import Member
from workbench.people.sessions import People
from workbench.policy.actions import grants
from workbench.settings import Settings

__all__ = ["recover"]


def recover(
    people: People, settings: Settings, key: RecordKey, username: str, password: str
) -> Member:
    """Set an administrator's password, unlock and enable the account; its sessions end.

    Raises
    ------
    Refused
        The home belongs to another account of the operating system; or another administrator can do it.
    NotSetUp
        The key is not the one that signed this home's record.
    Failed
        The account is no administrator's.
    """
    _own_home(settings)
    _own_record(settings, key)
    others = [each.username for each in people.list() if _administers(people, each) and each.active]
    member = people.get(username)
    if not _administers(people, member):
        raise Failed(
            "That account is no administrator's.", "Recover an administrator's; they do the rest."
        )
    if set(others) - {member.username}:
        raise Refused(
            "Another administrator's account is open.",
            citation=people.rules.citation,
            remedy="Have that administrator run: workbench member password",
        )
    about = {"os_user": getpass.getuser(), "host": socket.gethostname(), "key": key.id}
    return people.restore(member.username, password, about)


def _administers(people: People, member: Member) -> bool:
    held = [people.roles[name] for name in member.roles if name in people.roles]
    return any(
        member.kind in role.member_kinds and grants(role.actions, "member.change") for role in held
    )


def _own_home(settings: Settings) -> None:
    if os.name == "posix" and settings.home.stat().st_uid != os.geteuid():
        raise Refused(
            "This home belongs to another account of the operating system.",
            remedy="Only the account that owns the home recovers it, on the machine itself.",
        )


def _own_record(settings: Settings, key: RecordKey) -> None:
    """See that the key at hand signs, and signed this home's record."""
    try:
        head = Anchor(**json.loads((settings.record / "head.json").read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        raise NotSetUp(
            "The record's signed head, record/head.json, cannot be read.",
            "Restore it from the backup.",
        ) from None
    if key.private is None or not head.verifies(key):
        raise NotSetUp(
            "The keys in this home did not sign its record.",
            "Restore keys/record.key from its backup.",
        )
