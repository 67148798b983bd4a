"""The decision: may this member do this, now, for this case? Default deny, with reasons.

:func:`decide` answers with a :class:`Decision`: every finding carries the clause, its citation in full, the reason in a
sentence, and what would mend it. No finding repeats a plate, a person's name or the reason that was typed.
"""

from __future__ import annotations

from workbench.models import Member
from workbench.policy.actions import ACTIONS, IN_PERSON, grants, is_query, needs_grounds
from workbench.policy.basis import Cited
from workbench.policy.findings import Decision, Finding, Request, finding
from workbench.policy.grounds import check_extent, check_grounds
from workbench.policy.profile import Profile
from workbench.policy.requirements import Standing, local_day, standing

__all__ = ["Decision", "Finding", "Request", "decide"]


def decide(profile: Profile, request: Request) -> Decision:
    """Decide on a request under a profile.

    Refused unless allowed: the action must be known, the member active, one of their roles must grant it, a person must
    ask where a person answers for it, and every qualification asked for it must be held. A query also needs grounds
    that stand and an extent within the limits; reading a picture needs grounds. All that is wrong is reported at once,
    but somebody without standing learns nothing beyond that.
    """
    member = request.member
    denied = _standing_refusal(profile, request)
    if member is None or denied is not None:
        return Decision(False, (denied,) if denied else ())
    found = _requirements(profile, member, request)
    if needs_grounds(request.action):
        found += check_grounds(profile, request)
    if is_query(request.action):
        found += check_extent(profile, request.action, request.extent, request.now)
    return Decision(not any(each.severity == "refuse" for each in found), tuple(found))


def _standing_refusal(profile: Profile, request: Request) -> Finding | None:
    use = profile.authorized_use
    member = request.member
    if request.action not in ACTIONS:
        return finding(
            profile,
            "refuse",
            "action.unknown",
            basis=use.data_clause or use.members_clause,
            reason="This is nothing that the workbench lets anybody do.",
            remedy="What is not on the list of actions is refused to everybody.",
            control="default-deny",
        )
    if member is None:
        return finding(
            profile,
            "refuse",
            "member.none",
            basis=use.public_clause,
            reason="Nobody is logged in, and nothing is open to the public.",
            remedy="Log in with your own account.",
            control="no-public-access",
        )
    if not member.active:
        return finding(
            profile,
            "refuse",
            "member.inactive",
            basis=profile.accounts,
            reason="This account is disabled.",
            remedy=f"Ask the office of the {profile.administrator.title} to review it.",
            control="login",
        )
    granting = [
        role
        for name, role in profile.roles.items()
        if name in member.roles and member.kind in role.member_kinds
    ]
    if not any(grants(role.actions, request.action) for role in granting):
        return _no_role(profile, request.action)
    if request.action in IN_PERSON and (member.kind == "service" or request.automatic):
        return finding(
            profile,
            "refuse",
            "member.no-person",
            basis=use.members_clause,
            reason="A named person answers for this: no scheduled job does it.",
            remedy="Have a member log in and do it.",
            control="roles",
        )
    return None


def _no_role(profile: Profile, action: str) -> Finding:
    return finding(
        profile,
        "refuse",
        "member.role",
        basis=profile.authorized_use.members_clause,
        reason=f"None of your roles may {ACTIONS[action]}.",
        remedy=_who_may(profile, action),
        control="roles",
    )


def _who_may(profile: Profile, action: str) -> str:
    titles = [
        name
        for name, role in profile.roles.items()
        if grants(role.actions, action) and "person" in role.member_kinds
    ]
    if not titles:
        return "No role of this profile may do it."
    return f"Ask somebody with the role {', '.join(titles)}."


def _requirements(profile: Profile, member: Member, request: Request) -> list[Finding]:
    day = local_day(profile, request.now)
    return [
        _unheld(profile, each)
        for each in standing(profile, member, day, request.action)
        if not each.held
    ]


def _unheld(profile: Profile, each: Standing) -> Finding:
    requirement = each.requirement
    basis: Cited | str = requirement
    if each.state == "missing":
        reason = f"Your {requirement.what} is not on record."
    elif each.state == "lapsed":
        basis = requirement.lapse_clause or requirement
        reason = (
            f"Your {requirement.what} has lapsed: completed on {each.completed_on}, "
            f"current until {each.current_until}."
        )
    else:
        basis = next(topic for topic in requirement.topics if topic.id in each.missing_topics)
        labels = {topic.id: topic.label for topic in requirement.topics}
        lacking = "; ".join(labels[topic] for topic in each.missing_topics)
        reason = f"Your {requirement.what} lacks required topics: {lacking}."
    return finding(
        profile,
        "refuse",
        f"requirement.{requirement.id}.{each.state}",
        basis=basis,
        reason=reason,
        remedy=requirement.remedy,
        control=_CONTROLS.get(requirement.kind, "certification"),
    )


_CONTROLS = {
    "training": "training-currency",
    "policy-read": "policy-read",
    "clets": "certification",
    "live-scan": "contractor-checks",
    "no-convictions": "contractor-checks",
    "waiver": "contractor-checks",
}
