"""``workbench hotlist`` and ``workbench hit``: from a list to a closed hit."""

from __future__ import annotations

import datetime as dt
import json
import stat
from pathlib import Path

import pytest
from registers_desk import CommandLine

COLUMNS = "Hot Plate;State;Alert;VIN;ExpiryDate"


@pytest.fixture
def desk(tmp_path: Path) -> CommandLine:
    desk = CommandLine(tmp_path / "home")
    for username, role in (
        ("ruiz", "administrator"),
        ("dana", "dispatcher"),
        ("moss", "detective"),
    ):
        desk.world.member(username, role)
    desk.world.camera("C4")
    desk.world.service.cases.assign(
        desk.world.case_number, ["moss"], by=desk.world.session(desk.world.admin)
    )
    return desk


def now(**ago: float) -> str:
    """Return a time of this machine's clock, which the commands go by."""
    return (dt.datetime.now(dt.UTC) - dt.timedelta(**ago)).isoformat(" ", "seconds")


def listed(desk: CommandLine, tmp_path: Path) -> None:
    desk.as_("ruiz")
    desk.run(
        "hotlist",
        "create",
        "svs",
        "--title",
        "Stolen",
        "--source",
        "State",
        "--purpose",
        "stolen-vehicle",
    )
    path = tmp_path / "svs.csv"
    path.write_text(f"{COLUMNS}\n7ABX123;CA;Stolen;V123;\n;CA;Stolen;;\n")
    said = desk.run("hotlist", "import", str(path), "--list", "svs", "--as-of", now(hours=1)).output
    assert "1 added, 0 taken off, 1 rejected; 1 entries count." in said
    assert "1 rejected: There is no plate." in said
    name = said.rsplit("rejects ", 1)[1].split()[0]
    assert desk.json("hotlist", "rejects", name) == [
        {"line": 3, "reason": "There is no plate.", "text": ";CA;Stolen;;"}
    ]


def transfer(desk: CommandLine, tmp_path: Path, *plates: str) -> str:
    path = tmp_path / "unit.csv"
    rows = [f"{now(minutes=30)},{plate.lower()},0.9,0.9,," for plate in plates]
    path.write_text("timestamp,plate,score,dscore,model_make,source_url\n" + "\n".join(rows) + "\n")
    desk.as_("ruiz")
    return desk.run("ingest", str(path), "--camera", "C4").output


def test_from_a_list_to_a_closed_hit(desk: CommandLine, tmp_path: Path) -> None:
    listed(desk, tmp_path)
    assert "1 hits on the hot lists. Next: workbench hit list" in transfer(
        desk, tmp_path, "7ABX123", "1AAA111"
    )
    desk.as_("dana")
    (row,) = desk.json("hit", "list")
    assert (row["status"], row["list"], row["camera"], row["near"]) == (
        "raised",
        "svs",
        "C4",
        False,
    )
    assert "7ABX123" not in desk.run("hit", "list").output
    shown = desk.run("hit", "show", "1").output
    assert "A hit is not by itself grounds for a stop." in shown
    assert "7ABX123" in shown
    assert "VIN V123" in shown
    assert "Clovis PD Policy 462.3(f)" in shown
    refused = desk.run("hit", "confirm", "1", "--at", now(), "--reference", "88-1", ends=3).output
    assert "not the next one" in refused
    assert "462.3(f)" in refused
    assert (
        "To do: confirm it in the state database."
        in desk.run("hit", "rule-out", "1", "--saw", "image").output
    )
    missing = desk.run("hit", "confirm", "1", ends=2).output
    assert "time and the reference" in missing
    desk.run("hit", "confirm", "1", "--at", now(minutes=1), "--reference", "88-1")
    plain = desk.json("hit", "show", "1")
    assert [step["state"] for step in plain["steps"]] == ["done", "done"]
    assert plain["steps"][1]["said"]["reference"] == "88-1"
    page = tmp_path / "hit.html"
    page.write_text("an older page")
    page.chmod(0o644)
    desk.run("hit", "show", "1", "--html", str(page))
    assert stat.S_IMODE(page.stat().st_mode) == 0o600
    assert "not by itself grounds for a stop" in page.read_text()
    assert (
        "closed as correct"
        in desk.run("hit", "close", "1", "--as", "correct", "--then", "acted-on").output
    )
    assert desk.json("hit", "list") == []
    assert len(desk.json("hit", "list", "--all")) == 1
    desk.as_("moss")
    desk.run("hit", "show", "1", ends=3)
    seen = desk.json(
        "hit", "show", "1", "--case", desk.world.case_number, "--purpose", "homicide",
        "--reason", "Shooting at 5th and Main, dark sedan seen leaving",
    )  # fmt: skip
    assert seen["disposition"] == "correct"


def test_a_misread_is_closed_as_one(desk: CommandLine, tmp_path: Path) -> None:
    listed(desk, tmp_path)
    transfer(desk, tmp_path, "7ABX123")
    desk.as_("dana")
    desk.run("hit", "rule-out", "1", "--saw", "image", "--misread", "--note", "an 8")
    assert (
        "cannot be closed as correct"
        in desk.run("hit", "close", "1", "--as", "correct", ends=3).output
    )
    done = desk.json("hit", "close", "1", "--as", "wrong-plate")
    assert (done["status"], done["disposition"], done["to_do"]) == ("closed", "wrong-plate", "")


def test_a_wanted_vehicle_by_hand_and_off_again(desk: CommandLine, tmp_path: Path) -> None:
    desk.as_("moss")
    given = (
        "--case",
        desk.world.case_number,
        "--requester",
        "Moss",
        "--source",
        "victim",
        "--purpose",
        "robbery",
    )
    until = (dt.datetime.now(dt.UTC) + dt.timedelta(days=2)).isoformat(" ", "seconds")
    desk.run("hotlist", "add", "8KLM456", *given, "--expires", until, "--make", "Ford")
    assert "1 hits" in transfer(desk, tmp_path, "8KLM456")
    desk.as_("moss")
    (row,) = desk.json("hotlist", "list")
    assert (row["code"], row["entries"], row["stale"]) == ("bolo", 1, False)
    desk.run("hotlist", "remove", "8KLM456", "--why", "Vehicle was recovered by patrol")
    assert desk.json("hotlist", "list")[0]["entries"] == 0
    desk.run("hotlist", "add", "8KLM456", *given, "--expires", "yesterday", ends=2)


def test_keys_expiry_and_matching_of_stored_reads(desk: CommandLine, tmp_path: Path) -> None:
    transfer(desk, tmp_path, "7ABX123")
    listed(desk, tmp_path)
    assert "Nothing has expired." in desk.run("hotlist", "expire").output
    assert "1 old keys are destroyed" in desk.run("hotlist", "rotate-key").output
    assert "Every transfer was matched." in desk.run("hotlist", "match", "--pending").output
    desk.as_("moss")
    assert desk.run("hotlist", "match", ends=2)
    given = (
        "--start",
        now(hours=2),
        "--end",
        now(),
        "--case",
        desk.world.case_number,
        "--purpose",
        "homicide",
    )
    desk.run("hotlist", "match", *given, ends=3)  # no reason
    said = desk.run(
        "hotlist", "match", *given, "--reason", "Shooting at 5th and Main, dark sedan seen"
    ).output
    assert "1 reads held against svs: 1 hits: 1." in said
    desk.run("hotlist", "rotate-key", ends=3)
    json.loads(desk.run("hit", "list", "--json").stdout)
