"""``workbench release``, ``attest``, ``office``, ``agreement``, ``breach``, ``publish``, each from end to end."""

from __future__ import annotations

import datetime as dt
import hashlib
from pathlib import Path

import pytest
from registers_desk import CommandLine

from workbench.records import tables

WORDS = "Homicide investigation, suspect car seen in both counties"


@pytest.fixture
def desk(tmp_path: Path) -> CommandLine:
    desk = CommandLine(tmp_path / "home", profile="piedmont-ca")
    desk.world.camera("C4")
    desk.world.member("chief", "supervisor")
    desk.world.member("clerk", "records")
    return desk


def letter(tmp_path: Path) -> str:
    path = tmp_path / "letter.pdf"
    path.write_bytes(b"%PDF letter")
    return str(path)


def request(desk: CommandLine, tmp_path: Path, *more: str) -> str:
    desk.as_("clerk")
    entered = desk.json(
        "release", "request", "--agency", "Oakland PD", "--person", "Det. M. Ortega",
        "--words", WORDS, "--scan", letter(tmp_path), "--case", desk.world.case_number,
        "--purpose", "homicide", *more,
    )  # fmt: skip
    assert entered["state"] == "requested"
    return str(entered["number"])


PLATE = ("--plate", "7ABX123", "--from", "2026-11-01", "--to", "2026-11-02")


def test_a_request_from_entering_to_the_package(desk: CommandLine, tmp_path: Path) -> None:
    number = request(desk, tmp_path, "--recipient", "law-enforcement", *PLATE)
    desk.run("release", "approve", number, ends=3)
    desk.as_("okafor")
    title = "Support Services Division Commander"
    assert title in desk.json("office", "list", "--titles")
    assert f"Chief is {title}" in desk.run("office", "assign", title, "chief").output
    desk.as_("chief")
    desk.run("release", "fulfil", number, "--out", str(tmp_path / "out"), ends=3)
    assert f"{number} is under review." in desk.run("release", "review", number).output
    desk.run("release", "letter", number, "--out", str(tmp_path / "read"))
    assert (tmp_path / "read" / "letter.pdf").read_bytes() == b"%PDF letter"
    assert desk.json("release", "approve", number, "--note", "Fine")["state"] == "approved"
    desk.as_("rivera")
    done = desk.json("release", "fulfil", number, "--out", str(tmp_path / "out"))
    assert Path(done["path"]).is_file()
    assert "is whole; it is signed" in desk.run("release", "check", done["path"]).output
    again = desk.run("release", "fulfil", number, "--out", str(tmp_path / "out"), ends=2)
    assert "was handed over" in again.output
    assert "fulfilled" in desk.run("release", "list").output
    assert desk.json("release", "list", "--open") == []
    sheet = desk.run("release", "show", number).output
    assert "Det. M. Ortega" in sheet
    assert f"Forwarded to:           {title}" in sheet
    data = Path(done["path"]).read_bytes()
    Path(done["path"]).write_bytes(data[: len(data) // 2])
    desk.run("release", "check", done["path"], ends=2)


def test_others_are_referred_and_a_denial_has_its_reason(desk: CommandLine, tmp_path: Path) -> None:
    number = request(desk, tmp_path, "--recipient", "other")
    desk.as_("okafor")
    desk.run("office", "assign", "Support Services Division Commander", "chief")
    desk.as_("chief")
    desk.run("release", "review", number)
    desk.run("release", "approve", number, ends=3)
    referred = desk.run("release", "refer", number).output
    assert "referred to: Records Maintenance and Release Policy" in referred
    place = ("--at", "36.58", "-120.25", "--from", "2026-11-01 20:00", "--to", "2026-11-01 21:00")
    second = request(desk, tmp_path, "--recipient", "prosecutor", *place)
    desk.as_("chief")
    desk.run("release", "review", second)
    denied = desk.json("release", "deny", second, "--why", "Already answered")
    assert denied["steps"][-1]["words"] == "Already answered"
    desk.run("release", "verify", second, "--how", "Telephone", ends=3)
    both = ("--recipient", "prosecutor", *PLATE, "--at", "36.58", "-120.25")
    desk.as_("clerk")
    desk.run(
        "release", "request", "--agency", "A", "--person", "B", "--words", WORDS, *both, ends=2
    )


def test_statements_are_listed_given_and_shown(desk: CommandLine, tmp_path: Path) -> None:
    desk.as_("chief")
    assert "never given" in desk.run("attest", "list", ends=1).output
    desk.run("attest", "give", "438.4[1]", "--words", "All is in place", ends=3)
    desk.as_("okafor")
    for title in ("Administration Operations Commander", "Training Sergeant"):
        desk.run("office", "assign", title, "chief")
    desk.as_("chief")
    for clause in ("438.2.1(f)", "438.4[1]", "438.7[7]"):
        given = desk.run(
            "attest", "give", clause, "--words", "All is in place", "--paper", letter(tmp_path)
        )
        assert "given; the next statement is due by" in given.output
    assert {each["state"] for each in desk.json("attest", "list")} == {"given"}
    assert "All is in place" in desk.run("attest", "show", "438.4[1]").output
    assert desk.json("office", "list")[0]["username"] == "chief"
    desk.as_("okafor")
    desk.run("office", "end", "Training Sergeant", "chief")
    assert len(desk.json("office", "list", "--ended")) == 2


def test_an_agreement_and_a_breach(desk: CommandLine, tmp_path: Path) -> None:
    desk.as_("chief")
    entered = desk.json(
        "agreement", "register", "Oakland PD", "--kind", "memorandum", "--to", "share",
        "--signed-by", "Chief of Police", "--signed", "2026-01-15", "--paper", letter(tmp_path),
        "--meets-standards",
    )  # fmt: skip
    assert entered["state"] == "in force"
    assert "Oakland PD" in desk.run("agreement", "list").output
    desk.run("agreement", "paper", "1", "--out", str(tmp_path / "read"))
    assert (tmp_path / "read" / "letter.pdf").is_file()
    assert "is ended" in desk.run("agreement", "end", "1", "--why", "No longer needed").output
    said = desk.run(
        "breach", "report", "--words", "A login from abroad", "--noticed", "2026-11-01 03:00"
    )
    assert "It goes by: Records Release and Maintenance Policy." in said.output
    assert "Administration Operations Commander, Custodian of Records" in said.output
    assert desk.json("breach", "list")[0]["words"] == "A login from abroad"


def test_the_public_page_is_one_file_beside_its_permits(desk: CommandLine, tmp_path: Path) -> None:
    desk.as_("chief")
    out = tmp_path / "website"
    made = desk.json("publish", "page", "--out", str(out))
    page = Path(made["file"])
    assert [path.name for path in out.iterdir()] == [page.name]
    assert hashlib.sha256(page.read_bytes()).hexdigest() == made["sha256"]
    assert "Administration Operations Commander" in page.read_text()
    assert made["sha256"] in desk.world.record(action="publish.made")[-1].elements
    year = desk.run("publish", "page", "--out", str(out), "--period", "2025").output
    assert "alpr-2025-01-01-2025-12-31.html" in year
    desk.run("publish", "page", "--out", str(out), "--period", "2099", ends=2)
    desk.run("publish", "page", "--out", str(out), "--permit", letter(tmp_path), ends=2)
    desk.as_("rivera")
    desk.run("publish", "page", "--out", str(tmp_path / "mine"), ends=3)
    assert not (tmp_path / "mine").exists()


def test_a_permit_goes_out_with_the_page_where_the_policy_says_so(tmp_path: Path) -> None:
    desk = CommandLine(tmp_path / "home", profile="clinton-ut")
    desk.world.member("chief", "supervisor")
    desk.world.camera("C4")
    paper = Path(letter(tmp_path))
    values = {
        "number": "UDOT 2026/118",
        "issued_by": "Utah Department of Transportation",
        "issued_on": dt.date(2026, 1, 5),
        "sha256": hashlib.sha256(paper.read_bytes()).hexdigest(),
        "camera_id": 1,
        "entered_by": 1,
        "entered_at": desk.world.clock(),
    }
    with desk.world.service.database.write() as connection:
        connection.execute(tables.metadata.tables["camera_permits"].insert(), values)
    desk.as_("chief")
    out = tmp_path / "website"
    assert "To be posted beside it" in desk.run("publish", "page", "--out", str(out)).output
    made = desk.json("publish", "page", "--out", str(out), "--permit", str(paper))
    assert made["permits"] == ["permits/UDOT-2026-118.pdf"]
    assert made["permits_missing"] == []
    assert (out / "permits" / "UDOT-2026-118.pdf").read_bytes() == paper.read_bytes()
    assert "beside this page: permits/UDOT-2026-118.pdf" in Path(made["file"]).read_text()
