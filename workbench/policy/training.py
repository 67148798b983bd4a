"""What a member's trainings held, topic by topic, and until when each stays current."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from workbench.models import Member, Qualification
from workbench.policy.parts import Requirement, Topic
from workbench.policy.profile import Profile
from workbench.policy.requirements import applies, current_until

__all__ = ["TopicStanding", "practical_topics", "topics_held"]


@dataclass(frozen=True, slots=True)
class TopicStanding:
    """How a member stands with one topic: when it was last held, the last day it is current, and whether it is."""

    requirement: Requirement
    topic: Topic
    completed_on: dt.date | None
    current_until: dt.date | None
    held: bool


def topics_held(profile: Profile, member: Member, day: dt.date) -> tuple[TopicStanding, ...]:
    """Say how a member stands with every topic that the policy asks of their trainings.

    Topics may be spread over several trainings; each is as current as the latest training that held it.
    """
    return tuple(
        _topic(requirement, topic, member, day)
        for requirement in profile.requirements
        if requirement.topics and applies(requirement, member)
        for topic in requirement.topics
    )


def _topic(requirement: Requirement, topic: Topic, member: Member, day: dt.date) -> TopicStanding:
    held = [
        each
        for each in member.qualifications
        if each.kind == requirement.kind and topic.id in each.topics and each.completed_on <= day
    ]
    if not held:
        return TopicStanding(requirement, topic, None, None, held=False)

    def ends(each: Qualification) -> dt.date:
        return current_until(requirement, each) or dt.date.max

    best = max(held, key=ends)
    return TopicStanding(
        requirement,
        topic,
        best.completed_on,
        current_until(requirement, best),
        held=ends(best) >= day,
    )


def practical_topics(profile: Profile, qualification: Qualification) -> tuple[Topic, ...]:
    """Return the topics of a training that are practice: what was practiced is entered with them."""
    return tuple(
        topic
        for requirement in profile.requirements
        if requirement.kind == qualification.kind
        for topic in requirement.topics
        if topic.practical and topic.id in qualification.topics
    )
