"""Accounts: opening, changing and closing them; passwords; what members have completed."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest
import sqlalchemy as sa
from people_builders import AGENCY, PASSWORD, Office

from workbench.errors import BadInput, LoginRefused, NotLoggedIn, RecordUnwritable, Refused
from workbench.models import Qualification
from workbench.people import passwords
from workbench.records.database import Database
from workbench.records.tables import members


@pytest.fixture
def office(database: Database, tmp_path: Path) -> Office:
    return Office(database, tmp_path)


@pytest.fixture
def desk(sqlite: Database, tmp_path: Path) -> Office:
    return Office(sqlite, tmp_path)


def test_a_member_as_added_and_as_found(office: Office) -> None:
    added = office.member("d.ortiz", "detective", "analyst", name="  Dana   Ortiz ")
    assert added == office.people.get("D.Ortiz ")
    assert (added.username, added.name, added.kind, added.active) == (
        "d.ortiz", "Dana Ortiz", "person", True,
    )  # fmt: skip
    assert added.roles == {"detective", "analyst"}
    assert added.created_at == office.clock()
    assert added.last_login_at is None
    office.login("d.ortiz")
    assert office.people.get("d.ortiz").last_login_at == office.clock()
    office.member("abel")
    assert [member.username for member in office.people.list()] == ["abel", "d.ortiz"]


def test_who_opened_an_account_is_on_the_record(office: Office) -> None:
    office.member("okafor", "administrator")
    _, by = office.login("okafor")
    office.member("rivera", "analyst", by=by)
    line = office.record("member.added")[1]
    assert (line["username"], line["session_id"], line["outcome"]) == ("okafor", by.id, "ok")
    assert json.loads(line["elements"]) == {
        "member": "rivera",
        "name": "Ana Rivera",
        "organization": AGENCY,
        "kind": "person",
        "roles": "analyst",
    }


@pytest.mark.parametrize(
    "username",
    [
        "",
        "a b",
        "7up",
        "-x",
        "a..b",
        "a_",
        "unknown",
        "setup",
        "x" * 41,
        "jos\u00e9",
        "a/b",
        "../x",
    ],
)
def test_usernames_that_cannot_be_used(desk: Office, username: str) -> None:
    with pytest.raises(BadInput, match="username cannot be used"):
        desk.member(username)
    assert desk.record() == []


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"name": " "}, "name is empty"),
        ({"name": "x" * 201}, "too long"),
        ({"name": "Ana\x1b[31m"}, "control character"),
        ({"organization": ""}, "organization is empty"),
        ({"kind": "robot"}, "no such kind"),
        ({"kind": "service"}, "cannot hold the role analyst"),
    ],
)
def test_what_a_member_cannot_be(desk: Office, fields: dict[str, str], message: str) -> None:
    with pytest.raises(BadInput, match=message):
        desk.member(**fields)
    assert desk.people.list() == []


def test_roles_are_the_profiles(desk: Office) -> None:
    for roles in ((), ("wizard",), "analyst"):
        with pytest.raises(BadInput, match=r"needs a role|no such role"):
            desk.people.add(
                username="rivera", name="Ana", roles=roles, organization=AGENCY, by=None
            )
    with pytest.raises(BadInput, match="kind person cannot hold the role service"):
        desk.member("rivera", "service")
    with pytest.raises(BadInput, match="A service member has no password"):
        desk.member("nightly", "service", kind="service")


def test_a_username_is_taken_once(office: Office) -> None:
    office.member()
    with pytest.raises(BadInput, match="taken"):
        office.member(" RIVERA")


def test_other_roles(office: Office) -> None:
    office.member()
    assert office.people.change_roles("rivera", ["supervisor"]).roles == {"supervisor"}
    office.people.change_roles("rivera", ["supervisor"])
    (line,) = office.record("member.changed")
    assert json.loads(line["elements"]) == {
        "member": "rivera",
        "before": "analyst",
        "after": "supervisor",
    }
    with pytest.raises(BadInput, match="no such role"):
        office.people.change_roles("rivera", ["wizard"])
    with pytest.raises(BadInput, match="no such member"):
        office.people.change_roles("nobody", ["analyst"])


def test_disabling_ends_everything_at_once(office: Office) -> None:
    office.member()
    (one, _), (two, _) = office.login(), office.login()
    assert not office.people.disable("rivera", "left the agency").active
    for token in (one, two):
        with pytest.raises(NotLoggedIn, match="the account was disabled"):
            office.people.session(token)
    with pytest.raises(LoginRefused):
        office.login()
    assert office.actions()[3:] == [
        "member.disabled", "session.ended", "session.ended", "login.failed",
    ]  # fmt: skip
    assert office.record("member.disabled")[0]["detail"] == "left the agency"
    with pytest.raises(BadInput, match="disabled already"):
        office.people.disable("rivera", "again")
    assert office.people.enable("rivera").active
    office.login()
    with pytest.raises(BadInput, match="neither disabled nor locked"):
        office.people.enable("rivera")


def test_nobody_disables_themselves(desk: Office) -> None:
    desk.member("okafor", "administrator")
    _, by = desk.login("okafor")
    with pytest.raises(BadInput, match="Nobody disables their own account"):
        desk.people.disable("okafor", "a slip", by=by)
    with pytest.raises(BadInput, match="reason is empty"):
        desk.people.disable("okafor", "  ")


def test_a_new_password_ends_other_sessions_and_a_lock(office: Office) -> None:
    office.member()
    (one, _), (mine, by) = office.login(), office.login()
    for _ in range(5):
        with pytest.raises(LoginRefused):
            office.login(password="a wrong password")
    office.people.set_password("rivera", "another lantern by the sea", by=by)
    assert office.people.session(mine).id == by.id
    with pytest.raises(NotLoggedIn, match="the password was changed"):
        office.people.session(one)
    office.login(password="another lantern by the sea")
    with pytest.raises(LoginRefused):
        office.login()
    assert json.loads(office.record("password.changed")[0]["elements"]) == {"member": "rivera"}


def test_passwords_that_are_not_set(desk: Office) -> None:
    desk.member()
    desk.service()
    with pytest.raises(BadInput, match="the present password"):
        desk.people.set_password("rivera", PASSWORD)
    with pytest.raises(BadInput, match="A service member has no password"):
        desk.people.set_password("nightly", PASSWORD)
    with pytest.raises(BadInput, match="no such member"):
        desk.people.set_password("nobody", PASSWORD)
    with pytest.raises(BadInput, match="your name"):
        desk.people.set_password("rivera", "Rivera-2026!")
    desk.login()


def test_without_a_password_nobody_gets_in(desk: Office) -> None:
    desk.member(password=None)
    for password in ("", PASSWORD):
        with pytest.raises(LoginRefused):
            desk.login(password=password)
    desk.people.set_password("rivera", PASSWORD)
    desk.login()


BAD = [
    ("maple", "shorter than 8"),
    ("x" * 257 + "abcdefgh", "longer than 256"),
    ("aaaaaaaaaaaa", "repeats a few"),
    ("ABABABAB", "repeats a few"),
    ("20260310", "holds no letter"),
    ("5550100-2026", "holds no letter"),
    ("iloveyou", "tried first"),
    ("PassWord1", "tried first"),
    ("P@ssw0rd2026!", "tried first"),
    ("1qaz2wsx", "tried first"),
    ("Sunshine99", "tried first"),
    ("SantaLucera1", "agency"),
    ("lucerapolice", "agency"),
    ("Ortiz-Dana-7", "agency"),
    ("d.ortiz2026", "agency"),
    ("alprworkbench", "agency"),
    ("W0rkbench!!", "agency"),
    ("line\nbreak here", "control character"),
    ("half \ud800 a pair", "control character"),
]
WORDS = passwords.words_of("d.ortiz", "Dana Ortiz", AGENCY)


@pytest.mark.parametrize(("password", "message"), BAD)
def test_passwords_that_are_tried_first(password: str, message: str) -> None:
    with pytest.raises(BadInput, match=message) as refusal:
        passwords.accept(password, min_length=8, words=WORDS)
    assert password not in str(refusal.value)


@pytest.mark.parametrize(
    "password",
    [PASSWORD, "correct-horse-7-staple", "zwölf Boxkämpfer", "пять зелёных слонов", "Tr0ub4dor&3x",
     "ortiz likes green tea", "🚓🚗🚙🚌 abcde", "k" + "9f2m4q7w"],
)  # fmt: skip
def test_passwords_that_may_be_set(password: str) -> None:
    passwords.accept(password, min_length=8, words=WORDS)


def test_length_counts_characters_in_normal_form() -> None:
    with pytest.raises(BadInput, match="shorter"):
        passwords.accept("e\u0301e\u0300abcde", min_length=8, words=())


def test_about_a_thousand_common_passwords_are_shipped() -> None:
    banned = passwords._banned()
    assert 950 <= len(banned) <= 1100
    assert min(map(len, banned)) >= 8
    assert {"password", "12345678", "iloveyou"} <= banned


def test_what_a_member_has_completed(office: Office) -> None:
    office.member("okafor", "administrator")
    office.member("rivera")
    _, by = office.login("okafor")
    later = Qualification("training", dt.date(2026, 2, 1), None, ("policy", "practical exercises"))
    first = Qualification("clets", dt.date(2025, 6, 1), dt.date(2027, 6, 1))
    office.people.qualify("rivera", later, note="room 4", by=by)
    member = office.people.qualify("rivera", first, by=by)
    assert member.qualifications == (first, later)
    assert office.people.get("rivera") == member
    assert office.login("rivera")[1].member.qualifications == (first, later)
    line = office.record("member.qualified")[0]
    assert (line["username"], line["detail"]) == ("okafor", "room 4")
    assert json.loads(line["elements"]) == {
        "member": "rivera",
        "kind": "training",
        "completed_on": "2026-02-01",
        "expires_on": "",
        "topics": ["policy", "practical exercises"],
    }


@pytest.mark.parametrize(
    ("qualification", "message"),
    [
        (Qualification("Training", dt.date(2026, 1, 1)), "no kind of qualification"),
        (Qualification("training", dt.date(2026, 3, 12)), "still to come"),
        (Qualification("training", dt.date(2026, 3, 1), None, ("\0",)), "cannot be kept"),
        (Qualification("clets", dt.date(2026, 1, 2), dt.date(2026, 1, 2)), "expires before"),
    ],
)
def test_what_cannot_be_completed(desk: Office, qualification: Qualification, message: str) -> None:
    desk.member()
    with pytest.raises(BadInput, match=message):
        desk.people.qualify("rivera", qualification)
    assert desk.people.get("rivera").qualifications == ()


def test_nobody_gives_themselves_a_role(office: Office) -> None:
    office.member("okafor", "administrator", "trainer")
    _, by = office.login("okafor")
    with pytest.raises(Refused, match="themselves a role"):
        office.people.change_roles(" Okafor", ["administrator", "supervisor"], by=by)
    assert office.people.get("okafor").roles == {"administrator", "trainer"}
    line = office.record("member.change")[0]
    assert (line["username"], line["outcome"], line["detail"]) == (
        "okafor", "refused", "account.own",
    )  # fmt: skip
    assert office.people.change_roles("okafor", ["administrator"], by=by).roles == {"administrator"}


def test_nobody_enters_their_own_training_where_somebody_else_can(office: Office) -> None:
    office.member("okafor", "administrator")
    office.member("rivera")
    _, by = office.login("okafor")
    first = Qualification("training", dt.date(2026, 2, 1))
    assert office.people.qualify("okafor", first, by=by).qualifications == (first,)
    office.member("larsen", "trainer")
    with pytest.raises(Refused, match="completed themselves") as refusal:
        office.people.qualify("okafor", Qualification("training", dt.date(2026, 3, 1)), by=by)
    assert refusal.value.clause == office.profile.accounts.clause
    assert office.people.get("okafor").qualifications == (first,)
    assert [line["outcome"] for line in office.record("member.qualify")] == ["refused"]
    office.people.disable("larsen", "left", by=by)
    office.people.qualify("okafor", Qualification("training", dt.date(2026, 3, 1)), by=by)


def test_a_training_of_today_counts_east_of_greenwich_too(desk: Office) -> None:
    desk.member()
    desk.people.qualify("rivera", Qualification("training", dt.date(2026, 3, 11)))


def test_nothing_changes_that_cannot_be_recorded(office: Office) -> None:
    office.member()
    before = office.people.list()
    with office.database.write() as connection:
        connection.exec_driver_sql("ALTER TABLE audit_records RENAME TO gone")
    changes = [
        lambda: office.member("abel"),
        lambda: office.people.change_roles("rivera", ["detective"]),
        lambda: office.people.disable("rivera", "left"),
        lambda: office.people.set_password("rivera", "another lantern by the sea"),
        lambda: office.people.qualify("rivera", Qualification("clets", dt.date(2026, 1, 1))),
        office.login,
    ]
    for change in changes:
        with pytest.raises(RecordUnwritable):
            change()
    with office.database.write() as connection:
        connection.exec_driver_sql("ALTER TABLE gone RENAME TO audit_records")
    assert office.people.list() == before
    office.login()


def test_a_key_that_cannot_be_recorded_is_not_left_behind(desk: Office) -> None:
    desk.service()
    with desk.database.write() as connection:
        connection.exec_driver_sql("DROP TABLE audit_records")
    with pytest.raises(RecordUnwritable):
        desk.people.service_key("nightly", desk.home / "keys")
    assert sorted(each.name for each in (desk.home / "keys").iterdir()) == [
        "record.key", "record.pub",
    ]  # fmt: skip
    with desk.database.read() as connection:
        assert connection.execute(sa.select(members.c.password_hash)).scalar_one() == ""
