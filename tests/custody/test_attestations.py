"""Statements that the policy asks of titles: whose, how often, what is late, and that they stay as they were given."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest
import sqlalchemy as sa
from release_desk import Bound, Desk, under, url

from workbench.custody import papers
from workbench.errors import BadInput, BadProfile, Refused
from workbench.policy.checks import cross_check
from workbench.policy.controls import CONTROLS
from workbench.policy.profile import load, names

__all__ = ["url"]

WORDS = "Systems and processes of collection and retention are in place; reviewed with the Custodian of Records"


def register(desk: Desk, username: str = "chief") -> Bound:
    return Bound(desk.service.custody.attestations, desk.token(username))


WANTED = under(
    clovis=("462.2.1(f)", "462.4[1]"),
    piedmont=("438.2.1(f)", "438.4[1]", "438.7[7]"),
    clinton="426.3[3]",
    seal="RETENTION[3]",
)


@pytest.mark.parametrize("name", WANTED)
def test_each_clause_wants_the_statement_of_a_title(tmp_path: Path, name: str) -> None:
    desk = Desk(tmp_path, profile=name)
    desk.world.member("trainer", "trainer")
    due = register(desk).list()
    clauses = [c for c in desk.profile.clauses if "attestations" in c.controls]
    assert [each.clause for each in due] == [c.number for c in clauses]
    for each, clause in zip(due, clauses, strict=True):
        assert (each.state, each.late, each.due_on) == ("never given", True, None)
        assert each.text == clause.summary
        with pytest.raises(Refused, match="is for the") as refused:
            register(desk, "other").give(each.clause, WORDS)
        assert refused.value.clause == each.clause
        given = register(desk).give(each.clause, WORDS)
        assert (given.state, given.last.title) == ("given", each.by)
        assert given.due_on == dt.date(2027, 3, 10)
        line = desk.world.record(action="attestation.given")[-1]
        assert (line.username, line.clause) == ("chief", each.clause)
        assert json.loads(line.elements)["words"] == WORDS
    assert not any(each.late for each in register(desk).list())


def test_who_may_give_it_is_who_holds_the_title_on_that_day(tmp_path: Path, url: str) -> None:
    desk = Desk(tmp_path, url=url)
    title = desk.profile.attestations[0].by
    desk.offices.end(title, "chief")
    with pytest.raises(Refused, match="is for the"):
        register(desk).give("462.4[1]", WORDS)
    desk.offices.assign(title, "other", since=dt.date(2026, 3, 11))
    with pytest.raises(Refused, match="is for the"):  # from tomorrow
        register(desk, "other").give("462.4[1]", WORDS)
    desk.world.clock.forward(minutes=20, hours=0)
    with pytest.raises(Refused):
        register(desk, "rivera").list()
    desk.service.close()


def test_it_falls_due_and_then_is_overdue(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    given = register(desk).give("462.4[1]", WORDS, dated_on=dt.date(2025, 3, 9))
    assert given.state == "overdue"
    assert given.late
    assert register(desk).give("462.4[1]", WORDS, dated_on=dt.date(2025, 3, 10)).state == "due soon"
    assert register(desk).give("462.4[1]", WORDS, dated_on=dt.date(2025, 5, 1)).state == "given"
    # An older paper that is entered late does not hide a newer statement.
    assert register(desk).give("462.4[1]", WORDS, dated_on=dt.date(2024, 5, 1)).state == "given"
    assert len(register(desk).show("462.4[1]")) == 4
    with pytest.raises(BadInput, match="has not come"):
        register(desk).give("462.4[1]", WORDS, dated_on=dt.date(2026, 3, 11))


def test_words_are_needed_and_a_paper_is_kept_by_its_hash(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    for empty in ("", "  \n"):
        with pytest.raises(BadInput, match="statement is missing"):
            register(desk).give("462.4[1]", empty)
    with pytest.raises(BadInput, match="wants no statement"):
        register(desk).give("462.3(a)", WORDS)
    last = register(desk).give("462.4[1]", WORDS, paper=desk.scan(b"signed")).last
    assert last.file_name == "letter.pdf"
    assert papers.find(desk.service.settings, last.file_sha256) == b"signed"
    (desk.service.settings.home / "papers" / last.file_sha256).write_bytes(b"another")
    assert papers.find(desk.service.settings, last.file_sha256) is None


def test_a_statement_stays_as_it_was_given(tmp_path: Path, url: str) -> None:
    desk = Desk(tmp_path, url=url)
    register(desk).give("462.4[1]", WORDS)
    for change in ("DELETE FROM attestations", "UPDATE attestations SET words = 'x'"):
        with pytest.raises(sa.exc.DBAPIError), desk.service.database.write() as connection:
            connection.execute(sa.text(change))
    assert register(desk).show("462.4[1]")[0].words == WORDS
    desk.service.close()


@pytest.mark.parametrize("name", names())
def test_every_clause_of_the_control_is_asked_for_and_no_other(name: str) -> None:
    assert CONTROLS["attestations"].built
    policy = load(name)
    wanted = [clause.number for clause in policy.clauses if "attestations" in clause.controls]
    assert [each.clause for each in policy.attestations] == wanted


def test_a_profile_that_asks_nobody_is_faulty() -> None:
    clause = {"number": "1", "kind": "attest", "controls": ["attestations"]}
    said = [each.what for each in cross_check({"clauses": [clause]})]
    assert "The clause 1 wants a statement, and attestations do not say whose." in said
    stray = {"clauses": [], "attestations": [{"clause": "2"}]}
    assert any("does not name the control" in each.what for each in cross_check(stray))
    assert issubclass(BadProfile, Exception)


def test_nobody_enters_a_title_for_themselves_or_one_that_the_policy_does_not_name(
    tmp_path: Path,
) -> None:
    desk = Desk(tmp_path)
    with pytest.raises(Refused, match="for themselves"):
        desk.offices.assign("authorized designee", "ruiz")
    with pytest.raises(BadInput, match="names no such title"):
        desk.offices.assign("Mayor", "other")
    with pytest.raises(BadInput, match="hold that title already"):
        desk.offices.assign("AUTHORIZED  designee", "chief")
    with pytest.raises(BadInput, match="do not hold"):
        desk.offices.end("authorized designee", "other")
    desk.world.member("job", "administrator")
    desk.service.disable_member(desk.world.admin, "job", "left")
    with pytest.raises(BadInput, match="disabled"):
        desk.offices.assign("authorized designee", "job")
    assert {o.username for o in desk.offices.list()} == {"chief"}
    desk.offices.end("authorized designee", "chief")
    assert len(desk.offices.list(ended=True)) == len(desk.offices.list()) + 1
    actions = [line.action for line in desk.world.record(username="ruiz")]
    assert "office.assigned" in actions
    assert "office.ended" in actions
