"""``workbench member review``, own passwords, and ``workbench init --recover`` on the command line."""

from __future__ import annotations

from pathlib import Path

import pytest
from registers_desk import CommandLine
from world import PASSWORD

from workbench.cli.doctor import examine

FRESH = "another lantern by the sea"


@pytest.fixture
def desk(tmp_path: Path) -> CommandLine:
    desk = CommandLine(tmp_path / "home")
    desk.world.member("sato", "auditor")
    return desk


def states(desk: CommandLine, check: str) -> list[str]:
    return [each.state for each in examine(desk.home) if each.check == check]


def test_a_review_is_listed_signed_and_carried_out(desk: CommandLine) -> None:
    desk.as_("sato")
    shown = {each["username"]: each for each in desk.json("member", "review")}
    assert shown["rivera"]["qualifications"]
    assert "0 of 3" in " ".join(desk.run("member", "review").output.split())
    desk.run("member", "review", "--sign", "--keep-rest", ends=2)  # no title
    sign = ("member", "review", "--sign", "--title", "Auditor", "--statement", "All seen.")
    assert "no decision" in desk.run(*sign, "--disable", "rivera", ends=2).output
    said = desk.run(*sign, "--disable", "rivera", "--keep-rest").output
    assert "workbench member disable rivera" in said
    assert states(desk, "accounts") == ["note"]
    desk.as_("okafor")
    desk.run("member", "disable", "rivera", "--why", "the review")
    assert states(desk, "accounts") == ["ok"]
    (signed,) = desk.json("member", "reviews")
    assert signed["decisions"] == {"okafor": "keep", "rivera": "disable"}
    assert "All seen." in desk.run("member", "reviews").output


def test_ones_own_password_asks_for_the_present_one(desk: CommandLine) -> None:
    wrong = desk.run("member", "password", "--password-stdin", input=f"nope\n{FRESH}\n", ends=3)
    assert "present password is wrong" in wrong.output
    desk.run("member", "password", input=f"{PASSWORD}\n{FRESH}\n{FRESH}\n")
    desk.run("login", "okafor", "--password-stdin", input=FRESH + "\n")


def test_the_only_administrator_is_let_in_again_and_doctor_says_so(desk: CommandLine) -> None:
    command = ("init", str(desk.home), "--recover", "--admin", "okafor", "--password-stdin")
    assert "on the record" in desk.run(*command, input=FRESH + "\n").output
    desk.run("login", "okafor", "--password-stdin", input=FRESH + "\n")
    assert states(desk, "recovered") == ["note"]
