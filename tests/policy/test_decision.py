"""Default deny, roles, and what a member must hold."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from policy_builders import (
    FIVE,
    NOW,
    TODAY,
    ask,
    case,
    codes,
    extent,
    grounds,
    held,
    member,
    profile,
    under,
)

from workbench.errors import Refused
from workbench.models import Qualification
from workbench.policy import Request, decide
from workbench.policy.actions import ACTIONS, IN_PERSON, grants
from workbench.policy.controls import CONTROLS

DATA = [
    "query.history",
    "query.canvass",
    "query.partial",
    "query.misread",
    "recognition.read",
    "ingest",
]
LONG_AGO = dt.date(2024, 1, 15)


@pytest.mark.parametrize("name", FIVE)
def test_a_request_in_order_is_allowed(name: str) -> None:
    policy = profile(name)
    for action in ("query.history", "query.canvass", "query.partial", "query.misread"):
        decision = ask(policy, action)
        assert decision, decision.findings
        assert decision.findings == ()
        decision.raise_if_refused()


# --- default deny --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    under(
        clovis=("462.6[2]", "462.5[1]"),
        claremont=("820.5[1]", "820.6[2]", "820.6[7]"),
        piedmont=("438.8[2]", "438.5[1]"),
        clinton=("426.3[1]", "426.5[2]", "426.4"),
        seal=("RETENTION[1]", "ACCOUNTABILITY"),
    ),
)
def test_nobody_and_the_public_get_nothing(name: str) -> None:
    policy = profile(name)
    for action in ACTIONS:
        nobody = ask(policy, action, member=None)
        assert codes(nobody) == {"member.none"}
        assert nobody.refusals[0].clause == policy.authorized_use.public_clause
        for role in ("public", "guest", "", "*", "admin"):
            stranger = ask(policy, action, member=member(policy, role))
            assert codes(stranger) == {"member.role"}


@pytest.mark.parametrize(
    "name",
    under(
        clovis=("462.3(e)", "462.5[1]"),
        piedmont=("438.3(e)", "438.5[1]"),
        clinton=("426.2(f)", "426.4"),
        seal=("OPERATION(e)", "ACCOUNTABILITY"),
        claremont=(),
    ),
)
@settings(max_examples=40, deadline=None)
@given(
    st.text(max_size=20) | st.sampled_from(["clets.lookup", "dmv.owner", "query", "query.*", "*"])
)
def test_what_is_not_on_the_list_is_refused_to_everybody(name: str, action: str) -> None:
    policy = profile(name)
    if action in ACTIONS:
        return
    everybody = member(policy, *policy.roles)
    assert codes(ask(policy, action, member=everybody)) == {"action.unknown"}


@pytest.mark.parametrize("name", FIVE)
def test_no_role_reaches_anything_beyond_the_list(name: str) -> None:
    for role in profile(name).roles.values():
        for pattern in role.actions:
            assert any(grants([pattern], action) for action in ACTIONS)
            assert not grants([pattern], "clets.lookup")


@pytest.mark.parametrize("name", FIVE)
def test_a_disabled_account_gets_nothing(name: str) -> None:
    policy = profile(name)
    for action in ACTIONS:
        refused = ask(policy, action, member=member(policy, *policy.roles, active=False))
        assert codes(refused) == {"member.inactive"}


def test_somebody_without_standing_learns_nothing_else() -> None:
    policy = profile("clovis")
    decision = ask(policy, member=member(policy, "trainer"), case=None, grounds=None, extent=None)
    assert codes(decision) == {"member.role"}


# --- roles ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    under(
        clovis="462.2[2]",
        claremont=("820.2[2]", "820.4[1]"),
        piedmont="438.2[2]",
        seal="ADMINISTRATION[1]",
        clinton=(),
    ),
)
def test_a_role_opens_only_its_own_actions(name: str) -> None:
    policy = profile(name)
    for role_name, role in policy.roles.items():
        kind = role.member_kinds[0]
        who = member(policy, role_name, kind=kind)
        for action in ACTIONS:
            assert bool(ask(policy, action, member=who)) == grants(role.actions, action), action


@pytest.mark.parametrize(
    "name",
    under(
        clovis="462.2[2]", piedmont="438.2[2]", seal="ADMINISTRATION[1]", clinton=(), claremont=()
    ),
)
def test_only_administrators_and_maintainers_change_cameras_accounts_and_policy(name: str) -> None:
    policy = profile(name)
    allowed = {
        action: {n for n, role in policy.roles.items() if grants(role.actions, action)}
        for action in ("camera.change", "member.add", "member.change", "policy.change")
    }
    assert allowed.pop("camera.change") == {"administrator", "contractor"}
    assert all(roles == {"administrator"} for roles in allowed.values())


@pytest.mark.parametrize("name", FIVE)
def test_no_scheduled_job_decides_what_a_person_answers_for(name: str) -> None:
    policy = profile(name)
    every = policy.roles["service"].model_copy(update={"actions": tuple(ACTIONS)})
    loose = policy.model_copy(update={"roles": {**policy.roles, "service": every}})
    job = member(policy, "service", kind="service")
    for action in IN_PERSON:
        assert codes(ask(loose, action, member=job)) == {"member.no-person"}, action
        chief = member(policy, "supervisor")
        assert not ask(loose, action, member=chief, automatic=True), action
    assert set(ACTIONS) >= IN_PERSON
    assert ask(loose, "retention.run", member=job)


@pytest.mark.clause("claremont-ca:820.4[1]")
def test_an_office_that_820_4_does_not_name_gets_nothing() -> None:
    policy = profile("claremont")
    for action in ACTIONS:
        assert not ask(policy, action, member=member(policy, "records"))


@pytest.mark.parametrize("name", FIVE)
@pytest.mark.parametrize("role", ["detective", "administrator", "auditor"])
@pytest.mark.parametrize("kind", ["contractor", "service"])
def test_contractors_and_scheduled_jobs_gain_no_persons_role(
    name: str, role: str, kind: str
) -> None:
    policy = profile(name)
    who = member(policy, role, kind=kind)
    for action in ACTIONS:
        assert codes(ask(policy, action, member=who)) == {"member.role"}


@pytest.mark.parametrize("name", FIVE)
def test_a_person_gains_nothing_from_the_roles_of_jobs_and_contractors(name: str) -> None:
    policy = profile(name)
    assert codes(ask(policy, "ingest", member=member(policy, "service", "contractor"))) == {
        "member.role"
    }


@pytest.mark.parametrize("name", FIVE)
def test_scheduled_jobs_do_their_work_without_training(name: str) -> None:
    policy = profile(name)
    job = member(policy, "service", kind="service", qualifications=())
    for action in ("ingest", "audit.review", "audit.verify", "audit.checkpoint"):
        assert ask(policy, action, member=job, automatic=True)
    assert not ask(policy, "query.history", member=job, automatic=True)


def test_a_refusal_for_the_role_says_who_may() -> None:
    policy = profile("clovis")
    (found,) = ask(policy, "member.add", member=member(policy)).refusals
    assert found.clause == "462.2.1(a)"
    assert "administrator" in found.remedy
    assert "open an account" in found.reason


# --- training and the rest -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    under(
        clovis="462.3(d)",
        claremont="820.4[8]",
        piedmont="438.3(d)",
        clinton="426.2(d)",
        seal="OPERATION(d)",
    ),
)
def test_without_training_no_data_is_reached(name: str) -> None:
    policy = profile(name)
    clause = policy.requirements[0].clause if name != "claremont-ca" else "820.4[8]"
    for action in DATA:
        roles = ["detective"] if action != "ingest" else ["administrator"]
        who = member(policy, *roles, qualifications=held(policy, training=None))
        decision = ask(policy, action, member=who)
        assert not decision
        found = next(each for each in decision.refusals if "requirement.training" in each.code)
        assert found.code == "requirement.training.missing"
        assert found.clause == clause
        assert found.control == "training-currency"


@pytest.mark.clause("piedmont-ca:438.7[8]")
@pytest.mark.parametrize(
    ("completed", "allowed"),
    [
        ("2025-11-22", True),
        ("2025-11-21", True),  # a year to the day is not more than a year
        ("2025-11-20", False),
        ("2024-01-15", False),
    ],
)
def test_training_of_more_than_a_year_ago_closes_the_data(completed: str, *, allowed: bool) -> None:
    policy = profile("piedmont")
    topics = tuple(topic.id for topic in policy.requirements[0].topics)
    training = Qualification("training", dt.date.fromisoformat(completed), topics=topics)
    who = member(policy, qualifications=held(policy, training=training))
    for action in ("query.history", "query.canvass", "query.partial", "query.misread"):
        decision = ask(policy, action, member=who)
        assert bool(decision) == allowed
        if not allowed:
            (found,) = decision.refusals
            assert found.clause == "438.7[8]"
            assert found.citation == "Piedmont PD Policy 438.7"
            assert found.code == "requirement.training.lapsed"


@pytest.mark.parametrize("name", ["clovis-ca", "claremont-ca", "clinton-ut", "seal-beach-ca"])
def test_where_the_text_sets_no_year_old_training_stands(name: str) -> None:
    policy = profile(name)
    now = held(policy)
    old = tuple(
        Qualification(q.kind, LONG_AGO, topics=q.topics) if q.kind == "training" else q for q in now
    )
    assert ask(policy, member=member(policy, qualifications=old))


@pytest.mark.parametrize(
    ("topic", "clause"),
    [
        pytest.param(topic, clause, marks=pytest.mark.clause(f"piedmont-ca:{clause}"))
        for topic, clause in [
            ("privacy", "438.7[1]"),
            ("legal", "438.7[2]"),
            ("policy", "438.7[3]"),
            ("technology", "438.7[4]"),
            ("security", "438.7[5]"),
            ("exercises", "438.7[6]"),
        ]
    ],
)
def test_training_without_a_required_topic_does_not_count(topic: str, clause: str) -> None:
    policy = profile("piedmont")
    topics = tuple(each.id for each in policy.requirements[0].topics if each.id != topic)
    training = Qualification("training", TODAY, topics=topics)
    (found,) = ask(
        policy, member=member(policy, qualifications=held(policy, training=training))
    ).refusals
    assert found.clause == clause
    assert found.code == "requirement.training.incomplete"
    later = Qualification("training", TODAY, topics=(topic,))
    both = (*held(policy, training=training), later)
    assert ask(policy, member=member(policy, qualifications=both))


@pytest.mark.clause("piedmont-ca:438.7[8]")
def test_a_topic_from_a_lapsed_training_does_not_count() -> None:
    policy = profile("piedmont")
    topics = tuple(topic.id for topic in policy.requirements[0].topics)
    old = Qualification("training", LONG_AGO, topics=topics)
    new = Qualification("training", TODAY, topics=topics[1:])
    decision = ask(policy, member=member(policy, qualifications=(*held(policy, training=old), new)))
    assert codes(decision) == {"requirement.training.incomplete"}


@pytest.mark.clause("claremont-ca:820.4[2]")
@pytest.mark.parametrize(
    "role", ["analyst", "detective", "supervisor", "dispatcher", "administrator"]
)
def test_nobody_reaches_the_system_without_clets(role: str) -> None:
    policy = profile("claremont")
    who = member(policy, role, qualifications=held(policy, clets=None))
    for action in ACTIONS:
        if action in ("member.add", "member.change", "member.qualify"):
            continue
        assert not ask(policy, action, member=who), action
    found = ask(policy, "coverage.view", member=who).refusals[0]
    assert (found.clause, found.control) == ("820.4[2]", "certification")


@pytest.mark.clause("claremont-ca:820.4[2]")
def test_a_certification_ends_with_its_own_date() -> None:
    policy = profile("claremont")
    for last, allowed in ((TODAY, True), (TODAY - dt.timedelta(days=1), False)):
        clets = Qualification("clets", dt.date(2024, 5, 1), expires_on=last)
        who = member(policy, qualifications=held(policy, clets=clets))
        assert bool(ask(policy, member=who)) == allowed


@pytest.mark.parametrize(
    ("missing", "clause"),
    [
        pytest.param(kind, clause, marks=pytest.mark.clause(f"claremont-ca:{clause}"))
        for kind, clause in [
            ("live_scan", "820.4[3]"),
            ("no_convictions", "820.4[3]"),
            ("waiver", "820.4[4]"),
        ]
    ],
)
def test_a_contractor_needs_each_check(missing: str, clause: str) -> None:
    policy = profile("claremont")
    who = member(policy, "contractor", kind="contractor", qualifications=held(policy))
    assert ask(policy, "camera.change", member=who)
    lacking = member(
        policy, "contractor", kind="contractor", qualifications=held(policy, **{missing: None})
    )
    for action in ("camera.change", "camera.list", "ingest", "coverage.view"):
        (found,) = ask(policy, action, member=lacking).refusals
        assert (found.clause, found.control) == (clause, "contractor-checks")


@pytest.mark.clause("claremont-ca:820.4[3]", "claremont-ca:820.4[4]")
def test_contractor_checks_are_not_asked_of_sworn_members() -> None:
    policy = profile("claremont")
    lacking = held(policy, live_scan=None, no_convictions=None, waiver=None)
    assert ask(policy, member=member(policy, qualifications=lacking))


@pytest.mark.clause("claremont-ca:820.4[7]", "claremont-ca:820.4[8]")
@pytest.mark.parametrize(
    ("read_on", "clause"),
    [(None, "820.4[8]"), ("2025-11-20", "820.4[7]"), ("2025-11-21", ""), ("2026-11-21", "")],
)
def test_the_policy_is_read_again_every_year(read_on: str | None, clause: str) -> None:
    policy = profile("claremont")
    read = Qualification("policy-read", dt.date.fromisoformat(read_on)) if read_on else None
    for role in ("detective", "dispatcher", "administrator"):
        who = member(policy, role, qualifications=held(policy, policy_read=read))
        decision = ask(policy, "coverage.view", member=who)
        assert [each.clause for each in decision.refusals] == ([clause] if clause else [])


@pytest.mark.clause("claremont-ca:820.4[6]")
@pytest.mark.parametrize("lacking", ["equipment", "policy"])
def test_communications_staff_are_trained_in_equipment_and_policy(lacking: str) -> None:
    policy = profile("claremont")
    topics = tuple({"equipment", "policy", "use"} - {lacking})
    training = Qualification("training", TODAY, topics=topics)
    who = member(policy, "dispatcher", qualifications=held(policy, training=training))
    assert [each.clause for each in ask(policy, member=who).refusals] == ["820.4[6]"]
    assert ask(policy, member=member(policy, qualifications=held(policy, training=training)))


@pytest.mark.clause("claremont-ca:820.4[5]")
@pytest.mark.parametrize("role", ["analyst", "detective", "supervisor"])
def test_sworn_personnel_are_trained_in_the_systems_use(role: str) -> None:
    policy = profile("claremont")
    training = Qualification("training", TODAY, topics=("equipment", "policy"))
    who = member(policy, role, qualifications=held(policy, training=training))
    assert [each.clause for each in ask(policy, member=who).refusals] == ["820.4[5]"]


def test_a_qualification_of_tomorrow_does_not_count_today() -> None:
    policy = profile("clovis")
    training = Qualification("training", TODAY + dt.timedelta(days=1))
    who = member(policy, qualifications=held(policy, training=training))
    assert codes(ask(policy, member=who)) == {"requirement.training.missing"}


def test_the_day_is_the_agencys_own() -> None:
    """Late on 21 November in California it is already the 22nd in UTC."""
    policy = profile("piedmont")
    topics = tuple(topic.id for topic in policy.requirements[0].topics)
    training = Qualification("training", dt.date(2025, 11, 21), topics=topics)
    who = member(policy, qualifications=held(policy, training=training))
    late = dt.datetime(2026, 11, 22, 7, 30, tzinfo=dt.UTC)
    assert ask(policy, member=who, now=late)
    assert not ask(policy, member=who, now=late + dt.timedelta(hours=1))


# --- the answer ----------------------------------------------------------------------------------


def test_all_that_is_wrong_is_said_at_once() -> None:
    policy = profile("clovis")
    decision = ask(
        policy,
        member=member(policy, qualifications=()),
        grounds=grounds(policy, purpose="curiosity", reason="check"),
        case=None,
        extent=None,
    )
    assert {
        "requirement.training.missing",
        "purpose.unknown",
        "reason.stock-words",
        "case.unknown",
        "limits.window",
    } <= codes(decision)
    with pytest.raises(Refused) as caught:
        decision.raise_if_refused()
    assert caught.value.clause == "462.3(d)"
    assert caught.value.citation == "Clovis PD Policy 462.3(d)"
    assert "Also: The purpose is not one" in caught.value.remedy


@pytest.mark.parametrize("name", FIVE)
def test_every_finding_has_clause_or_procedure_citation_remedy_and_a_built_control(
    name: str,
) -> None:
    policy = profile(name)
    listed = {clause.number for clause in policy.clauses}
    bad = grounds(policy, purpose="x", reason="my car 123-45-6789", case_number="nonsense")
    decisions = [
        ask(policy, "nonsense"),
        ask(policy, member=None),
        ask(policy, member=member(policy, active=False)),
        ask(policy, member=member(policy, "trainer")),
        ask(policy, member=member(policy, qualifications=()), grounds=bad, case=None, extent=None),
        ask(policy, extent=extent(hours=24 * 2000, area_km2=900.0, known_characters=1)),
        ask(policy, case=None),
        ask(policy, grounds=None),
        ask(policy, case=case(policy, status="closed", assigned=frozenset(), crime_type="")),
    ]
    for decision in decisions:
        assert decision.findings
        for found in decision.findings:
            assert found.clause in listed
            assert policy.source.prefix in found.citation
            assert re.search(r"\w.*\.$", found.reason)
            assert found.remedy
            assert CONTROLS[found.control].built


@settings(max_examples=60, deadline=None)
@given(
    secret=st.from_regex(r"\A[A-HJ-NPR-Z]{3}[0-9]{4}\Z"),
    where=st.sampled_from(["reason", "purpose", "case_number", "crime_type"]),
)
def test_no_finding_repeats_a_plate_a_name_or_what_was_typed(secret: str, where: str) -> None:
    policy = profile("clinton")
    values = {where: f"{secret} Zebediah 123-45-6789 my car"}
    decision = ask(
        policy,
        member=member(policy, name="Zebediah", username="zeb", qualifications=()),
        grounds=grounds(policy, **values),
        case=None,
    )
    said = " ".join(f"{f.reason} {f.remedy} {f.citation} {f.code}" for f in decision.findings)
    assert decision.findings
    for word in (secret, "Zebediah", "zeb", "123-45"):
        assert word not in said


def test_a_request_needs_no_more_than_action_member_and_time() -> None:
    policy = profile("clovis")
    assert decide(policy, Request("case.list", member(policy), now=NOW))


def test_personal_data_in_a_refused_reason_is_to_be_withheld() -> None:
    policy = profile("clovis")
    reason = "Robbery suspect, social security number 123-45-6789, seen leaving"
    assert ask(policy, grounds=grounds(policy, reason=reason)).withhold_reason
    assert not ask(policy, grounds=grounds(policy, reason="check")).withhold_reason


@pytest.mark.parametrize("name", FIVE)
def test_who_may_look_at_a_plate_may_weigh_a_hit_and_nobody_else(name: str) -> None:
    for role in profile(name).roles.values():
        looks = grants(role.actions, "query.history") and grants(role.actions, "query.partial")
        assert grants(role.actions, "query.misread") == looks


@pytest.mark.parametrize("name", FIVE)
def test_who_may_search_by_part_of_a_plate_may_read_pictures_and_nobody_else(name: str) -> None:
    for role in profile(name).roles.values():
        searches = grants(role.actions, "query.partial")
        assert grants(role.actions, "recognition.read") == searches


@pytest.mark.parametrize("name", FIVE)
def test_a_picture_is_read_for_a_case_but_needs_no_window(name: str) -> None:
    policy = profile(name)
    assert ask(policy, "recognition.read", extent=None)
    nothing = ask(policy, "recognition.read", grounds=None, extent=None)
    assert [found.code for found in nothing.refusals] == ["grounds.none"]
    curious = grounds(policy, purpose="curiosity")
    found = ask(policy, "recognition.read", grounds=curious, extent=None).refusals
    assert [each.code for each in found] == ["purpose.unknown"]
    assert not ask(policy, "recognition.read", case=None, extent=None)
