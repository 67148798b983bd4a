"""Holds and purges from the command line, from the plan to the certificate."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest
from registers_desk import CommandLine

from workbench.cli.doctor import examine
from workbench.cli.machine_checks import Finding

HOLD = ("--basis", "evidence", "--authority", "DA letter", "--requester", "District Attorney")


@pytest.fixture
def line(tmp_path: Path) -> CommandLine:
    line = CommandLine(tmp_path / "home")
    for name, role in (("ruiz", "administrator"), ("sato", "supervisor"), ("lund", "supervisor")):
        line.world.member(name, role)
    line.world.camera("C4")
    old = (line.world.clock() - dt.timedelta(days=500)).strftime("%Y-%m-%d 12:00")
    for plate in ("7ABX123", "6KLM880", "5ZZZ999"):
        line.world.read(plate, camera="C4", at=old)
    return line


def ordered(line: CommandLine) -> None:
    line.as_("ruiz")
    shown = line.run("retention", "request", "--why", "Records schedule").output
    assert "needs governing-body: approval of the City Council [Cal. Gov. Code § 34090.6]" in shown
    for who, approval in (("sato", "governing-body"), ("lund", "attorney")):
        line.as_(who)
        day = (dt.date.today() - dt.timedelta(days=2)).isoformat()  # noqa: DTZ011
        line.run("retention", "approve", "1", approval, "--reference", "R 26-14", "--dated", day)


def test_from_plan_to_certificate(line: CommandLine, tmp_path: Path) -> None:
    line.as_("sato")
    line.run("hold", "add", *HOLD, "--plate", "7abx-123")
    plan = line.json("retention", "plan")
    assert plan["classes"][0]["to_go"] == 2
    assert "Clovis PD Policy 462.4" in line.run("retention", "plan").output
    ordered(line)
    line.as_("ruiz")
    page = tmp_path / "certificate.html"
    shown = line.run("retention", "run", "1", "--yes", "--out", str(page)).output
    assert re.search(r"Reads destroyed +2\n", shown)
    assert "What this does not reach" in shown
    html = page.read_text()
    assert "R 26-14" in html
    assert not re.search(r"https?:|src=|@import|url\(", html)
    assert "6KLM880" not in html
    again = line.json("retention", "certificate", "1")
    assert again["sha256"] in html
    assert line.json("retention", "list")["orders"][0]["state"] == "approved"
    assert "Nothing is due" in line.run("retention", "run", "1", "--yes").output
    assert line.json("retention", "run", "1", "--yes") is None


def test_a_purge_asks_first(line: CommandLine) -> None:
    ordered(line)
    line.as_("ruiz")
    line.run("retention", "run", "1", input="n\n", ends=1)
    assert line.json("retention", "plan")["classes"][0]["to_go"] == 3


def test_without_approvals_it_is_refused(line: CommandLine) -> None:
    line.as_("ruiz")
    line.run("retention", "request", "--why", "Records schedule")
    assert "lacks" in line.run("retention", "run", "1", "--yes", ends=3).output
    line.run("retention", "withdraw", "1")
    assert line.json("retention", "list")["orders"][0]["state"] == "withdrawn"


def test_holds_are_listed_reviewed_and_released_by_two(line: CommandLine) -> None:
    line.as_("sato")
    line.run(
        "hold", "add", *HOLD, "--camera", "C4", "--at", "36.58", "-120.25", "--radius", "300",
        "--from", "2024-01-01", "--to", "2026-01-01", "--case", line.world.case_number,
    )  # fmt: skip
    (found,) = line.json("hold", "list")
    assert found["scope"]["cameras"] == ["C4"]
    assert found["scope"]["area"]["radius_m"] == 300
    shown = line.run("hold", "list").output
    for words in ("300 m around 36.5800 -120.2500", "from 2024-01-01 00:00", "before 2026-01-01"):
        assert words in shown
    line.run("hold", "review", "1", "--note", "Trial in June")
    line.run("hold", "review", "1", "--court-order", "x", ends=2)
    line.run("hold", "release", "1", "--why", "Trial is over")
    assert "asked for" in line.run("hold", "release", "1", "--confirm", ends=3).output
    line.as_("lund")
    line.run("hold", "release", "1", "--keep")
    line.run("hold", "release", "1", "--why", "Trial is over")
    line.as_("sato")
    assert "is released" in line.run("hold", "release", "1", "--confirm").output
    assert line.json("hold", "list") == []
    assert line.json("hold", "list", "--all")[0]["state"] == "released"


def test_a_basis_that_the_policy_does_not_know_is_refused(line: CommandLine) -> None:
    line.as_("sato")
    refused = ("--basis", "hunch", *HOLD[2:], "--plate", "7ABX123")
    assert (
        "What does: evidence, likely-evidence" in line.run("hold", "add", *refused, ends=3).output
    )


def test_doctor_says_what_is_kept_too_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    line = CommandLine(tmp_path / "home", profile="clinton-ut")
    line.world.member("sato", "supervisor")
    line.world.camera("C4")
    old = (line.world.clock() - dt.timedelta(days=300)).strftime("%Y-%m-%d 12:00")
    for plate in ("7ABX123", "6KLM880"):
        line.world.read(plate, camera="C4", at=old)

    def found(check: str) -> list[Finding]:
        return [each for each in examine(line.home) if each.check == check]

    (kept,) = found("retention")
    assert kept.state == "fail"
    assert kept.found.startswith("2 reads are older than the 9 months")
    line.as_("sato")
    line.run(
        "hold", "add", "--basis", "warrant", *HOLD[2:], "--plate", "7ABX123", "--plate", "6KLM880"
    )
    assert [each.state for each in found("retention")] == ["ok"]
    assert [each.found for each in found("holds")] == ["1 holds in force, no review overdue"]
    monkeypatch.setattr("workbench.cli.retention_checks.unfinished", lambda _: 7)
    assert [each.state for each in found("purges")] == ["fail"]
