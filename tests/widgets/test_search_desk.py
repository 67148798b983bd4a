"""All panels on one desk: hidden from a passer-by, there again for their member, and no secret in any of them."""

from __future__ import annotations

import datetime as dt
import threading
from pathlib import Path
from typing import Any

import ipywidgets
import pytest
import traitlets
from ipywidgets.widgets import widget
from world import PASSWORD, REASON, SCENE, ZONE, World

from workbench.client import Door
from workbench.widgets import search_desk
from workbench.widgets.desk import Desk
from workbench.widgets.search_desk import SearchDesk

PATIENCE_S = 60.0
HOUR = {"start": "2026-03-02 21:00", "end": "2026-03-02 22:00"}


class Plain(ipywidgets.VBox):
    """A panel that canvasses one place."""

    result = traitlets.Any(None, allow_none=True)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.text = ipywidgets.Text()
        self.children = [self.text]
        desk.register(f"plain {id(self)}", get=self.typed, put=self.put, forget=self.forget)

    def typed(self) -> dict[str, str]:
        return {"text": self.text.value}

    def put(self, given: Any) -> None:
        self.text.value = given.get("text", "")

    def forget(self) -> None:
        self.result = None

    @property
    def results(self) -> Any:
        return type("Results", (), {"trail": None})

    def search(self) -> None:
        if not self.desk.ready:
            return
        self.result = self.desk.case.canvass(scene=SCENE, radius_m=500, **HOUR)


@pytest.fixture
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.delenv("WORKBENCH_SESSION_FILE", raising=False)
    world = World(tmp_path / "home")
    world.camera("C4")
    world.read("7ABX123", camera="C4", at="2026-03-02 21:12")
    return world


@pytest.fixture
def plain(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every panel a plain one, so that the desk alone is tried."""
    monkeypatch.setattr(search_desk, "PANELS", dict.fromkeys(search_desk.PANELS, Plain))


def desk_of(world: World, **given: Any) -> SearchDesk:
    return SearchDesk(door=Door(world.service), **given)


def log_in(desk: SearchDesk, username: str = "rivera") -> None:
    desk.login.username.value, desk.login.password.value = username, PASSWORD
    desk.login.enter.click()


def take_up(desk: SearchDesk, world: World, reason: str = REASON) -> None:
    desk.case.value = {"number": world.case_number, "purpose": "homicide", "reason": reason}
    desk.case.take.click()


def on_screen(box: Any) -> list[Any]:
    """Return every widget that is shown, as the browser draws them."""
    return [box, *(each for child in getattr(box, "children", ()) for each in on_screen(child))]


def test_nobody_sees_more_than_the_log_in(town: World) -> None:
    desk = desk_of(town)
    assert desk.login in desk.children
    assert desk.case not in desk.children
    assert repr(desk) == "<SearchDesk closed>"


@pytest.mark.usefixtures("plain")
def test_a_member_sees_who_they_are_and_the_panels(town: World) -> None:
    desk = desk_of(town)
    log_in(desk)
    assert desk.login not in desk.children
    assert "Rivera" in desk.login.who.value
    assert "Santa Lucera" in desk.title.value
    assert desk.tabs.options == ("Partial plate", "Canvass", "Follow a vehicle", "Hits")
    desk.close()


@pytest.mark.usefixtures("plain")
def test_panels_are_made_when_they_are_looked_at(town: World) -> None:
    desk = desk_of(town)
    assert desk.panels == {}
    log_in(desk)
    assert list(desk.panels) == ["Partial plate"]
    desk.turn_to("Canvass")
    assert list(desk.panels) == ["Partial plate", "Canvass"]
    assert desk.front.children == (desk.panels["Canvass"],)
    assert '<p role="status">Canvass is in front</p>' in desk.in_front.value
    desk.close()


@pytest.mark.usefixtures("plain")
def test_a_locked_desk_shows_no_result_and_brings_it_back(town: World) -> None:
    desk = desk_of(town)
    log_in(desk)
    take_up(desk, town)
    desk.turn_to("Canvass")
    panel = desk.panels["Canvass"]
    panel.text.value = "half typed"
    panel.search()
    found = desk.result
    desk.login.lock_button.click()
    shown = on_screen(desk)
    assert panel not in shown
    assert desk.case not in shown
    assert desk.save not in shown
    log_in(desk)
    assert panel in on_screen(desk)
    assert panel.text.value == "half typed"
    assert desk.result is found
    assert desk.desk.ready
    desk.close()


@pytest.mark.usefixtures("plain")
def test_another_member_finds_neither_result_nor_words(town: World) -> None:
    town.member("sato", "analyst")
    desk = desk_of(town)
    log_in(desk)
    take_up(desk, town)
    panel = desk.panels["Partial plate"]
    panel.text.value = "half typed"
    panel.search()
    desk.login.lock_button.click()
    log_in(desk, "sato")
    assert panel.result is None
    assert panel.text.value == ""
    assert desk.case.value["reason"] == ""
    assert not desk.desk.ready
    desk.close()


@pytest.mark.usefixtures("plain")
def test_a_picked_vehicle_can_be_followed(town: World) -> None:
    desk = desk_of(town)
    log_in(desk)
    assert desk.follow.layout.display == "none"
    desk.desk.chosen = {"plate": "7ABX123", "state": "CA"}
    assert desk.follow.description == "Follow 7ABX123 on the map"
    desk.follow.click()
    assert desk.tabs.value == "Follow a vehicle"
    assert desk.follow.layout.display == "none"
    assert town.record(action="desk.failed") == []
    desk.close()


@pytest.mark.usefixtures("plain")
def test_a_panel_can_have_the_picked_vehicle_followed(town: World) -> None:
    """What the list of a partial plate calls: the trail comes to the front and searches."""
    desk = desk_of(town)
    log_in(desk)
    take_up(desk, town)
    desk.desk.follow()
    assert desk.tabs.value == "Partial plate"
    desk.desk.chosen = {"plate": "7ABX123", "state": "CA"}
    desk.desk.follow()
    assert desk.tabs.value == "Follow a vehicle"
    assert len(desk.result) == 1
    assert town.record(action="desk.failed") == []
    desk.close()


def test_reads_of_a_pick_are_followed_once_looked_up_and_a_pick_elsewhere_asks_anew(
    town: World,
) -> None:
    """What was picked elsewhere may be of another window: the reads at hand are not its own."""
    desk = desk_of(town)
    log_in(desk)
    take_up(desk, town)
    partial = desk.panels["Partial plate"]
    partial.value = {**HOUR, "pattern": "7ABX*"}
    partial.search()
    assert partial.wait(PATIENCE_S)
    partial.results.pick(1)
    assert partial.wait(PATIENCE_S)
    desk.desk.follow()
    assert desk.result is partial.results.trail
    asked = len(town.record(action="query.history"))
    desk.desk.chosen = dict(desk.desk.chosen)
    desk.desk.follow()
    assert desk.panels["Follow a vehicle"].worker.wait(PATIENCE_S)
    assert len(town.record(action="query.history")) == 2 * asked
    desk.close()


def test_a_panel_that_cannot_be_made_says_so_and_leaves_the_rest(
    town: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_desk: Desk) -> Any:
        raise OSError("7ABX123")

    panels = {"Partial plate": Plain, "Canvass": broken, "Follow a vehicle": Plain}
    monkeypatch.setattr(search_desk, "PANELS", panels)
    desk = desk_of(town)
    log_in(desk)
    desk.turn_to("Canvass")
    assert "Something went wrong in the search desk (OSError)" in desk.status.html
    assert "7ABX123" not in desk.status.html
    assert len(town.record(action="desk.failed")) == 1
    desk.turn_to("Follow a vehicle")
    assert list(desk.panels) == ["Partial plate", "Follow a vehicle"]
    assert desk.status.html == ""
    desk.close()


@pytest.mark.usefixtures("plain")
def test_what_is_typed_is_one_value(town: World) -> None:
    desk = desk_of(town)
    log_in(desk)
    take_up(desk, town)
    kept = desk.value
    assert kept["case"]["reason"] == REASON
    desk.value = {}
    assert desk.case.value["reason"] == ""
    desk.value = kept
    assert desk.case.value["reason"] == REASON
    assert PASSWORD not in repr(kept)
    desk.close()


def test_what_was_typed_is_set_in_panels_that_are_made_later(town: World) -> None:
    before = desk_of(town)
    log_in(before)
    before.turn_to("Follow a vehicle")
    before.panels["Follow a vehicle"].value = {"plate": "7ABX123", "state": "CA"}
    kept = before.value
    before.close()
    desk = desk_of(town)
    log_in(desk)
    desk.value = kept
    desk.turn_to("Follow a vehicle")
    assert desk.panels["Follow a vehicle"].value == kept["trail"]
    assert desk.value == kept
    desk.close()


def test_the_shipped_panels_open_and_hold_no_secret(town: World) -> None:
    """Every widget there is, in the state that the browser gets: no token, no password."""
    desk = desk_of(town)
    log_in(desk)
    take_up(desk, town)
    for title in search_desk.PANELS:
        desk.turn_to(title)
        assert desk.status.html == ""
    token = desk.desk.bench._token
    sent = repr([each.get_state() for each in list(widget._instances.values())])
    assert "Rivera" in sent
    assert token not in sent
    assert PASSWORD not in sent
    assert set(desk.panels) == set(search_desk.PANELS)
    desk.close()


def just_now() -> str:
    """Return the present time on the agency's clock: a report's kernel goes by the true one."""
    return dt.datetime.now(ZONE).strftime("%Y-%m-%d %H:%M")


# --- saving a report --------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("plain")
def test_there_is_nothing_to_save_before_a_search(town: World) -> None:
    desk = desk_of(town)
    log_in(desk)
    assert desk.save.button.disabled
    take_up(desk, town)
    assert desk.save.button.disabled
    assert "Search first" in desk.save.hint.value
    desk.panels["Partial plate"].search()
    assert not desk.save.button.disabled
    desk.case.change.click()
    desk.case.reason.value = ""
    assert desk.save.button.disabled
    desk.close()


@pytest.mark.usefixtures("plain")
def test_the_report_acts_for_the_member_and_leaves_no_token(
    town: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the runner gets: checked parameters without secret, and a private file that is gone afterwards."""
    got: dict[str, Any] = {}

    def run(report: str, parameters: dict[str, Any], **given: Any) -> Any:
        got.update(given, report=report, parameters=parameters)
        got["token"] = given["session_file"].read_text()
        given["progress"]("Canvass report", 3, 4)
        html = tmp_path / "canvass.html"
        html.write_text("the report")
        return type("Made", (), {"html": html, "record_id": 12})()

    monkeypatch.setattr("workbench.reporting.runner.run", run)
    desk = desk_of(town, reports=tmp_path / "reports")
    log_in(desk)
    take_up(desk, town)
    desk.panels["Partial plate"].search()
    desk.save.button.click()
    assert desk.save.worker.wait(PATIENCE_S)
    assert got["report"] == "canvass"
    assert got["parameters"]["reason"] == REASON
    assert got["parameters"]["latitude"] == SCENE[0]
    assert got["parameters"]["start"] == "2026-03-02T21:00:00-08:00"
    assert got["token"] == desk.desk.bench._token
    assert got["token"] not in repr(got["parameters"])
    assert not got["session_file"].exists()
    assert got["out"] == tmp_path / "reports"
    assert "canvass.html" in desk.save.status.html
    assert 'download="canvass.html"' in desk.save._copy.value
    desk.desk.clear()
    assert desk.save._copy.value == ""
    desk.close()


@pytest.mark.usefixtures("plain")
def test_a_report_that_fails_shows_its_next_step(
    town: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from workbench.errors import ReportFailed

    def run(*_: Any, **__: Any) -> Any:
        raise ReportFailed("The notebook did not run.", "Run `workbench doctor`.")

    monkeypatch.setattr("workbench.reporting.runner.run", run)
    desk = desk_of(town)
    log_in(desk)
    take_up(desk, town)
    desk.panels["Partial plate"].search()
    desk.save.button.click()
    assert desk.save.worker.wait(PATIENCE_S)
    assert "workbench doctor" in desk.save.status.html
    assert not desk.save.button.disabled
    desk.close()


@pytest.mark.usefixtures("plain")
def test_a_report_is_made_through_papermill_under_the_desk_s_own_session(tmp_path: Path) -> None:
    """The whole way, with the present time: a kernel of its own knows the session by its file alone."""
    world = World(tmp_path / "home", now=just_now())
    world.camera("C4")
    desk = desk_of(world, reports=tmp_path / "reports")
    log_in(desk)
    take_up(desk, world)
    end = world.clock()
    panel = desk.panels["Partial plate"]
    panel.result = desk.desk.case.canvass(
        scene=SCENE, radius_m=500, start=end - dt.timedelta(hours=1), end=end
    )
    desk.save.button.click()
    assert desk.save.worker.wait(PATIENCE_S)
    assert desk.save.result is not None, desk.save.status.html
    page = desk.save.result.html
    assert page.is_relative_to(tmp_path / "reports")
    assert "Rivera" in page.read_text()
    token = desk.desk.bench._token
    assert token not in page.read_text()
    assert token not in desk.save.result.notebook.read_text()
    (line,) = world.record(action="report.canvass")
    assert (line.outcome, line.username) == ("ok", "rivera")
    desk.close()


@pytest.mark.usefixtures("plain")
def test_a_report_under_way_can_be_cancelled(tmp_path: Path) -> None:
    world = World(tmp_path / "home", now=just_now())
    world.camera("C4")
    desk = desk_of(world, reports=tmp_path / "reports")
    log_in(desk)
    take_up(desk, world)
    end = world.clock()
    desk.panels["Partial plate"].result = desk.desk.case.canvass(
        scene=SCENE, radius_m=500, start=end - dt.timedelta(hours=1), end=end
    )
    shown = threading.Event()
    desk.save.status.observe(lambda _: shown.set(), "children")
    desk.save.button.click()
    assert shown.wait(PATIENCE_S)
    desk.save.worker.cancel()
    assert desk.save.worker.wait(PATIENCE_S)
    assert "Cancelled." in desk.save.status.html
    assert desk.save.result is None
    assert not list((tmp_path / "reports").rglob("*.html"))
    assert [line.outcome for line in world.record(action="report.canvass")] == ["failed"]
    desk.close()
