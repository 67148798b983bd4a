"""All accounts are listed, decided on and signed once a year; nobody reviews their own."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from world import World, local

from workbench.audit.account_dates import account_dates
from workbench.errors import BadInput, NotLoggedIn, Refused
from workbench.records.database import Database


@pytest.fixture
def world(tmp_path: Path, database: Database) -> Iterator[World]:
    url = database.engine.url.render_as_string(hide_password=False)
    world = World(tmp_path / "home", url=url)
    world.member("sato", "auditor")
    world.member("park", "supervisor", without=("training",))
    yield world
    world.service.close()


def sign(world: World, by: str = "sato", **decisions: str) -> object:
    names = {each.username for each in world.service.people.list() if each.active} - {by}
    return world.service.account_reviews.sign(
        world.login(by), title="Support Services Division Commander",
        statement="All accounts reviewed.", decisions={**dict.fromkeys(names, "keep"), **decisions},
    )  # fmt: skip


def overdue(world: World, at: str) -> set[str]:
    every = world.service.profile.accounts.review_every
    with world.service.database.read() as connection:
        dates = account_dates(connection, every, local(at), world.settings.zone)
    return {each.username for each in dates.values() if each.overdue}


def test_the_list_says_what_a_reviewer_must_see(world: World) -> None:
    world.login("rivera")
    found = {
        each.member.username: each
        for each in world.service.account_reviews.accounts(world.login("sato"))
    }
    assert set(found) == {"okafor", "rivera", "sato", "park"}
    assert found["park"].lacking == ("training missing",)
    assert found["rivera"].member.last_login_at == world.clock()
    assert found["rivera"].member.roles == {"analyst"}
    assert found["rivera"].dates.reviewed_at is None


def test_a_signed_review_is_on_the_record_by_name_and_office(world: World) -> None:
    review = sign(world, rivera="disable")
    (kept,) = world.service.account_reviews.signed(world.login("sato"))
    assert kept == review
    assert (kept.reviewer, kept.name, kept.title) == (
        "sato", "Sato", "Support Services Division Commander",
    )  # fmt: skip
    assert kept.decisions == {"okafor": "keep", "park": "keep", "rivera": "disable"}
    (line,) = world.record(action="member.reviewed")
    said = json.loads(line.elements)
    assert (line.username, said["disable"], said["sha256"]) == ("sato", ["rivera"], kept.sha256)


def test_every_account_is_decided_on_and_nobody_on_their_own(world: World) -> None:
    sato = world.login("sato")
    whole = {"okafor": "keep", "rivera": "keep", "park": "keep"}
    for wrong in (
        {"okafor": "keep"},
        {**whole, "sato": "keep"},
        {**whole, "park": "maybe"},
        {**whole, "nobody": "keep"},
    ):
        with pytest.raises(BadInput):
            world.service.account_reviews.sign(
                sato, title="Chief", statement="Done.", decisions=wrong
            )
    with pytest.raises(Refused):
        world.service.account_reviews.accounts(world.login("rivera"))
    assert world.record(action="member.reviewed") == []


def test_a_year_after_it_was_opened_or_reviewed_an_account_is_due(world: World) -> None:
    assert overdue(world, "2027-03-10 23:00") == set()
    assert overdue(world, "2027-03-11 01:00") == {"okafor", "rivera", "sato", "park"}
    world.clock.forward(days=60)
    sign(world)
    assert overdue(world, "2027-03-11 01:00") == {"sato"}  # nobody else has looked at it
    sign(world, by="okafor")
    assert overdue(world, "2027-03-11 01:00") == set()
    assert overdue(world, "2027-05-10 01:00") == {"okafor", "rivera", "sato", "park"}


def test_what_was_decided_is_open_until_it_is_done(world: World) -> None:
    world.clock.forward(days=1)
    sign(world, rivera="disable", park="change")
    world.clock.forward(minutes=5)

    def open_ones() -> set[str]:
        found = world.service.account_reviews.accounts(world.login("sato"))
        return {each.member.username for each in found if each.dates.open}

    assert open_ones() == {"rivera", "park"}
    admin = world.login("okafor")
    world.service.disable_member(admin, "rivera", "the review of March 11")
    world.service.change_roles(admin, "park", ["detective"])
    assert open_ones() == set()


def test_the_audit_report_shows_what_is_due(world: World) -> None:
    sign(world)
    now = world.clock()
    review = world.service.audit_review(
        world.login("sato"), start=now - dt.timedelta(days=1), end=now
    )
    rows = {row["username"]: row for row in review.accounts.to_dict("records")}
    assert rows["rivera"]["reviewed_on"].date() == local("2026-03-10 00:00").date()
    assert "review due" not in rows["rivera"]["note"]


def test_a_departure_ends_the_sessions_at_once(world: World) -> None:
    tokens = [world.login("rivera"), world.login("rivera")]
    bench = world.desk("rivera")
    world.service.disable_member(world.admin, "rivera", "left the agency")
    for token in tokens:
        with pytest.raises(NotLoggedIn):
            world.service.session(token)
    case = bench.case(
        world.case_number, purpose="homicide", reason="Shooting at 5th and Main, car seen"
    )
    with pytest.raises(NotLoggedIn):
        case.history("7ABX123", start="2026-03-02 21:00", end="2026-03-02 22:00")
    with pytest.raises(Refused):
        world.login("rivera")
    ended = world.record(action="session.ended")
    assert len([line for line in ended if line.username == "rivera"]) == 3


def test_a_signed_review_cannot_be_changed_in_the_database(world: World) -> None:
    review = sign(world, rivera="disable")
    for change in (
        "UPDATE account_reviews SET title = 'Chief of Police'",
        "UPDATE reviewed_accounts SET decision = 'keep'",
        "DELETE FROM reviewed_accounts",
    ):
        with (
            pytest.raises(sa.exc.DBAPIError, match="append-only"),
            world.service.database.write() as connection,
        ):
            connection.exec_driver_sql(change)
    assert world.service.account_reviews.signed(world.login("sato")) == [review]
