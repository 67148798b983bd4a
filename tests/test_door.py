"""A home opened by nobody yet: logging in, going on, logging out; grounds tried before anything is asked under them."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from world import PASSWORD, REASON, SCENE, World

import workbench
from workbench.client import Door
from workbench.errors import BadInput, LoginRefused, NotLoggedIn, Refused
from workbench.keeping import keep_token, kept_token
from workbench.models import Grounds

HOUR = {"start": "2026-03-02 21:00", "end": "2026-03-02 22:00"}


@pytest.fixture
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.delenv("WORKBENCH_SESSION_FILE", raising=False)
    return World(tmp_path / "home")


def grounds(world: World, **other: str) -> Grounds:
    return Grounds(
        **{"case_number": world.case_number, "purpose": "homicide", "reason": REASON, **other}
    )


def test_nobody_is_logged_in_by_opening_the_door(town: World) -> None:
    door = workbench.client.open_home(town.settings.home)
    assert door.settings.agency == town.settings.agency
    assert door.kept() is None
    assert town.record(action="login", username="rivera") == []
    door.close()


def test_name_and_password_give_a_bench_and_leave_no_file(town: World) -> None:
    door = Door(town.service)
    bench = door.login("rivera", PASSWORD)
    assert bench.member.username == "rivera"
    assert kept_token(town.settings) is None
    assert not list(town.settings.home.rglob("*.token"))


def test_a_wrong_password_is_refused_and_recorded(town: World) -> None:
    with pytest.raises(LoginRefused):
        Door(town.service).login("rivera", "wrong-horse-7-staple")
    assert len(town.record(action="login.failed")) == 1


def test_the_session_kept_on_this_machine_is_gone_on_with(town: World) -> None:
    door = Door(town.service)
    keep_token(town.settings, town.login("rivera"))
    town.clock.forward(minutes=5)
    member = door.kept()
    assert member is not None
    assert member.username == "rivera"
    bench = door.enter_kept()
    assert bench.time_left().total_seconds() == 60 * town.service.profile.accounts.idle_minutes


def test_asking_who_is_kept_does_not_extend_the_session(town: World) -> None:
    token = town.login("rivera")
    keep_token(town.settings, token)
    town.clock.forward(minutes=5)
    before = town.service.peek(token)[1]
    Door(town.service).kept()
    assert town.service.peek(token)[1] == before


def test_a_kept_session_that_has_ended_is_nobody_s(town: World) -> None:
    keep_token(town.settings, town.login("rivera"))
    town.clock.forward(minutes=town.service.profile.accounts.idle_minutes)
    assert Door(town.service).kept() is None
    with pytest.raises(NotLoggedIn):
        Door(town.service).enter_kept()


def test_logging_out_ends_the_session_and_forgets_only_its_own_file(town: World) -> None:
    kept = town.login("rivera")
    keep_token(town.settings, kept)
    door = Door(town.service)
    bench = door.login("rivera", PASSWORD)
    bench.log_out()
    with pytest.raises(NotLoggedIn):
        bench.time_left()
    assert kept_token(town.settings) == kept
    door.enter_kept().log_out()
    assert kept_token(town.settings) is None


def test_a_lent_session_is_a_private_file_that_is_gone_afterwards(town: World) -> None:
    bench = town.desk()
    with bench.lent_session() as path:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
        assert path.stat().st_uid == os.getuid()
        assert town.service.peek(path.read_text())[0].member.username == "rivera"
    assert not path.exists()
    assert not path.parent.exists()


# --- grounds ----------------------------------------------------------------------------------------------------


def test_grounds_that_do_are_allowed_and_leave_no_line_on_the_record(town: World) -> None:
    bench = town.desk()
    lines = len(town.record())
    check = bench.check_grounds(grounds(town))
    assert set(check.allowed) == {"query.partial", "query.canvass", "query.history"}
    assert check.refusals == ()
    assert len(town.record()) == lines


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"reason": "follow up"}, "reason.stock-words"),
        ({"reason": "test"}, "reason.stock-words"),
        ({"purpose": ""}, "purpose.none"),
        ({"purpose": "curiosity"}, "purpose.unknown"),
        ({"case_number": ""}, "case.number"),
        ({"case_number": "26-99999"}, "case.unknown"),
    ],
)
def test_what_is_wrong_is_found_with_clause_and_remedy(
    town: World, change: dict[str, str], code: str
) -> None:
    check = town.desk().check_grounds(grounds(town, **change))
    assert check.allowed == ()
    (found,) = [each for each in check.refusals if each.code == code]
    assert found.clause
    assert found.citation
    assert found.remedy


@pytest.mark.parametrize("change", [{}, {"reason": "test"}, {"case_number": "26-99999"}])
def test_what_is_tried_is_what_a_query_would_meet(town: World, change: dict[str, str]) -> None:
    """The same answer, from the same code: tried, and asked."""
    bench = town.desk()
    given = grounds(town, **change)
    case = bench.case(given.case_number, purpose=given.purpose, reason=given.reason)
    check = bench.check_grounds(given)
    if check.allowed:
        case.canvass(scene=SCENE, radius_m=300, **HOUR)
    else:
        with pytest.raises(Refused) as met:
            case.canvass(scene=SCENE, radius_m=300, **HOUR)
        assert met.value.reason == check.refusals[0].reason


def test_somebody_without_standing_learns_nothing_of_the_case(town: World) -> None:
    town.member("sato", "auditor")
    bench = town.desk("sato")
    check = bench.check_grounds(grounds(town, case_number="26-99999"))
    assert {each.code for each in check.refusals} == {"member.role"}
    assert bench.own_cases() == []


def test_a_missing_training_is_found_too(town: World) -> None:
    town.member("lindqvist", "analyst", without=("training",))
    town.service.cases.assign(town.case_number, ["lindqvist"], by=town.session(town.admin))
    check = town.desk("lindqvist").check_grounds(grounds(town))
    assert any(each.code.startswith("requirement.") for each in check.refusals)


def test_own_cases_are_the_open_ones_assigned(town: World) -> None:
    town.case("26-00999")
    town.case("26-00998", assigned=["rivera"])
    town.service.cases.close("26-00998", by=town.session(town.admin))
    assert [case.number for case in town.desk().own_cases()] == [town.case_number]


def test_taking_up_a_case_is_on_the_record(town: World) -> None:
    case = town.desk().take_up(grounds(town))
    assert case.grounds.case_number == town.case_number
    (line,) = town.record(action="case.taken-up")
    assert (line.outcome, line.case_number, line.reason) == ("ok", town.case_number, REASON)
    assert line.username == "rivera"


def test_a_refused_case_is_on_the_record_with_its_clause(town: World) -> None:
    with pytest.raises(Refused, match="reason"):
        town.desk().take_up(grounds(town, reason="follow up"))
    (line,) = town.record(action="case.taken-up")
    assert line.outcome == "refused"
    assert line.clause
    assert "reason.stock-words" in line.detail


def test_personal_data_in_a_refused_reason_stays_off_the_record(town: World) -> None:
    reason = "Looking for the driver, SSN 078-05-1120, after the shooting"
    with pytest.raises(Refused):
        town.desk().take_up(grounds(town, reason=reason))
    assert "078-05-1120" not in str(town.record())


def test_an_error_of_a_panel_is_recorded_by_its_type_alone(town: World) -> None:
    bench = town.desk()
    bench.desk_failed("the canvass", "KeyError")
    Door(town.service).desk_failed("the log in", "ValueError")
    lines = town.record(action="desk.failed")
    assert [(line.username, line.detail) for line in lines] == [
        ("rivera", "KeyError"),
        ("", "ValueError"),
    ]
    with pytest.raises(BadInput):
        bench.desk_failed("7ABX123", "KeyError")
    with pytest.raises(BadInput):
        bench.desk_failed("the canvass", "plate 7ABX123")
