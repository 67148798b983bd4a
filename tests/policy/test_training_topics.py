"""Topics of trainings: each as current as the latest training that held it."""

from __future__ import annotations

import datetime as dt

import pytest
from policy_builders import TODAY, member, profile

from workbench.models import Qualification
from workbench.policy.training import practical_topics, topics_held

PIEDMONT = pytest.mark.clause(
    "piedmont-ca:438.7[1]", "piedmont-ca:438.7[2]", "piedmont-ca:438.7[3]", "piedmont-ca:438.7[4]",
    "piedmont-ca:438.7[5]", "piedmont-ca:438.7[6]",
)  # fmt: skip
SIX = ("privacy", "legal", "policy", "technology", "security", "exercises")


def trained(*held: tuple[int, tuple[str, ...]]) -> dict[str, tuple[dt.date | None, bool]]:
    """How a member stands with each topic after trainings so many days ago."""
    qualifications = tuple(
        Qualification("training", TODAY - dt.timedelta(days=days), topics=topics)
        for days, topics in held
    )
    who = member(profile("piedmont"), qualifications=qualifications)
    found = topics_held(profile("piedmont"), who, TODAY)
    return {each.topic.id: (each.completed_on, each.held) for each in found}


@PIEDMONT
def test_all_six_topics_of_the_text_are_asked_for() -> None:
    assert tuple(trained()) == SIX
    assert not any(held for _, held in trained().values())
    assert all(held for _, held in trained((30, SIX)).values())


@PIEDMONT
def test_a_topic_is_as_current_as_the_latest_training_that_held_it() -> None:
    found = trained((400, SIX), (30, ("legal", "exercises")))
    assert {topic for topic, (_, held) in found.items() if held} == {"legal", "exercises"}
    assert found["legal"][0] == TODAY - dt.timedelta(days=30)
    assert found["policy"][0] == TODAY - dt.timedelta(days=400)


def test_practice_is_marked_where_the_text_asks_for_it() -> None:
    training = Qualification("training", TODAY, topics=SIX)
    assert [each.id for each in practical_topics(profile("piedmont"), training)] == ["exercises"]
    assert (
        practical_topics(profile("piedmont"), Qualification("training", TODAY, topics=("legal",)))
        == ()
    )
    assert practical_topics(profile("clovis"), training) == ()
