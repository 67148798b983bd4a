"""``workbench case`` and ``workbench camera``."""

from __future__ import annotations

from pathlib import Path

import pytest
from registers_desk import CommandLine


@pytest.fixture
def desk(tmp_path: Path) -> CommandLine:
    desk = CommandLine(tmp_path / "home")
    desk.world.member("chief", "supervisor")
    return desk


def file(tmp_path: Path, text: str) -> str:
    path = tmp_path / "in.csv"
    path.write_text(text)
    return str(path)


def test_a_case_from_entering_to_closing(desk: CommandLine) -> None:
    desk.as_("chief")
    entered = desk.json(
        "case", "add", "26-00500", "--crime-type", "robbery", "--incident", "I26-02000",
        "--title", "Robbery at 2nd and Oak", "--opened", "2026-03-02", "--assign", "rivera",
    )  # fmt: skip
    assert entered["assigned"] == ["rivera"]
    assert entered["opened_on"] == "2026-03-02"
    assert desk.json("case", "show", "26-00500") == entered
    assert "assigned to chief, rivera" in desk.run("case", "assign", "26-00500", "chief").output
    assert desk.json("case", "assign", "26-00500", "rivera", "--remove")["assigned"] == ["chief"]
    assert desk.json("case", "close", "26-00500")["status"] == "closed"
    assert [each["number"] for each in desk.json("case", "list", "--open")] == ["26-00417"]
    assert "26-00500 is open." in desk.run("case", "reopen", "26-00500").output
    mine = desk.json("case", "list", "--assigned-to", "Chief")
    assert [each["number"] for each in mine] == ["26-00500"]
    assert "Robbery at 2nd and Oak" in desk.run("case", "list").output
    assert "crime type: robbery" in desk.run("case", "show", "26-00500").output


def test_mistakes_with_cases_end_with_what_to_do(desk: CommandLine) -> None:
    desk.as_("chief")
    assert "such as 24-01873" in desk.run("case", "add", "417", ends=2).output
    assert "no such case" in desk.run("case", "show", "26-00999", ends=2).output
    assert "closed already" not in desk.run("case", "close", "26-00417").output
    assert "closed already" in desk.run("case", "close", "26-00417", ends=2).output
    desk.as_("rivera")
    desk.run("case", "add", "26-00501", ends=3)


def test_cases_from_a_file(desk: CommandLine, tmp_path: Path) -> None:
    path = file(tmp_path, "number,crime_type,weapon\n26-00600,theft,x\n600,theft,x\n")
    assert "does not know: weapon" in desk.run("case", "import", path, ends=2).output
    said = desk.run("case", "import", path, "--ignore-column", "weapon", ends=1).output
    assert "1 new, 0 updated, 0 unchanged, 1 rejected." in said
    assert "such as 24-01873" in said
    assert len(list((desk.home / "rejects").glob("in-*.rejects.csv"))) == 1
    again = desk.json("case", "import", path, "--ignore-column", "weapon", ends=1)
    assert (again["unchanged"], again["rejected"][0]["line"]) == (1, 3)


def test_cameras_and_outages(desk: CommandLine, tmp_path: Path) -> None:
    desk.run(
        "camera", "add", "C04", "--at", "36.58", "-120.25", "--heading", "90", "--name", "Main"
    )
    assert desk.json("camera", "add", "M1", "--mobile", "--private")["governmental"] is False
    path = file(tmp_path, "code,kind,latitude,longitude\nC04,fixed,36.59,-120.25\nC05,fixed,,\n")
    said = desk.run("camera", "import", path, ends=1).output
    assert "0 new, 1 updated" in said
    assert "changed C04: latitude" in said
    assert "a fixed camera has no position" in said
    path = file(tmp_path, "camera,start_at,end_at,reason\nC04,2026-03-02 20:00,2026-03-02 22:00,power\n"
                "C04,2026-03-05 20:00,,lens\n")  # fmt: skip
    assert desk.json("camera", "outages", path)["accepted"] == 2
    listed = desk.json("camera", "outages")
    assert [each["end_at"] for each in listed] == ["2026-03-03T06:00:00+00:00", None]
    table = desk.run("camera", "outages").output
    assert "2026-03-02 20:00" in table
    assert "still out" in table
    first, second = desk.json("camera", "list")
    assert (first["code"], first["latitude"], first["out_now"]) == ("C04", 36.59, True)
    assert second["latitude"] is None
    assert "out now" in desk.run("camera", "list").output
    assert "no position" in desk.run("camera", "add", "C06", ends=2).output


@pytest.mark.parametrize("group", ["member", "case", "camera"])
def test_every_command_explains_itself(desk: CommandLine, group: str) -> None:
    from workbench.cli import main

    commands = main.get_command(None, group).commands  # type: ignore[arg-type, union-attr, attr-defined]
    for name in commands:
        assert len(desk.run(group, name, "--help").output.splitlines()) > 5
