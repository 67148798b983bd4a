"""What a member must hold, and whether they hold it: training, policy read, certification, checks."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal
from zoneinfo import ZoneInfo

from workbench.models import Member, Qualification
from workbench.policy.actions import matches
from workbench.policy.parts import Requirement
from workbench.policy.profile import Profile

__all__ = ["Standing", "applies", "current_until", "local_day", "standing"]


@dataclass(frozen=True, slots=True)
class Standing:
    """How a member stands with one requirement on one day.

    ``state`` is ``held``, ``missing`` (never completed), ``lapsed`` (no longer current) or ``incomplete`` (current, but
    without a required topic). ``current_until`` is the last day on which it is current; None for no end.
    """

    requirement: Requirement
    state: Literal["held", "missing", "lapsed", "incomplete"]
    completed_on: dt.date | None = None
    current_until: dt.date | None = None
    missing_topics: tuple[str, ...] = ()

    @property
    def held(self) -> bool:
        """Whether nothing is missing."""
        return self.state == "held"


def local_day(profile: Profile, now: dt.datetime) -> dt.date:
    """Return the agency's own calendar day at a moment."""
    return now.astimezone(ZoneInfo(profile.agency.timezone)).date()


def applies(requirement: Requirement, member: Member, action: str | None = None) -> bool:
    """Say whether a requirement is asked of a member, for an action or (None) for any."""
    if member.kind not in requirement.member_kinds:
        return False
    if requirement.roles and not member.roles & set(requirement.roles):
        return False
    return action is None or any(matches(each, action) for each in requirement.actions)


def current_until(requirement: Requirement, held: Qualification) -> dt.date | None:
    """Return the last day on which a qualification is current; None for no end."""
    ends = [held.expires_on] if held.expires_on else []
    if requirement.within:
        ends.append(requirement.within.day_after(held.completed_on))
    return min(ends) if ends else None


def standing(
    profile: Profile, member: Member, day: dt.date, action: str | None = None
) -> tuple[Standing, ...]:
    """Say how a member stands with each requirement asked of them.

    Parameters
    ----------
    day : datetime.date
        The agency's calendar day; see :func:`local_day`.
    action : str, optional
        Only the requirements of this action; all of them by default.
    """
    return tuple(
        _stand(requirement, member, day)
        for requirement in profile.requirements
        if applies(requirement, member, action)
    )


def _stand(requirement: Requirement, member: Member, day: dt.date) -> Standing:
    held = sorted(
        (q for q in member.qualifications if q.kind == requirement.kind and q.completed_on <= day),
        key=lambda q: q.completed_on,
    )
    if not held:
        return Standing(requirement, "missing")
    ends = [(q, current_until(requirement, q)) for q in held]
    current = [(q, end) for q, end in ends if end is None or end >= day]
    if not current:
        latest, end = ends[-1]
        return Standing(requirement, "lapsed", latest.completed_on, end)
    covered = {topic for q, _ in current for topic in q.topics}
    missing = tuple(each.id for each in requirement.topics if each.id not in covered)
    endless = any(end is None for _, end in current)
    last = None if endless else max(end for _, end in current if end is not None)
    return Standing(
        requirement,
        "incomplete" if missing else "held",
        current[-1][0].completed_on,
        last,
        missing,
    )
