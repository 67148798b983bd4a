"""What a request must show before each of its steps: who is a recipient, who decides, in which order, and never alone.

Nothing here knows an agency: everything is asked of the profile.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from workbench.custody.release_file import Release, State
from workbench.models import Member
from workbench.policy.basis import Cited
from workbench.policy.profile import Profile

__all__ = ["ORDER", "Fault", "deciders", "eligible", "faults", "unfit_recipient"]

ORDER: dict[str, tuple[State, State]] = {
    "review": ("requested", "under review"),
    "verify": ("under review", "under review"),
    "approve": ("under review", "approved"),
    "deny": ("under review", "denied"),
    "refer": ("under review", "referred"),
    "fulfil": ("approved", "fulfilled"),
    "hand-over": ("fulfilled", "fulfilled"),
}
"""Each step with the state that it starts from and the one it leads to; there are no others."""

_DECISIONS = ("approve", "deny")
_NEVER_ALONE = ("review", "verify", "approve", "deny", "refer")
_DONE = {
    "review": "taken up",
    "verify": "verified",
    "approve": "approved",
    "deny": "denied",
    "refer": "referred",
    "fulfil": "fulfilled",
    "hand-over": "handed over",
}
_BEFORE = {
    "requested": "Have it taken up first: workbench release review.",
    "under review": "Have it approved first: workbench release approve.",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """What stands against a step."""

    code: str
    reason: str
    basis: Cited | str
    remedy: str


def eligible(profile: Profile, release: Release) -> bool:
    """Say whether the policy knows this kind of recipient and this use."""
    return release.recipient in profile.releases.recipients and release.use == "official"


def deciders(profile: Profile) -> tuple[str, ...]:
    """Return the titles that decide on a release; empty where the text names none."""
    rules = profile.releases
    return rules.approvers or ((rules.forwarded_to,) if rules.forwarded_to else ())


def faults(
    profile: Profile, release: Release, act: str, member: Member, held: Collection[str]
) -> Fault | None:
    """Return the first thing that stands against a step of a request, or None.

    Parameters
    ----------
    act : str
        One of :data:`ORDER`.
    member : Member
        Who would take it.
    held : collection of str
        The titles that they hold.
    """
    return (
        _out_of_order(profile, release, act)
        or _alone(profile, release, act, member)
        or _recipient(profile, release, act)
        or _title(profile, release, act, held)
    )


def _out_of_order(profile: Profile, release: Release, act: str) -> Fault | None:
    start, _ = ORDER[act]
    if release.state == start:
        return None
    return Fault(
        "release.order",
        f"The request is {release.state}; it can be {_DONE[act]} only when it is {start}.",
        profile.releases.approve_clause or profile.releases,
        _BEFORE.get(release.state, "A request that is closed stays as it is: enter a new one."),
    )


def _alone(profile: Profile, release: Release, act: str, member: Member) -> Fault | None:
    if act not in _NEVER_ALONE:
        return None
    own = _same(member.name, release.person) or _same(member.organization, release.agency)
    if member.username != release.entered_by and not own:
        return None
    return Fault(
        "release.own",
        "Nobody decides on a request that they made or entered themselves.",
        profile.releases.approve_clause or profile.releases,
        "Have somebody else take it up.",
    )


def unfit_recipient(profile: Profile, release: Release) -> Fault | None:
    """Return why the policy lets nothing be released to this recipient, or None."""
    if eligible(profile, release):
        return None
    rules = profile.releases
    if release.use != "official":
        return Fault(
            "release.use",
            "Reads are not released for personal or commercial use.",
            rules.personal_clause or rules,
            _elsewhere(profile),
        )
    return Fault(
        "release.recipient",
        f"Reads are released to {' and '.join(rules.recipients).replace('-', ' ')} alone.",
        rules.others_clause or rules,
        _elsewhere(profile),
    )


def _recipient(profile: Profile, release: Release, act: str) -> Fault | None:
    rules = profile.releases
    if act == "approve":
        if fault := unfit_recipient(profile, release):
            return fault
        if rules.recipient_verified and not release.verified:
            return Fault(
                "release.unverified",
                "Nobody has verified the recipient yet.",
                rules,
                "Verify them, by a call back for one, and enter how: workbench release verify.",
            )
    if act == "refer" and eligible(profile, release):
        return Fault(
            "release.refer",
            "The policy refers the requests of others; this recipient is one that it knows.",
            rules.others_clause or rules,
            "Approve or deny it.",
        )
    if act == "refer" and not rules.others_to:
        return Fault(
            "release.nowhere",
            "The policy names nobody to refer a request to.",
            rules,
            "Deny it, with the reason.",
        )
    return None


def _title(profile: Profile, release: Release, act: str, held: Collection[str]) -> Fault | None:
    needed = act in _DECISIONS or (act == "review" and eligible(profile, release))
    wanted = deciders(profile)
    if not needed or not wanted or set(wanted) & set(held):
        return None
    return Fault(
        "release.title",
        f"This is for the {' or the '.join(wanted)}.",
        profile.releases.approve_clause or profile.releases,
        "Ask them; who holds the title is entered with: workbench office assign.",
    )


def _elsewhere(profile: Profile) -> str:
    where = profile.releases.others_to
    return f"Refer it to: {where}." if where else "Deny it, with the reason."


def _same(one: str, other: str) -> bool:
    return " ".join(one.split()).casefold() == " ".join(other.split()).casefold()
