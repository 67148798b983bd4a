"""``workbench unit`` and ``workbench warrant``, and what doctor says of units."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest
from registers_desk import CommandLine
from world import ZONE

from workbench.cli.doctor import examine
from workbench.models import Qualification


@pytest.fixture
def desk(tmp_path: Path) -> CommandLine:
    desk = CommandLine(tmp_path / "home", profile="seal-beach-ca")
    desk.world.member("park", "supervisor")
    return desk


def ago(days: int) -> str:
    return (dt.datetime.now(ZONE).date() - dt.timedelta(days=days)).isoformat()


def test_a_unit_from_its_entry_to_its_end(desk: CommandLine) -> None:
    desk.run("unit", "add", "M1", "--vehicle", "patrol car 12", "--since", ago(10))
    assert "no such" in desk.run("unit", "dock", "M9", ends=2).output
    (shown,) = desk.json("unit", "list")["units"]
    assert (shown["unit"]["vehicle"], shown["silent"], shown["overdue"]) == (
        "patrol car 12", True, False,
    )  # fmt: skip
    assert "nothing received" in desk.run("unit", "list").output
    desk.run("unit", "retire", "M1", "--why", "sold")
    assert desk.json("unit", "list")["units"] == []


def test_overdue_units_end_with_exit_code_1_and_doctor_says_so(desk: CommandLine) -> None:
    desk.run("unit", "add", "M1", "--since", ago(40))
    assert "overdue by 10 days" in desk.run("unit", "overdue", ends=1).output
    assert [each["unit"]["code"] for each in desk.json("unit", "overdue", ends=1)] == ["M1"]
    found = [each for each in examine(desk.home) if each.check == "units"]
    assert [each.state for each in found] == ["fail", "note"]
    assert "M1 by 10 days" in found[0].found


def test_undocking_asks_for_a_permission(desk: CommandLine) -> None:
    desk.run("unit", "add", "M1", "--since", ago(1))
    said = desk.run("unit", "undock", "M1", ends=3).output
    assert "No permission" in said
    now = dt.datetime.now(ZONE)
    desk.as_("park")
    until = (now + dt.timedelta(hours=8)).isoformat()
    desk.run(
        "unit", "permit", "M1", "--given-by", "Cmdr. Lee Park",
        "--from", (now + dt.timedelta(seconds=30)).isoformat(), "--until", until,
    )  # fmt: skip
    desk.as_("okafor")
    assert "found" in desk.run("unit", "undock", "--help").output
    desk.run("unit", "undock", "M1", "--found", "--note", "seen in the yard")
    (move,) = desk.json("unit", "moves")
    assert (move["kind"], move["permitted"]) == ("undocked", False)
    found = [each for each in examine(desk.home) if each.check == "undocking"]
    assert [each.state for each in found] == ["note"]


def test_downloads_that_need_a_look(desk: CommandLine) -> None:
    assert desk.json("unit", "downloads") == []
    assert "proves nothing by itself" in desk.run("unit", "downloads").output


def test_an_order_from_its_entry_to_its_end(tmp_path: Path) -> None:
    desk = CommandLine(tmp_path / "home", profile="clinton-ut")
    desk.world.service.people.qualify(
        "okafor", Qualification("training", dt.date.fromisoformat(ago(3)))
    )
    paper = tmp_path / "order.pdf"
    paper.write_text("an order")
    reads = tmp_path / "lot.csv"
    reads.write_text(
        f"timestamp,plate,score,dscore,model_make,source_url\n{ago(2)} 20:10:00,7ABX123,0.9,0.9,,\n"
    )
    desk.world.camera("C26")
    load = (
        "ingest",
        str(reads),
        "--camera",
        "C26",
        "--private",
        "--source-agency",
        "Mercado Plaza",
    )
    refused = desk.run(*load, ends=3).output
    assert "Utah Code 41-6a-2005" in refused
    looked = desk.run(*load, "--dry-run", ends=3).output  # not even shown
    assert "7ABX123" not in looked
    refusals = desk.world.record(action="ingest", outcome="refused")
    assert ["dry_run" in line.elements for line in refusals] == [False, True]
    (said,) = json.loads(desk.run(*load, "--json", ends=3).stdout)
    assert (said["status"], said["clause"]) == ("refused", "426.3.1")
    desk.run(
        "warrant", "add", "26-SW-0147", str(paper), "--court", "Second District Court",
        "--source", "Mercado Plaza", "--from", ago(7), "--until", ago(0), "--issued", ago(1),
    )  # fmt: skip
    assert json.loads(desk.run(*load, "--json").stdout)[0]["accepted"] == 1
    (order,) = desk.json("warrant", "list")
    assert (order["number"], order["reads"], order["kind"]) == ("26-SW-0147", 1, "warrant")
    desk.run("warrant", "withdraw", "26-SW-0147", "--why", "quashed")
    assert "withdrawn" in desk.run("warrant", "list").output


def test_permits_of_cameras(tmp_path: Path) -> None:
    desk = CommandLine(tmp_path / "home", profile="clinton-ut")
    desk.world.camera("C4")
    assert desk.json("camera", "permits") == {"permits": [], "missing": ["C4"]}
    desk.run("camera", "permit", "C4", "SUP-26-004", "--issued-by", "DOT", "--issued", ago(3))
    assert desk.json("camera", "permits")["missing"] == []
    assert "SUP-26-004" in desk.run("camera", "permits").output


def test_private_reads_from_before_the_policy_asked_for_an_order_are_noted(tmp_path: Path) -> None:
    desk = CommandLine(tmp_path / "home", profile="clinton-ut")
    desk.run("camera", "add", "C26", "--at", "36.58", "-120.25", "--private")

    def noted() -> list[str]:
        return [each.found for each in examine(desk.home) if each.check == "private reads"]

    assert noted() == []
    desk.world.read("7ABX123", camera="C26", at=f"{ago(5)} 20:10", governmental=False)
    (said,) = noted()
    assert said.startswith("1 reads of private cameras are here, and 0")
