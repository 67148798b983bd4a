"""The steps of a hit, as each profile lists them and as the checks hold them together."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from policy_builders import FIVE, profile

from workbench.policy.hit_parts import steps_of
from workbench.policy.reading import problems

EXPECTED = {
    ("claremont-ca", "fixed"): ["rule-out", "broadcast", "confirm", "announce"],
    ("claremont-ca", "mobile"): ["rule-out", "confirm"],
    ("seal-beach-ca", "fixed"): ["rule-out", "confirm", "locate"],
    ("seal-beach-ca", "mobile"): ["rule-out", "confirm", "locate"],
}


@pytest.mark.parametrize("name", FIVE)
@pytest.mark.parametrize("path", ["fixed", "mobile"])
def test_each_text_has_its_own_steps(name: str, path: Any) -> None:
    steps = profile(name).hit_steps(path)
    assert [step.step for step in steps] == EXPECTED.get((name, path), ["rule-out", "confirm"])
    for step in steps:
        assert step.clause in {clause.number for clause in profile(name).clauses}
    practicable = {step.if_practicable for step in steps if step.step == "confirm"}
    assert practicable == {profile(name).state_database.before_enforcement == "if-practicable"}
    assert (
        any(step.through_dispatch for step in steps)
        == profile(name).state_database.through_dispatch
    )


@pytest.mark.parametrize("name", FIVE)
def test_a_profile_that_lists_none_has_those_of_its_state_database(name: str) -> None:
    database = profile(name).state_database
    steps = steps_of(None, database, "fixed")
    wanted = ["rule-out", "confirm", *(["locate"] if database.vehicle_match else [])]
    assert [step.step for step in steps] == wanted
    assert all(step.clause == database.clause for step in steps)


def raw(**hits: Any) -> dict[str, Any]:
    plain: dict[str, Any] = copy.deepcopy(profile("claremont").model_dump(mode="json"))
    plain["hits"].update(hits)
    return plain


def step(name: str, **fields: Any) -> dict[str, Any]:
    return {"step": name, "what": "Do it.", "clause": "820.8[5]", **fields}


@pytest.mark.parametrize(
    ("fixed", "said"),
    [
        ([step("confirm"), step("rule-out")], "do not begin with rule-out"),
        ([step("rule-out")], "lack confirm"),
        ([step("rule-out"), step("confirm"), step("confirm")], "repeat one"),
        ([step("rule-out"), step("confirm"), step("announce")], "announce what was not broadcast"),
        (
            [step("rule-out"), step("broadcast"), step("announce"), step("confirm")],
            "announce what was not broadcast or not confirmed",
        ),
        ([step("rule-out", roles=["dispatch"]), step("confirm")], "no role dispatch"),
        ([step("rule-out", clause="820.99"), step("confirm")], "820.99 is not listed"),
        ([step("pray"), step("confirm")], "hits.fixed"),
    ],
)
def test_steps_that_do_not_hold_together_are_named(fixed: list[Any], said: str) -> None:
    found = problems(raw(fixed=fixed))
    assert any(said in f"{'.'.join(map(str, each.location))} {each.what}" for each in found), found
