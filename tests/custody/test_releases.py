"""Releases: who may be given reads, who decides, in which order, never alone, and what stays on file."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from release_desk import AGENCY, ASKED, PERSON, WORDS, Desk, deciders, under, url

from workbench.custody import papers
from workbench.custody.release_rules import ORDER
from workbench.errors import BadInput, Failed, Refused
from workbench.records.release_tables import release_requests, release_steps

__all__ = ["url"]

FIVE = under(clovis=(), claremont=(), piedmont=(), clinton=(), seal=())
DeskOf = Callable[[str], Desk]


@pytest.fixture(scope="module")
def desk_of(tmp_path_factory: pytest.TempPathFactory) -> DeskOf:
    """Return the desk of a profile: one for all tests of this file, which only add to it."""
    desks: dict[str, Desk] = {}

    def of(name: str) -> Desk:
        if name not in desks:
            desks[name] = Desk(tmp_path_factory.mktemp(name), profile=name)
        return desks[name]

    return of


@pytest.mark.parametrize(
    "name",
    under(
        clovis=("462.7[1]", "462.7(b)", "462.7(c)"),
        claremont=("820.6[1]", "820.6[4]"),
        piedmont="438.9[1]",
        clinton=("426.3[2]", "426.6[1]", "426.6(b)", "426.6(c)"),
        seal=("RETENTION[2]", "ACCOUNTABILITY(d)"),
    ),
)
def test_a_request_from_the_letter_to_the_package(
    desk_of: DeskOf, name: str, tmp_path: Path
) -> None:
    desk = desk_of(name)
    release = desk.request()
    assert release.state == "requested"
    assert desk.chief.review(release.number).state == "under review"
    if desk.profile.releases.recipient_verified:
        desk.chief.verify(release.number, "Called back through the county's switchboard")
    approved = desk.chief.approve(release.number)
    assert approved.state == "approved"
    assert approved.steps[-1].title == next(iter(deciders(desk.profile)), "")
    package = desk.fulfil(release.number, tmp_path)
    assert package.path.parent == tmp_path
    done = desk.chief.show(release.number)
    assert done.state == "fulfilled"
    assert done.steps[-1].details["sha256"] == hashlib.sha256(package.path.read_bytes()).hexdigest()
    assert package.rows == 2
    # The fulfillment is an access like any other, by name, for the case, and the release stands around it.
    intent, outcome = desk.world.record(access_id=package.access_id)
    assert (intent.username, intent.action, intent.case_number) == (
        "rivera",
        "query.history",
        desk.world.case_number,
    )
    assert (intent.purpose, intent.reason, outcome.rows) == ("homicide", WORDS, 2)
    begun = [line for line in desk.record("release.fulfil") if line.phase == "intent"][-1]
    assert json.loads(begun.elements)["agency"] == AGENCY
    assert json.loads(begun.elements)["person"] == PERSON
    assert desk.service.audit_verify().ok


@pytest.mark.parametrize(
    "name",
    under(
        clovis=("462.7(a)", "462.7(a)(1)", "462.7(a)(2)", "462.7(a)(3)"),
        claremont="820.6[3]",
        clinton=("426.6(a)", "426.6(a)(1)", "426.6(a)(2)", "426.6(a)(3)"),
    ),
)
@pytest.mark.parametrize(
    "missing", [{"scan": None}, {"agency": " "}, {"person": ""}, {"purpose_text": ""}], ids=str
)
def test_a_request_without_letter_agency_person_or_purpose_is_refused(
    desk_of: DeskOf, name: str, missing: dict[str, Any]
) -> None:
    desk = desk_of(name)
    before = len(desk.chief.list())
    with pytest.raises(Refused, match="lacks the") as refused:
        desk.request(**missing)
    assert refused.value.clause == desk.profile.releases.request_clause
    assert len(desk.chief.list()) == before
    assert desk.record("release.request")[-1].detail == "release.incomplete"


@pytest.mark.parametrize("name", under(piedmont=(), seal=()))
def test_where_the_text_asks_for_no_letter_none_is_needed(desk_of: DeskOf, name: str) -> None:
    assert desk_of(name).request(scan=None).scan_sha256 == ""
    with pytest.raises(BadInput, match="agency is missing"):
        desk_of(name).request(agency="")


@pytest.mark.parametrize(
    "name",
    under(
        clovis=("462.7(a)", "462.7(c)"),
        claremont=("820.6[3]", "820.6[6]"),
        piedmont=(),
        clinton=("426.6(a)", "426.6(c)"),
        seal=(),
    ),
)
def test_letter_and_request_stay_on_file(desk_of: DeskOf, name: str) -> None:
    desk = desk_of(name)
    release = desk.request()
    assert papers.find(desk.service.settings, release.scan_sha256) == b"%PDF-1.7 the letter"
    kept = desk.service.settings.home / "papers" / release.scan_sha256
    assert kept.stat().st_mode & 0o077 == 0
    shown = desk.chief.show(release.number)
    assert (shown.agency, shown.person, shown.purpose_text) == (AGENCY, PERSON, WORDS)
    assert shown.kept_until(desk.profile) is None  # it is open
    desk.chief.review(release.number)
    denied = desk.chief.deny(release.number, "The case is closed there")
    years = desk.profile.access_record.keep.count
    until = denied.kept_until(desk.profile)
    assert until is not None
    assert until.year == desk.world.clock().year + years
    assert f"Stays on file until:    {until}" in desk.chief.sheet(release.number)
    for table in ("release_requests", "release_steps"):
        for change in (f"DELETE FROM {table}", f"UPDATE {table} SET id = id + 1"):
            with pytest.raises(sa.exc.DBAPIError), desk.service.database.write() as connection:
                connection.execute(sa.text(change))
    assert desk.chief.show(release.number) == denied


def test_nothing_on_file_can_be_changed_on_either_database(tmp_path: Path, url: str) -> None:
    desk = Desk(tmp_path, url=url)
    release = desk.approved()
    desk.fulfil(release.number)
    changes = [
        "UPDATE release_requests SET agency = 'another'",
        "DELETE FROM release_requests",
        "UPDATE release_steps SET state = 'approved'",
        "DELETE FROM release_steps WHERE number > 1",
    ]
    if url:
        changes += ["TRUNCATE release_steps", "TRUNCATE release_requests CASCADE"]
    else:
        changes.append("INSERT OR REPLACE INTO release_steps SELECT * FROM release_steps")
    for change in changes:
        with pytest.raises(sa.exc.DBAPIError), desk.service.database.write() as connection:
            connection.execute(sa.text(change))
    assert desk.chief.show(release.number).state == "fulfilled"
    desk.service.close()


@pytest.mark.parametrize(
    "name",
    under(
        clovis="462.7(b)", claremont="820.6[4]", piedmont="438.9[3]", clinton="426.6(b)", seal=()
    ),
)
def test_only_who_the_policy_names_decides(desk_of: DeskOf, name: str) -> None:
    desk = desk_of(name)
    number = desk.request().number
    other = desk.as_("other")  # a supervisor, who holds no title
    if not deciders(desk.profile):
        other.review(number)  # the text names no title: the role decides
        assert other.deny(number, "Not needed").state == "denied"
        return
    with pytest.raises(Refused, match="This is for the") as refused:
        other.review(number)
    assert refused.value.clause == desk.profile.releases.approve_clause
    desk.chief.review(number)
    for decide in (other.approve, lambda number: other.deny(number, "No")):
        with pytest.raises(Refused, match="This is for the"):
            decide(number)
    for username in ("rivera", "clerk"):
        with pytest.raises(Refused, match="None of your roles"):
            desk.as_(username).approve(number)
    title = deciders(desk.profile)[-1]
    desk.offices.assign(title, "other")
    assert other.approve(number).steps[-1].title in deciders(desk.profile)
    desk.offices.end(title, "other")
    with pytest.raises(Refused, match="This is for the"):
        other.review(desk.request().number)


@pytest.mark.parametrize("name", FIVE)
def test_nobody_decides_on_their_own_request(desk_of: DeskOf, name: str) -> None:
    desk = desk_of(name)
    entered = desk.request(by="chief").number
    with pytest.raises(Refused, match="Nobody decides on a request"):
        desk.chief.review(entered)
    asked = desk.request(person="chief").number  # the chief's own name
    with pytest.raises(Refused, match="Nobody decides on a request"):
        desk.chief.review(asked)
    ours = desk.request(agency="SANTA LUCERA Police  Department").number
    with pytest.raises(Refused, match="Nobody decides on a request"):
        desk.chief.review(ours)
    assert {desk.chief.show(each).state for each in (entered, asked, ours)} == {"requested"}
    assert desk.record("release.review")[-1].detail == "release.own"


@pytest.mark.parametrize("name", FIVE)
def test_no_step_can_be_skipped_or_taken_twice(desk_of: DeskOf, name: str, tmp_path: Path) -> None:
    desk = desk_of(name)
    acts: dict[str, Callable[[str], Any]] = {
        "review": desk.chief.review,
        "verify": lambda number: desk.chief.verify(number, "Called back by telephone"),
        "approve": desk.chief.approve,
        "deny": lambda number: desk.chief.deny(number, "Not needed any more"),
        "refer": desk.chief.refer,
        "fulfil": lambda number: desk.fulfil(number, tmp_path),
    }
    assert set(acts) | {"hand-over"} == set(ORDER)
    number = desk.request().number
    for taken in ("review", "verify", "approve", "fulfil"):
        state = desk.chief.show(number).state
        for act, call in acts.items():
            if ORDER[act][0] != state:
                if act == "fulfil" and state == "fulfilled":
                    continue
                steps = len(desk.chief.show(number).steps)
                with pytest.raises(Refused, match="only when it is"):
                    call(number)
                assert len(desk.chief.show(number).steps) == steps
        acts[taken](number)
    assert desk.chief.show(number).state == "fulfilled"
    for act in ("review", "verify", "approve", "deny", "refer"):
        with pytest.raises(Refused, match="only when it is"):
            acts[act](number)


@pytest.mark.parametrize(
    "name",
    under(
        clovis=("462.7[1]", "462.7[2]"),
        piedmont=("438.9[1]", "438.9[2]"),
        clinton=("426.3[2]", "426.6[1]", "426.6[2]"),
        seal=("RETENTION[2]", "ACCOUNTABILITY(a)"),
    ),
)
def test_anybody_else_is_referred_and_never_given_a_read(desk_of: DeskOf, name: str) -> None:
    desk = desk_of(name)
    number = desk.request(
        agency="The Valley Courier", recipient="other", purpose_text="A story", query=""
    ).number
    by = desk.chief
    by.review(number)
    with pytest.raises(Refused, match="Reads are released to law enforcement") as refused:
        by.approve(number)
    assert refused.value.clause == desk.profile.releases.others_clause
    with pytest.raises(Refused):
        desk.fulfil(number)
    referred = by.refer(number)
    assert referred.state == "referred"
    assert referred.steps[-1].words == desk.profile.releases.others_to
    line = desk.record("release.refer")[-1]
    assert json.loads(line.elements)["to"] == desk.profile.releases.others_to
    assert line.clause == desk.profile.releases.others_clause
    with pytest.raises(Refused):
        desk.fulfil(number)


@pytest.mark.parametrize("name", under(clovis="462.7[2]", seal="ACCOUNTABILITY(a)"))
def test_records_staff_refer_what_they_did_not_enter(desk_of: DeskOf, name: str) -> None:
    desk = desk_of(name)
    desk.world.member("second-clerk", "records")
    number = desk.request(recipient="other", agency="The Valley Courier").number
    with pytest.raises(Refused, match="Nobody decides"):
        desk.clerk.review(number)
    records = desk.as_("second-clerk")
    records.review(number)
    with pytest.raises(Refused, match="None of your roles"):
        records.deny(number, "No")
    assert records.refer(number).state == "referred"
    official = desk.request().number
    if deciders(desk.profile):
        with pytest.raises(Refused, match="This is for the"):
            records.review(official)
    with pytest.raises(Refused, match="None of your roles"):
        records.approve(official)


@pytest.mark.parametrize("name", under(clovis="462.7[1]", piedmont="438.9[1]", clinton="426.6[1]"))
def test_a_prosecutor_is_a_recipient(desk_of: DeskOf, name: str) -> None:
    assert (
        desk_of(name).approved(recipient="prosecutor", agency="District Attorney").state
        == "approved"
    )


@pytest.mark.parametrize("name", under(claremont="820.6[1]"))
def test_claremont_shares_with_law_enforcement_alone_and_refers_nobody(
    desk_of: DeskOf, name: str
) -> None:
    desk = desk_of(name)
    for changes in ({"recipient": "prosecutor"}, {"recipient": "other"}, {"use": "commercial"}):
        number = desk.request(**changes).number
        with pytest.raises(Refused, match="This is for the"):
            desk.as_("other").deny(desk.as_("other").review(number).number, "No")
        with pytest.raises(Refused, match="released"):
            desk.chief.approve(number)
        with pytest.raises(Refused, match="names nobody to refer"):
            desk.chief.refer(number)
        assert desk.chief.deny(number, "Not a law enforcement agency").state == "denied"
        with pytest.raises(Refused):
            desk.fulfil(number)


@pytest.mark.parametrize("name", FIVE)
@pytest.mark.parametrize("use", ["personal", "commercial"])
def test_nothing_is_released_for_personal_or_commercial_use(
    desk_of: DeskOf, name: str, use: str
) -> None:
    desk = desk_of(name)
    number = desk.request(use=use).number
    desk.chief.review(number)
    with pytest.raises(Refused, match="personal or commercial") as refused:
        desk.chief.approve(number)
    rules = desk.profile.releases
    assert refused.value.clause == (rules.personal_clause or rules.clause)


@pytest.mark.parametrize("name", under(seal=("ACCOUNTABILITY(d)",)))
def test_the_recipient_is_verified_first_where_the_text_says_so(desk_of: DeskOf, name: str) -> None:
    desk = desk_of(name)
    number = desk.request().number
    desk.chief.review(number)
    with pytest.raises(Refused, match="verified the recipient"):
        desk.chief.approve(number)
    with pytest.raises(BadInput, match="missing"):
        desk.chief.verify(number, " ")
    desk.chief.verify(number, "Called back through the county's switchboard")
    assert desk.chief.approve(number).verified
    assert "switchboard" in desk.record("release.verify")[-1].elements


@pytest.mark.parametrize("name", under(claremont=("820.6[5]", "820.6[6]"), piedmont="438.9[3]"))
def test_a_request_goes_to_the_office_that_the_policy_names(desk_of: DeskOf, name: str) -> None:
    desk = desk_of(name)
    sheet = desk.chief.sheet(desk.request().number)
    rules = desk.profile.releases
    named = (
        f"Filed by:               {rules.filed_by}"
        if rules.filed_by
        else (f"Forwarded to:           {rules.forwarded_to}")
    )
    assert named in sheet.splitlines()
    assert AGENCY in sheet
    for release in desk.chief.list():  # every request is on the file, whatever became of it
        assert release.number in desk.chief.sheet(release.number)


def test_the_approval_covers_the_query_and_nothing_wider(desk_of: DeskOf) -> None:
    desk = desk_of("clovis-ca")
    release = desk.approved(parameters={**ASKED, "end": "2026-03-02 21:12"})
    assert desk.fulfil(release.number).rows == 1
    for unknown in ({"recipient": "friend"}, {"use": "fun"}):
        with pytest.raises(BadInput, match="There is no such"):
            desk.request(**unknown)
    with pytest.raises(BadInput, match="cannot be released"):
        desk.request(query="query.partial", parameters={"pattern": "7A*"})
    with pytest.raises(BadInput, match="lacks 'plate'"):
        desk.request(parameters={"start": ASKED["start"], "end": ASKED["end"]})
    with pytest.raises(BadInput, match="not in the register"):
        desk.request(case_number="26-99999")


def test_the_words_of_a_request_are_checked_when_it_is_entered(desk_of: DeskOf) -> None:
    desk = desk_of("clovis-ca")
    for words, code in (
        ("test", "reason.stock-words"),
        ("My ex-wife took my car in a divorce", "reason"),
    ):
        with pytest.raises(Refused):
            desk.request(purpose_text=words)
        assert code.partition(".")[0] in desk.record("release.request")[-1].detail
    with pytest.raises(Refused, match="purpose is not one"):
        desk.request(purpose="gossip")
    with pytest.raises(Refused, match="longer than 366 days"):
        desk.request(parameters={**ASKED, "start": "2024-01-01"})
    with pytest.raises(Refused, match="wholly beyond the 9 months"):
        desk_of("clinton-ut").request(
            parameters={**ASKED, "start": "2025-03-01", "end": "2025-04-01"}
        )


def test_somebody_who_may_not_search_cannot_fulfill(desk_of: DeskOf) -> None:
    desk = desk_of("clovis-ca")
    number = desk.approved().number
    desk.world.member("raw", "analyst", without=("training",))
    with pytest.raises(Refused, match="training"):
        desk.fulfil(number, by="raw")
    with pytest.raises(Refused, match="None of your roles"):
        desk.fulfil(number, by="clerk")
    assert desk.chief.show(number).state == "approved"
    assert not (desk.service.settings.home / "releases" / f"{number}.zip").exists()
    assert desk.fulfil(number).rows == 2


def test_the_home_keeps_no_copy_of_what_was_handed_over(desk_of: DeskOf, tmp_path: Path) -> None:
    desk = desk_of("clovis-ca")
    number = desk.approved().number
    done = desk.fulfil(number, tmp_path)
    waiting = desk.service.settings.home / "releases" / f"{number}.zip"
    assert not waiting.exists()
    accesses = len(desk.record("query.history"))
    with pytest.raises(BadInput, match="was handed over"):
        desk.fulfil(number, tmp_path)
    # As if it had been killed between closing the request and handing over:
    waiting.write_bytes(done.path.read_bytes())
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / f"{number}.zip").write_bytes(b"something else")
    with pytest.raises(BadInput, match="another file of that name"):
        desk.fulfil(number, tmp_path / "full")
    with pytest.raises(Failed, match="cannot be written there"):
        desk.fulfil(number, tmp_path / "full" / f"{number}.zip")
    again = desk.fulfil(number.lower(), tmp_path / "again")
    assert again.sha256 == done.sha256
    assert len(desk.record("query.history")) == accesses  # no second access
    tries = [line for line in desk.record("release.hand-over") if line.phase != "event"]
    assert [line.phase for line in tries] == ["intent", "outcome"] * 4
    assert [line.outcome for line in tries[1::2]] == ["failed", "failed", "failed", "ok"]
    assert {line.username for line in tries} == {"rivera"}
    assert not waiting.exists()
    waiting.write_bytes(b"changed")
    with pytest.raises(Failed, match="was changed"):
        desk.fulfil(number, tmp_path / "third")


def test_a_notebook_holds_the_same_registers(desk_of: DeskOf) -> None:
    desk = desk_of("clovis-ca")
    number = desk.request().number
    bench = desk.world.desk("chief")
    assert bench.custody.releases.review(number).state == "under review"
    assert bench.custody.offices.list()[0].username == "chief"


def test_who_decides_can_read_the_letter(desk_of: DeskOf, tmp_path: Path) -> None:
    desk = desk_of("piedmont-ca")
    release = desk.request(scan=desk.scan(b"the letter, signed"))
    path = desk.chief.letter(release.number, tmp_path)
    assert (path.name, path.read_bytes()) == ("letter.pdf", b"the letter, signed")
    assert path.stat().st_mode & 0o077 == 0
    path.write_bytes(b"another")
    with pytest.raises(BadInput, match="another file"):
        desk.chief.letter(release.number, tmp_path)
    (desk.service.settings.home / "papers" / release.scan_sha256).write_bytes(b"swapped")
    with pytest.raises(Failed, match="gone or was changed"):
        desk.chief.letter(release.number, tmp_path / "new")
    with pytest.raises(BadInput, match="No paper"):
        desk.chief.letter(desk.request(scan=None).number, tmp_path)
    with pytest.raises(Refused):
        desk.as_("ruiz").letter(release.number, tmp_path)


def test_two_who_decide_at_once_do_not_both_succeed(desk_of: DeskOf) -> None:
    desk = desk_of("clovis-ca")
    releases = desk.service.custody.releases
    release = desk.chief.review(desk.request().number)
    session = desk.world.session(desk.world.login("chief"))
    releases._put(session, release, "approve")
    with pytest.raises(BadInput, match="Somebody else"):
        releases._put(session, release, "deny", words="Too late")
    assert desk.chief.show(release.number).state == "approved"


def test_numbers_count_up_and_unknown_ones_say_so(tmp_path: Path, url: str) -> None:
    desk = Desk(tmp_path, url=url)
    assert [desk.request().number for _ in range(2)] == ["R26-0001", "R26-0002"]
    for unknown in ("R26-0099", "", "x\0y", "ü"):
        with pytest.raises((BadInput, Refused)):
            desk.chief.show(unknown)
    desk.service.close()


def test_the_file_holds_one_row_for_each_request_and_step(desk_of: DeskOf) -> None:
    desk = desk_of("seal-beach-ca")
    with desk.service.database.read() as connection:
        for table in (release_requests, release_steps):
            held = connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
            found = desk.chief.list()
            assert held == (
                len(found) if table is release_requests else sum(len(r.steps) for r in found)
            )
