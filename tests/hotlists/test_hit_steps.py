"""The steps of a hit: none is skipped, none is taken twice, whatever is tried in whatever order."""

from __future__ import annotations

from typing import Any

import pytest
from hotlist_town import FIVE
from hypothesis import given
from hypothesis import strategies as st

from workbench.errors import BadInput, Refused
from workbench.hotlists.steps import AFTER, DISPOSITIONS, OUTCOMES, Act, Plan
from workbench.policy.profile import load

PATHS = [(name, path) for name in FIVE for path in ("fixed", "mobile")]
ROLES = ("detective", "supervisor", "analyst", "dispatcher")


_PLANS = {key: Plan(load(key[0]).hit_steps(key[1])) for key in PATHS}  # type: ignore[arg-type]


def plan_of(name: str, path: Any = "fixed") -> Plan:
    return _PLANS[name, path]


def through(plan: Plan, *found: str) -> Plan:
    """Take the steps in their order, with these outcomes."""
    for outcome in found:
        step = plan.next
        assert step is not None
        plan.allow(step.step, outcome, ROLES)
        plan = plan.after(Act(step.step, outcome))
    return plan


TRIES = st.lists(
    st.one_of(
        st.sampled_from([(step, outcome) for step, found in OUTCOMES.items() for outcome in found]),
        st.sampled_from([("close", disposition) for disposition in DISPOSITIONS]),
    ),
    max_size=40,
)


@given(st.sampled_from(PATHS), TRIES)
def test_whatever_is_tried_no_step_is_skipped_or_repeated(
    path: tuple[str, str], tries: list[tuple[str, str]]
) -> None:
    plan = plan_of(*path)
    order = [step.step for step in plan.steps]
    for name, outcome in tries:
        before = plan
        try:
            if name == "close":
                plan.allow_closing(outcome, "none")
            else:
                plan.allow(name, outcome, ROLES)
        except (Refused, BadInput):
            continue
        plan = plan.after(Act(name, outcome))
        assert len(plan.acts) == len(before.acts) + 1
    taken = [act.step for act in plan.acts if act.step != "close"]
    assert len(set(taken)) == len(taken)
    ended = plan.against
    if not ended:
        assert taken == order[: len(taken)]
    else:  # up to what was found against it, in order; then at most what is owed to those who were told
        at = next(i for i, act in enumerate(plan.acts) if act.outcome == ended)
        assert taken[: at + 1] == order[: at + 1]
        assert taken[at + 1 :] in ([], ["announce"])
    if plan.closed == "correct":
        assert not ended
        assert set(order) - set(taken) <= {"locate"}
        assert plan.acts[[a.step for a in plan.acts].index("confirm")].outcome != "not-current"
    if plan.closed and "broadcast" in taken:
        assert "announce" in taken or "announce" not in order
    assert Plan.replay(plan.steps, plan.acts) == plan  # what is kept leads to the same place


@given(st.sampled_from(PATHS), TRIES, st.data())
def test_steps_that_are_no_way_through_the_plan_are_not_believed(
    path: tuple[str, str], tries: list[tuple[str, str]], data: st.DataObject
) -> None:
    """What lies in the database is replayed: acts that were left out, doubled or put about are refused."""
    plan = plan_of(*path)
    for name, outcome in tries:
        try:
            if name == "close":
                plan.allow_closing(outcome, "none")
            else:
                plan.allow(name, outcome, ROLES)
        except (Refused, BadInput):
            continue
        plan = plan.after(Act(name, outcome))
    if len(plan.acts) < 2:
        return
    which = data.draw(st.integers(0, len(plan.acts) - 2))
    left_out = [*plan.acts[:which], *plan.acts[which + 1 :]]
    if plan.acts[which].step != "announce" or plan.acts[-1].step == "close":
        with pytest.raises(Refused):
            Plan.replay(plan.steps, [*left_out, *left_out])
    with pytest.raises(Refused):
        Plan.replay(plan.steps, [*plan.acts[: which + 1], *plan.acts[which:]])


@pytest.mark.parametrize(("name", "path"), PATHS)
def test_nothing_is_acted_on_before_every_step_is_done(name: str, path: str) -> None:
    plan = plan_of(name, path)
    for step in plan.steps:
        with pytest.raises(Refused):
            plan.allow_closing("correct", "acted-on")
        plan = plan.after(Act(step.step, OUTCOMES[step.step][0]))
    plan.allow_closing("correct", "acted-on")


@pytest.mark.parametrize(("name", "path"), PATHS)
@pytest.mark.parametrize(
    ("found", "ends"),
    [("misread", {"wrong-plate"}), ("wrong-state", {"wrong-state"})],
)
def test_a_misread_ends_the_hit(name: str, path: str, found: str, ends: set[str]) -> None:
    plan = through(plan_of(name, path), found)
    assert plan.status == "refuted"
    assert plan.next is None
    assert set(plan.dispositions) == ends
    for disposition in set(DISPOSITIONS) - ends:
        with pytest.raises(Refused):
            plan.allow_closing(disposition, "none")
    with pytest.raises(Refused, match="not the next one"):
        plan.allow("confirm", "current", ROLES)


def test_a_hit_that_is_no_longer_current_is_dismissed_and_no_action_recorded_on_it() -> None:
    plan = through(plan_of("clovis-ca"), "right", "not-current")
    assert plan.dispositions == ("dismissed",)
    with pytest.raises(Refused, match="Nothing is done on a hit that was not confirmed"):
        plan.allow_closing("dismissed", "acted-on")


def test_what_was_broadcast_in_claremont_is_called_back_before_the_hit_is_closed() -> None:
    plan = through(plan_of("claremont-ca"), "right", "made", "not-current")
    assert plan.next is not None
    assert plan.next.step == "announce"
    assert plan.dispositions == ()
    with pytest.raises(Refused):
        plan.allow_closing("dismissed", "none")
    plan = through(plan, "made")
    plan.allow_closing("dismissed", "none")


def test_only_a_policy_that_says_so_lets_the_confirmation_be_impracticable() -> None:
    for name in FIVE:
        plan = through(plan_of(name, "mobile"), "right")
        if name == "claremont-ca":
            with pytest.raises(Refused, match="cannot be left out") as refused:
                plan.allow("confirm", "impracticable", ROLES)
            assert refused.value.clause == "820.8[7]"
        else:
            plan.allow("confirm", "impracticable", ROLES)
            assert plan.after(Act("confirm", "impracticable")).status == "not confirmed"


def test_in_seal_beach_the_vehicle_is_located_before_anything_is_done() -> None:
    plan = through(plan_of("seal-beach-ca"), "right", "current")
    assert plan.next is not None
    assert plan.next.step == "locate"
    plan.allow_closing("correct", "broadcast")  # that it was broadcast may stand; acting may not
    with pytest.raises(Refused, match="before the vehicle is found") as refused:
        plan.allow_closing("correct", "acted-on")
    assert refused.value.clause == "OPERATION(f)"
    other = through(plan, "differs")
    assert set(other.dispositions) == {"wrong-plate", "wrong-state", "dismissed"}
    through(plan, "matches").allow_closing("correct", "acted-on")


def test_a_step_is_for_the_roles_that_the_policy_names() -> None:
    plan = plan_of("claremont-ca", "fixed")
    with pytest.raises(Refused, match="not for your role") as refused:
        plan.allow("rule-out", "right", ("detective",))
    assert refused.value.clause == "820.8[5]"
    assert "dispatcher" in refused.value.remedy
    plan.allow("rule-out", "right", ("dispatcher",))


def test_words_that_are_none_are_refused() -> None:
    plan = plan_of("clovis-ca")
    with pytest.raises(BadInput, match="no outcome"):
        plan.allow("rule-out", "perhaps", ROLES)
    with pytest.raises(BadInput, match="no step broadcast"):
        plan.allow("broadcast", "made", ROLES)
    with pytest.raises(BadInput, match="no way for a hit to end"):
        plan.allow_closing("arrested", "none")
    with pytest.raises(BadInput):
        plan.allow_closing("dismissed", "shrugged")
    assert set(AFTER) == {"acted-on", "broadcast", "none"}


def test_a_closed_hit_stays_closed() -> None:
    plan = through(plan_of("clovis-ca"), "misread").after(Act("close", "wrong-plate"))
    assert (plan.status, plan.closed, plan.to_do) == ("closed", "wrong-plate", "")
    for step in plan.steps:
        with pytest.raises(Refused, match="closed"):
            plan.allow(step.step, OUTCOMES[step.step][0], ROLES)
    with pytest.raises(Refused, match="closed already"):
        plan.allow_closing("dismissed", "none")
