"""A purge takes what is due and leaves what is held, in every table that knows of it, on both databases."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from custody_town import SCENE, Town
from world import REASON

from workbench.errors import BadInput, Refused
from workbench.models import Scene
from workbench.records import hotlist_tables, tables
from workbench.records.custody_tables import holds, purge_files, purge_steps
from workbench.records.database import Database

OLD, OLDER, NEW = "2025-01-20 09:00", "2024-12-03 23:30", "2025-09-01 09:00"


@pytest.fixture
def town(tmp_path: Path, database: Database) -> Iterator[Town]:
    town = Town(tmp_path, database)
    yield town
    town.service.close()


def test_what_is_due_goes_and_what_is_younger_stays(town: Town) -> None:
    for at in (OLD, OLDER, NEW):
        town.read("7ABX123", at=at)
    town.read("6KLM880", at=OLDER)
    made = town.purge()
    assert town.plates() == ["7ABX123"]
    assert town.known() == {"7ABX123": 1}
    assert town.days() == {"2025-09-01": 1}
    assert made["destroyed"]["reads"] == 3
    assert made["destroyed"]["plates"] == 1
    (row,) = town.rows(tables.plates.c.first_at, tables.plates.c.last_at)
    assert row.first_at == row.last_at


def test_an_hour_short_of_the_minimum_a_day_stays_whole(town: Town) -> None:
    """Now is noon of March 10, 2026: the morning of March 10, 2025 has passed its year, its evening has not."""
    town.read("7ABX123", at="2025-03-10 08:00")
    town.read("6KLM880", at="2025-03-09 23:59")
    town.purge()
    assert town.plates() == ["7ABX123"]
    town.clock.forward(days=1)
    town.purge()
    assert town.plates() == []


def test_holds_keep_by_plate_camera_place_and_time(town: Town) -> None:
    town.read("PLATE1", at=OLD)
    town.read("OTHER1", at=OLD, candidates=json.dumps([["PLATE1", 0.3]]))
    town.read("GONE1", at=OLD)
    town.read("CAMERA1", at=OLD, camera="C9")
    town.read("AREA1", at=OLDER, latitude=36.7000, longitude=-120.2000)
    town.read("EDGE1", at=OLDER, latitude=36.7000, longitude=-120.1900)  # some 900 m off
    town.read("TIME1", at="2024-06-01 10:00")
    town.read("TIME2", at="2024-06-01 11:00")
    town.hold(plates=["plate-1"])
    town.hold(cameras=["C9"])
    town.hold(area=Scene(36.7000, -120.2000, 500.0))
    town.hold(start="2024-06-01 09:30", end="2024-06-01 11:00")
    made = town.purge()
    assert town.plates() == ["AREA1", "CAMERA1", "OTHER1", "PLATE1", "TIME1"]
    assert town.known() == dict.fromkeys(town.plates(), 1)
    assert sum(town.days().values()) == 5
    assert [each["reads"] for each in made["held"]] == [2, 1, 1, 1]


def test_a_hold_by_case_keeps_what_was_searched_for_it(town: Town) -> None:
    town.read("7ABX123", at=OLD)
    town.read("6KLM880", at=OLD, camera="C9")
    town.read("5ZZZ999", at=OLDER, camera="C9")
    town.read("4YYY888", at=OLDER)
    case = town.desk().case(town.case_number, purpose="homicide", reason=REASON)
    case.history("7ABX123", start="2025-01-20", end="2025-01-21")
    case.canvass(scene=SCENE, radius_m=300, start="2024-12-03 20:00", end="2024-12-04 02:00")
    town.hold(case_number=town.case_number, searches=True)
    town.purge()
    assert town.plates() == ["4YYY888", "7ABX123"]


def test_a_read_whose_place_nobody_knows_is_held_with_an_area(town: Town) -> None:
    blind = town._insert(
        tables.cameras, code="M1", name="unit", kind="mobile", governmental=True, registered=True
    )
    read = town.read("NOWHERE", at=OLD)
    town.read("GONE1", at=OLD)
    with town.service.database.write() as connection:
        connection.execute(
            tables.reads.update()
            .where(tables.reads.c.id == read)
            .values(camera_id=blind, latitude=None, longitude=None, cell=None)
        )
    town.hold(area=Scene(36.7, -120.2, 500.0))
    town.purge()
    assert town.plates() == ["NOWHERE"]


def test_a_released_hold_keeps_nothing_and_forgets_its_plates(town: Town) -> None:
    town.read("7ABX123", at=OLD)
    hold = town.hold(plates=["7ABX123"])
    town.holds.ask_release(town.login("sato"), hold.id, "Trial is over")
    town.purge()
    assert town.plates() == ["7ABX123"]  # asked for is not released
    town.holds.confirm_release(town.login("lund"), hold.id)
    town.purge()
    assert town.plates() == []
    (row,) = town.rows(holds.c.plates, holds.c.status)
    assert (row.plates, row.status) == ("", "released")


def test_pictures_and_reject_files_go_with_their_reads(town: Town) -> None:
    home = town.settings.home
    pictures = home / "images"
    pictures.mkdir()
    for name in ("a1.jpg", "b2.jpg", "c3.jpg"):
        (pictures / name).write_bytes(b"picture " + name.encode())
    town.read("GONE1", at=OLD, image="a1.jpg")
    town.read("GONE2", at=OLD, image="b2.jpg")
    town.read("STAYS", at=NEW, image="b2.jpg")  # the same picture, by its hash
    rejects = home / "rejects" / "000001-day.rejects.jsonl"
    rejects.write_text('{"workbench_rejects": 1}\n{"text": "GONE9"}\n')
    long_ago = tables.from_micros(tables.to_micros(town.clock()) - 400 * 86_400_000_000)
    with town.service.database.write() as connection:
        connection.execute(
            tables.transfers.update().values(reject_file=rejects.name, began_at=long_ago)
        )
    made = town.purge()
    assert sorted(each.name for each in pictures.iterdir()) == ["b2.jpg", "c3.jpg"]
    assert not rejects.exists()
    assert [each["kind"] for each in made["files"]] == ["image", "rejects"]
    assert all(len(each["sha256"]) == 64 for each in made["files"])
    assert {row.status for row in town.rows(purge_files.c.status)} == {"destroyed"}
    (row,) = town.rows(tables.transfers.c.reject_file)
    assert row.reject_file == ""


def test_a_hold_keeps_the_reject_file_that_may_hold_its_plate(town: Town) -> None:
    town.read("GONE1", at=OLD)
    rejects = town.settings.home / "rejects" / "000001-day.rejects.jsonl"
    rejects.write_text('{"workbench_rejects": 1}\n{"text": "7abx 123, no time"}\n')
    long_ago = tables.from_micros(tables.to_micros(town.clock()) - 400 * 86_400_000_000)
    with town.service.database.write() as connection:
        connection.execute(
            tables.transfers.update().values(reject_file=rejects.name, began_at=long_ago)
        )
    town.hold(plates=["7ABX123"])
    town.purge()
    assert rejects.exists()


def test_the_plate_index_forgets_what_is_gone(town: Town) -> None:
    town.read("7ABX123", at=OLD)
    town.read("7ABX124", at=NEW)
    case = town.desk().case(town.case_number, purpose="homicide", reason=REASON)
    window = {"start": "2025-01-01", "end": "2025-12-01"}
    assert set(case.partial("7ABX12?", seen_by="camera", **window)["plate"]) == {
        "7ABX123",
        "7ABX124",
    }
    index = town.settings.plate_index
    assert town.indexed() == {"7ABX123", "7ABX124"}
    town.purge()
    assert not index.exists()
    assert set(case.partial("7ABX12?", seen_by="camera", **window)["plate"]) == {"7ABX124"}
    assert town.indexed() == {"7ABX124"}


def test_an_index_from_before_a_step_is_never_used_after_it(town: Town) -> None:
    """Another process may put its index back after the purge has removed it."""
    town.read("7ABX123", at=OLD)
    town.read("7ABX124", at=NEW)
    case = town.desk().case(town.case_number, purpose="homicide", reason=REASON)
    window = {"start": "2025-01-01", "end": "2025-12-01"}
    case.partial("7ABX12?", seen_by="camera", **window)
    stale = town.settings.plate_index.read_bytes()
    town.purge()
    town.settings.plate_index.write_bytes(stale)
    case.partial("7ABX12?", seen_by="camera", **window)
    assert town.indexed() == {"7ABX124"}


def test_hits_go_with_their_reads_and_stay_with_held_ones(town: Town) -> None:
    town.hit(town.read("GONE1", at=OLD), at=OLD)
    stays = {
        town.hit(town.read("HELD1", at=OLD), at=OLD),
        town.hit(town.read("YOUNG1", at=NEW), at=NEW),
    }
    town.hold(plates=["HELD1"])
    made = town.purge()
    assert made["destroyed"]["hits"] == 1
    assert {row.id for row in town.rows(hotlist_tables.hits.c.id)} == stays
    assert {row.hit_id for row in town.rows(hotlist_tables.hit_acts.c.hit_id)} == stays
    town.hit(999_999, at=OLD)  # raised while its read was being destroyed
    assert town.purge()["destroyed"] == {
        "reads": 0, "plates": 0, "hits": 1, "files": 0, "first": None, "last": None
    }  # fmt: skip
    assert {row.id for row in town.rows(hotlist_tables.hits.c.id)} == stays


def test_everything_is_on_the_record_and_the_record_holds(town: Town) -> None:
    town.read("7ABX123", at=OLD)
    town.hold(plates=["6KLM880"])
    made = town.purge()
    actions = [line.action for line in town.record(outcome="ok")]
    for action in ("hold.add", "retention.request", "retention.approve", "retention.step"):
        assert action in actions
    (line,) = town.record(action="retention.certificate")
    assert json.loads(line.elements)["certificate_sha256"] == made["sha256"]
    assert line.rows == 1
    assert town.service.audit_verify().ok
    for line in town.record():
        assert "7ABX123" not in line.elements
        assert "6KLM880" not in line.elements  # a hold's plates stand in its row, not on the record


def test_nothing_due_makes_no_certificate(town: Town) -> None:
    town.read("7ABX123", at=NEW)
    order = town.order()
    assert town.purge(order) is None
    assert town.rows(purge_steps.c.id) == []


def test_only_through_what_the_order_says(town: Town) -> None:
    town.read("7ABX123", at=OLDER)
    town.read("6KLM880", at=OLD)
    town.purge(town.order(through="2025-01-01"))
    assert town.plates() == ["6KLM880"]


def test_an_order_is_approved_by_others_and_by_each_once(town: Town) -> None:
    order = town.order(approved=False)
    with pytest.raises(Refused, match="lacks: approval of the City Council; written consent"):
        town.purge(order)
    with pytest.raises(Refused):
        town.approve(order, "governing-body", "ruiz")  # the role, and their own request
    town.approve(order, "governing-body", "sato")
    with pytest.raises(Refused, match="another person"):
        town.approve(order, "attorney", "sato")
    with pytest.raises(BadInput, match="entered already"):
        town.approve(order, "governing-body", "lund")
    with pytest.raises(BadInput, match="no such approval"):
        town.approve(order, "mayor", "lund")
    with pytest.raises(Refused, match="lacks: written consent"):
        town.purge(order)
    town.approve(order, "attorney", "lund")
    assert town.purge(order) is None  # it runs, and nothing is due


def test_nobody_approves_what_they_asked_for(town: Town) -> None:
    town.member("both", "administrator", "supervisor")
    order = town.retention.request(town.login("both"), why="Yearly destruction").id
    with pytest.raises(Refused, match="they asked for"):
        town.approve(order, "governing-body", "both")
    assert [line.detail for line in town.record(action="retention.approve")] == ["four-eyes"]


def test_an_order_expires_and_can_be_withdrawn(town: Town) -> None:
    order = town.order()
    town.days_pass(91)
    with pytest.raises(Refused, match="expired"):
        town.purge(order)
    order = town.order()
    town.retention.withdraw(town.login("ruiz"), order)
    with pytest.raises(Refused, match="withdrawn"):
        town.purge(order)


@pytest.mark.parametrize(
    "change",
    ["UPDATE retention_approvals SET reference = ''", "DELETE FROM retention_approvals"],
)
def test_an_approval_cannot_be_changed_in_the_database(town: Town, change: str) -> None:
    town.order()
    with pytest.raises(sa.exc.DBAPIError), town.service.database.write() as connection:
        connection.execute(sa.text(change))


@pytest.mark.parametrize("who", ["rivera", "sato"])
def test_who_may_run_a_purge(town: Town, who: str) -> None:
    order = town.order()
    with pytest.raises(Refused, match="None of your roles"):
        town.retention.run(town.login(who), order)


def test_the_plan_changes_nothing_and_says_what_is_held(town: Town) -> None:
    town.read("7ABX123", at=OLD)
    town.read("6KLM880", at=OLD)
    town.hold(plates=["7ABX123"], case_number=town.case_number)
    plan = town.retention.plan(town.login("ruiz"))
    assert (plan.reads.due, plan.reads.held, plan.reads.to_go) == (2, 1, 1)
    assert "462.4" in plan.reads.citation
    assert plan.holds[0].reads == 1
    assert len(town.plates()) == 2
    names = [each.name for each in plan.classes]
    assert {"reads", "images", "hits", "training records", "access records"} <= set(names)
    town.days_pass(200)
    plan = town.retention.plan(town.login("ruiz"))
    assert "review overdue" in plan.holds[0].notes[0]
