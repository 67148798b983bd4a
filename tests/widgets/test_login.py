"""Logging in at the desk, locking it, going on; and that no token and no password ever travels."""

from __future__ import annotations

import datetime as dt
import threading
from pathlib import Path
from typing import Any

import pytest
from ipywidgets.widgets import widget
from world import PASSWORD, REASON, World

from workbench.client import Door
from workbench.errors import NotLoggedIn
from workbench.keeping import keep_token, kept_token
from workbench.widgets.desk import Desk
from workbench.widgets.login import LoginPanel, _Password
from workbench.widgets.session_watch import SessionWatch, seconds_words

PATIENCE_S = 20.0


@pytest.fixture
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.delenv("WORKBENCH_SESSION_FILE", raising=False)
    world = World(tmp_path / "home")
    world.member("sato", "analyst")
    return world


def panel_of(world: World) -> LoginPanel:
    return LoginPanel(door=Door(world.service))


def log_in(panel: LoginPanel, username: str = "rivera", password: str = PASSWORD) -> None:
    panel.username.value, panel.password.value = username, password
    panel.enter.click()


def everything_sent() -> str:
    """Return the state of every widget there is, as the browser gets it."""
    return repr([each.get_state() for each in list(widget._instances.values())])


def test_name_and_password_open_the_desk(town: World) -> None:
    panel = panel_of(town)
    assert panel.form in panel.children
    log_in(panel)
    assert panel.result is not None
    assert panel.desk.bench.member.username == "rivera"
    assert panel.form not in panel.children
    assert panel.bar in panel.children
    assert "Rivera" in panel.who.value
    panel.close()


def test_the_password_box_is_emptied_whether_it_was_right_or_not(town: World) -> None:
    panel = panel_of(town)
    log_in(panel, password="wrong-horse-7-staple")
    assert panel.password.value == ""
    assert panel.result is None
    assert "The name or the password is wrong" in panel.status.html
    assert panel.value == {"username": "rivera"}
    log_in(panel)
    assert panel.password.value == ""
    panel.close()


def test_no_token_and_no_password_is_in_any_widget(town: World) -> None:
    panel = panel_of(town)
    log_in(panel)
    token = panel.desk.bench._token
    sent = everything_sent()
    assert "Rivera" in sent
    assert token not in sent
    assert PASSWORD not in sent
    panel.lock_button.click()
    assert token not in everything_sent()
    panel.close()


def test_a_session_that_cannot_be_looked_up_leaves_the_form(
    town: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_settings: Any) -> str:
        raise PermissionError("token")

    monkeypatch.setattr("workbench.client.kept_token", broken)
    panel = LoginPanel(door=Door(town.service))
    assert panel.form in panel.children
    assert "PermissionError" in panel.status.html
    assert panel.go_on.layout.display == "none"


def test_the_password_is_not_sent_back_to_the_browser() -> None:
    assert _Password.class_traits()["value"].metadata["echo_update"] is False


def test_no_file_is_left(town: World) -> None:
    panel = panel_of(town)
    log_in(panel)
    token = panel.desk.bench._token
    assert kept_token(town.settings) is None
    for path in town.settings.home.rglob("*"):
        assert not path.is_file() or token.encode() not in path.read_bytes()
    panel.close()


def test_enter_in_the_password_box_logs_in(town: World) -> None:
    panel = panel_of(town)
    panel.username.value, panel.password.value = "rivera", PASSWORD
    panel.password._handle_custom_msg({"event": "submit"}, [])
    assert panel.result is not None
    panel.close()


def test_an_empty_box_is_no_failed_attempt(town: World) -> None:
    panel = panel_of(town)
    panel.enter.click()
    assert "Type your username" in panel.status.html
    assert town.record(action="login.failed") == []


def test_a_kept_session_is_offered_once(town: World) -> None:
    keep_token(town.settings, town.login("rivera"))
    panel = panel_of(town)
    assert panel.go_on.description == "Continue as Rivera"
    panel.go_on.click()
    assert panel.desk.bench.member.username == "rivera"
    panel.lock_button.click()
    assert panel.go_on.layout.display == "none"
    panel.go_on.click()
    assert panel.result is None
    panel.close()


def test_somebody_else_can_log_in_beside_a_kept_session(town: World) -> None:
    kept = town.login("rivera")
    keep_token(town.settings, kept)
    panel = panel_of(town)
    log_in(panel, "sato")
    assert panel.desk.bench.member.username == "sato"
    panel.lock_button.click()
    assert kept_token(town.settings) == kept
    panel.close()


def test_locking_ends_the_session_and_keeps_what_is_typed(town: World) -> None:
    panel = panel_of(town)
    log_in(panel)
    bench, panel.desk.start = panel.desk.bench, "2026-03-02 21:00"
    panel.lock_button.click()
    assert panel.desk.locked
    assert panel.result is None
    assert panel.form in panel.children
    assert "The desk is locked" in panel.heading.value
    assert panel.username.value == "rivera"
    with pytest.raises(NotLoggedIn):
        bench.time_left()
    log_in(panel)
    assert not panel.desk.locked
    assert panel.desk.start == "2026-03-02 21:00"
    panel.close()


def test_another_member_finds_an_empty_desk(town: World) -> None:
    panel = panel_of(town)
    shown: list[str] = ["a result"]
    panel.desk.register("box", get=dict, put=lambda _: None, forget=shown.clear)
    log_in(panel)
    panel.desk.start = "2026-03-02 21:00"
    panel.desk.case = panel.desk.bench.case(town.case_number, purpose="homicide", reason=REASON)
    panel.lock_button.click()
    assert shown
    log_in(panel, "sato")
    assert (panel.desk.start, panel.desk.case, shown) == ("", None, [])
    panel.close()


def test_logging_out_empties_the_desk(town: World) -> None:
    panel = panel_of(town)
    log_in(panel)
    panel.desk.start = "2026-03-02 21:00"
    panel.out_button.click()
    assert (panel.desk.start, panel.desk.bench, panel.desk.locked) == ("", None, False)
    assert "Log in" in panel.heading.value
    assert [line.username for line in town.record(action="logout")] == ["rivera"]


def test_the_desk_locks_by_itself_without_a_browser(town: World) -> None:
    panel = panel_of(town)
    log_in(panel)
    locked = threading.Event()
    panel.desk.observe(lambda change: locked.set() if change["new"] else None, "locked")
    town.clock.forward(minutes=town.service.profile.accounts.idle_minutes)
    assert panel._watch is not None
    panel._watch.soon()
    assert locked.wait(PATIENCE_S)
    assert "idle for" in panel.desk.why_locked
    assert panel.form in panel.children
    panel.close()


def test_a_minute_before_it_says_so_and_stay_averts_it(town: World) -> None:
    panel = panel_of(town)
    log_in(panel)
    minutes = town.service.profile.accounts.idle_minutes
    town.clock.forward(minutes=minutes, seconds=-40)
    watch = panel._watch
    assert watch is not None
    watch.look()
    assert "Locks in 40 seconds" in panel.warning.value
    assert panel.stay in panel.bar.children
    panel.stay.click()
    watch.look()
    assert panel.warning.value == ""
    assert panel.stay not in panel.bar.children
    assert panel.desk.bench.time_left() == dt.timedelta(minutes=minutes)
    panel.close()


def test_using_the_desk_averts_it_too(town: World) -> None:
    panel = panel_of(town)
    log_in(panel)
    minutes = town.service.profile.accounts.idle_minutes
    town.clock.forward(minutes=minutes, seconds=-40)
    panel.desk._touched = 0.0
    panel.desk.touch()
    assert panel.desk.bench.time_left() == dt.timedelta(minutes=minutes)
    panel.close()


def test_an_account_that_is_disabled_meanwhile_locks_the_desk(town: World) -> None:
    panel = panel_of(town)
    log_in(panel)
    town.service.disable_member(town.admin, "rivera", "left the agency")
    assert panel._watch is not None
    panel._watch.look()
    assert panel.desk.locked
    panel.close()


def test_a_home_that_is_none_is_told_in_the_panel(tmp_path: Path) -> None:
    panel = LoginPanel(home=tmp_path / "nowhere")
    assert panel.enter.disabled
    assert panel.status.html
    assert panel.form in panel.children


def test_a_panel_may_share_a_desk(town: World) -> None:
    desk = Desk()
    panel = LoginPanel(desk, door=Door(town.service))
    log_in(panel)
    assert desk.bench is panel.result
    panel.close()


def test_the_watch_rests_while_there_is_time() -> None:
    said: list[Any] = []
    watch = SessionWatch(lambda: dt.timedelta(minutes=10), said.append, said.append)
    assert watch.look() == 30.0
    assert said == []


def test_the_watch_looks_just_when_the_last_minute_begins() -> None:
    watch = SessionWatch(lambda: dt.timedelta(seconds=70), print, print)
    assert watch.look() == pytest.approx(10.2)


def test_a_busy_database_does_not_end_the_watch() -> None:
    looks: list[int] = []
    again, ended = threading.Event(), threading.Event()

    def time_left() -> dt.timedelta:
        looks.append(1)
        if len(looks) == 1:
            again.set()
            raise OSError
        raise NotLoggedIn("idle")

    watch = SessionWatch(time_left, print, lambda _: ended.set())
    watch.start()
    assert again.wait(PATIENCE_S)
    watch.soon()
    assert ended.wait(PATIENCE_S)


@pytest.mark.parametrize(
    ("seconds", "words"), [(60, "60 seconds"), (1, "1 second"), (0, "1 second")]
)
def test_time_left_in_words(seconds: float, words: str) -> None:
    assert seconds_words(seconds) == words
