"""Packages of evidence from the command line."""

from __future__ import annotations

from pathlib import Path

from registers_desk import CommandLine
from world import REASON


def test_a_package_is_made_verified_and_booked(tmp_path: Path) -> None:
    line = CommandLine(tmp_path / "home")
    line.world.member("sato", "supervisor")
    line.world.camera("C4")
    line.world.read("7ABX123", camera="C4", at="2024-03-02 21:12")
    case = line.world.case_number
    line.as_("sato")
    given = ("evidence", "package", case, "--purpose", "homicide", "--reason", REASON)
    assert "nothing to package" in line.run(*given, ends=2).output
    line.run("hold", "add", "--basis", "evidence", "--authority", "DA letter", "--requester", "DA",
             "--plate", "7ABX123", "--case", case)  # fmt: skip
    assert "Package 1: 1 reads on 1 part" in line.run(*given).output
    (found,) = line.json("evidence", "list")
    part = next(Path(found["folder"]).iterdir())
    assert "as it left the agency" in line.run("evidence", "verify", str(part)).output
    assert "not booked" in line.run("evidence", "list").output
    assert "booked under E26-1" in line.run("evidence", "book", "1", "--number", "E26-1").output
    (part / "data" / "CONTENTS.txt").write_text("changed")
    shown = line.run("evidence", "verify", str(part), ends=1).output
    assert "changed: data/CONTENTS.txt" in shown
