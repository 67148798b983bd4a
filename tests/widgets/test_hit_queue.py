"""HitQueue: open hits, one shown when it is picked, its steps by buttons; what is refused shows its clause."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from world import World

from workbench.widgets import HitQueue
from workbench.widgets.desk import Desk
from workbench.widgets.hit_card import card, choices

COLUMNS = "Hot Plate;State;Alert;Remark"


@pytest.fixture
def town(tmp_path: Path) -> World:
    world = World(tmp_path / "home", now="2026-03-02 22:00")
    for username, role in (("ruiz", "administrator"), ("dana", "dispatcher")):
        world.member(username, role)
    world.camera("C4")
    ruiz, lists = world.login("ruiz"), world.service.hotlists
    lists.create(ruiz, "svs", title="Stolen", source="State", purpose="stolen-vehicle")
    path = tmp_path / "svs.csv"
    path.write_text(f"{COLUMNS}\n7ABX123;NV;<b>Stolen</b>;x\n5XYZ100;;Stolen;y\n")
    lists.import_file(ruiz, path, "svs")
    reads = tmp_path / "unit.csv"
    rows = [
        f"2026-03-02 21:1{n}:00-08:00,{plate},0.9,0.9,,"
        for n, plate in enumerate(("7abx123", "5xyz100"))
    ]
    reads.write_text(
        "timestamp,plate,score,dscore,model_make,source_url\n" + "\n".join(rows) + "\n"
    )
    assert world.service.ingest(ruiz, reads, camera="C4").hits == 2
    return world


def queue_of(town: World, username: str = "dana") -> HitQueue:
    panel = HitQueue(town.desk(username))
    panel.button.click()
    return panel


def press(panel: HitQueue, label: str) -> None:
    button = next(each for each in panel._buttons.children if each.description == label)
    button.click()


def labels(panel: HitQueue) -> list[str]:
    return [each.description for each in panel._buttons.children]


def test_the_queue_shows_no_plate_and_a_hit_only_when_it_is_picked(town: World) -> None:
    panel = queue_of(town)
    assert [number for _, number in panel.queue.options] == [2, 1]
    assert "7ABX123" not in str(panel.queue.options)
    assert town.record(action="hit.show") == []
    panel.queue.value = 1
    assert [line.phase for line in town.record(action="hit.show")] == ["intent", "outcome"]
    shown = panel._card.value
    assert "not by itself grounds for a stop" in shown
    assert (
        "&lt;b&gt;Stolen&lt;/b&gt;" in panel._listed.value
    )  # what a list says is text, never markup
    assert labels(panel) == ["Read rightly", "Misread", "Another state", "Close: dismiss"]


def test_a_hit_is_taken_through_its_steps_by_buttons(town: World) -> None:
    panel = queue_of(town)
    panel.queue.value = 1
    press(panel, "Read rightly")
    assert "misread ruled out" in panel.status.html
    press(panel, "Current")  # without time and reference
    assert "time and the reference" in panel.status.html
    panel.value = {"at": "2026-03-02 21:30", "reference": "88-1"}
    press(panel, "Current")
    assert "Close: correct, acted on" in labels(panel)
    press(panel, "Close: correct, acted on")
    assert "closed as correct" in panel.status.html
    assert [number for _, number in panel.queue.options] == [2]
    assert panel.view is None


def test_a_step_and_a_refresh_look_at_no_hit_by_themselves(town: World) -> None:
    def looks() -> int:
        return len([line for line in town.record(action="hit.show") if line.phase == "intent"])

    panel = queue_of(town)
    panel.queue.value = 1
    assert looks() == 1
    press(panel, "Read rightly")
    assert looks() == 2  # the same hit after its step
    hits = town.service.hotlists
    hits.rule_out(town.login("dana"), 2, outcome="right", saw="image")
    panel.button.click()
    assert panel.queue.value == 1
    assert panel.view.hit == 1
    assert looks() == 2


def test_a_refusal_shows_its_clause_and_nothing_changes(town: World) -> None:
    panel = queue_of(town)
    panel.queue.value = 2
    hits = town.service.hotlists
    hits.rule_out(town.login("dana"), 2, outcome="right", saw="image")  # somebody else was quicker
    press(panel, "Misread")
    assert "462.3(f)" in panel.status.html
    assert "taken already" in panel.status.html
    assert hits.hits_kept.get(2).plan.status == "misread ruled out"


def test_a_misread_can_only_be_closed_as_one(town: World) -> None:
    panel = queue_of(town)
    panel.queue.value = 1
    press(panel, "Misread")
    assert labels(panel) == ["Close: wrong plate"]


def test_who_may_not_see_hits_sees_the_refusal(town: World) -> None:
    panel = queue_of(town, "ruiz")
    assert panel.queue.options == ()
    assert "None of your roles" in panel.status.html


def test_a_locked_desk_shows_nothing(town: World) -> None:
    desk = Desk.of(town.desk("dana"))
    panel = HitQueue(desk)
    panel.button.click()
    panel.queue.value = 1
    assert "7ABX123" in panel._card.value.replace(" ", "")
    desk.lock_up("It was locked.")
    assert panel.button.disabled
    assert panel.view is None
    assert panel._card.value.startswith('<p class="wbd-muted">')
    assert panel._listed.value == ""
    assert "hit" not in desk.remember()["hits"]


def test_the_card_draws_both_plates_and_marks_what_differs(town: World) -> None:
    view: Any = town.service.hotlists.show(town.login("dana"), 1)
    drawn = str(card(view))
    assert drawn.count("<svg") == 2
    assert 'class="unknown"' in drawn or 'class="differs"' in drawn
    assert [choice.step for choice in choices(view)] == ["rule-out"] * 3 + ["close"]
