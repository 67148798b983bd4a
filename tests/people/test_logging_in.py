"""Logging in, being locked out, and sessions that end."""

from __future__ import annotations

import datetime as dt
import hashlib
from pathlib import Path

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher
from people_builders import AGENCY, PASSWORD, Office

from workbench.audit.verify import verify
from workbench.errors import BadInput, LoginRefused, NotLoggedIn
from workbench.people import People
from workbench.policy.profile import names
from workbench.records.database import Database
from workbench.records.tables import from_micros, login_failures, members, sessions


@pytest.fixture
def office(database: Database, tmp_path: Path) -> Office:
    return Office(database, tmp_path)


def fail(office: Office, times: int, username: str = "rivera") -> None:
    for _ in range(times):
        with pytest.raises(LoginRefused):
            office.login(username, "a wrong password")


def count(database: Database, table: sa.Table) -> int:
    with database.read() as connection:
        return connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()


@pytest.mark.parametrize("profile", names())
@pytest.mark.clause("*:common.6", "claremont-ca:820.5[2]", "claremont-ca:820.5[4]",
                    "claremont-ca:820.8[2]")  # fmt: skip
def test_a_log_in_is_on_the_record_by_name_date_and_time(
    sqlite: Database, tmp_path: Path, profile: str
) -> None:
    office = Office(sqlite, tmp_path, profile)
    office.member()
    with pytest.raises(NotLoggedIn):
        office.people.session("no password, no token, no session")
    with pytest.raises(LoginRefused):
        office.login(password="a wrong password")
    token, session = office.login()
    assert office.people.session(token) == session
    assert office.actions() == ["member.added", "login.failed", "login"]
    line = office.record("login")[0]
    assert line["name"] == "Ana Rivera"
    assert line["username"] == "rivera"
    assert line["organization"] == AGENCY
    assert from_micros(line["at"]) == office.clock()
    assert (line["address"], line["host"]) == ("10.0.0.7", "desk-7")
    assert (line["session_id"], line["roles"], line["outcome"]) == (session.id, "analyst", "ok")


def test_only_the_hash_of_a_token_is_kept(office: Office) -> None:
    office.member()
    token, _ = office.login()
    with office.database.read() as connection:
        kept = connection.execute(sa.select(sessions.c.token_hash)).scalar_one()
    assert kept == hashlib.sha256(token.encode()).hexdigest()
    assert len(token) >= 43
    assert token not in str(office.record())


def test_a_password_is_kept_as_argon2_and_never_on_the_record(office: Office) -> None:
    office.member()
    office.login()
    fail(office, 1)
    with office.database.read() as connection:
        kept = connection.execute(sa.select(members.c.password_hash)).scalar_one()
    assert kept.startswith("$argon2id$")
    assert PASSWORD not in str(office.record())
    assert "a wrong password" not in str(office.record())


def test_names_are_taken_as_people_type_them(office: Office) -> None:
    office.member()
    assert office.login(" Rivera ")[1].member.username == "rivera"


def test_the_same_password_from_another_keyboard_is_the_same(office: Office) -> None:
    office.member(password="caf\u00e9 lanterns by seven")
    office.login(password="cafe\u0301 lanterns by seven")


def test_every_refusal_reads_the_same(office: Office) -> None:
    office.member("rivera")
    office.member("gone")
    office.people.disable("gone", "left the agency")
    office.member("locked")
    office.service()
    fail(office, 5, "locked")
    attempts = [
        ("nobody", PASSWORD),
        ("rivera", "a wrong password"),
        ("rivera", "x" * 100_000),
        ("rivera", "\ud800"),
        ("rivera", ""),
        ("gone", PASSWORD),
        ("gone", "a wrong password"),
        ("locked", PASSWORD),
        ("locked", "a wrong password"),
        ("nightly", PASSWORD),
    ]
    said = set()
    for username, password in attempts:
        with pytest.raises(LoginRefused) as refusal:
            office.login(username, password)
        said.add(str(refusal.value))
    assert len(said) == 1
    assert "CJIS" in said.pop()


def test_every_log_in_hashes_as_much(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever measures the time learns nothing: one argon2 computation, whatever the account."""
    office.member("rivera")
    office.member("gone")
    office.people.disable("gone", "left the agency")
    office.member("new", password=None)
    office.service()
    work: list[str] = []
    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)

    class Counting:
        def hash(self, password: bytes) -> str:
            work.append("once")
            return hasher.hash(password)

        def verify(self, kept: str, password: bytes) -> bool:
            work.append("once")
            return hasher.verify(kept, password)

        def check_needs_rehash(self, kept: str) -> bool:
            return False

    monkeypatch.setattr(office.people, "hasher", Counting())
    for username in ("nobody", "rivera", "gone", "new", "nightly"):
        work.clear()
        fail(office, 1, username)
        assert (username, work) == (username, ["once"])


def test_an_unknown_username_is_not_kept_for_it_may_be_a_password(office: Office) -> None:
    fail(office, 1, "hunter2 \0 \ud800 in the wrong field")
    (line,) = office.record("login.failed")
    assert (line["username"], line["detail"]) == ("unknown", "no such member")
    assert "hunter2" not in str(office.record())
    assert count(office.database, login_failures) == 0


def test_the_record_says_what_was_wrong(office: Office) -> None:
    office.member()
    office.service()
    fail(office, 1)
    fail(office, 1, "nightly")
    lines = office.record("login.failed")
    assert [(line["username"], line["detail"], line["outcome"]) for line in lines] == [
        ("rivera", "wrong password", "refused"),
        ("nightly", "a service member does not log in with a password", "refused"),
    ]


def test_five_failures_in_fifteen_minutes_lock_for_fifteen(office: Office) -> None:
    office.member()
    fail(office, 4)
    office.login()  # which makes it four in a row no longer
    fail(office, 4)
    assert office.record("login.locked") == []
    fail(office, 1)
    (line,) = office.record("login.locked")
    assert line["username"] == "rivera"
    assert line["detail"].startswith(
        "5 failures within 15 minutes; locked until 2026-03-10T20:15:00"
    )
    with pytest.raises(LoginRefused):
        office.login()
    assert office.record("login.failed")[-1]["detail"] == "locked"
    office.clock.forward(minutes=15)
    office.login()


def test_failures_far_apart_do_not_lock(office: Office) -> None:
    office.member()
    for _ in range(8):
        fail(office, 1)
        office.clock.forward(minutes=4)
    assert office.record("login.locked") == []
    fail(office, 1)
    office.login()


def test_guessing_on_while_locked_neither_extends_nor_shortens_it(office: Office) -> None:
    office.member()
    fail(office, 5)
    office.clock.forward(minutes=14)
    fail(office, 7)
    assert len(office.record("login.locked")) == 1
    office.clock.forward(minutes=1)
    office.login()


def test_the_lock_holds_in_every_process(office: Office) -> None:
    office.member()
    others = Database.open(office.database.engine.url)
    elsewhere = office.another(others)
    fail(office, 3)
    for _ in range(2):
        with pytest.raises(LoginRefused):
            elsewhere.login("rivera", "a wrong password")
    with pytest.raises(LoginRefused):
        office.login()
    others.close()


def test_a_lock_is_one_members_alone_and_an_administrator_ends_it(office: Office) -> None:
    office.member("rivera")
    office.member("okafor", "administrator")
    fail(office, 5)
    _, by = office.login("okafor")
    office.people.enable("rivera", by=by)
    office.login("rivera")
    line = office.record("member.enabled")[0]
    assert (line["username"], line["elements"]) == (
        "okafor",
        '{"before":"locked","member":"rivera"}',
    )


def test_a_password_changed_while_somebody_logs_in_with_the_old_one(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.member()
    check = People._verifies

    def slow(people: People, kept: str, password: str) -> bool:
        right = check(people, kept, password)
        monkeypatch.setattr(People, "_verifies", check)
        office.another(office.database).set_password("rivera", "another lantern by the sea")
        return right

    monkeypatch.setattr(People, "_verifies", slow)
    with pytest.raises(LoginRefused):
        office.login()


def test_a_hash_of_weaker_parameters_is_renewed_at_log_in(office: Office) -> None:
    office.member()
    office.people.hasher = PasswordHasher(time_cost=2, memory_cost=16, parallelism=1)
    office.login()
    with office.database.read() as connection:
        kept = connection.execute(sa.select(members.c.password_hash)).scalar_one()
    assert "m=16,t=2" in kept
    office.login()


def test_an_account_idle_for_ninety_days_is_disabled(office: Office) -> None:
    office.member("rivera")
    office.member("okafor", "administrator")
    office.login("rivera")
    office.clock.forward(days=89, hours=23)
    office.login("okafor")
    office.clock.forward(hours=1)
    with pytest.raises(LoginRefused):
        office.login("rivera")
    (line,) = office.record("account.disabled")
    assert line["elements"] == '{"member":"rivera"}'
    assert line["detail"] == "no log-in for 90 days"
    assert not office.people.get("rivera").active
    _, by = office.login("okafor")
    office.people.enable("rivera", by=by)
    office.login("rivera")


def test_an_account_never_used_is_disabled_too(office: Office) -> None:
    office.member()
    office.clock.forward(days=90)
    fail(office, 1)
    assert [line["detail"] for line in office.record("account.disabled")] == [
        "no log-in for 90 days"
    ]


def test_a_session_ends_after_thirty_idle_minutes(office: Office) -> None:
    office.member()
    token, session = office.login()
    for _ in range(3):
        office.clock.forward(minutes=29)
        assert office.people.session(token).id == session.id
    office.clock.forward(minutes=30)
    with pytest.raises(NotLoggedIn, match="idle for 30 minutes") as refusal:
        office.people.session(token)
    assert refusal.value.remedy == "Run: workbench login"
    (line,) = office.record("session.ended")
    assert (line["session_id"], line["username"]) == (session.id, "rivera")
    assert line["detail"] == "idle for 30 minutes"
    with pytest.raises(NotLoggedIn, match="has ended: idle for 30 minutes"):
        office.people.session(token)
    assert len(office.record("session.ended")) == 1


def test_a_session_ends_after_twelve_hours_however_busy(office: Office) -> None:
    office.member()
    token, _ = office.login()
    for _ in range(12 * 4 - 1):
        office.clock.forward(minutes=15)
        office.people.session(token)
    office.clock.forward(minutes=15)
    with pytest.raises(NotLoggedIn, match="12 hours are over"):
        office.people.session(token)


def test_a_session_is_written_to_at_most_every_few_seconds(office: Office) -> None:
    office.member()
    token, _ = office.login()

    def seen() -> dt.datetime:
        with office.database.read() as connection:
            return connection.execute(sa.select(sessions.c.last_seen_at)).scalar_one()

    before = seen()
    office.clock.forward(seconds=4)
    office.people.session(token)
    assert seen() == before
    office.clock.forward(seconds=1)
    office.people.session(token)
    assert seen() == office.clock()


def test_forgotten_sessions_are_ended_at_the_next_log_in(office: Office) -> None:
    office.member("rivera")
    office.member("okafor", "administrator")
    _, forgotten = office.login("rivera")
    office.clock.forward(minutes=31)
    office.login("okafor")
    assert [line["session_id"] for line in office.record("session.ended")] == [forgotten.id]


def test_logging_out_ends_that_session_alone(office: Office) -> None:
    office.member()
    (first, _), (second, session) = office.login(), office.login()
    office.people.logout(first)
    assert office.record("logout")[0]["username"] == "rivera"
    with pytest.raises(NotLoggedIn, match="logged out"):
        office.people.logout(first)
    assert office.people.session(second).id == session.id


def test_a_session_knows_its_member_as_of_now(office: Office) -> None:
    office.member()
    token, _ = office.login()
    office.people.change_roles("rivera", ["detective"])
    assert office.people.session(token).member.roles == {"detective"}


def test_a_service_member_logs_in_with_its_key(office: Office) -> None:
    office.service()
    path = office.people.service_key("nightly", office.home / "keys")
    token, session = office.people.login_service("nightly", path, address="::1", host="server")
    assert session.automatic
    assert office.people.session(token).automatic
    assert office.record("login")[0]["automatic"] == 1
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_new_key_ends_the_old_one_and_its_sessions(office: Office) -> None:
    office.service()
    folder = office.home / "keys"
    path = office.people.service_key("nightly", folder)
    token, _ = office.people.login_service("nightly", path)
    old = folder / "old"
    old.write_bytes(path.read_bytes())
    old.chmod(0o600)
    assert office.people.service_key("nightly", folder) == path
    with pytest.raises(NotLoggedIn, match="the key was replaced"):
        office.people.session(token)
    with pytest.raises(LoginRefused):
        office.people.login_service("nightly", old)
    office.people.login_service("nightly", path)
    assert sorted(each.name for each in folder.iterdir()) == [
        "old", "record.key", "record.pub", "service-nightly.key",
    ]  # fmt: skip


def test_a_key_opens_no_persons_account(office: Office) -> None:
    office.member()
    office.service()
    path = office.people.service_key("nightly", office.home / "keys")
    with pytest.raises(LoginRefused):
        office.people.login_service("rivera", path)
    assert office.record("login.failed")[-1]["detail"] == "only a service member logs in with a key"
    with pytest.raises(BadInput, match="Only a service member has a key"):
        office.people.service_key("rivera", office.home / "keys")


def test_a_key_that_others_can_read_is_not_taken(office: Office, tmp_path: Path) -> None:
    office.service()
    path = office.people.service_key("nightly", office.home / "keys")
    path.chmod(0o640)
    with pytest.raises(BadInput, match="Others than its owner"):
        office.people.login_service("nightly", path)
    with pytest.raises(BadInput, match="cannot be read"):
        office.people.login_service("nightly", tmp_path / "missing.key")


def test_all_of_it_is_one_whole_record(office: Office) -> None:
    office.member()
    fail(office, 6)
    office.clock.forward(minutes=20)
    token, _ = office.login()
    office.people.logout(token)
    verdict = verify(office.database, office.chain.folder, office.chain.key)
    assert (verdict.ok, verdict.records) == (True, len(office.record()))
