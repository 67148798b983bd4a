"""Everything that a member can be allowed to do. What is not listed here is refused to everybody."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["ACTIONS", "IN_PERSON", "grants", "is_query", "matches", "needs_grounds"]

ACTIONS: dict[str, str] = {
    "query.history": "see the reads of one plate in a time window",
    "query.canvass": "see the reads around a scene in a time window",
    "query.partial": "search by a partly known plate",
    "query.misread": "weigh whether a hit is a misread",
    "recognition.read": "read the plates in a picture, for a case",
    "coverage.view": "see where cameras stood and when they were out, without any read",
    "case.register": "enter a case in the register",
    "case.import": "bring in cases from a file",
    "case.assign": "assign a case to members, close or reopen it",
    "case.list": "list the cases of the register",
    "member.add": "open an account",
    "member.change": "change an account: roles, password reset, disabling",
    "member.list": "list accounts and their standing",
    "member.qualify": "enter a member's training, certification or check",
    "member.review": "review all accounts and sign the review",
    "camera.change": "enter or change a camera or an outage, or learn how cameras misread",
    "camera.list": "list cameras and outages",
    "ingest": "bring in reads from a transfer",
    "unit.list": "list mobile units, their transfers, and what is overdue or came in only in part",
    "unit.change": "enter, change or retire a mobile unit",
    "unit.permit": "enter a permission to undock a unit",
    "unit.dock": "report that a unit was undocked or docked",
    "warrant.add": "enter or withdraw a warrant or court order for reads made by a private party",
    "warrant.list": "list warrants and court orders for reads made by a private party",
    "audit.show": "see the access record",
    "audit.review": "run an audit report and enter findings",
    "audit.household": "keep the list of plates of members' own households, as hashes",
    "audit.verify": "check the access record for alterations",
    "audit.checkpoint": "sign a checkpoint of the access record",
    "hold.add": "hold reads back from a purge",
    "hold.list": "see what is held back, for whom and why",
    "hold.review": "review a hold, or enter the court order that it rests on",
    "hold.release": "release a hold, or ask for its release",
    "retention.plan": "see what a purge would destroy and what is held, in counts",
    "retention.request": "ask for a purge",
    "retention.approve": "enter an approval of a purge that somebody else asked for",
    "retention.run": "run an approved purge",
    "evidence.package": "put a case's held reads into a package to be booked into evidence",
    "hotlist.list": "list the hot lists with their counts and how old they are, without an entry",
    "hotlist.import": "make a hot list, and bring in its entries from a file",
    "hotlist.add": "enter a wanted vehicle on a hot list by hand, or take it off",
    "hotlist.expire": "take expired entries off the hot lists",
    "hotlist.key": "change the key under which the hot lists are encrypted",
    "hotlist.match": "match the hot lists against stored reads of a period",
    "hit.list": "list hits by number, list, camera and step, without any plate",
    "hit.show": "see an open hit with its read and its entry",
    "hit.review": "see a closed hit with its read and its entry",
    "hit.rule-out": "say after looking whether a hit is a misread",
    "hit.broadcast": "record that a hit, or what came of it, was broadcast",
    "hit.confirm": "record what the state database said of a hit",
    "hit.locate": "record that the vehicle was located, and whether it matches the hit",
    "hit.close": "close a hit with its disposition",
    "release.request": "enter another agency's written request for reads",
    "release.list": "see the file of requests for reads",
    "release.review": "take up a request, verify its recipient, refer it to where the policy says",
    "release.approve": "approve or deny a request that somebody else entered",
    "release.fulfil": "fulfill an approved request: the reads go into a package",
    "office.list": "see who holds which title of the policy",
    "office.assign": "enter who holds a title of the policy, and who no longer does",
    "attestation.list": "see which statements on what is done outside the system are given or due",
    "attestation.give": "give a statement that the policy asks of one's title",
    "agreement.list": "see contracts and memoranda under which others run or share the system",
    "agreement.register": "enter or end such a contract or memorandum",
    "breach.report": "report a suspected breach of security or data",
    "breach.list": "see the suspected breaches that were reported",
    "publish.page": "make the public page: policy and counts, without plate, name or place",
    "policy.change": "propose another policy profile or another version of it",
    "policy.approve": "approve or turn down a change of policy that somebody else proposed",
}
"""Action names with what each allows, in words."""

IN_PERSON = frozenset(
    {
        "policy.approve",
        "retention.approve",
        "release.review",
        "release.approve",
        "hold.release",
        "member.review",
        "attestation.give",
        "hit.rule-out",
        "hit.broadcast",
        "hit.confirm",
        "hit.locate",
        "hit.close",
    }
)
"""What a named person answers for: no scheduled job does it, whatever a profile grants to its role."""


def matches(pattern: str, action: str) -> bool:
    """Say whether a profile's pattern covers an action; ``query.*`` covers every query.

    Examples
    --------
    >>> matches("query.*", "query.history"), matches("query.*", "case.list"), matches("*", "ingest")
    (True, False, False)
    """
    if pattern.endswith(".*"):
        return action.startswith(pattern[:-1])
    return pattern == action


def grants(patterns: Iterable[str], action: str) -> bool:
    """Say whether any of the patterns covers a known action. An unknown action never is."""
    return action in ACTIONS and any(matches(pattern, action) for pattern in patterns)


def is_query(action: str) -> bool:
    """Say whether an action searches reads: its window is held against the profile's limits."""
    return action.startswith("query.") or action == "hotlist.match"


def needs_grounds(action: str) -> bool:
    """Say whether an action needs a case, a purpose and a reason: every query, a picture, a closed hit, evidence."""
    return is_query(action) or action in ("recognition.read", "hit.review", "evidence.package")
