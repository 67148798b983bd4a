"""The table of clauses: nothing is called enforced without proof."""

from __future__ import annotations

import dataclasses

import pytest
from policy_builders import FIVE, profile

from workbench.policy import Profile
from workbench.policy.conformance import STATES, Conformance, Row, conformance, gaps
from workbench.policy.controls import CONTROLS
from workbench.policy.evidence import Proof

CLAUSE_462_2_1 = pytest.mark.clause("clovis-ca:462.2.1", "piedmont-ca:438.2.1")


def proof(mark: str, outcome: str = "passed", node: str = "tests/policy/test_x.py::t") -> Proof:
    return Proof.now(node, [mark], outcome)  # type: ignore[arg-type]


def table(policy: Profile, *proofs: Proof) -> Conformance:
    return conformance(policy, {f"{i}": each for i, each in enumerate(proofs)})


def row(number: str, *proofs: Proof, policy: Profile | None = None) -> Row:
    found = table(policy or profile("clovis"), *proofs)
    return next(each for each in found.rows if each.clause.number == number)


@CLAUSE_462_2_1
@pytest.mark.parametrize("name", FIVE)
def test_without_any_test_nothing_is_proven(name: str) -> None:
    found = table(profile(name))
    assert {each.state for each in found.rows} <= {"not proven", "planned", "context"}
    assert [each.clause for each in found.rows] == list(profile(name).clauses)
    assert sum(found.counts.values()) == len(found.rows)


@CLAUSE_462_2_1
def test_a_passing_test_proves_and_a_failing_one_undoes_it() -> None:
    mark = "clovis-ca:462.3(d)"
    assert row("462.3(d)").state == "not proven"
    assert row("462.3(d)", proof(mark)).state == "enforced"
    assert row("462.3(d)", proof(mark), proof(mark, "failed")).state == "failed"
    assert row("462.3(d)", proof(mark, "skipped")).state == "not proven"
    assert row("462.3(d)", proof(mark), proof(mark, "skipped")).state == "enforced"
    assert row("462.3(d)", proof("piedmont-ca:438.3(d)")).state == "not proven"


@CLAUSE_462_2_1
def test_a_planned_control_stays_planned_whatever_the_tests_say(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("releases", "hit-verification"):
        monkeypatch.setitem(CONTROLS, name, dataclasses.replace(CONTROLS[name], built=False))
    assert row("462.7(b)", proof("clovis-ca:462.7(b)")).state == "planned"
    half = row(
        "462.3(f)", proof("clovis-ca:462.3(f)", node=f"{CONTROLS['verify-notice'].tests[0]}_once")
    )
    assert half.state == "planned"
    assert half.note == "verify-notice is built and proven; to come: hit-verification"


@CLAUSE_462_2_1
def test_each_of_several_controls_needs_a_test_of_its_own() -> None:
    mark = "clovis-ca:462.5(a)"
    assert profile("clovis").clause("462.5(a)").controls == ("login", "access-record")
    login = proof(mark, node=f"{CONTROLS['login'].tests[0]}_once")
    record = proof(mark, node=f"{CONTROLS['access-record'].tests[0]}_twice")
    assert row("462.5(a)", login).state == "not proven"
    assert row("462.5(a)", login).note == "no passing test for access-record"
    assert row("462.5(a)", record).state == "not proven"
    assert row("462.5(a)", login, record).state == "enforced"


@CLAUSE_462_2_1
def test_proof_of_another_release_does_not_count() -> None:
    old = dataclasses.replace(proof("clovis-ca:462.3(d)"), release="0.0.1")
    found = row("462.3(d)", old)
    assert found.state == "not proven"
    assert "another release" in found.note


def test_context_stays_context() -> None:
    assert row("462.1", proof("clovis-ca:462.1")).state == "context"


@pytest.mark.clause(
    "clovis-ca:462.2.1(e)", "piedmont-ca:438.2.1(e)", "seal-beach-ca:ADMINISTRATION[2]"
)
@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("clovis-ca", "462.2.1(e)"),
        ("piedmont-ca", "438.2.1(e)"),
        ("seal-beach-ca", "ADMINISTRATION[2]"),
    ],
)
def test_a_designee_who_is_not_named_is_reported_missing(name: str, number: str) -> None:
    policy = profile(name)
    assert policy.administrator.designee is None
    assert any("designee" in gap for gap in gaps(policy))
    mark = f"{name}:{number}"
    controls = policy.clause(number).controls
    proofs = [proof(mark, node=f"{CONTROLS[each].tests[0]}_once") for each in controls]
    missing = row(number, *proofs, policy=policy)
    assert (missing.state, missing.note) == (
        "not proven",
        "the profile names no current designee",
    )
    administrator = policy.administrator.model_copy(update={"designee": "Lt. R. Vance"})
    named = policy.model_copy(update={"administrator": administrator})
    assert not any("designee" in gap for gap in gaps(named))
    assert row(number, *proofs, policy=named).state == "recorded"


def test_a_purge_without_a_longest_time_is_a_gap_to_fill_in() -> None:
    assert any("reads_max" in gap for gap in gaps(profile("clovis")))
    assert not any("reads_max" in gap for gap in gaps(profile("clinton")))
    assert not any("reads_max" in gap for gap in gaps(profile("seal-beach-ca")))


def test_every_state_is_explained() -> None:
    for name in FIVE:
        assert set(table(profile(name)).counts) <= set(STATES)
