"""What reviewers say of findings and who signs: by policy, on the record, never about oneself, never approved alone."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from world import REASON, World, local

from workbench.audit.chain import Entry
from workbench.errors import BadInput, Refused
from workbench.models import Grounds
from workbench.service import Service

PERIOD = {"start": local("2026-10-01 00:00"), "end": local("2026-11-01 00:00")}
ALL_FIVE = (
    "clovis-ca:462.5(c)",
    "claremont-ca:820.5[8]",
    "piedmont-ca:438.5(c)",
    "clinton-ut:426.4(d)",
    "seal-beach-ca:ACCOUNTABILITY(e)",
)


@pytest.fixture
def world(tmp_path):
    """October: Rivera was refused for a reason that says nothing, and Sato, the auditor, searched under no case."""
    made = World(tmp_path, now="2026-10-12 12:00")
    for name, role in (("sato", "auditor"), ("alvarez", "supervisor"), ("ferris", "supervisor")):
        made.member(name, role)
    search(made, "rivera", "check")
    search(made, "sato", REASON, case="26-99999")
    made.clock.forward(days=21)
    yield made
    made.service.close()


def search(world, username, reason, case="26-00417"):
    """Put a search on the record as the runner would; what it asked for does not matter here."""
    grounds = Grounds(case, "homicide", reason, "homicide", "I26-01873")
    entry = Entry(
        "event", "query.history", "ok", session=world.session(world.login(username)), grounds=grounds,
        elements={"plate": "7ABX123"},
    )  # fmt: skip
    return world.service.chain.append(entry)


def findings(world, by="alvarez"):
    found = world.service.audit_review(world.login(by), **PERIOD)
    return {each.id: each for each in found.indicators}, found


def dispose(world, by, key, word="explained", note="Looked into, memo of 3 November"):
    return world.service.audits.dispose(world.login(by), key, disposition=word, note=note, **PERIOD)


def sign(world, by, role, outcome, **given):
    return world.service.audits.sign(world.login(by), role=role, outcome=outcome, **given, **PERIOD)


def decide_all(world):
    """Have everything decided by two members, so that nobody decides on a finding of their own."""
    for each in findings(world)[0].values():
        dispose(world, "ferris" if "alvarez" in each.accounts else "alvarez", each.key)


def test_a_key_is_the_same_in_every_review_and_changes_with_the_accesses(world):
    first, _ = findings(world)
    again, _ = findings(world, by="sato")
    assert {name: each.key for name, each in first.items()} == {
        name: each.key for name, each in again.items()
    }
    before = first["REASON-VAGUE"].key
    world.clock.now = local("2026-10-20 10:00").astimezone(dt.UTC)
    search(world, "rivera", "check")
    world.clock.now = local("2026-11-02 10:00").astimezone(dt.UTC)
    assert findings(world)[0]["REASON-VAGUE"].key != before


@pytest.mark.clause(*ALL_FIVE)
def test_a_disposition_stands_on_the_record_and_the_last_one_holds(world):
    found, _ = findings(world)
    key = found["REASON-VAGUE"].key
    dispose(world, "alvarez", key[:6], "open", "")
    made = dispose(world, "ferris", key, "training", "Told to write reasons in words")
    _, result = findings(world)
    assert result.dispositions[key] == made
    assert (made.disposition, made.username, made.name) == ("training", "ferris", "Ferris")
    lines = world.record(action="audit.disposed")
    assert [json.loads(line.elements)["disposition"] for line in lines] == ["open", "training"]
    assert json.loads(lines[1].elements)["accesses"] == list(found["REASON-VAGUE"].rows)
    assert lines[1].seq == made.record_id
    assert world.service.audit_verify().ok


def test_an_audit_shows_only_what_was_said_before_it(world):
    found, early = findings(world)
    dispose(world, "alvarez", found["REASON-VAGUE"].key)
    assert early.dispositions == {}
    assert len(findings(world)[1].dispositions) == 1


@pytest.mark.clause(*ALL_FIVE)
def test_nobody_decides_on_a_finding_about_themselves(world):
    found, _ = findings(world)
    own = found["CASE-UNKNOWN"]
    assert own.accounts == {"sato"}
    with pytest.raises(Refused, match="own account") as refused:
        dispose(world, "sato", own.key)
    assert refused.value.clause == "462.5(c)"
    (line,) = world.record(action="audit.disposed")
    assert (line.outcome, line.detail, line.username) == ("refused", "audit.own-finding", "sato")
    assert dispose(world, "alvarez", own.key).is_final


def test_who_may_not_review_decides_nothing_and_no_job_does(world):
    key = findings(world)[0]["REASON-VAGUE"].key
    with pytest.raises(Refused):
        dispose(world, "rivera", key)
    admin = world.login("okafor")
    world.service.add_member(
        admin, username="nightly", name="Nightly audit", roles=["service"], kind="service"
    )
    file = world.service.service_key(admin, "nightly")
    token = world.service.login_service("nightly", file)
    assert world.service.audit_review(token, **PERIOD)
    with pytest.raises(Refused, match="scheduled job"):
        world.service.audits.dispose(token, key, disposition="open", **PERIOD)
    with pytest.raises(Refused, match="scheduled job"):
        world.service.audits.sign(token, role="reviewer", outcome="open", **PERIOD)


@pytest.mark.parametrize(
    ("key", "word", "note"),
    [
        ("0" * 16, "explained", "a note"),
        ("", "explained", "a note"),
        (None, "explained", ""),
        (None, "innocent", "a note"),
        (None, "explained", "x" * 501),
        (None, "explained", "suspect DOB 04/17/1988"),
        (None, "explained", "line\x07break"),
    ],
)
def test_what_cannot_be_said_is_not(world, key, word, note):
    wanted = findings(world)[0]["REASON-VAGUE"].key if key is None else key
    with pytest.raises(BadInput):
        dispose(world, "alvarez", wanted, word, note)
    assert world.record(action="audit.disposed", outcome="ok") == []


def test_a_finding_is_decided_on_in_its_own_period_alone(world):
    key = findings(world)[0]["REASON-VAGUE"].key
    with pytest.raises(BadInput, match="no such finding"):
        world.service.audits.dispose(
            world.login("alvarez"), key, disposition="open",
            start=local("2026-09-01 00:00"), end=local("2026-10-01 00:00"),
        )  # fmt: skip


# --- signatures -------------------------------------------------------------------------------------------


@pytest.mark.clause(*ALL_FIVE)
def test_a_review_is_signed_by_two(world):
    decide_all(world)
    made = sign(world, "alvarez", "reviewer", "no-misuse", title="Lieutenant")
    assert (made.findings, made.disposed, made.stands) == (made.disposed, made.findings, True)
    approved = sign(world, "ferris", "approver", "approved", note="Seen with the chief")
    _, result = findings(world)
    assert result.sign_offs == {"reviewer": made, "approver": approved}
    assert all(each.stands for each in result.sign_offs.values())
    assert [line.username for line in world.record(action="audit.signed")] == ["alvarez", "ferris"]


@pytest.mark.clause(*ALL_FIVE)
def test_nobody_approves_their_own_review_or_one_that_is_not_there(world):
    decide_all(world)
    with pytest.raises(Refused, match="No reviewer has signed"):
        sign(world, "ferris", "approver", "approved")
    sign(world, "alvarez", "reviewer", "referred")
    with pytest.raises(Refused, match="yourself"):
        sign(world, "alvarez", "approver", "approved")
    assert {line.outcome for line in world.record(action="audit.signed", username="ferris")} == {
        "refused"
    }


def test_neither_signs_while_a_finding_about_themselves_is_undecided(world):
    for role, outcome in (("reviewer", "open"), ("approver", "approved")):
        with pytest.raises(Refused, match="own account is not decided"):
            sign(world, "sato", role, outcome)
    found, _ = findings(world)
    dispose(world, "alvarez", found["CASE-UNKNOWN"].key, "open", "")
    with pytest.raises(Refused, match="own account is not decided"):
        sign(world, "sato", "reviewer", "open")
    for each in found.values():
        if "sato" in each.accounts:
            dispose(world, "alvarez", each.key)
    assert sign(world, "sato", "reviewer", "open").outcome == "open"


def test_a_reviewer_closes_a_review_only_with_every_finding_decided(world):
    with pytest.raises(Refused, match="not decided"):
        sign(world, "alvarez", "reviewer", "no-misuse")
    assert sign(world, "alvarez", "reviewer", "open").disposed == 0


def test_a_signature_does_not_outlive_what_it_was_given_for(world):
    decide_all(world)
    sign(world, "alvarez", "reviewer", "no-misuse")
    key = findings(world)[0]["REASON-VAGUE"].key
    dispose(world, "ferris", key, "referred", "Handed to the county")
    assert not findings(world)[1].sign_offs["reviewer"].stands
    with pytest.raises(Refused, match="changed since"):
        sign(world, "ferris", "approver", "approved")
    sign(world, "alvarez", "reviewer", "referred")
    sign(world, "ferris", "approver", "approved")
    sign(world, "alvarez", "reviewer", "referred")
    signed = findings(world)[1].sign_offs
    assert (signed["reviewer"].stands, signed["approver"].stands) == (True, False)


def test_a_signature_belongs_to_its_period(world):
    sign(world, "alvarez", "reviewer", "open")
    other = {"start": local("2026-10-01 00:00"), "end": local("2026-11-02 00:00")}
    assert world.service.audit_review(world.login("alvarez"), **other).sign_offs == {}


def test_an_outcome_belongs_to_its_role(world):
    for role, outcome in (("reviewer", "approved"), ("approver", "no-misuse"), ("clerk", "open")):
        with pytest.raises(BadInput):
            sign(world, "alvarez", role, outcome)


def test_what_was_said_is_read_back_by_another_process(world):
    decide_all(world)
    made = sign(world, "alvarez", "reviewer", "no-misuse")
    other = Service.open(world.settings.home, clock=world.clock)
    try:
        found = other.audit_review(other.login("ferris", "correct-horse-7-staple"), **PERIOD)
    finally:
        other.close()
    assert found.sign_offs["reviewer"] == made
    assert {each.key for each in found.indicators} == set(found.dispositions)


def test_it_is_the_same_on_both_databases(tmp_path, database):
    url = database.engine.url.render_as_string(hide_password=False)
    world = World(tmp_path / "home", now="2026-10-12 12:00", url=url)
    for name in ("alvarez", "ferris"):
        world.member(name, "supervisor")
    search(world, "rivera", "check")
    world.clock.forward(days=21)
    decide_all(world)
    signed = {
        "reviewer": sign(world, "alvarez", "reviewer", "no-misuse"),
        "approver": sign(world, "ferris", "approver", "approved"),
    }
    _, result = findings(world)
    world.service.close()
    assert result.sign_offs == signed
    assert set(result.dispositions) == {each.key for each in result.indicators} != set()
