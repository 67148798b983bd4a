"""``workbench member``."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from registers_desk import CommandLine
from world import PASSWORD, ZONE

GOOD = "seven maple lanterns"


@pytest.fixture
def desk(tmp_path: Path) -> CommandLine:
    return CommandLine(tmp_path / "home")


def test_an_account_from_opening_to_closing(desk: CommandLine) -> None:
    said = desk.run(
        "member", "add", "ortiz", "--name", "Dana Ortiz", "--role", "detective",
        input=f"{GOOD}\n{GOOD}\n",
    ).output  # fmt: skip
    assert "ortiz is a member: detective." in said
    assert "Before access" in said
    assert GOOD not in said
    desk.run("member", "roles", "ortiz", "supervisor", "detective")
    today = (
        dt.datetime.now(ZONE).date().isoformat()
    )  # the agency's day, which is not always that of UTC
    desk.run("member", "qualify", "ortiz", "training", "--on", today, "--all-topics")
    shown = desk.json("member", "show", "ortiz")
    assert (shown["name"], shown["roles"], shown["active"]) == (
        "Dana Ortiz", ["detective", "supervisor"], True,
    )  # fmt: skip
    assert shown["qualifications"][0]["completed_on"] == today
    assert shown["standing"]["training"] == "held"
    desk.run("member", "disable", "ortiz", "--why", "left the agency")
    assert not desk.json("member", "show", "ortiz")["active"]
    assert "ortiz can log in again" in desk.run("member", "enable", "ortiz").output
    refused = desk.run("member", "enable", "ortiz", ends=2).output
    assert "neither disabled nor locked" in refused


def test_the_list_says_what_is_missing(desk: CommandLine) -> None:
    desk.run("member", "add", "ortiz", "--name", "Dana Ortiz", "--role", "analyst", "--no-password")
    shown = {each["username"]: each for each in desk.json("member", "list")}
    assert shown["ortiz"]["standing"]["training"] == "missing"
    assert shown["rivera"]["standing"]["training"] == "held"
    table = desk.run("member", "list").output
    assert "training missing" in table
    assert "Rivera" in table


def test_passwords_come_from_the_keyboard_or_standard_input(desk: CommandLine) -> None:
    desk.run("member", "password", "--password-stdin", input=f"{PASSWORD}\n{GOOD}\n")
    desk.run("login", "okafor", "--password-stdin", input=GOOD + "\n")
    weak = desk.run("member", "password", "rivera", "--password-stdin", input="password1\n", ends=2)
    assert "tried first" in weak.output
    assert "password1" not in weak.output
    different = desk.run("member", "password", "rivera", input="one and\ntwo and\n", ends=1)
    assert "do not match" in different.output
    help_text = desk.run("member", "add", "--help").output
    assert "--password " not in help_text


def test_a_scheduled_job_logs_in_with_its_key(desk: CommandLine) -> None:
    added = desk.run(
        "member", "add", "nightly", "--name", "Nightly audit", "--role", "service", "--service"
    )
    assert "member service-key nightly" in added.output
    path = desk.json("member", "service-key", "nightly")["key_file"]
    assert Path(path) == desk.home / "keys" / "service-nightly.key"
    desk.run("login", "nightly", "--key-file", path)
    assert desk.json("whoami")["username"] == "nightly"


def test_logging_out_of_a_session_that_has_ended_by_itself(desk: CommandLine) -> None:
    assert "Logged out" in desk.run("logout").output
    desk.as_("okafor")
    desk.world.service.people.disable("okafor", "left the agency")
    assert "Logged out" in desk.run("logout").output
    assert "Nobody is logged in" in desk.run("whoami", ends=3).output


def test_who_may_not_is_refused_before_a_password_is_asked_for(desk: CommandLine) -> None:
    desk.as_("rivera")
    refused = desk.run("member", "add", "abel", "--name", "Abel", "--role", "analyst", ends=3)
    assert "Refused" in refused.output
    assert "password" not in refused.output.lower()
    assert desk.world.record(action="member.add")[0].outcome == "refused"
    assert desk.json("member", "show")["username"] == "rivera"  # everybody sees their own
    desk.run("member", "show", "okafor", ends=3)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("show", "nobody"), "There is no such member"),
        (("roles", "rivera", "wizard"), "no such role"),
        (("qualify", "rivera", "juggling", "--on", "2026-01-02"), "It asks for: "),
        (
            ("qualify", "rivera", "training", "--on", "2026-01-02", "--topic", "x"),
            "no such topic: x",
        ),
        (("service-key", "rivera"), "Only a service member has a key"),
    ],
)
def test_mistakes_end_with_what_to_do(
    desk: CommandLine, arguments: tuple[str, ...], says: str
) -> None:
    assert says in desk.run("member", *arguments, ends=2).output


def test_practical_exercises_are_named(tmp_path: Path) -> None:
    desk = CommandLine(tmp_path / "piedmont", profile="piedmont-ca")
    today = dt.datetime.now(ZONE).date().isoformat()
    enter = ("member", "qualify", "rivera", "training", "--on", today, "--all-topics")
    assert "none is named" in desk.run(*enter, ends=2).output
    desk.run(
        *enter, "--note", "Course 26-04", "--exercise", "canvass", "--exercise", "partial plate"
    )
    newest = desk.world.record(action="member.qualified")[-1]
    assert newest.detail == "Course 26-04; exercises: canvass, partial plate"
    rows = [each for each in desk.json("member", "training") if each["username"] == "rivera"]
    assert len(rows) == 6
    assert all(each["held"] for each in rows)
    assert "practical exercises" in desk.run("member", "training").output
