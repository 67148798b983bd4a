"""Taking up a case: what is missing is said as one types, searching waits, a change closes it again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from world import PASSWORD, REASON, World

from workbench.client import Door
from workbench.errors import Failed
from workbench.widgets.casework import CasePanel
from workbench.widgets.casework_rules import Typed, case_words, demanded, missing_words, notes
from workbench.widgets.desk import Desk
from workbench.widgets.login import LoginPanel


@pytest.fixture
def town(tmp_path: Path) -> World:
    return World(tmp_path / "home")


def panel_of(world: World) -> CasePanel:
    return CasePanel(world.desk())


def fill(panel: CasePanel, world: World, **other: str) -> None:
    panel.value = {"number": world.case_number, "purpose": "homicide", "reason": REASON, **other}


# --- the panel --------------------------------------------------------------------------------------------------


def test_an_empty_form_waits_and_says_what_for(town: World) -> None:
    panel = panel_of(town)
    assert panel.take.disabled
    assert not panel.desk.ready
    assert "case number is missing" in panel.desk.missing
    assert "No purpose was given" in panel.desk.missing


def test_what_is_wrong_with_an_empty_field_is_said_quietly(town: World) -> None:
    panel = panel_of(town)
    assert "wbd-note quiet" in panel.notes["reason"].value
    panel.reason.value = "test"
    assert "wbd-note wrong" in panel.notes["reason"].value


def test_grounds_that_do_open_the_button_and_the_case_opens_the_searches(town: World) -> None:
    panel = panel_of(town)
    fill(panel, town)
    assert not panel.take.disabled
    assert not panel.desk.ready
    panel.take.click()
    assert panel.desk.ready
    assert panel.result.grounds.case_number == town.case_number
    assert panel.desk.missing == ""
    assert [line.outcome for line in town.record(action="case.taken-up")] == ["ok"]


@pytest.mark.parametrize("reason", ["follow up", "test", "26-00417"])
def test_a_vague_reason_keeps_the_button_closed_and_says_why(town: World, reason: str) -> None:
    panel = panel_of(town)
    fill(panel, town, reason=reason)
    assert panel.take.disabled
    said = panel.notes["reason"].value
    assert "reason" in said.lower()
    assert "wbd-cite" in said
    assert panel.notes["purpose"].value == ""
    panel.take.click()
    assert panel.result is None
    assert town.record(action="case.taken-up") == []


def test_a_case_that_is_not_in_the_register_is_said_at_the_number(town: World) -> None:
    panel = panel_of(town)
    fill(panel, town, number="26-99999")
    assert "not in the register" in panel.notes["number"].value
    assert panel.take.disabled


def test_own_cases_are_suggested_and_described(town: World) -> None:
    town.case("26-00900", assigned=["rivera"], title="Shooting at Grand")
    panel = panel_of(town)
    assert set(panel.number.options) == {town.case_number, "26-00900"}
    fill(panel, town, number="26-00900")
    assert "Shooting at Grand" in panel.notes["number"].value


def test_purposes_are_the_policy_s(town: World) -> None:
    panel = panel_of(town)
    assert {value for _, value in panel.purpose.options} == {"", *panel.desk.bench.purposes()}


def test_a_change_drops_the_case(town: World) -> None:
    panel = panel_of(town)
    fill(panel, town)
    panel.take.click()
    panel.change.click()
    assert panel.form in panel.children
    assert panel.desk.ready
    panel.reason.value = REASON + ", second witness"
    assert panel.desk.case is None
    assert not panel.desk.ready
    panel.take.click()
    assert panel.desk.case.grounds.reason.endswith("second witness")


def test_another_case_drops_what_was_found_for_the_first(town: World) -> None:
    town.case("26-00900", assigned=["rivera"])
    panel, shown = panel_of(town), ["a result"]
    panel.desk.register("box", get=dict, put=lambda _: None, forget=shown.clear)
    fill(panel, town)
    panel.take.click()
    fill(panel, town, reason=REASON + ", second witness")
    panel.take.click()
    assert shown
    fill(panel, town, number="26-00900")
    panel.take.click()
    assert shown == []


def test_while_a_case_is_in_hand_one_line_says_so(town: World) -> None:
    panel = panel_of(town)
    fill(panel, town)
    panel.take.click()
    assert panel.line in panel.children
    assert panel.form not in panel.children
    assert town.case_number in panel.taken.value
    assert "dark sedan" in panel.taken.value


def test_a_missing_training_is_said_above_the_form(town: World) -> None:
    town.member("sato", "analyst", without=("training",))
    town.service.cases.assign(town.case_number, ["sato"], by=town.session(town.admin))
    panel = CasePanel(town.desk("sato"))
    fill(panel, town)
    assert panel.take.disabled
    assert "training" in panel.standing.value
    assert 'role="alert"' in panel.standing.value


def test_what_is_typed_cannot_bring_markup(town: World) -> None:
    panel = panel_of(town)
    fill(panel, town, reason=REASON + " <script>x</script>")
    panel.take.click()
    assert panel.result is not None
    assert "<script>" not in panel.taken.value


def test_a_desk_with_a_case_in_hand_shows_it(town: World) -> None:
    case = town.desk().case(town.case_number, purpose="homicide", reason=REASON)
    panel = CasePanel(Desk.of(case))
    assert panel.line in panel.children
    assert panel.value["reason"] == REASON


def test_a_policy_that_wants_crime_type_and_incident_asks_for_them(tmp_path: Path) -> None:
    world = World(tmp_path / "home", profile="seal-beach-ca")
    panel = panel_of(world)
    wanted = demanded(world.service.profile)
    for name, box in panel.extra.items():
        assert (box in panel._left.children) == (name in wanted)


# --- with the log in --------------------------------------------------------------------------------------------


def desk_with_log_in(world: World) -> tuple[LoginPanel, CasePanel]:
    login = LoginPanel(door=Door(world.service))
    panel = CasePanel(login.desk)
    log_in(login, "rivera")
    return login, panel


def log_in(login: LoginPanel, username: str) -> None:
    login.username.value, login.password.value = username, PASSWORD
    login.enter.click()


def test_a_change_drops_the_case_that_was_in_hand_before_the_panel(town: World) -> None:
    """Else searches would carry a reason that no longer stands there."""
    case = town.desk().case(town.case_number, purpose="homicide", reason=REASON)
    panel = CasePanel(Desk.of(case))
    assert panel.desk.case is case
    assert town.record(action="case.taken-up") == []
    panel.change.click()
    panel.reason.value = f"{REASON}, and another vehicle"
    assert panel.desk.case is None
    panel.take.click()
    assert panel.desk.case.grounds.reason.endswith("another vehicle")


def test_nobody_logged_in_keeps_it_closed(town: World) -> None:
    panel = CasePanel(LoginPanel(door=Door(town.service)).desk)
    fill(panel, town)
    assert panel.take.disabled
    assert town.record(action="case.taken-up") == []


def test_the_case_is_in_hand_again_after_the_same_member_comes_back(town: World) -> None:
    login, panel = desk_with_log_in(town)
    fill(panel, town)
    panel.take.click()
    shown = ["a result"]
    panel.desk.register("box", get=dict, put=lambda _: None, forget=shown.clear)
    login.lock_button.click()
    assert not panel.desk.ready
    assert panel.value["reason"] == REASON
    log_in(login, "rivera")
    assert panel.desk.ready
    assert panel.desk.case.bench is login.desk.bench
    assert shown
    login.close()


def test_half_a_reason_is_still_there_after_locking(town: World) -> None:
    login, panel = desk_with_log_in(town)
    fill(panel, town, reason="Shooting at 5th")
    login.lock_button.click()
    log_in(login, "rivera")
    assert panel.value["reason"] == "Shooting at 5th"
    assert panel.desk.case is None
    login.close()


def test_another_member_finds_an_empty_form(town: World) -> None:
    town.member("sato", "analyst")
    login, panel = desk_with_log_in(town)
    fill(panel, town)
    panel.take.click()
    login.lock_button.click()
    log_in(login, "sato")
    assert set(panel.value.values()) == {""}
    assert panel.desk.case is None
    assert panel.form in panel.children
    assert panel.number.options == ()
    assert REASON not in panel.taken.value
    login.close()


def test_a_case_that_is_no_longer_allowed_is_dropped_on_coming_back(town: World) -> None:
    login, panel = desk_with_log_in(town)
    fill(panel, town)
    panel.take.click()
    login.lock_button.click()
    town.service.cases.unassign(town.case_number, ["rivera"], by=town.session(town.admin))
    town.service.cases.close(town.case_number, by=town.session(town.admin))
    log_in(login, "rivera")
    allowed = login.desk.bench.check_grounds(panel._typed().grounds()).allowed
    assert panel.desk.ready == bool(allowed)
    login.close()


def test_a_case_that_cannot_be_taken_up_again_is_not_in_hand(
    town: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The case in hand before the lock asks under a session that is over."""
    login, panel = desk_with_log_in(town)
    fill(panel, town)
    panel.take.click()
    login.lock_button.click()

    def busy(*_: Any) -> None:
        raise Failed("The record is busy.", "Try again.")

    monkeypatch.setattr(town.service, "take_up", busy)
    log_in(login, "rivera")
    assert "The record is busy." in panel.status.html
    assert not panel.desk.ready
    monkeypatch.undo()
    panel.take.click()
    assert panel.desk.ready
    login.close()


# --- the logic --------------------------------------------------------------------------------------------------


def test_what_is_typed_is_stripped() -> None:
    assert Typed.of({"number": " 26-1 ", "reason": None}) == Typed(number="26-1")


def test_each_finding_stands_at_its_field(town: World) -> None:
    bench = town.desk()
    typed = Typed(number="x", purpose="", reason="test")
    said = notes(bench.check_grounds(typed.grounds()), typed)
    assert "wrong" in said["number"]
    assert "quiet" in said["purpose"]
    assert "wrong" in said["reason"]


def test_too_little_is_said_once_beside_what_else_is_wrong(town: World) -> None:
    typed = Typed(number=town.case_number, purpose="homicide", reason="follow up")
    said = notes(town.desk().check_grounds(typed.grounds()), typed)["reason"]
    assert said.count("says too little") == 1
    assert "stock words" in said
    assert said.count("what the reads should show") == 1


def test_nothing_missing_leads_to_the_button(town: World) -> None:
    typed = Typed(number=town.case_number, purpose="homicide", reason=REASON)
    assert missing_words(town.desk().check_grounds(typed.grounds())).startswith("Take up the case")


def test_a_case_of_others_is_not_described() -> None:
    assert case_words("26-1", []) == ""


def test_every_field_is_remembered(town: World) -> None:
    panel = panel_of(town)
    fill(panel, town)
    kept: dict[str, Any] = panel.desk.remember()
    panel.desk.clear()
    assert panel.value["reason"] == ""
    panel.desk.recall(kept)
    assert panel.value["reason"] == REASON
    assert panel.value["purpose"] == "homicide"
